"""Appointing coordinators, and ending that without leaving nobody who decides."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from community import contributions
from community.appointment_mails import tell
from community.choices import Standing
from community.events import record
from community.models import Appointment, Event, Member, User, WorkingGroup
from community.permissions import Refusal
from community.rules.appointment import day_without
from community.visibility import is_administrator

ADMINISTRATORS_ONLY = _("Only an administrator appoints coordinators.")
LAST_COORDINATOR = _("Nobody would be left who decides on proposals. Appoint somebody else first.")
ALONE_FROM = _(
    "Nobody would be left who decides on proposals from %(day)s on. Appoint somebody else for the time after first."
)
PAST_DAY = _(
    "The last day is today at the earliest: what was done before stands. Withdraw the appointment where it was a "
    "mistake."
)
NOT_BEGUN = _("This appointment begins later than that. Where it is not to begin at all, withdraw it.")
WITHDRAWN = _("This appointment was withdrawn as a mistake. Appoint the person anew.")
ENDED = _("This appointment has ended, and what is past stays as it was.")
MOVED = _("This appointment belongs to another entry by now. Look at the list again.")
HELD = _(
    "%(person)s coordinates that already from %(from)s to %(until)s by another appointment. Let that one go on, or "
    "choose other days."
)
NO_REASON = _("Say why it was a mistake.")
#: The roles in which events say that somebody acted as coordinator.
DECIDING: Final = ("coordinator", "mission_coordinator", "stand_in", "taking_in", "further_coordinator")


@transaction.atomic
def appoint(
    *, member: Member, working_group: WorkingGroup | None, from_on: date, by: User, until_on: date | None = None
) -> Appointment:
    """Let a member coordinate a group, or the whole mission where it is None; one event.

    Raises:
        Refusal: `by` is no administrator, or the person is no CoP member with an active account.
        ValidationError: the member coordinates that on one of the days already, or the last day lies before the first.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    member = _locked_member(member.pk)
    refuse_unfit(member)
    row = Appointment(member=member, working_group=working_group, from_on=from_on, until_on=until_on)
    row.full_clean()
    _refuse_overlap(row)
    row.save(force_insert=True)
    data = {"member": member.pk, "group": working_group.pk if working_group else None, "from": from_on}
    tell(row, record(verb="appoint", subject=row, by=by, data=data))
    return row


def _locked_member(key: int) -> Member:
    """Return a person, locked before what they coordinate: who leaves the community at once is waited for.

    Not the key: the row of the appointment refers to it.
    """
    return Member.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=key)


def refuse_unfit(member: Member) -> None:
    """Refuse somebody who may not coordinate: to appoint them, and to let an appointment that ended live again.

    Raises:
        Refusal: the person is no CoP member with an active account.
    """
    if member.standing != Standing.MEMBER or member.user is None or not member.user.is_active:
        raise Refusal(_("A coordinator is a member of the community with an account."))


def _refuse_overlap(row: Appointment) -> None:
    """Refuse a second appointment of a person for the same group on the same day; their row is locked.

    Raises:
        ValidationError: with the days of the other one.
    """
    others = Appointment.objects.counting().filter(member=row.member, working_group=row.working_group)
    other = others.exclude(pk=row.pk).overlapping(row.from_on, row.until_on).first()
    if other is not None:
        last = date_format(other.until_on, "j F Y") if other.until_on else _("no last day")
        words = {"person": row.member.name, "from": date_format(other.from_on, "j F Y"), "until": last}
        raise ValidationError(HELD, code="held", params=words)


