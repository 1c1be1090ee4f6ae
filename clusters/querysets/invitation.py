"""Reads of invitations that went to an address."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import OuterRef, Subquery

from clusters.choices import InvitationStatus
from community.choices import MessageState
from community.models import Message, SignedLink

if TYPE_CHECKING:
    from clusters.models import Invitation


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Who was asked by address."""

    def open(self) -> Self:
        """Keep those that wait for an answer, whether or not their link still acts."""
        return self.filter(status=InvitationStatus.OPEN)

    def reached(self) -> Self:
        """Keep those of which some mail has left."""
        sent = Message.objects.filter(kind="invitation", subject_id=OuterRef("pk"), state=MessageState.SENT)
        return self.filter(models.Exists(sent))

    def ended_unanswered(self, before: datetime) -> Self:
        """Keep those that ended before that moment without anybody taking part."""
        over = models.Q(status__in=[InvitationStatus.EXPIRED, InvitationStatus.TAKEN_BACK, InvitationStatus.DECLINED])
        return self.filter(over, answered_at__lte=before)

    def with_link(self) -> Self:
        """Add when the newest link was made, was sent and ends (`link_made_at`, …), and `has_bounced`."""
        links = SignedLink.objects.filter(kind="invitation", subject_id=OuterRef("pk")).order_by("-pk")
        failed = Message.objects.filter(
            kind="invitation", subject_id=OuterRef("pk"), state=MessageState.FAILED, link__state="open"
        )
        return self.annotate(
            link_made_at=Subquery(links.values("created_at")[:1]),
            link_sent_at=Subquery(links.values("sent_at")[:1]),
            link_ends_at=Subquery(links.values("expires_at")[:1]),
            has_bounced=models.Exists(failed),
        )
