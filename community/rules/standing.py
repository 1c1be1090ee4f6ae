"""What ends when people leave the community, said before it is done and once they come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import dropwhile, takewhile
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from community import contributions
from community.choices import Standing
from community.models import Appointment, Event, Member

#: The verbs by which somebody ceased to be a member, or an external partner.
DEPARTURES: Final = ("leave_community", "make_external")
#: The verb by which somebody becomes one.
RETURN: Final = "make_member"


@dataclass(frozen=True)
class Ahead:
    """What would end with one person's departure, a sentence each; `cares` are what deserves care before."""

    member: Member
    ends: tuple[str, ...]
    cares: tuple[str, ...]


def ahead_of(members: Sequence[Member], on: date) -> list[Ahead]:
    """Say for each person what would end if all of them left on the day `on`."""
    leaving = {row.pk for row in members}
    staying = _staying(leaving, on)
    return [_ahead(row, staying, on) for row in members]


def ended_by_departure(member: Member) -> list[str]:
    """Say what ended since somebody was a member last, as far as it was not taken up again.

    Who left and became an external partner before they came back departed twice.
    """
    ended: dict[str, list[int]] = {}
    events = dropwhile(_is_return, Event.objects.about(member).of_verbs([*DEPARTURES, RETURN]))
    for event in takewhile(lambda event: not _is_return(event), events):
        for code, keys in event.data.get("ended", {}).items():
            ended.setdefault(code, []).extend(keys)
    rows = Appointment.objects.filter(pk__in=ended.get("appointments", ())).select_related("working_group")
    held = Appointment.objects.filter(member=member, until_on=None)
    taken_up = set(held.values_list("working_group", flat=True))
    said = [_coordinates(row) for row in rows.order_by("pk") if row.working_group_id not in taken_up]
    for code in contributions.departures.codes():
        said += contributions.departures.get(code).ended(ended.get(code, ()))
    return said


def _is_return(event: Event) -> bool:
    return event.verb == RETURN


def _staying(leaving: set[int], on: date) -> set[int | None]:
    """Return the groups that somebody else coordinates on the day after; None among them is the whole mission."""
    rows = Appointment.objects.current(on + timedelta(days=1)).exclude(member__in=leaving)
    rows = rows.filter(member__standing=Standing.MEMBER, member__user__is_active=True)
    return set(rows.values_list("working_group", flat=True))


def _ahead(member: Member, staying: set[int | None], on: date) -> Ahead:
    held = Appointment.objects.for_member(member).outlasting(on).select_related("working_group").order_by("pk")
    rows = list(held)
    ends, cares = [_coordinates(row, on) for row in rows], []
    if member.standing == Standing.FORMER:
        cares.append(_("is a former member already"))
    for row in rows:
        if row.working_group_id not in staying:
            words = _("Nobody else coordinates %(group)s: appoint somebody, too.")
            cares.append(words % {"group": row.working_group or _("the whole mission")})
    if rows and not staying:
        cares.append(_("Nobody would be left who decides on proposals, so this is refused."))
    for one in contributions.departures:
        ends += one.ahead(member)
    return Ahead(member, tuple(ends), tuple(cares))


def _coordinates(row: Appointment, on: date | None = None) -> str:
    words = {"group": row.working_group or _("the whole mission"), "day": date_format(row.from_on, "j F Y")}
    if on is not None and row.from_on > on:
        return _("coordinates %(group)s from %(day)s") % words
    return _("coordinates %(group)s") % words
