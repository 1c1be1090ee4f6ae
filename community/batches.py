"""Jobs with items: many things of one sort, each with its own result, so that one failure stops no other.

`enqueue_batch` writes job and items; the task works through them by `work_through`. Whoever looks after a long job
sees each item, may stop it after the one it is at, and may have what failed tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community import jobs, kinds
from community.choices import ItemState, JobState
from community.models import Job, JobItem, User
from community.permissions import ALLOWED, Verdict, Words, refused
from community.tasks_api import is_stoppable

logger = logging.getLogger(__name__)

#: How many characters of a label and of a reason are kept.
LABEL, NOTE = 200, 500


class NotDone(Exception):
    """One item could not be done; carries the sentence that its job's page shows."""

    def __init__(self, reason: Words) -> None:
        """Keep the sentence."""
        super().__init__(str(reason))


def enqueue_batch(
    task: str,
    *,
    key: str,
    by: User | None,
    items: Iterable[tuple[str, models.Model]],
    subject: models.Model | None = None,
    **arguments: Any,
) -> Job:
    """Write a job with one item for each (label, subject), in the caller's transaction.

    The open one of that key is returned instead, and keeps the items that it has. `arguments` are the task's keywords.
    """
    with transaction.atomic():
        job = jobs.enqueue(task, key=key, subject=subject, by=by, **arguments)
        if job.items.exists():
            return job
        rows = [
            JobItem(job=job, number=number, label=label[:LABEL], kind=kinds.of(about).code, subject_id=about.pk)
            for number, (label, about) in enumerate(items, 1)
        ]
        JobItem.objects.bulk_create(rows)
        job.total_count = len(rows)
        job.save(update_fields=["total_count"])
    return job


def work_through(job: Job, do: Callable[[JobItem], str]) -> dict[str, Any]:
    """Do one item after the other; return how many are done and how many failed.

    `do` returns a note ("version 2"), raises `NotDone` with the reason, and finds its work done when it is called
    a second time for an item: a worker may die between the work and the note.

    Raises:
        community.jobs.Stopped, Paused, LeaseLost: between two items; what is done is noted.
    """
    for item in list(job.items.filter(state=ItemState.WAITING).order_by("number")):
        jobs.may_go_on(job)
        try:
            state, note = ItemState.DONE, do(item)
        except NotDone as problem:
            state, note = ItemState.FAILED, str(problem)
        except jobs.LeaseLost:
            raise
        except Exception as error:
            logger.exception("item %s of job %s failed", item.number, job.pk)
            reason = _("An error that nobody foresaw (%(name)s). The log of the registry has it.")
            state, note = ItemState.FAILED, reason % {"name": type(error).__name__}
        _note(job, item, state, note, timezone.now())
    return counts(job)


def counts(job: Job) -> dict[str, Any]:
    """Return how many items of a job are done and how many failed, as its result says it."""
    failed = job.items.filter(state=ItemState.FAILED).count()
    return {"done": job.total_count - failed, "failed": failed}


@transaction.atomic
def _note(job: Job, item: JobItem, state: str, note: str, at: datetime) -> None:
    """Write what came of an item and keep the lease; an item that was done shows that the work kills no worker."""
    item.state, item.note, item.finished_at = state, note[:NOTE], at
    item.save(update_fields=["state", "note", "finished_at"])
    job.total_count = job.items.count()
    jobs.note_progress(job, job.items.exclude(state=ItemState.WAITING).count(), job.total_count)
    Job.objects.filter(pk=job.pk).update(attempts=1)


def can_stop(job: Job) -> Verdict:
    """A job with items is stopped between two of them, a long one between two parts; others are done in one go."""
    if not job.is_open:
        return refused(_("It has ended."), "state")
    if not is_stoppable(job.task) and not job.items.exists():
        return refused(_("It is done in one go and can't be stopped."), "state")
    if job.is_cancel_wanted:
        return refused(_("It stops after what it is at."), "done")
    return ALLOWED


def can_retry(job: Job, *, at: datetime | None = None) -> Verdict:
    """What failed, or was left when the job was stopped, may be tried again once the job has ended.

    One that waits for the time of its next try need not wait for it.
    """
    if job.waits_at(at or timezone.now()):
        return ALLOWED
    if job.is_open:
        return refused(_("It is still going on."), "state")
    if job.state in {JobState.FAILED, JobState.CANCELLED}:  # also behind its items, all of which may be done
        return ALLOWED
    if job.items.exclude(state=ItemState.DONE).exists():
        return ALLOWED
    return refused(_("Nothing failed."), "done")
