"""Meetings and dates as entries of calendars (RFC 5545), by the `icalendar` package: fetched, and sent by mail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from clusters.models import Meeting
from clusters.rules.meeting_times import is_ambiguous, local

if TYPE_CHECKING:
    from icalendar import Calendar, Event

#: Signs that calendars do not bear; line breaks and tabs are written as text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Day:
    """A date without a time: what is due, of what, and where it is done; address and `code` name it.

    A `short` name stands for a long `what`, which becomes the description.
    """

    day: date
    what: str
    title: str
    url: str
    code: str = ""
    short: str = ""


class Method(StrEnum):
    """What a calendar is to do with an entry (RFC 5546)."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def uid_of(meeting: Meeting) -> str:
    """Return the one name of a meeting in all calendars, from its calling to its cancellation."""
    return f"meeting-{meeting.pk}@{urlsplit(settings.SITE_URL).hostname}"


def page_of(meeting: Meeting) -> str:
    """Return the full address of the meeting's page."""
    kwargs = {"reference": meeting.cluster.name, "pk": meeting.pk}
    return settings.SITE_URL + reverse("clusters:room_meeting", kwargs=kwargs)


def calendar_of(meeting: Meeting, *, method: Method, at: datetime, to: str = "") -> bytes:
    """Return a calendar with a meeting alone; an empty one for a meeting without a time of day is all-day.

    Args:
        method: PUBLISH for who fetches it; REQUEST and CANCEL for the mails, which name their one recipient.
        at: when this was written down.
        to: the address of that recipient; nobody else's stands in it.
    """
    calendar = _empty(method)
    calendar.add_component(_event(meeting, method=method, at=at, to=to))
    return _written(calendar, [meeting.held_on])


def calendar_of_days(rows: Iterable[Meeting | Day], *, at: datetime) -> bytes:
    """Return a calendar to be fetched with many dates: meetings as they are called, all others as whole days.

    A date keeps its name from one fetch to the next, so that a calendar does not hold it twice.
    """
    calendar, days = _empty(Method.PUBLISH), []
    for row in rows:
        if isinstance(row, Meeting):
            days.append(row.held_on)
            calendar.add_component(_event(row, method=Method.PUBLISH, at=at, to=""))
        else:
            days.append(row.day)
            calendar.add_component(_whole_day(row, at))
    return _written(calendar, days)


def _empty(method: Method) -> Calendar:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Mission4Nature//Cluster registry//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", str(method))
    return calendar


def _written(calendar: Calendar, days: Iterable[date]) -> bytes:
    """Return the calendar's bytes, with the zones that it names as they are in the years of these days."""
    years = [day.year for day in days]
    if years:
        first, last = date(max(min(years) - 1, 1970), 1, 1), date(max(years) + 2, 1, 1)
        calendar.add_missing_timezones(first_date=first, last_date=last)
    return bytes(calendar.to_ical())


def _whole_day(row: Day, at: datetime) -> Event:
    from icalendar import Event

    event, host = Event(), urlsplit(settings.SITE_URL).hostname
    name = blake2b(f"{row.url} {row.code}".encode(), digest_size=10).hexdigest()
    event.add("uid", f"date-{name}@{host}")
    event.add("dtstamp", at.astimezone(UTC))
    event.add("summary", _clean(f"{row.short or row.what}: {row.title}"))
    if row.short:
        event.add("description", _clean(row.what))
    event.add("url", settings.SITE_URL + row.url)
    event.add("transp", "TRANSPARENT")
    event.add("dtstart", row.day)
    event.add("dtend", date.fromordinal(row.day.toordinal() + 1))
    return event


def _event(meeting: Meeting, *, method: Method, at: datetime, to: str) -> Event:
    from icalendar import Event, vCalAddress, vText

    event = Event()
    event.add("uid", uid_of(meeting))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("summary", _clean(meeting.title))
    is_off = meeting.cancelled_at is not None or method is Method.CANCEL
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("url", page_of(meeting))
    event.add("description", _clean(_description(meeting)))
    if where := meeting.place or meeting.link:
        event.add("location", _clean(where))
    _add_times(event, meeting)
    if method is not Method.PUBLISH:
        organiser = vCalAddress(f"mailto:{_address(settings.DEFAULT_FROM_EMAIL)}")
        organiser.params["CN"] = vText(_clean(meeting.cluster.title).replace('"', "'"))
        event.add("organizer", organiser)
        attendee = vCalAddress(f"mailto:{to}")
        attendee.params["RSVP"] = vText("FALSE")
        attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
        event.add("attendee", attendee)
    return event


def _add_times(event: Event, meeting: Meeting) -> None:
    """Add beginning and end in the zone of the meeting; in UTC where clocks there show the time twice."""
    if meeting.starts_at is None or meeting.ends_at is None:
        event.add("dtstart", meeting.held_on)
        last = meeting.until_on or meeting.held_on
        event.add("dtend", date.fromordinal(last.toordinal() + 1))
        return
    for name, moment in (("dtstart", meeting.starts_at), ("dtend", meeting.ends_at)):
        twice = is_ambiguous(moment, meeting.zone)
        event.add(name, moment.astimezone(UTC) if twice else local(moment, meeting))


def _description(meeting: Meeting) -> str:
    lines = [meeting.cluster.title, *(f"{number}. {item}" for number, item in enumerate(meeting.items, 1))]
    if meeting.link:
        lines.append(meeting.link)
    return "\n".join([*lines, page_of(meeting)])


def _clean(text: str) -> str:
    return _CONTROLS.sub("", text)


def _address(sender: str) -> str:
    """Return the bare address of a sender that may have a name."""
    found = re.search(r"<([^>]+)>", sender)
    return found[1] if found else sender
