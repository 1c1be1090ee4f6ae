"""What follows in clusters when somebody becomes a member of the community, or leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.actions.meeting import leave_meetings
from clusters.actions.parts import record_part
from clusters.actions.waiting import move_up
from clusters.choices import (
    ACTIVE_STATES,
    PROPOSED_STATES,
    Access,
    ParticipationRole,
    ParticipationStatus,
    State,
)
from clusters.models import Cluster, Participation
from clusters.querysets.participation import ParticipationQuerySet
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


def follow_departure(member: Member, by: User, at: datetime) -> list[int]:
    """End today the parts of somebody who leaves, where the work goes on; one event for each in which they took part.

    Requests, interests and invitations lapse; who waits moves up. A lead stays named until somebody adopts the
    cluster or takes it over. Return the keys of what ended. Called by `community.actions.standing.set_standing`, in
    its transaction.
    """
    ended: list[int] = []
    for pk in sorted(set(_going(member).values_list("cluster_id", flat=True))):
        cluster = Cluster.objects.select_for_update().get(pk=pk)
        for row in _going(member).filter(cluster=pk).select_related("organisation").order_by("pk"):
            _depart(cluster, row, by=by, at=at)
            ended.append(row.pk)
        move_up(cluster, at=at)
    return ended


def _going(member: Member) -> ParticipationQuerySet:
    """Return the parts of a person that end with their departure."""
    rows = Participation.objects.live().filter(member=member, cluster__state__in=PROPOSED_STATES | ACTIVE_STATES)
    return rows.exclude(role=ParticipationRole.LEAD)


def ahead_of_departure(member: Member) -> list[str]:
    """Say what would end, or stay without anybody, when somebody left today."""
    said = [_in_words(row) for row in _going(member).select_related("cluster").order_by("cluster_id", "pk")]
    led = Cluster.objects.led_by(member.pk).in_states({*PROPOSED_STATES, *ACTIVE_STATES})
    said += [_("leads %(cluster)s: it stays until somebody adopts it") % {"cluster": row} for row in led.order_by("pk")]
    mine = Cluster.objects.filter(proposer=member).exclude(lead=member)
    for row in mine.in_states(PROPOSED_STATES).order_by("pk"):
        said.append(_("proposed %(cluster)s: a coordinator adopts it where nobody leads") % {"cluster": row})
    # Their words are nobody else's to read, so they are counted.
    if count := mine.in_states([State.DRAFT]).count():
        words = ngettext("%(count)d draft stays as it is", "%(count)d drafts stay as they are", count)
        said.append(words % {"count": count})
    return said


def ended_by_departure(keys: Sequence[int]) -> list[str]:
    """Say of what clusters a departure ended which it was, as far as it has not been taken up again."""
    rows = Participation.objects.filter(pk__in=keys).exclude(pk__in=Participation.objects.live().values("pk"))
    return [str(row.cluster) for row in rows.select_related("cluster").order_by("cluster_id", "pk")]


def _in_words(row: Participation) -> str:
    how = {
        ParticipationStatus.INTERESTED: _("would join"),
        ParticipationStatus.REQUESTED: _("asked to join"),
        ParticipationStatus.WAITING: _("waits for a place"),
        ParticipationStatus.INVITED: _("is invited"),
    }
    said = how.get(ParticipationStatus(row.status)) or row.get_role_display()
    return f"{row.cluster}: {said}"


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
