"""Reminding by hand, and taking back what was done to many at once: answers, reminders, confirmations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.participation import KEYS, Status, locked_part
from clusters.actions.parts import check_fields, locked_cluster, record_change, record_part, worked_as
from clusters.actions.roadmap_parts import check_open, locked_stage
from clusters.actions.waiting import move_back, move_up
from clusters.choices import DECIDERS, ParticipationRole
from clusters.models import Cluster, Participation, Stage
from clusters.permissions import can_work
from clusters.rules.invitations import REMINDED_TODAY, can_remind_member
from clusters.rules.lead_asked import asked_of_lead, can_remind_lead
from clusters.rules.requirements import UNDO_SECONDS
from community import events, kinds, notifications
from community.models import Event, Member, Message, User
from community.permissions import Refusal


@transaction.atomic
def take_answer_back(*, participation: Participation, by: User, at: datetime | None = None) -> Participation:
    """Open a request again that the same person answered in the last 30 seconds; its mail is not sent.

    Who moved up from the waiting list because of it stands there again at their old place; their mails are not sent.
    An organisation that was wanted until a person of it was accepted is wanted again. Who was declined while they
    stood on the waiting list stands there again. A no-op when it is open.

    Raises:
        Refusal: the time is over, somebody else answered, something happened to it since, or the person leads by now.
    """
    at = at or timezone.now()
    cluster, row = locked_part(participation, by=by, may=can_work)
    if row.status in (Status.REQUESTED, Status.WAITING):
        return row
    if cluster.participations.live().filter(member=row.member_id).exclude(pk=row.pk).exists():
        raise Refusal(_("Something else happened meanwhile, so this can't be taken back."), "state")
    if row.role == ParticipationRole.LEAD:
        raise Refusal(_("This person leads the cluster by now, so this can't be taken back."), "state")
    last = _own_last(row, ("participation.accepted", "participation.declined"), by=by, at=at)
    _cancel(last)
    for purpose in last.detail.body.get("wanted", ()) if last.detail.body else ():
        Participation.objects.create(
            cluster=cluster,
            organisation=row.organisation,
            status=Status.WANTED,
            purpose=purpose,
            asked_by=by,
            asked_at=at,
        )
    has_waited = bool(last.detail.body and last.detail.body.get("waited"))
    row.status = Status.WAITING if has_waited else Status.REQUESTED
    row.answered_by, row.answered_at, row.answer_reason, row.from_on = None, None, "", None
    check_fields(row, leave_out=KEYS)
    row.save(update_fields=["status", "answered_by", "answered_at", "answer_reason", "from_on"])
    record_part(cluster, "answer_taken_back", row, by=by, at=at)
    move_back(cluster, last, at=at, cancel=_cancel)
    move_up(cluster, at=at)
    return row


@transaction.atomic
def remind_invited(*, participation: Participation, by: User, at: datetime | None = None) -> Participation:
    """Remind somebody who has not answered an invitation; the mail waits 30 seconds.

    Raises:
        Refusal: the invitation is not open any more, or they were reminded today ("done").
    """
    at = at or timezone.now()
    cluster, row = locked_part(participation, by=by, may=can_work)
    verdict = can_remind_member(row, was_reminded=was_reminded(row, "participation", at))
    if not verdict:
        raise Refusal.of(verdict)
    event = record_part(cluster, "reminded", row, by=by, at=at)
    _mail("invitation", cluster, row.member, "asked", event=event, day=row.asked_at, part="", part_id=row.pk)
    return row


@transaction.atomic
def remind_responsible(*, stage: Stage, by: User, at: datetime | None = None) -> Stage:
    """Remind whoever is responsible for an overdue stage; the mail waits 30 seconds. A no-op on the same day.

    Raises:
        Refusal: the stage is over or not overdue, or nobody is responsible for it.
    """
    at = at or timezone.now()
    cluster, order, row = locked_stage(stage, by=by)
    check_open(row, order)
    if row.responsible is None or not row.is_late(timezone.localdate(at)):
        raise Refusal(_("Nobody has to be reminded of this stage."), "state")
    if was_reminded(row, "stage", at):
        return row
    data = {"number": order.index(row) + 1}
    event = record_change(cluster, "stage.reminded", row, by=by, at=at, data=data, detail={"title": row.title})
    more = {"day": row.planned_end_on, "part": row.title, "part_id": row.pk}
    _mail("stage", cluster, row.responsible, "responsible", event=event, **more)
    return row


@transaction.atomic
def remind_lead(*, cluster: Cluster, by: User, at: datetime | None = None) -> list[Member]:
    """Remind those who lead of the gravest thing that waits for them; return who gets a mail, which waits 30 seconds.

    The cluster itself is not changed, so its version and its day of change stay.

    Raises:
        Refusal: the person may not, nothing waits for a lead, nobody can be reached, or they were reminded today.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_remind_lead)
    asked = asked_of_lead(locked, timezone.localdate(at))
    if asked.why_not:
        raise Refusal(asked.why_not, "state")
    if was_reminded(locked, "lead", at):
        raise Refusal(REMINDED_TODAY, "done")
    people = [person for person in dict.fromkeys(asked.people) if is_reached(person) and person != by.member]
    if not people:
        raise Refusal(_("Nobody who leads it has an open account besides you."), "state")
    role = worked_as(by, locked, timezone.localdate(at), first=DECIDERS)
    event = events.record(verb="lead.reminded", subject=locked, by=by, at=at, role=role, data={"rule": asked.rule})
    for person in people:
        more = {"day": asked.day, "part": asked.part, "part_id": asked.part_id}
        _mail(asked.rule, locked, person, asked.audience, event=event, **more)
    return people