@transaction.atomic
def end_appointment(*, appointment: Appointment, last_on: date, by: User, at: datetime | None = None) -> Appointment:
    """Let an appointment end with the day `last_on`; one event. A no-op when it ends earlier, or counts no more.

    The person and the other coordinators are told.

    All appointments that reach beyond that day are locked, so that two at once cannot end the last two.

    Raises:
        Refusal: `by` is no administrator, that day or its own last one is past, it begins after that day, or on some
            day nobody would be left who decides.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    at = at or timezone.now()
    today = timezone.localdate(at)
    deciders = _lock_deciders(today)
    row = deciders.get(appointment.pk) or Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if row.withdrawn_at is not None or (row.until_on is not None and row.until_on <= last_on):
        return row
    if last_on < today:
        is_over = row.until_on is not None and row.until_on < today
        raise Refusal(ENDED if is_over else PAST_DAY, "state")
    if row.from_on > last_on:
        raise Refusal(NOT_BEGUN, "state")
    _refuse_gap(deciders, {row.pk}, last_on + timedelta(days=1), today)
    row.until_on = last_on
    row.full_clean()
    row.save(update_fields=["until_on"])
    tell(row, record(verb="end_appointment", subject=row, by=by, at=at, data={"until": last_on}))
    return row


def end_appointments_of(member: Member, *, by: User, at: datetime) -> list[int]:
    """Let all appointments of somebody who leaves the community end today; one event each. Return their keys.

    One that has not begun is called off: it holds on no day. The caller's transaction holds the person's row.

    Raises:
        Refusal: nobody would be left who decides.
    """
    today = timezone.localdate(at)
    if member.user is not None:
        refuse_without_coordinators(leaving=member.user, on=today)
    rows = list(Appointment.objects.select_for_update(of=("self",)).for_member(member).outlasting(today).order_by("pk"))
    for row in rows:
        row.until_on = max(today, row.from_on)
        row.withdrawn_at = at if row.from_on > today else None
        row.save(update_fields=["until_on", "withdrawn_at"])
        verb = "call_off_appointment" if row.withdrawn_at is not None else "end_appointment"
        tell(row, record(verb=verb, subject=row, by=by, at=at, data={"until": row.until_on}))
    return [row.pk for row in rows]


@transaction.atomic
def resume_appointment(
    *, appointment: Appointment, by: User, last_on: date | None = None, at: datetime | None = None
) -> Appointment:
    """Let an appointment go on until `last_on`, or without a last day; one event. A no-op where it goes on so long.

    One whose last day is past stays as it was: the person is appointed anew from today on, and that row is returned.
    The person is locked before the row, so that nobody who leaves the community at once keeps it.

    Raises:
        Refusal: `by` is no administrator, the person is no CoP member with an active account, it was withdrawn, or it
            has ended and `last_on` is past.
        ValidationError: the member coordinates that by another appointment by now.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    at = at or timezone.now()
    today = timezone.localdate(at)
    member = _locked_member(Appointment.objects.values_list("member", flat=True).get(pk=appointment.pk))
    row = Appointment.objects.select_for_update(of=("self",)).select_related("working_group").get(pk=appointment.pk)
    if row.member_id != member.pk or row.withdrawn_at is not None:
        raise Refusal(WITHDRAWN if row.withdrawn_at is not None else MOVED, "state")
    if row.until_on is None or (last_on is not None and last_on <= row.until_on):
        return row
    refuse_unfit(member)
    if row.until_on < today:
        if last_on is not None and last_on < today:
            raise Refusal(ENDED, "state")
        return appoint(member=member, working_group=row.working_group, from_on=today, until_on=last_on, by=by)
    before, row.until_on = row.until_on, last_on
    row.full_clean()
    _refuse_overlap(row)
    row.save(update_fields=["until_on"])
    data = {"ended": before} if last_on is None else {"ended": before, "until": last_on}
    tell(row, record(verb="resume_appointment", subject=row, by=by, at=at, data=data))
    return row


