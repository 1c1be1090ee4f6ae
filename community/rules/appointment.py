"""Whether somebody decides on every day, when appointments end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from community.models import Appointment, Member

#: First and last day, both included; no last day is open.
Span = tuple[date, date | None]


def first_day_without(left: Iterable[Span], *, taken: Iterable[Span], since: date) -> date | None:
    """Return the first day from `since` on that only what is taken away covers; None where every day is covered.

    Days that nobody covered before do not count: they are not made worse.
    """
    ordered = sorted(left, key=_first)
    days = [day for span in taken if (day := _first_uncovered(span, ordered, since)) is not None]
    return min(days, default=None)


def day_without(deciders: Iterable[Appointment], leaving: set[int], since: date) -> date | None:
    """Return the first day from `since` on that nobody decides on without the appointments of the keys `leaving`."""
    spans: dict[bool, list[Span]] = {True: [], False: []}
    for row in deciders:
        spans[row.pk in leaving].append((row.from_on, row.until_on))
    return first_day_without(spans[False], taken=spans[True], since=since)


def leaves_nobody(member: Member, on: date) -> bool:
    """Tell whether on the day `on`, or on a later one, nobody would decide without a person."""
    deciders = list(Appointment.objects.deciders().outlasting(on - timedelta(days=1)))
    return day_without(deciders, {row.pk for row in deciders if row.member_id == member.pk}, on) is not None


def _first_uncovered(span: Span, left: list[Span], since: date) -> date | None:
    """Return the first day of a span from `since` on that nothing of what is left covers."""
    day, last = max(span[0], since), span[1] or date.max
    for first, until in left:
        if day > last or first > day:
            break
        if until is None or until == date.max:
            return None
        day = max(day, until + timedelta(days=1))
    return day if day <= last else None


def _first(span: Span) -> date:
    return span[0]
