"""What follows in clusters when an external partner becomes a member of the community."""

from __future__ import annotations

from datetime import datetime

from clusters.actions.parts import record_part
from clusters.choices import ACTIVE_STATES, Access
from clusters.models import Cluster, Participation
from community.models import Member, User


def follow_membership(member: Member, by: User, at: datetime) -> None:
    """Let somebody take part as a member where the work goes on, with full access to the room; one event each.

    What ended keeps that they took part from outside. Called by `community.actions.external.make_member`, in its
    transaction.
    """
    going = Participation.objects.live().filter(member=member, is_external=True, cluster__state__in=ACTIVE_STATES)
    for pk in going.order_by("cluster_id").values_list("cluster_id", flat=True):
        cluster = Cluster.objects.select_for_update().get(pk=pk)
        for row in cluster.participations.live().filter(member=member, is_external=True).select_related("organisation"):
            row.is_external, row.access = False, Access.CONTRIBUTE
            row.save(update_fields=["is_external", "access"])
            row.cluster = cluster
            record_part(cluster, "became_member", row, by=by, at=at)
