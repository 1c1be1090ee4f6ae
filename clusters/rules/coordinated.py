"""Which events are about the work that the coordinators of a working group answer for."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from clusters.choices import Capacity
from clusters.models import Cluster


def of_group(group: int | None) -> Q:
    """Return the condition that an event is about a cluster of a group; None: that somebody acted for the mission.

    A further group of a cluster, and one that is asked to take a cluster in, answer for that alone.
    """
    if group is None:
        return Q(role=Capacity.MISSION_COORDINATOR)
    own, further = (Cluster.objects.filter(**{name: group}) for name in ("working_group", "further_working_groups"))
    asked = Cluster.objects.filter(merge_requests__into__working_group=group)
    answers = Q(chain__in=_chains(own)) & ~Q(role=Capacity.MISSION_COORDINATOR)
    answers |= Q(chain__in=_chains(further), role=Capacity.FURTHER_COORDINATOR)
    return answers | Q(chain__in=_chains(asked), role=Capacity.TAKING_IN)


def _chains(clusters: QuerySet[Cluster]) -> Any:
    """Return the chains of clusters."""
    return clusters.order_by().values_list(Concat(Value("cluster:"), Cast("pk", CharField())), flat=True)
