"""Reads of prepared decisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone

from clusters.choices import LIVE_PREPARED, PreparedStatus

if TYPE_CHECKING:
    from clusters.models import Cluster, PreparedDecision


class PreparedDecisionQuerySet(models.QuerySet["PreparedDecision"]):
    """Decisions that wait to be announced, and what became of them. Who may read them: `rules.prepared`."""

    def live(self) -> Self:
        """Keep those that wait or were held back: they hold their words."""
        return self.filter(status__in=sorted(LIVE_PREPARED))

    def due(self, at: datetime) -> Self:
        """Keep those whose moment has come, the oldest first."""
        return self.filter(status=PreparedStatus.WAITING, announce_at__lte=at).order_by("announce_at", "pk")

    def announced_between(self, first: date, last: date) -> Self:
        """Keep what the clock is to announce on the days `first` to `last` of the site's zone, with the proposals."""
        begin, end = (timezone.make_aware(datetime.combine(day, time())) for day in (first, last + timedelta(days=1)))
        rows = self.filter(status=PreparedStatus.WAITING, announce_at__gte=begin, announce_at__lt=end)
        return rows.select_related("cluster")

    def waiting_for_the_clock(self, clusters: Iterable[int]) -> dict[int, date]:
        """Return the day on which the clock is to announce a decision, by the key of its cluster; one query."""
        rows = self.filter(status=PreparedStatus.WAITING, announce_at__isnull=False, cluster__in=list(clusters))
        found = rows.values_list("cluster_id", "announce_at")
        return {key: timezone.localdate(moment) for key, moment in found if moment is not None}

    def with_people(self) -> Self:
        """Join the proposal, who prepared it and who ended it."""
        return self.select_related("cluster", "prepared_by__user", "closed_by__member")

    def by_cluster(self, clusters: Iterable[Cluster]) -> dict[int, PreparedDecision]:
        """Return the live one of each of these clusters that has one, by the cluster's key; one query."""
        rows = self.live().with_people().filter(cluster__in=[cluster.pk for cluster in clusters])
        return {row.cluster_id: row for row in rows}
