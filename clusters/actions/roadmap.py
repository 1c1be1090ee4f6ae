"""The lead's work on the roadmap: add, change, move, start, complete, drop and reopen a stage.

Each action locks the cluster's row, so that two changes of one roadmap follow each other; a stage's own
`version` tells a form that was opened earlier. Moving a stage leaves its version alone, because it
changes no word of it: what somebody else is writing in the stage stays good.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import (
    check_fields,
    differences,
    known_only,
    locked_cluster,
    record_change,
    stale,
    who_and_when,
)
from clusters.choices import OPEN_STAGES, StageStatus
from clusters.models import Cluster, Participation, Stage
from clusters.permissions import can_work
from clusters.roadmap_rules import MAX_STAGES, StageDates, turns_in_circle
from community.lifecycle import Entered
from community.models import Event, User
from community.permissions import Refusal

#: What the form of a stage may write.
FIELDS = (
    "title",
    "kind",
    "planned_start_on",
    "planned_end_on",
    "actual_start_on",
    "actual_end_on",
    "responsible",
    "deliverable",
    "evidence_url",
    "note",
    "waits_for",
    "waits_why",
)
DATES = ("planned_start_on", "planned_end_on", "actual_start_on", "actual_end_on")


@transaction.atomic
def add_stage(*, cluster: Cluster, by: User, at: datetime | None = None, **values: Any) -> Stage:
    """Add a stage at the end of the roadmap.

    A stage of the same name, kind and planned dates that is there already is returned as it is, so that a
    form sent twice makes one stage.

    Raises:
        Refusal: the person may not work on the roadmap, a rule about dates or people is broken, or it is full.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    locked = locked_cluster(cluster.pk, by=by, may=can_work)
    order = list(locked.stages.all())
    stage = Stage(cluster=locked, position=len(order) + 1, **given)
    for twin in order:
        if all(getattr(twin, name) == getattr(stage, name) for name in ("title", "kind", *DATES[:2])):
            return twin
    if len(order) >= MAX_STAGES:
        raise Refusal(_("A roadmap holds at most %(most)d stages. Put some together.") % {"most": MAX_STAGES})
    _check(stage, locked, order, before=None, at=at)
    stage.status = _status_by_dates(stage)
    stage.confirmed_at = at
    stage.save()
    _renumber([*order, stage])
    record_change(
        locked,
        "stage.added",
        stage,
        by=by,
        at=at,
        data={"number": len(order) + 1},
        detail={"title": stage.title, "values": _told(_values(stage), locked)},
    )
    return stage


