"""Who is at work: the scheduler by its chores, the workers by answering a question that goes the way of all work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q

from community.choices import JobState
from community.models import Heartbeat, Job, ScheduledJob
from community.tasks_api import wake

WORKER: Final = "worker"
ANSWER: Final = "community.tasks.answer"
#: Chores come every minute, and a worker is asked as often: who is silent for so long is taken for dead.
SILENT: Final = timedelta(minutes=5)
#: Asked again although the last question is unanswered: it may be lost. More would pile up in a broker without worker.
ASKED_AGAIN: Final = timedelta(minutes=30)


def ask_worker(at: datetime) -> int:
    """Send the workers a question, as work is sent; return how many. None while the last one is unanswered."""
    if settings.TASKS_RUN == "immediate":
        return 0
    row, _is_new = Heartbeat.objects.get_or_create(code=WORKER)
    asked = row.asked_at
    if asked is not None and (row.at is None or row.at < asked) and asked > at - ASKED_AGAIN:
        return 0
    Heartbeat.objects.filter(pk=row.pk).update(asked_at=at)
    wake(ANSWER)
    return 1


def note_worker(at: datetime) -> None:
    """Note that a worker answers."""
    Heartbeat.objects.update_or_create(code=WORKER, defaults={"at": at})


def is_worker_alive(at: datetime) -> bool:
    """Say whether a worker answered lately, or is at a job now: the question waits behind it."""
    if Heartbeat.objects.filter(code=WORKER, at__gte=at - SILENT).exists():
        return True
    return Job.objects.filter(state=JobState.RUNNING, lease_until__gt=at).exists()


def is_scheduler_alive(at: datetime) -> bool:
    """Say whether a scheduler did a chore lately, or is at one now."""
    return ScheduledJob.objects.filter(Q(last_run_at__gte=at - SILENT) | Q(lease_until__gt=at)).exists()
