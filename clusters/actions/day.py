"""The report of a one-day cluster: the day closed, what came of it, who was there, and the end, in one press."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.outcome import add_outcome
from clusters.actions.parts import check_fields, locked_cluster, record_change
from clusters.actions.roadmap import complete_stage, drop_stage
from clusters.choices import OPEN_STAGES, StageKind
from clusters.models import Attendance, Cluster, Meeting, Stage
from clusters.rules.day import can_report_day
from community.actions.transition import transition
from community.models import Organisation, User
from community.permissions import Refusal

#: At most so many persons of one organisation at one meeting.
MOST_PERSONS = 999


@transaction.atomic
def report_day(
    *,
    cluster: Cluster,
    by: User,
    took_place: Iterable[int],
    why_not: str = "",
    outcomes: Iterable[Mapping[str, Any]] = (),
    present: Mapping[Organisation, int] | None = None,
    at: datetime | None = None,
    **end: Any,
) -> Cluster:
    """Close a one-day cluster: stages done or dropped, outcomes and attendance recorded, concluded. All or nothing.

    Args:
        took_place: ids of the open stages that were held; the others are dropped for the reason `why_not`.
        outcomes: fields of outcomes, as `add_outcome` takes them.
        present: how many persons of each organisation were there.
        end: what the verb conclude takes: `lessons`, `next_steps`, `practitioners_summary`, `has_no_outcome`.

    Returns:
        The concluded cluster.

    Raises:
        Refusal: it is no one-day cluster that runs and whose day has come, the person may not conclude it, a reason
            is missing, or something stands in the way of the end.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_report_day)
    day, held = locked.starts_on, set(took_place)
    if day is None:
        raise AssertionError("a one-day cluster has a day")
    for stage in locked.stages.filter(status__in=OPEN_STAGES):
        _close(stage, day, by=by, was_held=stage.pk in held, why_not=why_not, at=at)
    for values in outcomes:
        add_outcome(cluster=locked, by=by, at=at, **{"reached_on": day, **values})
    if present:
        _meet(locked, day, present, by=by, at=at)
    return transition(locked, "conclude", by=by, at=at, ended_on=day, **end)


def _close(stage: Stage, day: date, *, by: User, was_held: bool, why_not: str, at: datetime) -> None:
    """Mark a stage done on the day, or drop it.

    Raises:
        Refusal: it is to be dropped and nobody says why.
    """
    if was_held:
        days: dict[str, Any] = {"actual_start_on": stage.actual_start_on or day, "actual_end_on": day}
        complete_stage(stage=stage, by=by, seen_version=stage.version, at=at, **days)
        return
    if not why_not.strip():
        raise Refusal(_("Say why the rest was not held."), "reason")
    drop_stage(stage=stage, by=by, seen_version=stage.version, reason=why_not, at=at)


def _meet(cluster: Cluster, day: date, present: Mapping[Organisation, int], *, by: User, at: datetime) -> None:
    """Record the meeting of the day, with how many persons of each organisation were there."""
    stage = cluster.stages.filter(kind=StageKind.MEETING).first()
    meeting = Meeting(cluster=cluster, stage=stage, title=cluster.title[:120], held_on=day)
    check_fields(meeting, leave_out=("cluster", "stage"))
    meeting.save()
    for organisation, persons in present.items():
        if not 1 <= persons <= MOST_PERSONS:
            raise Refusal(_("Give from 1 to %(most)d persons of an organisation.") % {"most": MOST_PERSONS})
        Attendance.objects.create(meeting=meeting, organisation=organisation, persons=persons)
    data = {"persons": sum(present.values()), "organisations": len(present)}
    record_change(cluster, "meeting.held", meeting, by=by, at=at, data=data, detail={"title": meeting.title})