@transaction.atomic
def withdraw_appointment(*, appointment: Appointment, reason: str, by: User, at: datetime | None = None) -> Appointment:
    """Take back an appointment that was a mistake, or call off one that begins later; one event with the reason.

    It counts no more from this moment on, and stays in the history as withdrawn. Where the person acted by it, what
    they decided stands: it ends today instead, and counts until the evening. A no-op for one that was withdrawn, and
    for one that somebody acted by and that ends today already. The person and the other coordinators are told.

    Raises:
        Refusal: `by` is no administrator, no reason is given, it has ended, or nobody would be left who decides.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    if not reason.strip():
        raise Refusal(NO_REASON)
    at = at or timezone.now()
    today = timezone.localdate(at)
    deciders = _lock_deciders(today)
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("member__user", "working_group")
    row = rows.get(pk=appointment.pk)
    if row.withdrawn_at is not None:
        return row
    if row.until_on is not None and row.until_on < today:
        raise Refusal(ENDED, "state")
    is_void = not _has_acted(row)
    if not is_void and row.until_on == today:
        return row
    _refuse_gap(deciders, {row.pk}, today if is_void else today + timedelta(days=1), today)
    if is_void:
        row.withdrawn_at, row.until_on = at, row.until_on or max(today, row.from_on)
    else:
        row.until_on = today
    row.save(update_fields=["withdrawn_at", "until_on"])
    taken_back = "call_off_appointment" if row.from_on > today else "withdraw_appointment"
    verb = taken_back if is_void else "end_appointment"
    data, detail = {"until": row.until_on}, {"reason": reason.strip()}
    tell(row, record(verb=verb, subject=row, by=by, at=at, data=data, detail=detail))
    return row


def _has_acted(row: Appointment) -> bool:
    """Tell whether the person acted as a coordinator by an appointment: since it was made, and since its first day.

    While they coordinated something else, too, only what they did for what this one is about (`events_of_groups`).
    """
    if row.member.user is None:
        return False
    made = Event.objects.filter(kind="appointment", subject_id=row.pk, verb="appoint").order_by("pk").first()
    first = _midnight(row.from_on)
    since = max(first, made.at) if made is not None else first
    acted = Event.objects.filter(by=row.member.user, role__in=DECIDING, at__gte=since)
    others = Appointment.objects.counting().outlasting(row.from_on - timedelta(days=1)).for_member(row.member)
    elsewhere = [_while_held(other) for other in others.exclude(pk=row.pk)]
    if elsewhere:
        of_this = [of_group(row.working_group_id) for of_group in contributions.events_of_groups]
        acted = acted.filter(~reduce(or_, elsewhere) | reduce(or_, of_this, Q(pk=None)))
    return acted.exists()


def _while_held(row: Appointment) -> Q:
    """Return the condition that something happened on a day on which an appointment held."""
    held = Q(at__gte=_midnight(row.from_on))
    return held if row.until_on is None else held & Q(at__lt=_midnight(row.until_on + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def refuse_without_coordinators(*, leaving: User, on: date) -> None:
    """Refuse when on the day `on`, or on a later one, nobody but `leaving` could decide; locks who can.

    Raises:
        Refusal: the account is the last one that decides.
    """
    deciders = _lock_deciders(on)
    _refuse_gap(deciders, {row.pk for row in deciders.values() if row.member.user_id == leaving.pk}, on, on)


def lock_to_change(appointment: Appointment, *, on: date) -> None:
    """Lock the person and the appointments of all who decide on a day or later, before this appointment is locked."""
    _locked_member(appointment.member_id)
    _lock_deciders(on)


def lock_deciders_with(user: User, on: date) -> None:
    """Lock the appointments of all who decide on a day or later, where this account is one of theirs."""
    if Appointment.objects.outlasting(on - timedelta(days=1)).filter(member__user=user).exists():
        _lock_deciders(on)


def _lock_deciders(on: date) -> dict[int, Appointment]:
    """Return the appointments of those who may decide, that hold on the day `on` or a later one; all locked.

    They are read once more under the locks: whoever was waited for may have ended one, or an account or a membership.
    """
    rows = Appointment.objects.deciders().outlasting(on - timedelta(days=1)).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))
    return {row.pk: row for row in rows.select_related("member")}


def _refuse_gap(deciders: dict[int, Appointment], leaving: set[int], since: date, today: date) -> None:
    """Refuse when on a day from `since` on nobody would decide without the appointments that are leaving.

    Raises:
        Refusal: with the first such day, where it is later than tomorrow.
    """
    day = day_without(deciders.values(), leaving, since)
    if day is None:
        return
    if day <= today + timedelta(days=1):
        raise Refusal(LAST_COORDINATOR)
    raise Refusal(ALONE_FROM % {"day": date_format(day, "j F Y")})
