"""Meetings: called with an invitation, changed, cancelled; what was said, decided, and how many came from where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, known_only, locked_cluster, record_change, stale
from clusters.choices import MEETING_ZONES, Capacity, MeetingKind
from clusters.models import Attendance, Cluster, Meeting, MeetingDecision
from clusters.notifications import meeting as meeting_mails
from clusters.rules.meeting_times import can_call_meetings, has_begun, is_to_be_minuted
from community.actions.twins import refuse_other_words
from community.models import Event, Member, Organisation, User
from community.permissions import Refusal

#: As many meetings a cluster has, and decisions a meeting; as many persons of one organisation come to one.
MOST_MEETINGS, MOST_DECISIONS, MOST_PERSONS = 300, 50, 999
FIELDS = ("kind", "title", "starts_at", "ends_at", "zone", "place", "link", "agenda", "organisers")
#: A change of these is a change in calendars.
SHOWN_IN_CALENDARS = ("title", "starts_at", "ends_at", "zone", "place", "link", "agenda")
_LEFT_OUT = ("cluster", "stage", "called_by")
_AS = (Capacity.LEAD, Capacity.DEPUTY)


@transaction.atomic
def call_meeting(
    *, cluster: Cluster, by: User, invite: bool = True, at: datetime | None = None, **values: Any
) -> Meeting:
    """Call a meeting; those who take part are invited by mail, unless it is over or `invite` says otherwise.

    The same title at the same time is a no-op that returns the one that is there, where it says the same: the second
    press.

    Args:
        values: `FIELDS`; moments with their zone, organisations as rows.

    Raises:
        Refusal: the person may not, a value is missing or wrong, there are too many meetings, or the one of that title
            and time says otherwise.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    locked = locked_cluster(cluster.pk, by=by, may=can_call_meetings)
    organisers = given.pop("organisers", ())
    row = Meeting(cluster=locked, called_by=by, **given)
    _settle(row)
    twin = locked.meetings.filter(title=row.title, starts_at=row.starts_at, ends_at=row.ends_at, cancelled_at=None)
    if (there := twin.first()) is not None:
        url = reverse("clusters:room_meeting", args=[locked.name, there.pk])
        said = {name: getattr(row, name) for name in given} | {"organisers": organisers}
        words = _("A meeting of this title is called for that time already. Open it and change it there.")
        refuse_other_words(there, said, at="title", words=words, url=url)
        return there
    if locked.meetings.count() >= MOST_MEETINGS:
        raise Refusal(_("A cluster has at most %(most)d meetings.") % {"most": MOST_MEETINGS})
    row.save()
    row.organisers.set(organisers)
    event = _tell(row, "meeting.called", by=by, at=at)
    if invite and row.ends_at is not None and row.ends_at > at:
        meeting_mails.tell_of_meeting(meeting_mails.CALLED, row, locked, event=event)
    return row


