"""Moving the plan of a stage and of all after it by some days."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import record_change
from clusters.actions.roadmap_parts import locked_stage
from clusters.models import Cluster, Stage
from clusters.rules.shift import MAX_DAYS, ShiftLine, shift_of
from community.models import Event, User
from community.permissions import Refusal

VERB = "stage.shifted"


@transaction.atomic
def shift_stages(*, stage: Stage, by: User, days: int, seen: str, at: datetime | None = None) -> list[ShiftLine]:
    """Move the planned dates of `stage` and of all after it by `days` (negative: earlier); return what moved.

    Each moved stage gets its next version; one event on `stage` holds them all. A no-op, which returns nothing,
    when the same press was carried out last.

    Args:
        days: 1 to `MAX_DAYS` either way.
        seen: the checksum of the preview (`Shift.seen`).

    Raises:
        Refusal: stale, when the roadmap is another one by now; the end or start of the cluster is in the way;
            nothing would move; the person may not work on the roadmap.
    """
    at = at or timezone.now()
    if not 0 < abs(days) <= MAX_DAYS:
        raise Refusal(_("Give a number of days between 1 and %(most)d, or as many back.") % {"most": MAX_DAYS})
    locked, order, row = locked_stage(stage, by=by)
    shift = shift_of(locked, order, row, days)
    if shift.seen != seen:
        if _was_last_press(locked, row, days, seen):
            return []
        raise Refusal(_("The roadmap was changed since this preview. Look at the new one, then shift again."), "stale")
    if shift.problem:
        raise Refusal(shift.problem, "requirement")
    changes: dict[str, Any] = {}
    for line in shift.moving:
        moved, name = line.stage, f"{line.number}. {line.stage.title}"
        changes[name] = {"was": moved.planned_end_on or moved.planned_start_on, "now": line.end or line.start}
        moved.planned_start_on, moved.planned_end_on = line.start, line.end
        moved.version += 1
        moved.confirmed_at = at
    rows = [line.stage for line in shift.moving]
    Stage.objects.bulk_update(rows, ["planned_start_on", "planned_end_on", "version", "confirmed_at"])
    data = {"days": days, "stages": [moved.pk for moved in rows], "seen": seen}
    record_change(locked, VERB, row, by=by, at=at, data=data, detail={"title": row.title, "changes": changes})
    return shift.moving


def _was_last_press(cluster: Cluster, stage: Stage, days: int, seen: str) -> bool:
    """Tell whether the last shift of this roadmap was made from this very preview."""
    last = Event.objects.of_chain(f"cluster:{cluster.pk}").filter(verb=VERB).order_by("pk").last()
    return last is not None and last.subject_id == stage.pk and (last.data["days"], last.data["seen"]) == (days, seen)
