"""Reads of confirmations: what the adopting organisations were asked, and what they said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from community.models import Event, SignedLink
from results.choices import ANSWERED, UNANSWERED, ConfirmationStatus

if TYPE_CHECKING:
    from results.models import UptakeConfirmation

#: The purpose of the links: it leads to `/confirm/<token>/`.
PURPOSE = "confirm"
#: By these who works on the cluster changes what an uptake says by hand; steps raise its statement where they count.
_BY_HAND = tuple(f"uptake.{verb}" for verb in ("changed", "disclosed", "undisclosed", "file_added", "file_removed"))


class ConfirmationQuerySet(models.QuerySet["UptakeConfirmation"]):
    """Questions to adopting organisations, newest first."""

    def open(self) -> Self:
        """Keep those that wait for an answer."""
        return self.filter(status=ConfirmationStatus.OPEN)

    def answered(self) -> Self:
        """Keep those to which the organisation said something."""
        return self.filter(status__in=sorted(ANSWERED))

    def to_settle(self) -> Self:
        """Keep the corrections that the lead has neither taken over nor set aside."""
        return self.filter(status=ConfirmationStatus.CORRECTED, settled_at__isnull=True)

    def refusing(self) -> Self:
        """Keep the refusals that stand: of what the uptake states now, and nobody confirmed it afterwards.

        A correction ends none: what is taken over of it is a new statement, and the rest is words.
        """
        rows = self.filter(status=ConfirmationStatus.REFUSED, statement=F("uptake__statement"))
        return rows.filter(~self._followed_by(ConfirmationStatus.CONFIRMED)).order_by()

    def confirming(self) -> Self:
        """Keep the confirmations that were not taken back by a later refusal of the same statement."""
        rows = self.filter(status=ConfirmationStatus.CONFIRMED)
        return rows.filter(~self._followed_by(ConfirmationStatus.REFUSED))

    def _followed_by(self, answer: str) -> Exists:
        """Tell of a row whether that answer to the same statement came later; of two at once the one asked later."""
        later = self.model._default_manager.filter(
            Q(answered_at__gt=OuterRef("answered_at")) | Q(answered_at=OuterRef("answered_at"), pk__gt=OuterRef("pk")),
            uptake=OuterRef("uptake"),
            statement=OuterRef("statement"),
            status=answer,
        )
        return Exists(later.order_by())

    def with_sequel(self) -> Self:
        """Add what came after an answer: `is_taken_back` by a refusal, `is_changed_since`: the uptake, by hand."""
        changes = Event.objects.filter(
            kind="uptake", subject_id=OuterRef("uptake_id"), verb__in=_BY_HAND, at__gt=OuterRef("answered_at")
        )
        return self.annotate(
            is_taken_back=self._followed_by(ConfirmationStatus.REFUSED), is_changed_since=Exists(changes.order_by())
        )

    def ended_unanswered(self, before: datetime) -> Self:
        """Keep those that ended without an answer before a moment: their addresses are forgotten."""
        return self.filter(status__in=sorted(UNANSWERED), answered_at__lte=before)

    def with_link(self) -> Self:
        """Add `link_sent_at` and `link_ends_at` of the newest link: None before the mail has left."""
        links = SignedLink.objects.filter(kind="confirmation", subject_id=OuterRef("pk"), purpose=PURPOSE)
        newest = links.order_by("-created_at", "-pk")
        return self.annotate(
            link_sent_at=Subquery(newest.values("sent_at")[:1]), link_ends_at=Subquery(newest.values("expires_at")[:1])
        )
