"""Reads of follow-ups: what is asked months after the end of a cluster."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models

from clusters.choices import FOLLOW_UP_DAYS, State

if TYPE_CHECKING:
    from clusters.models import FollowUp


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    """Questions after the end; `due_on` is the day on which each is asked."""

    def live(self) -> Self:
        """Leave out those that a reopened cluster cancelled."""
        return self.filter(cancelled_at__isnull=True)

    def open(self) -> Self:
        """Keep those that wait for an answer or for their day, of clusters that are still concluded; first due first.

        What reminds reads this: `due_on`, `asked_at` (None: not asked yet) and `asked`, who gets the mail.
        """
        return self.live().filter(answered_at__isnull=True, cluster__state=State.CONCLUDED).order_by("due_on", "pk")

    def due(self, on: date) -> Self:
        """Keep the open ones whose day has come."""
        return self.open().filter(due_on__lte=on)

    def to_ask(self, on: date) -> Self:
        """Keep those whose first mail is due: not asked yet, and not so old that nobody is asked by mail any more."""
        return self.due(on).filter(asked_at__isnull=True, due_on__gt=on - timedelta(days=FOLLOW_UP_DAYS))

    def for_page(self) -> Self:
        """Join the cluster and the person asked with the account."""
        return self.select_related("cluster", "asked__user")
