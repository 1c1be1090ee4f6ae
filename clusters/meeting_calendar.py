"""A meeting as an entry of calendars (RFC 5545), by the `icalendar` package: to be fetched, and sent with mails."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from clusters.models import Meeting
from clusters.rules.meeting_times import is_ambiguous, local

if TYPE_CHECKING:
    from icalendar import Event

#: Signs that calendars do not bear; line breaks and tabs are written as text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


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
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Mission4Nature//Cluster registry//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", str(method))
    calendar.add_component(_event(meeting, method=method, at=at, to=to))
    year = meeting.held_on.year
    calendar.add_missing_timezones(first_date=date(max(year - 1, 1970), 1, 1), last_date=date(year + 2, 1, 1))
    return bytes(calendar.to_ical())


def _event(meeting: Meeting, *, method: Method, at: datetime, to: str) -> Event:
    from icalendar import Event, vCalAddress, vText

    event = Event()
    event.add("uid", uid_of(meeting))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("summary", _clean(meeting.title))
    event.add("status", "CANCELLED" if meeting.cancelled_at else "CONFIRMED")
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