@transaction.atomic
def take_lead_reminder_back(*, cluster: Cluster, by: User, at: datetime | None = None) -> Cluster:
    """Stop the mails of a reminder to those who lead that the same person wrote in the last 30 seconds.

    Raises:
        Refusal: the time is over, or it was not their last press.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_remind_lead)
    _cancel(_own_last(locked, ("lead.reminded",), by=by, at=at))
    role = worked_as(by, locked, timezone.localdate(at), first=DECIDERS)
    events.record(verb="lead.reminder_taken_back", subject=locked, by=by, at=at, role=role)
    return locked


@transaction.atomic
def take_invitation_reminder_back(
    *, participation: Participation, by: User, at: datetime | None = None
) -> Participation:
    """Stop the mail of a reminder that the same person wrote in the last 30 seconds.

    Raises:
        Refusal: the time is over, or it was not their last press.
    """
    at = at or timezone.now()
    cluster, row = locked_part(participation, by=by, may=can_work)
    _cancel(_own_last(row, ("participation.reminded",), by=by, at=at))
    record_part(cluster, "reminder_taken_back", row, by=by, at=at)
    return row


@transaction.atomic
def take_stage_reminder_back(*, stage: Stage, by: User, at: datetime | None = None) -> Stage:
    """Do the same for a reminder of a stage.

    Raises:
        Refusal: the time is over, or it was not their last press.
    """
    at = at or timezone.now()
    cluster, _order, row = locked_stage(stage, by=by)
    _cancel(_own_last(row, ("stage.reminded",), by=by, at=at))
    record_change(cluster, "stage.reminder_taken_back", row, by=by, at=at, detail={"title": row.title})
    return row


@transaction.atomic
def take_confirmation_back(
    *, cluster: Cluster, by: User, before: Mapping[int, datetime | None], since: datetime, at: datetime | None = None
) -> list[Stage]:
    """Put back when stages were confirmed, where nobody has confirmed or written them after `since`.

    A no-op where all were. Returns the stages that were put back.

    Args:
        before: the moments that stood there before, by stage.
        since: the moment of the press that is taken back.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_work)
    rows = [row for row in locked.stages.filter(pk__in=before) if row.confirmed_at == since]
    if not rows:
        return []
    for row in rows:
        row.confirmed_at = before[row.pk]
    Stage.objects.bulk_update(rows, ["confirmed_at"])
    data = {"stages": [row.pk for row in rows]}
    record_change(locked, "roadmap.confirmation_taken_back", locked, by=by, at=at, data=data)
    return rows


def _own_last(part: Any, verbs: tuple[str, ...], *, by: User, at: datetime) -> Event:
    """Return the last event about a part, if it is one of `verbs`, by this person and of the last 30 seconds.

    Raises:
        Refusal: it is another one.
    """
    last = Event.objects.about(part).select_related("detail").order_by("-pk").first()
    if last is None or last.verb not in verbs or last.by_id != by.pk:
        raise Refusal(_("Something else happened meanwhile, so this can't be taken back."), "state")
    if at - last.at > timedelta(seconds=UNDO_SECONDS):
        raise Refusal(_("This can be taken back for 30 seconds only: the mails are on their way."), "state")
    return last


def _cancel(event: Event) -> None:
    """Stop the mails of an event.

    Raises:
        Refusal: one has left already.
    """
    told = Message.objects.filter(event=event).count()
    if notifications.cancel(event) < told:
        raise Refusal(_("The mail has left already, so this can't be taken back."), "state")


def is_reached(member: Member | None) -> bool:
    """Tell whether a mail reaches a person: there is an open account."""
    return member is not None and member.user is not None and member.user.is_active


def was_reminded(part: Any, kind: str, at: datetime) -> bool:
    """Tell whether the last reminder of a part was written on the day of `at` and stands."""
    return part.pk in reminded_among([part], kind, at)


def reminded_among(parts: Iterable[Any], kind: str, at: datetime) -> set[int]:
    """Return the keys of those of many parts of one sort of which `was_reminded` holds; one query."""
    rows = list(parts)
    if not rows:
        return set()
    verbs = (f"{kind}.reminded", f"{kind}.reminder_taken_back")
    told = Event.objects.filter(kind=kinds.of(rows[0]).code, subject_id__in=[row.pk for row in rows], verb__in=verbs)
    last = {event.subject_id: event for event in told.order_by("pk")}
    on = timezone.localdate(at)
    return {pk or 0 for pk, event in last.items() if event.verb == verbs[0] and timezone.localdate(event.at) == on}


def _mail(rule: str, cluster: Cluster, member: Member | None, audience: str, *, event: Event, **facts: Any) -> None:
    """Write the same mail as the clock would, held back for the time of an undo."""
    if member is None or member.user is None:
        return
    day = facts["day"]
    day = timezone.localdate(day) if isinstance(day, datetime) else day
    notifications.queue(
        "clusters/reminder",
        to=member.user,
        subject=cluster,
        event=event,
        hold_until=event.at + timedelta(seconds=UNDO_SECONDS),
        audience=audience,
        rule=rule,
        title=cluster.title,
        name=cluster.name,
        day=day.isoformat(),
        is_late=True,
        part=facts["part"],
        part_id=facts["part_id"],
    )
