"""Saying that the roadmap is still true, without changing a word of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import locked_cluster, record_change
from clusters.actions.roadmap_parts import check_open, check_seen, locked_stage
from clusters.models import Cluster, Stage
from clusters.permissions import can_work
from clusters.rules.roadmap import seen_versions
from community.models import User
from community.permissions import Refusal


@transaction.atomic
def confirm_stage(*, stage: Stage, by: User, seen_version: int, at: datetime | None = None) -> Stage:
    """Note that an open stage still stands as it is written. A no-op when that was said or written today.

    Its version stays, because no word of it changes.

    Raises:
        Refusal: the stage is over, or it was saved meanwhile.
    """
    at = at or timezone.now()
    locked, order, row = locked_stage(stage, by=by)
    check_open(row, order)
    check_seen(row, order, seen_version, by=by, at=at)
    if not _needs_word(row, at):
        return row
    row.confirmed_at = at
    row.save(update_fields=["confirmed_at"])
    data = {"number": order.index(row) + 1}
    record_change(locked, "stage.confirmed", row, by=by, at=at, data=data, detail={"title": row.title})
    return row


@transaction.atomic
def confirm_roadmap(*, cluster: Cluster, by: User, seen: str, at: datetime | None = None) -> list[Stage]:
    """Note that all open stages still stand as they are written; return those that needed the word.

    A no-op when all were confirmed or written today. One event on the cluster.

    Args:
        seen: the versions that the page showed (`clusters.rules.roadmap.seen_versions`).

    Raises:
        Refusal: a stage was added, moved or saved meanwhile; none is open; the person may not work on the roadmap.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_work)
    order = list(locked.stages.all())
    if seen != seen_versions(order):
        raise Refusal(_("The roadmap was changed since you opened it. Look at it as it is now, then confirm."), "stale")
    if not any(row.is_open for row in order):
        raise Refusal(_("No stage is open, so there is nothing to confirm."), "state")
    rows = [row for row in order if row.is_open and _needs_word(row, at)]
    if not rows:
        return []
    for row in rows:
        row.confirmed_at = at
    Stage.objects.bulk_update(rows, ["confirmed_at"])
    record_change(locked, "roadmap.confirmed", locked, by=by, at=at, data={"stages": [row.pk for row in rows]})
    return rows


def _needs_word(stage: Stage, at: datetime) -> bool:
    """Tell whether nobody confirmed or wrote the stage on the day of `at`."""
    return stage.confirmed_at is None or timezone.localdate(stage.confirmed_at) != timezone.localdate(at)
