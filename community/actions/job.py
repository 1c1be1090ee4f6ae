"""What a person does with a job on its page: stop it, have what failed tried again.

Neither is an event of the history: the row of the job says who asked, and what it does says so itself.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community import jobs
from community.batches import can_retry, can_stop
from community.choices import ItemState, JobState
from community.models import Job, User
from community.permissions import Refusal
from community.tasks_api import wake_on_commit


def _locked(job: Job, by: User) -> Job:
    """Return the job's row, locked.

    Raises:
        Refusal: it is somebody else's.
    """
    if not Job.objects.visible_to(by).filter(pk=job.pk).exists():
        raise Refusal(_("Only who asked for it and administrators may do this."), "forbidden")
    return Job.objects.select_for_update().get(pk=job.pk)


@transaction.atomic
def stop_job(*, job: Job, by: User, at: datetime | None = None) -> Job:
    """Stop a job with items: at once when it waits, else after the item it is at. What is done stays.

    Raises:
        Refusal: it has ended, has no items, or somebody asked before.
    """
    row = _locked(job, by)
    if not (verdict := can_stop(row)):
        raise Refusal.of(verdict)
    row.is_cancel_wanted = True
    if row.state == JobState.QUEUED:
        row.state, row.finished_at = JobState.CANCELLED, at or timezone.now()
    row.save(update_fields=["is_cancel_wanted", "state", "finished_at"])
    return row


@transaction.atomic
def retry_job(*, job: Job, by: User, at: datetime | None = None) -> Job:
    """Let a job that ended run again for what failed or was left: its failed items wait anew, from the first try on.

    One that waits for the time of its next try is tried at once.

    Raises:
        Refusal: it is still going on, nothing failed, or the same work was asked for anew meanwhile.
    """
    row, now = _locked(job, by), at or timezone.now()
    if not (verdict := can_retry(row, at=now)):
        raise Refusal.of(verdict)
    row.items.filter(state=ItemState.FAILED).update(state=ItemState.WAITING, note="", finished_at=None)
    row.state, row.due_at, row.attempts, row.is_cancel_wanted = JobState.QUEUED, now, 0, False
    row.asked_again_at, row.begun_at, row.finished_at = now, None, None
    row.last_error, row.done_count = "", row.items.exclude(state=ItemState.WAITING).count()
    fields = ["state", "due_at", "attempts", "is_cancel_wanted", "last_error", "done_count"]
    fields += ["asked_again_at", "begun_at", "finished_at"]
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError:
        raise Refusal(_("The same work is going on already, as a job of its own."), "state") from None
    wake_on_commit(jobs.RUN_JOB, row.pk)
    return row
