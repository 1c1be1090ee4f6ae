"""What came of a cluster: outcomes recorded, and objectives measured against their criterion.

While the cluster runs, these are the lead's own; after its end they are written for the verb `correct`, which
issues the next version of the factsheet. An issued version never changes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, differences, known_only, locked_cluster, record_change, stale
from clusters.contributions import outcome_uses
from clusters.models import Cluster, Objective, Outcome
from clusters.permissions import can_correct
from community.lifecycle import Entered
from community.models import User
from community.permissions import Refusal

#: What the form of an outcome may write.
FIELDS = (
    "kind",
    "title",
    "description",
    "stage",
    "objective",
    "reached_on",
    "evidence_url",
    "participants_count",
    "organisations_count",
    "countries_count",
)
MAX_OUTCOMES = 200


@transaction.atomic
def add_outcome(
    *, cluster: Cluster, by: User, at: datetime | None = None, entered: Entered | None = None, **values: Any
) -> Outcome:
    """Record an outcome; `entered` tells who enters what `by` recorded elsewhere.

    One that says the same in all fields is returned as it is: a form sent twice records one.
    Recording takes "no outcome" back, which cannot be true any more.

    Raises:
        Refusal: the person may not, a day lies ahead, or a stage or objective is of another cluster.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    locked = locked_cluster(cluster.pk, by=by, may=can_correct)
    outcome = Outcome(cluster=locked, **given)
    there = list(locked.outcomes.all())
    for twin in there:
        if all(getattr(twin, name) == getattr(outcome, name) for name in FIELDS):
            return twin
    if len(there) >= MAX_OUTCOMES:
        raise Refusal(_("A cluster holds at most %(most)d outcomes. Put some together.") % {"most": MAX_OUTCOMES})
    _check(outcome, locked, at=at)
    outcome.save()
    if locked.has_no_outcome:
        locked.has_no_outcome = False
        locked.save(update_fields=["has_no_outcome"])
    detail = {"title": outcome.title, "values": _told(outcome)}
    data = {"kind": outcome.kind}
    record_change(locked, "outcome.recorded", outcome, by=by, at=at, data=data, detail=detail, entered=entered)
    return outcome


