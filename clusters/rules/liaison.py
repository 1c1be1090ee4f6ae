"""Who keeps the liaisons of a cluster: lead, deputy and coordinators, as long as it is at work."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse

from clusters.models import Cluster
from clusters.permissions import can_work
from community.contributions import LiaisonKeeper
from community.models import Member


def people_of_cluster(cluster: Cluster) -> QuerySet[Member]:
    """Return who may be named as keeping contact for a cluster: its lead, and those who take part."""
    parts = cluster.participations.active().values("member")
    return Member.objects.filter(Q(pk=cluster.lead_id) | Q(pk__in=parts))


LIAISONS: Final = LiaisonKeeper(
    may=can_work, people=people_of_cluster, page=lambda cluster: reverse("clusters:people", args=[cluster.name])
)
