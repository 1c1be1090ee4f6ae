"""A job of the demonstration that made missing factsheets, of which one failed: its page offers to try that again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from clusters.demo.world import World
from community.batches import NotDone, enqueue_batch, work_through
from community.choices import JobState
from community.models import Job, JobItem
from factsheets.actions.missing import make_missing
from factsheets.models import Issue
from factsheets.pdf import BUSY

#: The cluster with whose story it is told, days from today, who asked for it, for how many documents.
TOLD_WITH: Final = "anchors-off"
DAY, BY, MOST = -9, "coordinator4", 3
_SECONDS_EACH = 4


def told(world: World, entry: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield (day, what, function of the moment)."""
    if entry["key"] == TOLD_WITH:
        yield DAY, "batch", partial(_do, world)


def _do(world: World, at: datetime) -> None:
    """Ask for it and work it off, as worker and page do; the last item finds the machine that sets PDFs busy.

    Where documents are left to the worker there is none to ask for.
    """
    issues = list(Issue.objects.factsheets().drawn().order_by("-issued_at", "-pk")[:MOST])
    if not issues:
        return
    by = world.account(BY)
    items = [(f"{row.reference}, {row.version}: {row.title}", row) for row in issues]
    job = enqueue_batch("factsheets.complete", key=f"factsheets.complete:{by.pk}", by=by, items=items)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, begun_at=at, started_at=at, lease_owner="demo")
    job.refresh_from_db()
    result = work_through(job, partial(_one, last=len(items), by=by, at=at))
    ended = at + timedelta(seconds=_SECONDS_EACH * len(items))
    job.items.update(finished_at=ended)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.DONE, result=result, created_at=at, due_at=at, finished_at=ended, lease_until=None
    )


def _one(item: JobItem, *, last: int, by: Any, at: datetime) -> str:
    if item.number == last:
        raise NotDone(BUSY)
    return make_missing(item, by=by, at=at)
