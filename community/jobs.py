"""Background work: rows written with the change, taken by a worker under a lease.

`enqueue` belongs to the caller's transaction; its commit only wakes the worker, and the
scheduler finds the rows that no wake-up reached. A task may run twice when a worker dies
in the middle: it must be written so that the second run finds the work done.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from community import kinds
from community.chain import plain
from community.choices import JobState
from community.error_words import error_words
from community.models import Job, User
from community.tasks_api import function_of, wake_on_commit

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.JOB_LEASE_SECONDS)
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
RUN_JOB = "community.tasks.run_job"
#: So long the scheduler stays with jobs before it looks what else is due: mails are not held up by them.
IN_SCHEDULER_SECONDS = 40.0


class WorkerDied(Exception):
    """Whoever took a job up ended without a word, each time that it was tried."""


class NotYet(Exception):
    """What a job builds on is not there yet; a later try finds it."""


class LeaseLost(Exception):
    """Another worker took the job because this one was silent for too long."""


class Stopped(Exception):
    """Somebody asked that the job stops after what it is at."""


class Paused(Exception):
    """The run's time is over; the next one goes on where it was."""


_at_the_end: list[Callable[[Job], None]] = []


def when_ended(function: Callable[[Job], None]) -> Callable[[Job], None]:
    """Have a function called, in the transaction that notes it, with each job that is done or given up."""
    if function not in _at_the_end:
        _at_the_end.append(function)
    return function


def enqueue(
    task: str,
    *,
    key: str,
    subject: models.Model | None = None,
    by: User | None = None,
    due_at: datetime | None = None,
    **arguments: Any,
) -> Job:
    """Write one job in the caller's transaction, or return the open one of that key.

    An open job that waits will do the work anyway, at the earlier of the two times
    where it waits for its next try; one that runs is marked to run once more, because
    it may have read what is changed now.

    Args:
        task: name under which a function is registered.
        key: what makes two jobs the same work ("factsheet:7:1").
        subject: what it is about.
        by: who asked.
        due_at: not before this moment.
        arguments: JSON values, the function's keywords.
    """
    with transaction.atomic():
        job = _open_job(key) or _create(task, key, subject, by, due_at, arguments)
        if job.state == JobState.RUNNING and not job.is_wanted_again:
            job.is_wanted_again = True
            job.save(update_fields=["is_wanted_again"])
        elif job.state == JobState.QUEUED and (wanted_at := due_at or timezone.now()) < job.due_at:
            job.due_at = wanted_at
            job.save(update_fields=["due_at"])
        if job.due_at <= timezone.now():
            wake_on_commit(RUN_JOB, job.pk)
    return job


def run(job_id: int, *, at: datetime | None = None, seconds: float | None = None) -> bool:
    """Run one job if it is due and nobody holds it; tell whether it was run to its end.

    Order of effects: take it under a lease and commit; call the function outside of
    any transaction of ours; note what came of it. A failure is noted, tried again
    later, and given up visibly after the last try; it is never raised. A job with
    items that takes longer than `seconds` is left to a later run.
    """
    job = _take(job_id, at or timezone.now())
    if job is None:
        return False
    if seconds is not None:
        job.pause_at = time.monotonic() + seconds
    try:
        if job.attempts > len(RETRY_AFTER) + 1:
            raise WorkerDied("its worker died each time")
        result = function_of(job.task)(job, **job.arguments)
    except LeaseLost:
        return False
    except Stopped:
        return _note_stop(job, timezone.now())
    except Paused:
        _note_pause(job, timezone.now())
        return False
    except Exception as error:
        logger.exception("job %s (%s) failed", job.pk, job.task)
        _note_failure(job, error_words(error), timezone.now())
        return False
    return _note_success(job, result if isinstance(result, dict) else {}, timezone.now())


def run_due(at: datetime, *, limit: int = 100) -> int:
    """Run what waits or was left behind by a dead worker; return how many ran to their end.

    No further one is begun after some seconds in all, and one with items stops between two of them then. The rest
    stays due for the next round; what was left longest comes first.
    """
    end, ran = time.monotonic() + IN_SCHEDULER_SECONDS, 0
    for pk in Job.objects.due(at).values_list("pk", flat=True)[:limit]:
        left = end - time.monotonic()
        if left <= 0:
            break
        ran += run(pk, at=at, seconds=left)
    return ran


def note_progress(job: Job, done: int, total: int) -> None:
    """Write how far a job has come and keep its lease alive.

    Raises:
        LeaseLost: the job is another worker's now; stop.
    """
    held = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, lease_owner=job.lease_owner)
    if not held.update(done_count=done, total_count=total, lease_until=timezone.now() + LEASE):
        raise LeaseLost


