"""Days and months: arithmetic that stays legal at the ends of months and of the calendar."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later (or earlier), the last day where it does not exist.

    Results outside the calendar stop at its ends (year 1, year 9999).
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def earliest_end(on: date, months: int) -> date:
    """Return the earliest day which, `months` months later, is not before `on`.

    The inverse of `add_months`: `end >= earliest_end(on, m)` says the same as `add_months(end, m) >= on`.
    """
    day = add_months(on, -months)
    while add_months(day, months) < on:
        day += timedelta(days=1)
    return day


def next_local(after: datetime, clock: time, *, weekday: int | None = None) -> datetime:
    """Return the first moment after `after` at which clocks in the site's zone show `clock`, in UTC.

    Each day has exactly one such moment: where clocks are put back it is the first of the two, where they are put
    forward over it, it is as long after midnight as on any other day. `weekday` keeps one day of the week, Monday 0.
    """
    zone = timezone.get_default_timezone()
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        moment = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
        if moment > after and weekday in (None, day.weekday()):
            return moment
        day += timedelta(days=1)