@transaction.atomic
def update_stage(*, stage: Stage, by: User, seen_version: int, at: datetime | None = None, **values: Any) -> Stage:
    """Change the fields of a stage that are given.

    A no-op when they all stand there already, also from an older version: the second press of a button.
    An actual start puts a planned stage under way, and taking it away puts it back.

    Raises:
        Refusal: stale, when somebody saved the stage after `seen_version`; else as `add_stage`.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    locked, order, row = _locked(stage, by=by)
    before = _values(row)
    if all(before[name] == value for name, value in given.items()):
        return row
    _check_seen(row, order, seen_version, by=by, at=at)
    for name, value in given.items():
        setattr(row, name, value)
    _check(row, locked, order, before=before, at=at)
    row.status = _status_by_dates(row)
    _save(row, locked, order, "stage.changed", before=before, by=by, at=at)
    return row


@transaction.atomic
def start_stage(*, stage: Stage, by: User, seen_version: int, at: datetime | None = None) -> Stage:
    """Put a planned stage under way today. A no-op when it is under way.

    Raises:
        Refusal: the cluster has not started, the stage is over, or it was saved meanwhile.
    """
    at = at or timezone.now()
    locked, order, row = _locked(stage, by=by)
    if row.status == StageStatus.RUNNING:
        return row
    _check_started(locked)
    _check_open(row, order)
    _check_seen(row, order, seen_version, by=by, at=at)
    before = _values(row)
    row.actual_start_on = row.actual_start_on or timezone.localdate(at)
    row.status = StageStatus.RUNNING
    _save(row, locked, order, "stage.started", before=before, by=by, at=at)
    return row


@transaction.atomic
def complete_stage(
    *,
    stage: Stage,
    by: User,
    seen_version: int,
    at: datetime | None = None,
    entered: Entered | None = None,
    **values: Any,
) -> Stage:
    """Mark a stage done, with the dates on which it really began and ended.

    A no-op when it is done with just these values.

    Args:
        entered: who enters what `by` did elsewhere.
        values: `actual_start_on`, `actual_end_on` and, where given, `deliverable`, `evidence_url`, `note`.

    Raises:
        Refusal: the cluster has not started, the stage is over, a date is wrong, or it was saved meanwhile.
    """
    at = at or timezone.now()
    given = known_only(values, (*DATES[2:], "deliverable", "evidence_url", "note"))
    locked, order, row = _locked(stage, by=by)
    before = _values(row)
    if row.status == StageStatus.DONE and all(before[name] == value for name, value in given.items()):
        return row
    _check_started(locked)
    _check_open(row, order)
    _check_seen(row, order, seen_version, by=by, at=at)
    for name, value in given.items():
        setattr(row, name, value)
    row.status = StageStatus.DONE
    _check(row, locked, order, before=before, at=at)
    _save(row, locked, order, "stage.done", before=before, by=by, at=at, entered=entered)
    return row


@transaction.atomic
def drop_stage(*, stage: Stage, by: User, seen_version: int, reason: str, at: datetime | None = None) -> Stage:
    """Drop a stage that will not be done; `reason` becomes its note. A no-op when it is dropped for that reason.

    Raises:
        Refusal: no reason is given, the stage is over, or it was saved meanwhile.
    """
    at = at or timezone.now()
    reason = reason.strip()
    locked, order, row = _locked(stage, by=by)
    if row.status == StageStatus.DROPPED and row.note == reason:
        return row
    if not reason:
        raise Refusal(_("Say why the stage is dropped: the reason stands on the roadmap."), "reason")
    _check_open(row, order)
    _check_seen(row, order, seen_version, by=by, at=at)
    before = _values(row)
    row.status, row.note = StageStatus.DROPPED, reason
    _save(row, locked, order, "stage.dropped", before=before, by=by, at=at, reason=reason)
    return row


@transaction.atomic
def reopen_stage(*, stage: Stage, by: User, seen_version: int, at: datetime | None = None) -> Stage:
    """Take "done" or "dropped" back: under way where it had begun, else planned. A no-op on an open stage.

    Raises:
        Refusal: the stage was saved meanwhile, or the person may not work on it.
    """
    at = at or timezone.now()
    locked, order, row = _locked(stage, by=by)
    if row.is_open:
        return row
    _check_seen(row, order, seen_version, by=by, at=at)
    before = _values(row)
    row.actual_end_on = None
    row.status = StageStatus.RUNNING if row.actual_start_on else StageStatus.PLANNED
    _save(row, locked, order, "stage.reopened", before=before, by=by, at=at)
    return row


@transaction.atomic
def move_stage(
    *, stage: Stage, by: User, up: bool, seen_order: Sequence[int], at: datetime | None = None
) -> list[Stage]:
    """Move a stage one place up or down and return the stages in their new order.

    `seen_order` are the primary keys in the order that the page showed. A no-op when the roadmap stands
    already as the move would have left it: the second press of the button.

    Raises:
        Refusal: stale, when the order is another one by now; the stage is the first or the last.
    """
    at = at or timezone.now()
    locked, order, row = _locked(stage, by=by)
    now = [one.pk for one in order]
    wished = moved(seen_order, row.pk, up=up)
    if now == wished and now != list(seen_order):
        return order
    if now != list(seen_order):
        raise _stale_order(locked, by=by, at=at)
    if wished == now:
        raise Refusal(_("It is the first stage.") if up else _("It is the last stage."))
    by_pk = {one.pk: one for one in order}
    order = [by_pk[pk] for pk in wished]
    _renumber(order)
    number = now.index(row.pk) + 1
    record_change(
        locked,
        "stage.moved",
        row,
        by=by,
        at=at,
        data={"from": number, "to": number + (-1 if up else 1)},
        detail={"title": row.title},
    )
    return order


def moved(order: Sequence[int], pk: int, *, up: bool) -> list[int]:
    """Return `order` with `pk` one place up or down; unchanged at the ends and for a stranger."""
    keys = list(order)
    if pk not in keys:
        return keys
    here = keys.index(pk)
    there = here + (-1 if up else 1)
    if 0 <= there < len(keys):
        keys[here], keys[there] = keys[there], keys[here]
    return keys


def _locked(stage: Stage, *, by: User) -> tuple[Cluster, list[Stage], Stage]:
    """Return the locked cluster, its stages in order, and the stage as it is now.

    Raises:
        Refusal: the person may not work here, or the stage is gone.
    """
    cluster = locked_cluster(stage.cluster_id, by=by, may=can_work)
    order = list(cluster.stages.select_related("responsible", "waits_for"))
    row = next((one for one in order if one.pk == stage.pk), None)
    if row is None:
        raise Refusal(_("This stage is not there any more."), "state")
    return cluster, order, row


def _check_seen(row: Stage, order: Sequence[Stage], seen_version: int, *, by: User, at: datetime) -> None:
    """Refuse a change that was begun on an older version."""
    if row.version != seen_version:
        number = [one.pk for one in order].index(row.pk) + 1
        raise stale(row, _("stage %(number)d") % {"number": number}, by=by, at=at)


def _stale_order(cluster: Cluster, *, by: User, at: datetime) -> Refusal:
    """Return the refusal of a move that started from an older order."""
    changes = Event.objects.of_chain(f"cluster:{cluster.pk}").filter(verb__in=("stage.added", "stage.moved"))
    who, moment = who_and_when(changes.select_related("by__member").last(), by=by, at=at)
    sentence = _("%(who)s changed the order of the stages %(moment)s. Compare both orders, then move again.")
    return Refusal(sentence % {"who": who, "moment": moment}, "stale")


def _check_started(cluster: Cluster) -> None:
    """Refuse actual dates before the start: the roadmap is not frozen yet."""
    if cluster.baseline_frozen_at is None:
        raise Refusal(
            _("This cluster has not started. Start it first: the roadmap is then frozen as its baseline."), "state"
        )


def _check_open(row: Stage, order: Sequence[Stage]) -> None:
    """Refuse to end what is over."""
    if row.status not in OPEN_STAGES:
        number = [one.pk for one in order].index(row.pk) + 1
        raise Refusal(
            _("Stage %(number)d is over: %(status)s. Reopen it first.")
            % {"number": number, "status": row.get_status_display()},
            "state",
        )


def _check(
    stage: Stage, cluster: Cluster, order: list[Stage], *, before: Mapping[str, Any] | None, at: datetime
) -> None:
    """Refuse wrong dates, a stranger as responsible, a circle of waiting, and actual dates before the start."""
    check_fields(stage, leave_out=("cluster", "responsible", "waits_for"))
    dates = StageDates(**{name: getattr(stage, name) for name in DATES}, status=stage.status)
    for _field, sentence in dates.problems(timezone.localdate(at)):
        raise Refusal(sentence)
    if stage.actual_start_on is not None and (before is None or before["actual_start_on"] is None):
        _check_started(cluster)
    was_responsible = before["responsible"] if before else None
    if stage.responsible is not None and stage.responsible != was_responsible and not _takes_part(stage, cluster):
        raise Refusal(_("Only somebody who takes part in the cluster can be responsible for a stage."))
    if stage.waits_for is not None and stage.waits_for.cluster_id != cluster.pk:
        raise Refusal(_("A stage can only wait for another stage of the same cluster."))
    if turns_in_circle(stage, stage.waits_for, order):
        raise Refusal(_("These stages would wait for each other. Choose another one."))


def _takes_part(stage: Stage, cluster: Cluster) -> bool:
    """Tell whether the responsible person leads or takes part."""
    return (
        stage.responsible_id == cluster.lead_id
        or Participation.objects.active().filter(cluster=cluster, member=stage.responsible_id).exists()
    )


def _status_by_dates(stage: Stage) -> str:
    """Return the status that the actual start says: what began is under way, what did not is planned."""
    if stage.status not in OPEN_STAGES:
        return stage.status
    return StageStatus.RUNNING if stage.actual_start_on else StageStatus.PLANNED


def _renumber(order: Sequence[Stage]) -> None:
    """Give the positions 1, 2, 3… to the stages in that order, touching no other column."""
    changed = []
    for position, stage in enumerate(order, 1):
        if stage.position != position:
            stage.position = position
            changed.append(stage)
    Stage.objects.bulk_update(changed, ["position"])


def _save(
    row: Stage,
    cluster: Cluster,
    order: Sequence[Stage],
    verb: str,
    *,
    before: Mapping[str, Any],
    by: User,
    at: datetime,
    reason: str = "",
    entered: Entered | None = None,
) -> None:
    """Write the columns that changed, raise the stage's version and leave the event."""
    changed = differences(before, _values(row))
    row.version += 1
    row.confirmed_at = at
    row.save(update_fields=[*changed, "version", "confirmed_at"])
    told = differences(_told(before, cluster), _told(_values(row), cluster))
    detail: dict[str, Any] = {"title": row.title, "changes": told}
    if reason:
        detail["reason"] = reason
    number = [one.pk for one in order].index(row.pk) + 1
    data = {"number": number, "version": row.version}
    record_change(cluster, verb, row, by=by, at=at, data=data, detail=detail, entered=entered)


def _values(stage: Stage) -> dict[str, Any]:
    """Return the fields of a stage and its status as they are now."""
    return {name: getattr(stage, name) for name in (*FIELDS, "status")}


def _told(values: Mapping[str, Any], cluster: Cluster) -> dict[str, Any]:
    """Return values as history may tell them to everybody: persons by organisation, empty ones left out.

    A value that is empty on one side still shows as a difference, because the other side has it.
    """
    told = {name: value for name, value in values.items() if value not in (None, "")}
    if (member := told.get("responsible")) is not None:
        row = cluster.participations.filter(member=member).select_related("organisation").order_by("-pk").first()
        told["responsible"] = row.organisation.name if row and row.organisation else _("1 person, name not public")
    if (waits_for := told.get("waits_for")) is not None:
        told["waits_for"] = waits_for.title
    return told
