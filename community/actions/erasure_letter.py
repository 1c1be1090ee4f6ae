"""Wishes to be erased that came by letter, and the reminder before the clock erases somebody."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.actions.erasure import close_wish, locked, refuse_obstacles, refuse_superuser
from community.choices import DataRequestKind
from community.dates import written
from community.events import record
from community.models import DataRequest, Member, User
from community.permissions import Refusal
from community.person_mails import ASKED, SOON, tell_of_request
from community.visibility import is_administrator

ADMINISTRATORS_ONLY: Final = _("Only an administrator enters what people ask by letter.")
GONE: Final = _("This person was erased already.")
ENTERED: Final = _(
    "It is entered already that a letter came on %(day)s. Take that back first to enter another day: nothing is "
    "changed yet."
)
ASKED_HERE: Final = _("The person asked here on %(day)s already, and that counts. Nothing is entered.")
TO_COME: Final = _("This day is still to come. Enter the day on which the letter came.")
NOT_BY_LETTER: Final = _("The person asked on this site: they alone take it back.")
#: Who asked by letter is not erased sooner after it was entered, so that they hear of it before.
HEARD: Final = timedelta(days=3)
#: The reminder leaves so long before the day, or when half of the time is over; none where all of it is shorter.
AHEAD: Final = timedelta(days=7)
SHORT: Final = timedelta(days=2)


@transaction.atomic
def record_letter(*, member: Member, came_on: date, by: User, at: datetime | None = None) -> DataRequest:
    """Note that a person asked otherwise than here to be erased; one event, and a mail to them.

    From then on it is as if they had asked here on that day: the clock does it `ERASURE_DAYS` later, but not before
    the person had `HEARD` to take it back. A no-op that returns the open request where the letter is entered already.

    Raises:
        Refusal: `by` is no administrator, or no superuser where the person is one; the person was erased; the day is
            still to come; something must be cleared that no waiting clears; or the person asked here already, or by
            a letter of another day.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    at, row = at or timezone.now(), locked(member)
    refuse_superuser(row, by=by)
    if row.erased_at is not None:
        raise Refusal(GONE, "state")
    if came_on > timezone.localdate(at):
        raise Refusal(TO_COME, "day")
    waiting = DataRequest.objects.open().of_member(row).of_kind(DataRequestKind.ERASURE).first()
    if waiting is not None:
        if waiting.recorded_by_id is None or timezone.localdate(waiting.asked_at) != came_on:
            words = ENTERED if waiting.recorded_by_id else ASKED_HERE
            raise Refusal(words % {"day": written(timezone.localdate(waiting.asked_at))}, "state")
        return waiting
    refuse_obstacles(row, at, waits=False)
    asked_at, days = _begin_of(came_on), timedelta(days=settings.ERASURE_DAYS)
    due_at = max(asked_at + days, at + min(days, HEARD))
    asked = DataRequest.objects.create(
        member=row, kind=DataRequestKind.ERASURE, asked_at=asked_at, due_at=due_at, recorded_by=by, recorded_at=at
    )
    data = {"request": asked.pk, "due": due_at, "came": came_on.isoformat()}
    event = record(verb="record_erasure", subject=row, by=by, at=at, data=data)
    tell_of_request(ASKED, asked, event=event)
    return asked


@transaction.atomic
def withdraw_letter(*, request: DataRequest, by: User, at: datetime | None = None) -> DataRequest:
    """Take back what an administrator entered; one event, and a mail to the person. A no-op when it is closed.

    Raises:
        Refusal: `by` is no administrator, or the person asked here.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    rows = DataRequest.objects.select_for_update(of=("self",)).select_related("member__user")
    row = rows.of_kind(DataRequestKind.ERASURE).get(pk=request.pk)
    if row.closed_at is not None:
        return row
    if row.recorded_by_id is None:
        raise Refusal(NOT_BY_LETTER, "state")
    return close_wish(row, by=by, at=at or timezone.now())


def remind_of_erasures(at: datetime) -> int:
    """Remind who is erased soon, once, so that they take it back if they want; return how many."""
    count = 0
    for asked in DataRequest.objects.due_until(at, at + AHEAD):
        due_at = asked.due_at or at
        waits = due_at - asked.told_at
        if waits < SHORT or at < due_at - min(AHEAD, waits / 2):
            continue
        count += _remind(asked)
    return count


@transaction.atomic
def _remind(asked: DataRequest) -> bool:
    """Queue the reminder unless it was taken back meanwhile, or queued before."""
    if not DataRequest.objects.select_for_update(of=("self",)).open().filter(pk=asked.pk).exists():
        return False
    return tell_of_request(SOON, asked, key=f"erasure_soon:{asked.pk}") is not None


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
