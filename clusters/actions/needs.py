"""Needs follow the clusters that answer them: taken up, answered, or unmet again."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from clusters.actions.parts import each_alone
from clusters.choices import ACTIVE_STATES, State
from clusters.models import Cluster
from community.actions.need import follow_clusters
from community.actions.transition import effect
from community.choices import NeedStatus
from community.lifecycle import Attempt
from community.models import Need

#: So many needs are looked after at once by the daily chore.
MOST = 5000


@effect("settle_needs", after=True)
def settle_needs(attempt: Attempt) -> None:
    """Let the needs of this cluster, and of the one that took it in, follow from the clusters as they stand now."""
    clusters = [pk for pk in (attempt.subject.pk, attempt.subject.merged_into_id) if pk is not None]
    answered = Q(clusters__in=clusters) | Q(further_clusters__in=clusters)
    for need_id in Need.objects.filter(answered).order_by("pk").values_list("pk", flat=True).distinct():
        follow_clusters(need_id=need_id, at=attempt.at)


def status_of(need_id: int) -> NeedStatus:
    """Return how far the clusters brought a need: one concluded with an outcome answers it, an active one takes it up.

    A proposal changes nothing: not everybody may know of it.
    """
    rows = Cluster.objects.filter(Q(need=need_id) | Q(further_needs=need_id))
    if rows.filter(state=State.CONCLUDED, has_no_outcome=False).exists():
        return NeedStatus.ANSWERED
    return NeedStatus.TAKEN_UP if rows.in_states(ACTIVE_STATES).exists() else NeedStatus.OPEN


def settle_all_needs(now: datetime) -> int:
    """Let every need follow its clusters, for what an import or an older version left; return how many changed."""
    linked = Need.objects.filter(Q(clusters__isnull=False) | Q(further_clusters__isnull=False), is_set_by_hand=False)
    ids = list(linked.order_by("pk").values_list("pk", flat=True).distinct()[:MOST])
    return each_alone(ids, lambda pk: follow_clusters(need_id=pk, at=now), what="settling a need")
