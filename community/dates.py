"""Days and months: arithmetic that stays legal at the ends of months and of the calendar, and how a day is written."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext


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


def written(day: date, form: str = "full") -> str:
    """Write a day as the active language does; in English "12 May 2026".

    The order and the dots of a language stand in its catalogue, and so do the months where Django's are written as
    no text writes them ("3 Janvier"). A language without a catalogue of ours has the English order.

    Args:
        form: "full", "short" for tables ("12 Jul 2026"), "without year" ("12 Jul") or "month" ("Jul").

    Raises:
        KeyError: there is no such form.
    """
    forms = {
        "full": pgettext("format of a day in full", "j E Y"),
        "short": pgettext("format of a day in a table", "j M Y"),
        "without year": pgettext("format of a day in a table, without its year", "j M"),
        "month": pgettext("format of a month on an axis", "M"),
    }
    if form == "full" and day.day == 1:
        return date_format(day, pgettext("format of the first day of a month, in full", "j E Y"))
    return date_format(day, forms[form])


def written_moment(at: datetime) -> str:
    """Write a moment by the clocks of the site: "12 May 2026, 14:31"."""
    local = timezone.localtime(at)
    return f"{written(local)}, {date_format(local, 'H:i')}"
