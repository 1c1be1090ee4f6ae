"""What merging does beside the change of state: people, needs and followers go over to the cluster that takes it in.

The effects run inside the transaction of `transition`, on the locked row of the cluster that ends; the other one is
locked here. `clusters.actions.merge` locks both before, in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from clusters import contributions, search
from clusters.actions.invitation import move_invitations
from clusters.actions.merge_questions import take_back
from clusters.actions.parts import note_writer
from clusters.actions.waiting import move_up
from clusters.choices import (
    ACTIVE_STATES,
    DECIDERS,
    LEADING_ROLES,
    PROPOSED_STATES,
    Access,
    Capacity,
    MergeStatus,
    ParticipationRole,
    ParticipationStatus,
)
from clusters.models import Cluster, Participation
from clusters.notifications.meeting import tell_newcomer
from clusters.permissions import capacities, is_gone
from clusters.rules.merge import can_take_in
from community import events
from community.actions.transition import effect
from community.lifecycle import Attempt
from community.models import Comment, Liaison, Member, Organisation, Subscription
from community.permissions import Refusal

Status, Role = ParticipationStatus, ParticipationRole
#: The accesses from the least to the greatest.
_RANK: dict[str, int] = {code: rank for rank, code in enumerate((Access.VIEW, Access.COMMENT, Access.CONTRIBUTE))}


@effect("merge_cluster")
def merge_cluster(attempt: Attempt) -> None:
    """Point the cluster to the one that takes it in, move what goes along and close the request.

    Raises:
        Refusal: the other one can take nothing in any more (it ended meanwhile).
    """
    cluster: Cluster = attempt.subject
    into = Cluster.objects.select_for_update().get(pk=attempt.details["into"].pk)
    was = Cluster(pk=cluster.pk, state=attempt.source)
    if not (verdict := can_take_in(into, was)):
        raise Refusal.of(verdict)
    there = set(into.participations.active().values_list("member_id", flat=True))
    attempt.looked_up["merge"] = (there, set(cluster.meetings.values_list("pk", flat=True)))
    attempt.facts |= {"into": into.pk, "moved": sorted(_move_people(attempt, into))}
    _move_needs(cluster, into)
    _move_solutions(cluster, into)
    _move_followers(cluster, into)
    _move_room(cluster, into)
    _move_liaisons(cluster, into, timezone.localdate(attempt.at))
    for move in contributions.moves:
        move(cluster, into)
    asked = cluster.merge_requests.filter(status=MergeStatus.OPEN)
    own = asked.filter(into=into).exclude(asked_by=attempt.by)
    if (request := own.first()) is not None:
        attempt.facts["asked_by"] = request.asked_by_id
    own.update(status=MergeStatus.AGREED, answered_by=attempt.by, answered_at=attempt.at)
    asked.filter(into=into).update(status=MergeStatus.WITHDRAWN, answered_by=attempt.by, answered_at=attempt.at)
    take_back(asked.select_related("cluster"), by=attempt.by, at=attempt.at)
    attempt.set(merged_into=into)


@effect("note_in_target", after=True)
def note_in_target(attempt: Attempt) -> None:
    """Leave an event in the other cluster's history too, index its words anew, and offer its free places.

    Who waited in the cluster that ended stands in the other's list by the day on which they asked.
    """
    into: Cluster = attempt.subject.merged_into
    into.version += 1
    into.save(update_fields=["version", "updated_at"])
    search.index(into)
    held = capacities(attempt.by, into, attempt.on)
    role = next((str(code) for code in (*DECIDERS, Capacity.MEMBER) if code in held), "")
    data = {"cluster": attempt.subject.pk}
    event = events.record(verb="took_in", subject=into, by=attempt.by, at=attempt.at, role=role, data=data)
    there, brought = attempt.looked_up["merge"]
    came = into.participations.active().filter(member__isnull=False).exclude(member__in=there)
    for part in came.select_related("member__user").order_by("pk"):
        tell_newcomer(part, into, event=event, besides=brought)
    move_up(into, at=attempt.at)


def _move_people(attempt: Attempt, into: Cluster) -> Iterator[int]:
    """Move what is under way to `into`, each person once; yield the persons whom it concerns."""
    there = {row.member_id: row for row in into.participations.live() if row.member_id is not None}
    for row in attempt.subject.participations.proposed().order_by("pk"):
        if row.member_id is None:
            _move_wanted(row, into)
            continue
        if row.member_id in there:
            _join(row, there[row.member_id], attempt.on)
        else:
            _move(row, into, attempt)
            there[row.member_id] = row
        yield row.member_id
    if attempt.source in PROPOSED_STATES:
        yield from _invite_authors(attempt, into, set(there))
    move_invitations(attempt.subject, into, at=attempt.at)
    found = into.participations.active().values("organisation")
    into.participations.wanted().filter(organisation__in=found).delete()


def _move(row: Participation, into: Cluster, attempt: Attempt) -> None:
    """Move one person: lead and deputy take part like others, what waited for an approval is asked now."""
    row.cluster = into
    if row.role in LEADING_ROLES:
        note_writer(attempt.subject, row.member_id)
        row.role = Role.PARTICIPANT
    if into.state in ACTIVE_STATES and row.asked_at is None:
        if row.status == Status.INVITED:
            row.asked_at, row.asked_by = attempt.at, attempt.by
        elif row.status == Status.INTERESTED:
            row.status, row.asked_at = Status.REQUESTED, attempt.at
    row.save(update_fields=["cluster", "role", "status", "asked_at", "asked_by"])


def _join(row: Participation, kept: Participation, on: date) -> None:
    """End the row of somebody who is in the other cluster already; who took part here takes part there.

    They keep the greater access, and what they were invited for, with who invited them, where that says it alone.
    """
    if row.status == Status.ACTIVE and kept.status != Status.ACTIVE:
        kept.status, kept.from_on = Status.ACTIVE, row.from_on or on
        kept.answered_at = kept.answered_at or row.answered_at
    if kept.role == Role.OBSERVER and row.role != Role.OBSERVER:
        kept.role = Role.PARTICIPANT if row.role in LEADING_ROLES else row.role
    if _RANK[row.access] > _RANK[kept.access]:
        kept.access = row.access
    if row.purpose and not kept.purpose:
        kept.purpose, kept.asked_by, kept.asked_at = row.purpose, row.asked_by, row.asked_at
    carried = ["access", "purpose", "asked_by", "asked_at"]
    kept.save(update_fields=["status", "from_on", "answered_at", "role", *carried])
    if row.status == Status.ACTIVE:
        row.until_on = max(on, row.from_on) if row.from_on else on
    row.status = Status.LEFT
    row.save(update_fields=["status", "until_on"])


def _move_wanted(row: Participation, into: Cluster) -> None:
    """Move an organisation that is wanted, unless it is on the other list already."""
    if into.participations.wanted().filter(organisation=row.organisation_id).exists():
        row.delete()
        return
    row.cluster = into
    row.save(update_fields=["cluster"])


def _invite_authors(attempt: Attempt, into: Cluster, there: set[int]) -> Iterator[int]:
    """Invite who proposed the cluster, and who accepted to lead it: nobody takes part without having said so."""
    cluster: Cluster = attempt.subject
    lead = cluster.lead if cluster.has_lead else None
    for member, organisation in ((lead, cluster.lead_organisation), (cluster.proposer, None)):
        if member is None or member.pk in there or is_gone(member):
            continue
        place = organisation or member.organisation_on(attempt.on)
        if place is not None:
            there.add(member.pk)
            _invite(attempt, into, member, place)
            yield member.pk


def _invite(attempt: Attempt, into: Cluster, member: Member, organisation: Organisation) -> None:
    """Name the person in the other proposal, or ask them where it is approved already."""
    is_active = into.state in ACTIVE_STATES
    Participation.objects.create(
        cluster=into,
        member=member,
        organisation=organisation,
        status=Status.INVITED,
        asked_by=attempt.by if is_active else None,
        asked_at=attempt.at if is_active else None,
    )


def _move_needs(cluster: Cluster, into: Cluster) -> None:
    """Let the other cluster answer the needs of this one too; this one keeps its links as its record."""
    needs = {cluster.need_id, *cluster.further_needs.values_list("pk", flat=True)} - {None, into.need_id}
    into.further_needs.add(*(pk for pk in needs if pk is not None))


def _move_solutions(cluster: Cluster, into: Cluster) -> None:
    """Let the other cluster work with the solutions of this one too: nobody else does; this one keeps its links."""
    into.solutions.add(*cluster.solutions.order_by("pk").values_list("pk", flat=True))


def _move_followers(cluster: Cluster, into: Cluster) -> None:
    """Let followers go on following: once each."""
    have = set(Subscription.objects.about(into).values_list("user_id", flat=True))
    rows = Subscription.objects.about(cluster).exclude(user__in=have)
    Subscription.objects.bulk_create(
        Subscription(user_id=row.user_id, kind=row.kind, subject_id=into.pk) for row in rows
    )


def _move_room(cluster: Cluster, into: Cluster) -> None:
    """Let the room go on in the other cluster, where those who moved read it: discussion, files and meetings."""
    Comment.objects.filter(kind="cluster", subject_id=cluster.pk).update(subject_id=into.pk)
    cluster.room_files.update(cluster=into)
    cluster.meetings.update(cluster=into, stage=None)


def _move_liaisons(cluster: Cluster, into: Cluster, on: date) -> None:
    """Let the contacts that hold be kept by the other cluster; what it keeps itself, or has ended, stays a record."""
    own = Liaison.objects.of_subject("cluster", into.pk).current(on).order_by().values("network")
    kept = Liaison.objects.of_subject("cluster", cluster.pk).current(on).order_by()
    kept.exclude(network__in=[row["network"] for row in own]).update(subject_id=into.pk)
