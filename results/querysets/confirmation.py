"""Reads of confirmations: what the adopting organisations were asked, and what they said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import OuterRef, Subquery

from community.models import SignedLink
from results.choices import ANSWERED, UNANSWERED, ConfirmationStatus

if TYPE_CHECKING:
    from results.models import UptakeConfirmation

#: The purpose of the links: it leads to `/confirm/<token>/`.
PURPOSE = "confirm"


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
