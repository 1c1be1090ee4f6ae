"""Meetings as the room shows them: those to come, those that were, and one with all that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clusters.choices import ParticipationStatus
from clusters.models import Cluster, Meeting
from clusters.rules.meeting_times import is_over, is_to_be_minuted, when_words

#: On the room's page; the other ones that were open with a press.
SHOWN_BEFORE = 5


@dataclass(frozen=True)
class MeetingLine:
    """One meeting in the list."""

    meeting: Meeting
    when: str
    is_over: bool
    decisions: int


@dataclass(frozen=True)
class Meetings:
    """The meetings of a room: the next one first, then those that were, the last one first."""

    coming: list[MeetingLine]
    before: list[MeetingLine]
    earlier: list[MeetingLine]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.coming or self.before)


def meetings_of(cluster: Cluster, at: datetime) -> Meetings:
    """Return the meetings of a cluster at the moment `at`; two queries."""
    rows = cluster.meetings.prefetch_related("decisions").order_by("held_on", "starts_at", "pk")
    lines = [_line(row, at) for row in rows]
    over = [line for line in reversed(lines) if line.is_over]
    return Meetings([line for line in lines if not line.is_over], over[:SHOWN_BEFORE], over[SHOWN_BEFORE:])


def _line(row: Meeting, at: datetime) -> MeetingLine:
    standing = sum(decision.taken_back_at is None for decision in row.decisions.all())
    return MeetingLine(row, when_words(row), is_over(row, at), standing)


def sheet(row: Meeting, at: datetime) -> dict[str, Any]:
    """Return what the page of one meeting shows; four queries."""
    said = row.answers.filter(participation__status=ParticipationStatus.ACTIVE)
    answers = list(said.select_related("participation__member").order_by("participation__member__sort_name", "pk"))
    attendance = list(row.attendance.select_related("organisation"))
    return {
        "meeting": row,
        "when": when_words(row),
        "is_over": is_over(row, at),
        "to_minute": is_to_be_minuted(row, at),
        "decisions": list(row.decisions.all()),
        "coming": [one.participation.member for one in answers if one.is_coming],
        "away": [one.participation.member for one in answers if not one.is_coming],
        "organisers": list(row.organisers.all()),
        "attendance": attendance,
        "persons": sum(one.persons for one in attendance),
        "countries": len({one.organisation.country for one in attendance}),
    }
