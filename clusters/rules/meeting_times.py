"""When a meeting is, in the zone in which it was called: also in the nights in which clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.choices import ACTIVE_STATES, ParticipationStatus
from clusters.models import Cluster, Meeting
from clusters.permissions import can_work
from clusters.rules.joining import own_participation
from clusters.rules.room import Anybody, can_see_room
from community.permissions import ALLOWED, Verdict, refused

NO_SUCH_TIME = gettext_lazy(
    "At %(clock)s on %(day)s clocks are put forward: there is no such time. Choose another one."
)


def can_call_meetings(user: Anybody, cluster: Cluster) -> Verdict:
    """The lead's side and the coordinators call meetings and keep their minutes, while the work goes on."""
    verdict = can_see_room(user, cluster)
    return can_work(user, cluster) if verdict else verdict


def has_begun(meeting: Meeting, at: datetime) -> bool:
    """Tell whether a meeting has begun at the moment `at`; without a time of day it begins with its day."""
    return meeting.starts_at <= at if meeting.starts_at else meeting.held_on <= timezone.localdate(at)


def is_over(meeting: Meeting, at: datetime) -> bool:
    """Tell whether a meeting is over at the moment `at`."""
    if meeting.ends_at is not None:
        return meeting.ends_at <= at
    return (meeting.until_on or meeting.held_on) < timezone.localdate(at)


def is_to_be_minuted(meeting: Meeting, at: datetime) -> Verdict:
    """Tell whether minutes and attendance may be written: of what has begun and was not cancelled."""
    if meeting.cancelled_at is not None:
        return refused(_("This meeting is cancelled. Call another one."), "state")
    if not has_begun(meeting, at):
        words = _("It has not begun: %(when)s. Minutes and attendance are written from then on.")
        return refused(words % {"when": when_words(meeting)}, "state")
    return ALLOWED


def can_answer_meeting(user: Anybody, meeting: Meeting, at: datetime) -> Verdict:
    """Whoever takes part says whether they come, until the meeting is over."""
    part = own_participation(user, meeting.cluster)
    if part is None or part.status != ParticipationStatus.ACTIVE:
        return refused(_("Those who take part in the cluster say whether they come."), "forbidden")
    if meeting.cancelled_at is not None:
        return refused(_("This meeting is cancelled, so nobody has to answer."), "state")
    if is_over(meeting, at) or meeting.cluster.state not in ACTIVE_STATES:
        return refused(_("This meeting is over, so nobody has to answer."), "state")
    return ALLOWED


def moment_of(day: date, clock: time, zone: str, *, fold: int = 0) -> datetime:
    """Return the moment at which clocks in `zone` show `clock` that day, in UTC.

    Where they show it twice, `fold` 1 is the second time.

    Raises:
        ValidationError: they never show it, because they are put forward over it.
    """
    local = datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).replace(fold=fold)
    moment = local.astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        words = {"clock": date_format(local, "H:i"), "day": date_format(day, "j F Y")}
        raise ValidationError(NO_SUCH_TIME, params=words)
    return moment


def span_of(first: tuple[date, time], last: tuple[date, time], zone: str) -> tuple[datetime, datetime]:
    """Return beginning and end as moments; an end that clocks show twice is the one after the beginning.

    Raises:
        ValidationError: one of the two does not exist.
    """
    begins, ends = moment_of(*first, zone), moment_of(*last, zone)
    if ends <= begins:
        ends = moment_of(*last, zone, fold=1)
    return begins, ends


def is_ambiguous(moment: datetime, zone: str) -> bool:
    """Tell whether clocks in `zone` show the time of that moment twice that day."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def local(moment: datetime, meeting: Meeting) -> datetime:
    """Return a moment as clocks show it where the meeting was called."""
    return moment.astimezone(ZoneInfo(meeting.zone))


def when_words(meeting: Meeting) -> str:
    """Return when a meeting is: "29 October 2026, 10:00–12:00 (Europe/Brussels)"; days alone where no time is known."""
    if meeting.starts_at is None or meeting.ends_at is None:
        days = [date_format(day, "j F Y") for day in (meeting.held_on, meeting.until_on) if day]
        return " – ".join(dict.fromkeys(days))
    begins, ends = local(meeting.starts_at, meeting), local(meeting.ends_at, meeting)
    first, last = date_format(begins, "j F Y, H:i"), date_format(ends, "H:i")
    if begins.date() != ends.date():
        last = date_format(ends, "j F Y, H:i")
    zone = meeting.zone.replace("_", " ")
    if is_ambiguous(meeting.starts_at, meeting.zone):
        zone = _("%(zone)s, %(utc)s UTC") % {"zone": zone, "utc": date_format(meeting.starts_at.astimezone(UTC), "H:i")}
    return f"{first}–{last} ({zone})"