@transaction.atomic
def update_outcome(
    *, outcome: Outcome, by: User, seen_version: int, at: datetime | None = None, **values: Any
) -> Outcome:
    """Change the fields of an outcome that are given; a no-op when they all stand there already.

    Raises:
        Refusal: stale, when somebody saved the outcome after `seen_version`; else as `add_outcome`.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    locked, row = _locked(outcome, by=by)
    if all(getattr(row, name) == value for name, value in given.items()):
        return row
    if row.version != seen_version:
        raise stale(row, _("this outcome"), by=by, at=at)
    before = _told(row)
    for name, value in given.items():
        setattr(row, name, value)
    _check(row, locked, at=at)
    row.version += 1
    row.save(update_fields=[*given, "version"])
    detail = {"title": row.title, "changes": differences(before, _told(row))}
    data = {"kind": row.kind, "version": row.version}
    record_change(locked, "outcome.changed", row, by=by, at=at, data=data, detail=detail)
    return row


@transaction.atomic
def remove_outcome(*, outcome: Outcome, by: User, seen_version: int, at: datetime | None = None) -> None:
    """Take an outcome off the record; its event keeps what it said. A no-op when it is gone.

    Raises:
        Refusal: it was saved meanwhile, or something rests on it.
    """
    at = at or timezone.now()
    locked = locked_cluster(outcome.cluster_id, by=by, may=can_correct)
    row = locked.outcomes.select_related("stage", "objective").filter(pk=outcome.pk).first()
    if row is None:
        return
    if row.version != seen_version:
        raise stale(row, _("this outcome"), by=by, at=at)
    if why := rests_on(row):
        raise Refusal(why, "state")
    detail = {"title": row.title, "changes": differences(_told(row), {})}
    record_change(locked, "outcome.removed", row, by=by, at=at, data={"kind": row.kind}, detail=detail)
    try:
        row.delete()
    except ProtectedError as error:
        raise Refusal(_("Something else rests on this outcome, so it stays.")) from error


def rests_on(outcome: Outcome) -> str:
    """Return why an outcome stays on record, as a sentence; "" where nothing rests on it."""
    return next((why for uses in outcome_uses if (why := uses(outcome.pk))), "")


@transaction.atomic
def measure_objective(
    *,
    objective: Objective,
    by: User,
    seen: tuple[str, bool | None] | tuple[str, bool | None, bool],
    measured: str,
    is_reached: bool | None,
    is_partly: bool = False,
    at: datetime | None = None,
) -> Objective:
    """Write down the value that was measured for an objective, and whether it is reached.

    `seen` are the values (measured, is_reached, is_partly) that the form was opened on. A no-op when they all stand
    there already. What is partly reached is not reached.

    Raises:
        Refusal: somebody else measured it meanwhile, it is called reached without a value, or the person may not.
    """
    at = at or timezone.now()
    locked = locked_cluster(objective.cluster_id, by=by, may=can_correct)
    order = list(locked.objectives.all())
    row = next((one for one in order if one.pk == objective.pk), None)
    if row is None:
        raise Refusal(_("This objective is not there any more."), "state")
    is_reached = False if is_partly else is_reached
    there = (row.measured, row.is_reached, row.is_partly)
    if there == (measured, is_reached, is_partly):
        return row
    number = order.index(row) + 1
    if there != (*seen, False)[:3]:
        raise stale(row, _("objective %(number)d") % {"number": number}, by=by, at=at)
    if (is_reached or is_partly) and not measured.strip():
        raise Refusal(_("Write down what was measured: a number, a document or a decision is enough."))
    before = {"measured": row.measured, "is_reached": row.is_reached, "is_partly": row.is_partly}
    row.measured, row.is_reached, row.is_partly = measured, is_reached, is_partly
    check_fields(row, leave_out=("cluster",))
    row.save(update_fields=["measured", "is_reached", "is_partly"])
    after = {"measured": measured, "is_reached": is_reached, "is_partly": is_partly}
    detail = {"title": row.text, "changes": differences(before, after)}
    record_change(locked, "objective.measured", row, by=by, at=at, data={"number": number}, detail=detail)
    return row


def _locked(outcome: Outcome, *, by: User) -> tuple[Cluster, Outcome]:
    """Return the locked cluster and the outcome as it is now.

    Raises:
        Refusal: the person may not work here, or the outcome is gone.
    """
    cluster = locked_cluster(outcome.cluster_id, by=by, may=can_correct)
    row = cluster.outcomes.select_related("stage", "objective").filter(pk=outcome.pk).first()
    if row is None:
        raise Refusal(_("This outcome is not there any more."), "state")
    return cluster, row


def _check(outcome: Outcome, cluster: Cluster, *, at: datetime) -> None:
    """Refuse a day ahead and parts of another cluster."""
    check_fields(outcome, leave_out=("cluster", "stage", "objective"))
    problem = day_problem(outcome.reached_on, timezone.localdate(at))
    if problem:
        raise Refusal(problem)
    parts: tuple[Model | None, ...] = (outcome.stage, outcome.objective)
    if any(part is not None and part.cluster_id != cluster.pk for part in parts):  # type: ignore[attr-defined]
        raise Refusal(_("Stage and objective must be of this cluster."))


def day_problem(day: date | None, on: date) -> str:
    """Return what is wrong with the day of an outcome, or ""."""
    if day is not None and day > on:
        return _("This day has not come yet. An outcome is something that has happened.")
    if day is not None and day.year < 2000:
        return _("Give a year from 2000 on.")
    return ""


def _told(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome's fields as history tells them, empty ones left out."""
    values = {name: getattr(outcome, name) for name in FIELDS}
    values["stage"] = outcome.stage.title if outcome.stage else None
    values["objective"] = outcome.objective.text if outcome.objective else None
    return {name: value for name, value in values.items() if value not in (None, "")}
