"""What waits because of policy statements: comments that end, and an adoption."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from clusters.notifications.silences import appointments_on, person_of
from clusters.rules.reminders import Person, Silence
from community.models import Appointment
from results.choices import StatementState
from results.models import PolicyStatement

People = tuple[Person, ...]


def waiting_statements(on: date) -> Iterator[Silence]:
    """Yield what is under discussion: its comments, and who may adopt it afterwards; three queries."""
    rows = PolicyStatement.objects.in_state(StatementState.DISCUSSED).prefetch_related("writers__user")
    appointments = appointments_on(on)
    for row in rows.order_by("pk"):
        opened = timezone.localdate(row.state_since) if row.state_since else on
        adopters = _adopters(row, appointments, on)
        anchor = max(opened, row.comments_until or opened)
        yield _silence("statement", row, anchor, adopters, comments_until=row.comments_until)
        if row.comments_until is not None:
            writers = tuple(person for member in row.writers.all() for person in person_of(member))
            people = {"coordinators": adopters["coordinators"], "writers": writers}
            yield _silence("statement_comments", row, row.comments_until, people, since=opened)


def _silence(rule: str, row: PolicyStatement, anchor: date, people: dict[str, People], **more: Any) -> Silence:
    return Silence(
        rule,
        key=f"statement:{row.pk}",
        anchor=anchor,
        people=people,
        group_id=row.working_group_id,
        part_id=row.pk,
        kind="statement",
        title=row.title,
        url=reverse("results:statement", args=[row.pk]),
        **more,
    )


def _adopters(row: PolicyStatement, appointments: list[Appointment], on: date) -> dict[str, People]:
    """Return who may adopt it and did not write in it: the group's, then the mission's; stand-ins where none is there.

    As `results.rules.policy.statement_capacities` says it for one reader.
    """
    wrote = {member.pk for member in row.writers.all()}
    free = [one for one in appointments if one.member_id not in wrote]
    own = [one for one in free if one.working_group_id == row.working_group_id]
    mission = [one for one in free if one.working_group_id is None and one not in own]
    if any(_is_there(one, on) for one in own):
        return {"coordinators": _people(own), "mission": _people(mission)}
    if any(_is_there(one, on) for one in mission):
        return {"coordinators": _people([*own, *mission])}
    return {"coordinators": _people(free)}


def _is_there(row: Appointment, on: date) -> bool:
    user = row.member.user
    return user is not None and user.is_active and not (row.absent_until is not None and row.absent_until >= on)


def _people(rows: list[Appointment]) -> People:
    unique = {row.member_id: row for row in rows}
    return tuple(person for row in unique.values() for person in person_of(row.member, row.absent_until))