def may_go_on(job: Job) -> None:
    """Ask, between two items, whether to go on.

    Raises:
        Stopped: somebody wants it stopped.
        Paused: the time of this run is over.
    """
    if Job.objects.filter(pk=job.pk, is_cancel_wanted=True).exists():
        raise Stopped
    if job.pause_at is not None and time.monotonic() >= job.pause_at:
        raise Paused


def _open_job(key: str) -> Job | None:
    """Return the open job of a key, locked so that it cannot finish before the caller commits."""
    return Job.objects.select_for_update().open().filter(key=key).first()


def _create(
    task: str, key: str, subject: models.Model | None, by: User | None, due_at: datetime | None, arguments: Any
) -> Job:
    """Write the row; the loser of two at once gets the winner's."""
    row = Job(
        task=task,
        key=key,
        kind=kinds.of(subject).code if subject else "",
        subject_id=subject.pk if subject else None,
        by=by,
        arguments=plain(arguments),
        due_at=due_at or timezone.now(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        other = _open_job(key)
        if other is None:
            raise
        return other
    return row


@transaction.atomic
def _take(job_id: int, at: datetime) -> Job | None:
    """Put the job under this worker's lease, or return None when it is not due or another one locks it."""
    job = Job.objects.select_for_update(skip_locked=True).due(at).filter(pk=job_id).first()
    if job is None:
        return None
    job.state, job.attempts, job.is_wanted_again = JobState.RUNNING, job.attempts + 1, False
    job.started_at, job.begun_at, job.lease_until = at, job.begun_at or at, at + LEASE
    job.lease_owner = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
    job.save(
        update_fields=["state", "attempts", "is_wanted_again", "started_at", "begun_at", "lease_until", "lease_owner"],
    )
    return job


@transaction.atomic
def _note_success(job: Job, result: dict[str, Any], at: datetime) -> bool:
    """Mark the job done, or waiting when it was asked for again meanwhile."""
    row = Job.objects.select_for_update().get(pk=job.pk)
    if row.lease_owner != job.lease_owner:
        return False
    row.state = JobState.QUEUED if row.is_wanted_again else JobState.DONE
    row.result, row.last_error, row.attempts = result, "", 0 if row.is_wanted_again else row.attempts
    row.finished_at, row.due_at, row.lease_until = at, at, None
    row.save(update_fields=["state", "result", "last_error", "attempts", "finished_at", "due_at", "lease_until"])
    if row.state == JobState.QUEUED:
        wake_on_commit(RUN_JOB, row.pk)
    else:
        _tell(row)
    return True


@transaction.atomic
def _note_stop(job: Job, at: datetime) -> bool:
    """Mark the job stopped; what it did stays."""
    row = Job.objects.select_for_update().get(pk=job.pk)
    if row.lease_owner != job.lease_owner:
        return False
    row.state, row.finished_at, row.lease_until, row.last_error = JobState.CANCELLED, at, None, ""
    row.is_wanted_again = False
    row.save(update_fields=["state", "finished_at", "lease_until", "last_error", "is_wanted_again"])
    return True


@transaction.atomic
def _note_pause(job: Job, at: datetime) -> None:
    """Let the rest wait for the next run: the scheduler's, or that of whoever is woken."""
    row = Job.objects.select_for_update().get(pk=job.pk)
    if row.lease_owner != job.lease_owner:
        return
    row.state, row.due_at, row.lease_until, row.attempts = JobState.QUEUED, at, None, 0
    row.save(update_fields=["state", "due_at", "lease_until", "attempts"])
    if settings.TASKS_RUN != "immediate":  # else the request that asked would go on with it
        wake_on_commit(RUN_JOB, row.pk)


def _tell(row: Job) -> None:
    """Let those who asked for it know that a job ended."""
    for function in _at_the_end:
        function(row)


@transaction.atomic
def _note_failure(job: Job, error: str, at: datetime) -> None:
    """Let the job wait for its next try, or give it up."""
    row = Job.objects.select_for_update().get(pk=job.pk)
    if row.lease_owner != job.lease_owner:
        return
    row.last_error, row.lease_until = error[:500], None
    if row.attempts > len(RETRY_AFTER):
        row.state, row.finished_at = JobState.FAILED, at
    else:
        row.state, row.due_at = JobState.QUEUED, at + RETRY_AFTER[row.attempts - 1]
    row.save(update_fields=["last_error", "lease_until", "state", "finished_at", "due_at"])
    if row.state == JobState.FAILED:
        _tell(row)
