"""The lead's work on the roadmap: add, change, start, complete, drop and reopen a stage.

Each action locks the cluster's row, so that two changes of one roadmap follow each other; a stage's own
`version` tells a form that was opened earlier.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import known_only, locked_cluster, record_change
from clusters.actions.roadmap_parts import (
    DATES,
    FIELDS,
    as_told,
    check_open,
    check_seen,
    check_stage,
    check_started,
    locked_stage,
    renumber,
    save_stage,
    status_by_dates,
    values_of,
)
from clusters.choices import StageStatus
from clusters.models import Cluster, Stage
from clusters.permissions import can_work
from clusters.rules.joining import can_contribute
from clusters.rules.roadmap import MAX_STAGES
from community.actions.twins import refuse_other_words
from community.lifecycle import Entered
from community.models import User
from community.permissions import Refusal


@transaction.atomic
def add_stage(*, cluster: Cluster, by: User, at: datetime | None = None, **values: Any) -> Stage:
    """Add a stage at the end of the roadmap.

    A stage of the same name, kind and planned dates that is there already is returned as it is where it says the same
    in the rest, so that a form sent twice makes one stage.

    Raises:
        Refusal: the person may not work on the roadmap, a rule about dates or people is broken, it is full, or a stage
            of that name and these dates says otherwise.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    locked = locked_cluster(cluster.pk, by=by, may=can_work)
    order = list(locked.stages.all())
    stage = Stage(cluster=locked, position=len(order) + 1, **given)
    for twin in order:
        if all(getattr(twin, name) == getattr(stage, name) for name in ("title", "kind", *DATES[:2])):
            url = f"{reverse('clusters:roadmap', args=[locked.name])}#stage-{twin.pk}"
            words = _("A stage of this name and these dates is there already. Open it and change it there.")
            refuse_other_words(twin, given, at="title", words=words, url=url)
            return twin
    if len(order) >= MAX_STAGES:
        raise Refusal(_("A roadmap holds at most %(most)d stages. Put some together.") % {"most": MAX_STAGES})
    check_stage(stage, locked, order, before=None, at=at)
    stage.status = status_by_dates(stage)
    stage.confirmed_at = at
    stage.save()
    renumber([*order, stage])
    record_change(
        locked,
        "stage.added",
        stage,
        by=by,
        at=at,
        data={"number": len(order) + 1},
        detail={"title": stage.title, "values": as_told(values_of(stage), locked)},
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
    locked, order, row = locked_stage(stage, by=by)
    before = values_of(row)
    if all(before[name] == value for name, value in given.items()):
        return row
    check_seen(row, order, seen_version, by=by, at=at)
    for name, value in given.items():
        setattr(row, name, value)
    check_stage(row, locked, order, before=before, at=at)
    row.status = status_by_dates(row)
    save_stage(row, locked, order, "stage.changed", before=before, by=by, at=at)
    return row


@transaction.atomic
def note_stage(*, stage: Stage, by: User, seen_version: int, note: str, at: datetime | None = None) -> Stage:
    """Write how an open stage stands; whoever takes part may. A no-op when it says so already.

    Raises:
        Refusal: the person takes no part, the stage is over, or it was saved meanwhile.
    """
    at = at or timezone.now()
    locked, order, row = locked_stage(stage, by=by, may=can_contribute)
    if row.note == note:
        return row
    check_open(row, order)
    check_seen(row, order, seen_version, by=by, at=at)
    before = values_of(row)
    row.note = note
    check_stage(row, locked, order, before=before, at=at)
    save_stage(row, locked, order, "stage.noted", before=before, by=by, at=at)
    return row


@transaction.atomic
def start_stage(*, stage: Stage, by: User, seen_version: int, at: datetime | None = None) -> Stage:
    """Put a planned stage under way today. A no-op when it is under way.

    Raises:
        Refusal: the cluster has not started, the stage is over, or it was saved meanwhile.
    """
    at = at or timezone.now()
    locked, order, row = locked_stage(stage, by=by)
    if row.status == StageStatus.RUNNING:
        return row
    check_started(locked)
    check_open(row, order)
    check_seen(row, order, seen_version, by=by, at=at)
    before = values_of(row)
    row.actual_start_on = row.actual_start_on or timezone.localdate(at)
    row.status = StageStatus.RUNNING
    save_stage(row, locked, order, "stage.started", before=before, by=by, at=at)
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
    locked, order, row = locked_stage(stage, by=by)
    before = values_of(row)
    if row.status == StageStatus.DONE and all(before[name] == value for name, value in given.items()):
        return row
    check_started(locked)
    check_open(row, order)
    check_seen(row, order, seen_version, by=by, at=at)
    for name, value in given.items():
        setattr(row, name, value)
    row.status = StageStatus.DONE
    check_stage(row, locked, order, before=before, at=at)
    save_stage(row, locked, order, "stage.done", before=before, by=by, at=at, entered=entered)
    return row


@transaction.atomic
def drop_stage(*, stage: Stage, by: User, seen_version: int, reason: str, at: datetime | None = None) -> Stage:
    """Drop a stage that will not be done; `reason` becomes its note. A no-op when it is dropped for that reason.

    Raises:
        Refusal: no reason is given, the stage is over, or it was saved meanwhile.
    """
    at = at or timezone.now()
    reason = reason.strip()
    locked, order, row = locked_stage(stage, by=by)
    if row.status == StageStatus.DROPPED and row.note == reason:
        return row
    if not reason:
        raise Refusal(_("Say why the stage is dropped: the reason stands on the roadmap."), "reason")
    check_open(row, order)
    check_seen(row, order, seen_version, by=by, at=at)
    before = values_of(row)
    row.status, row.note = StageStatus.DROPPED, reason
    save_stage(row, locked, order, "stage.dropped", before=before, by=by, at=at, reason=reason)
    return row


@transaction.atomic
def reopen_stage(*, stage: Stage, by: User, seen_version: int, at: datetime | None = None) -> Stage:
    """Take "done" or "dropped" back: under way where it had begun, else planned. A no-op on an open stage.

    Raises:
        Refusal: the stage was saved meanwhile, or the person may not work on it.
    """
    at = at or timezone.now()
    locked, order, row = locked_stage(stage, by=by)
    if row.is_open:
        return row
    check_seen(row, order, seen_version, by=by, at=at)
    before = values_of(row)
    row.actual_end_on = None
    row.status = StageStatus.RUNNING if row.actual_start_on else StageStatus.PLANNED
    save_stage(row, locked, order, "stage.reopened", before=before, by=by, at=at)
    return row