@transaction.atomic
def change_meeting(
    *, meeting: Meeting, by: User, seen_version: int, invite: bool = True, at: datetime | None = None, **values: Any
) -> Meeting:
    """Change a meeting; who takes part is told what holds now when it changes calendars. A no-op when nothing differs.

    At another time everybody is asked anew whether they come.

    Raises:
        Refusal: as `call_meeting`; also when it is cancelled, was changed meanwhile, or would begin later than now
            though somebody came.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    row = _locked(meeting, by=by, seen_version=seen_version, at=at)
    _refuse_cancelled(row)
    was = {name: getattr(row, name) for name in FIELDS if name != "organisers"}
    organisers = given.pop("organisers", None)
    for name, value in given.items():
        setattr(row, name, value)
    _settle(row)
    if not has_begun(row, at) and row.attendance.exists():
        raise Refusal(_("Somebody came to this meeting, so it can't begin later than now."), "state")
    changed = [name for name in was if getattr(row, name) != was[name]]
    if organisers is not None and set(row.organisers.all()) != set(organisers):
        row.organisers.set(organisers)
        changed.append("organisers")
    if not changed:
        return row
    row.version += 1
    if {"starts_at", "ends_at"} & {*changed}:  # who could come then may not be able to now
        row.answers.all().delete()
    is_shown = bool({*changed} & {*SHOWN_IN_CALENDARS})
    row.sequence += is_shown
    row.save()
    event = _tell(row, "meeting.changed", by=by, at=at)
    if invite and is_shown and row.ends_at is not None and row.ends_at > at:
        meeting_mails.tell_of_meeting(meeting_mails.CHANGED, row, row.cluster, event=event)
    return row


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, by: User, reason: str, at: datetime | None = None) -> Meeting:
    """Cancel a meeting with a reason; who takes part is told, and calendars take it out. A no-op when it is cancelled.

    Raises:
        Refusal: the person may not, gives no reason, or somebody came to it.
    """
    at = at or timezone.now()
    row = _locked(meeting, by=by)
    if row.cancelled_at is not None:
        return row
    if not reason.strip():
        raise Refusal(_("Say why: who takes part reads it word for word."), "reason")
    if row.attendance.exists():
        raise Refusal(_("Somebody came to this meeting, so it took place. Correct its attendance first."), "state")
    row.cancelled_at, row.cancel_reason = at, reason.strip()
    row.sequence += 1
    row.version += 1
    check_fields(row, leave_out=_LEFT_OUT)
    row.save(update_fields=["cancelled_at", "cancel_reason", "sequence", "version"])
    event = _tell(row, "meeting.cancelled", by=by, at=at, detail={"reason": row.cancel_reason})
    if row.ends_at is None or row.ends_at > at:
        meeting_mails.tell_of_meeting(meeting_mails.CANCELLED, row, row.cluster, event=event)
    return row


@transaction.atomic
def keep_minutes(
    *,
    meeting: Meeting,
    by: User,
    minutes: str,
    attendance: Mapping[Organisation, tuple[int, int]],
    seen_version: int,
    at: datetime | None = None,
) -> Meeting:
    """Write what was said, and how many came from where. A no-op when nothing differs.

    Args:
        attendance: persons by organisation, and how many of them completed the training; 0 persons takes one off.

    Raises:
        Refusal: the person may not, the meeting is cancelled, has not begun or was changed meanwhile, or a number is
            impossible.
    """
    at = at or timezone.now()
    row = _locked(meeting, by=by, seen_version=seen_version, at=at)
    if not (verdict := is_to_be_minuted(row, at)):
        raise Refusal.of(verdict)
    before = {one.organisation_id: (one.persons, one.completed) for one in row.attendance.all()}
    given = {organisation.pk: numbers for organisation, numbers in attendance.items() if numbers[0]}
    for persons, completed in attendance.values():
        if not 0 <= completed <= persons <= MOST_PERSONS:
            raise Refusal(_("No more people complete a training than came to it."))
    if (row.minutes, before) == (minutes.strip(), given):
        return row
    row.minutes = minutes.strip()
    row.version += 1
    check_fields(row, leave_out=_LEFT_OUT)
    row.save(update_fields=["minutes", "version"])
    row.attendance.exclude(organisation__in=given).delete()
    for pk, (persons, completed) in given.items():
        values = {"persons": persons, "completed": completed if row.kind == MeetingKind.TRAINING else 0}
        Attendance.objects.update_or_create(meeting=row, organisation_id=pk, defaults=values)
    _tell(row, "meeting.minuted", by=by, at=at)
    return row


@transaction.atomic
def note_decision(*, meeting: Meeting, by: User, text: str, at: datetime | None = None) -> MeetingDecision:
    """Note what a meeting decided; history says so. The same sentence again is a no-op.

    Raises:
        Refusal: the person may not, there is no sentence, the meeting is cancelled, or it decided enough.
    """
    at = at or timezone.now()
    row = _locked(meeting, by=by)
    _refuse_cancelled(row)
    decision = MeetingDecision(meeting=row, number=1, text=text.strip(), noted_by=by, noted_at=at)
    if not decision.text:
        raise Refusal(_("Write what was decided."), "reason")
    there = row.decisions.filter(text=decision.text, taken_back_at=None).first()
    if there is not None:
        return there
    last: int = row.decisions.aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_DECISIONS:
        raise Refusal(_("A meeting has at most %(most)d decisions.") % {"most": MOST_DECISIONS})
    decision.number = last + 1
    check_fields(decision, leave_out=("meeting", "noted_by"))
    decision.save()
    data = {"decision": decision.number}
    _tell(row, "meeting.decided", by=by, at=at, data=data, detail={"message": decision.text})
    return decision


@transaction.atomic
def take_decision_back(*, decision: MeetingDecision, by: User, at: datetime | None = None) -> MeetingDecision:
    """Take a noted decision back: it stays, struck. A no-op when that was done.

    Raises:
        Refusal: the person may not.
    """
    at = at or timezone.now()
    row = _locked(decision.meeting, by=by)
    found = row.decisions.filter(pk=decision.pk).first()
    if found is None:
        raise Refusal(_("This is not there any more."), "state")
    if found.taken_back_at is not None:
        return found
    found.taken_back_at = at
    found.save(update_fields=["taken_back_at"])
    _tell(row, "meeting.decision_taken_back", by=by, at=at, data={"decision": found.number})
    return found


def leave_meetings(cluster: Cluster, person: Member | None, *, event: Event) -> None:
    """Take the coming meetings of a cluster out of the calendar of somebody who takes part no more.

    Runs in the transaction that ends the part, the cluster's row locked; `event` tells of that end. The entry's
    number rises, so that a calendar takes the meeting in again should the person come back.
    """
    if person is None:
        return
    ahead = Meeting.objects.filter(cluster=cluster, cancelled_at=None, ends_at__gt=event.at)
    for row in ahead.order_by("starts_at", "pk"):
        row.sequence += 1
        row.save(update_fields=["sequence"])
        meeting_mails.tell_parted(person, row, cluster, event=event)


def _locked(meeting: Meeting, *, by: User, seen_version: int | None = None, at: datetime | None = None) -> Meeting:
    """Return the meeting as it is now, its cluster locked.

    Raises:
        Refusal: the person may not, it is gone, or it was changed since it was read.
    """
    locked = locked_cluster(meeting.cluster_id, by=by, may=can_call_meetings)
    row = locked.meetings.filter(pk=meeting.pk).first()
    if row is None:
        raise Refusal(_("This meeting is not there any more."), "state")
    row.cluster = locked
    if seen_version is not None and row.version != seen_version:
        raise stale(row, _("this meeting"), by=by, at=at or timezone.now())
    return row


def _refuse_cancelled(row: Meeting) -> None:
    if row.cancelled_at is not None:
        raise Refusal(_("This meeting is cancelled. Call another one."), "state")


def _settle(row: Meeting) -> None:
    """Trim the words of a meeting, derive its days, and check it.

    Raises:
        Refusal: a value is missing or wrong.
    """
    for name in ("title", "place", "link", "agenda"):
        setattr(row, name, getattr(row, name).strip())
    if not row.title:
        raise Refusal(_("Give the meeting a title."), "reason")
    if row.zone not in MEETING_ZONES:
        raise Refusal(_("Choose one of the time zones."))
    if row.starts_at is not None and row.ends_at is not None:
        if row.ends_at <= row.starts_at:
            raise Refusal(_("A meeting ends after it begins."))
        first, last = (moment.astimezone(ZoneInfo(row.zone)).date() for moment in (row.starts_at, row.ends_at))
        row.held_on, row.until_on = first, last if last != first else None
    elif row.starts_at is not None or row.ends_at is not None or row.held_on is None:
        raise Refusal(_("Say when the meeting begins and when it ends."))
    check_fields(row, leave_out=_LEFT_OUT)


def _tell(
    row: Meeting,
    verb: str,
    *,
    by: User,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Event:
    """Append the event; those who read the room read the title."""
    words = {"title": row.title, **(detail or {})}
    return record_change(row.cluster, verb, row, by=by, at=at, data=data, detail=words, as_=_AS)


def organisations_of(cluster: Cluster, meeting: Meeting | None = None) -> list[Organisation]:
    """Return the organisations that may have come: those that take part, organise, or are entered; by name."""
    taking_part: Iterable[int | None] = cluster.participations.active().values_list("organisation", flat=True)
    keys = {pk for pk in taking_part if pk is not None}
    if meeting is not None:
        keys |= set(meeting.organisers.values_list("pk", flat=True))
        keys |= set(meeting.attendance.values_list("organisation", flat=True))
    return list(Organisation.objects.filter(pk__in=keys).order_by("name_key", "pk"))
