"""Days and months: arithmetic that stays legal at the ends of months and of the calendar."""

from calendar import monthrange
from datetime import date, timedelta


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
