"""Dates as the registry writes them: "12 May 2026", ages in days, always inside `<time>`.

Every filter takes a date or a datetime (shown in the site's time zone) and answers "" for nothing, so that a template
needs no `if` around it. `on` is the day from which ages are counted; it defaults to today.
"""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from community.dates import written

register = template.Library()

Day = date | datetime | None


def as_day(value: date | datetime) -> date:
    """Return the calendar day of `value` in the site's time zone."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def _time(value: date, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


@register.filter
def day(value: Day) -> SafeString | str:
    """Write a day in full: "12 May 2026"."""
    if not value:
        return ""
    shown = as_day(value)
    return _time(shown, written(shown))


@register.filter
def day_short(value: Day) -> SafeString | str:
    """Write a day for tables: "12 Jul 2026"."""
    if not value:
        return ""
    shown = as_day(value)
    return _time(shown, written(shown, "short"))


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """Write a moment with its time of day: "12 May 2026, 14:31"."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    words = f"{written(local)}, {date_format(local, 'H:i')}"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), words)


@register.filter
def clock(value: datetime | None) -> SafeString | str:
    """Write the time of day only: "14:31"."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return format_html('<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), date_format(local, "H:i"))


@register.simple_tag
def period(start: Day, end: Day) -> SafeString | str:
    """Write a span for tables: "2 Jul – 3 Jul 2025", one day only once, an open side in words."""
    if not start and not end:
        return gettext("no dates yet")
    if not end:
        return format_html(gettext("from {}"), day_short(start))
    if not start:
        return format_html(gettext("until {}"), day_short(end))
    first, last = as_day(start), as_day(end)
    if first == last:
        return day_short(first)
    opening = written(first, "without year" if first.year == last.year else "short")
    return format_html("{} – {}", _time(first, opening), day_short(last))


def days_between(earlier: Day, later: Day) -> int | None:
    """Return the whole days from one to the other; None when either is missing."""
    if not earlier or not later:
        return None
    return (as_day(later) - as_day(earlier)).days


@register.filter
def ago(value: Day, on: date | None = None) -> str:
    """Write an age in days: "today", "1 day ago", "69 days ago", "in 3 days"."""
    days = days_between(value, on or timezone.localdate())
    if days is None:
        return ""
    if days == 0:
        return gettext("today")
    if days < 0:
        return ngettext("in %(days)d day", "in %(days)d days", -days) % {"days": -days}
    return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}


@register.filter
def left(value: Day, on: date | None = None) -> str:
    """Write what is left until an end: "80 days left", "last day", "3 days over"."""
    days = days_between(on or timezone.localdate(), value)
    if days is None:
        return ""
    if days == 0:
        return gettext("last day")
    if days < 0:
        return ngettext("%(days)d day over", "%(days)d days over", -days) % {"days": -days}
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


@register.filter
def duration(start: Day, end: Day) -> str:
    """Write how long a span is, both days counted: "1 day", "179 days"."""
    days = days_between(start, end)
    if days is None:
        return ""
    return ngettext("%(days)d day", "%(days)d days", days + 1) % {"days": days + 1}


@register.filter
def slip(days: int | None) -> str:
    """Write days against the baseline: "+14 d", "−1 d", "0"."""
    if days is None:
        return ""
    if days == 0:
        return "0"
    return gettext("%(days)s d") % {"days": f"{'+' if days > 0 else '−'}{abs(days)}"}
