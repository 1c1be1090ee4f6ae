"""What follows in clusters when somebody becomes a member of the community, or leaves it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from clusters.actions.meeting import leave_meetings
from clusters.actions.parts import record_part
from clusters.actions.waiting import move_up
from clusters.choices import ACTIVE_STATES, PROPOSED_STATES, Access, ParticipationRole, ParticipationStatus
from clusters.models import Cluster, Participation
from community.models import Member, User


def follow_membership(member: Member, by: User, at: datetime) -> None:
    """Let somebody take part as a member where the work goes on, with full access to the room; one event each.

    What ended keeps that they took part from outside. Called by `community.actions.standing.set_standing`, in its
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


def follow_departure(member: Member, by: User, at: datetime) -> None:
    """End today the parts of somebody who leaves, where the work goes on; one event for each in which they took part.

    Requests, interests and invitations lapse; who waits moves up. A lead stays named until somebody adopts the
    cluster or takes it over. Called by `community.actions.standing.set_standing`, in its transaction.
    """
    going = Participation.objects.live().filter(member=member, cluster__state__in=PROPOSED_STATES | ACTIVE_STATES)
    going = going.exclude(role=ParticipationRole.LEAD)
    for pk in sorted(set(going.values_list("cluster_id", flat=True))):
        cluster = Cluster.objects.select_for_update().get(pk=pk)
        for row in going.filter(cluster=pk).select_related("organisation"):
            _depart(cluster, row, by=by, at=at)
        move_up(cluster, at=at)


def _depart(cluster: Cluster, row: Participation, *, by: User, at: datetime) -> None:
    if row.status != ParticipationStatus.ACTIVE:
        row.status = ParticipationStatus.EXPIRED
        row.save(update_fields=["status"])
        return
    today = timezone.localdate(at)
    row.status = ParticipationStatus.LEFT
    row.until_on = max(today, row.from_on) if row.from_on else today
    row.save(update_fields=["status", "until_on"])
    event = record_part(cluster, "ended", row, by=by, at=at)
    leave_meetings(cluster, row.member, event=event)
