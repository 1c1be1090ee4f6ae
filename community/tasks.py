"""What the Tasks API runs for everybody: one job, and the outbox; and the long exports that jobs name."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import batches, heartbeats, jobs, opening, request_time
from community.actions.erasure_job import TASK as ERASE
from community.actions.erasure_job import erase_ordered, has_time_for
from community.actions.export import TASK as EXPORT
from community.actions.export import make_export
from community.actions.outbox import send_outbox as send
from community.models import Job
from community.tasks_api import background, task


@background()
def run_job(job_id: int) -> bool:
    """Run one `Job` row, whichever task it names; not while a restore is unfinished.

    In the embedded default, what the time of the request does not suffice for is left to the scheduler.
    """
    if not opening.is_open():
        return False
    left = request_time.seconds_left() if settings.TASKS_RUN == "immediate" else None
    return left != 0 and jobs.run(job_id, seconds=left)


@background()
def send_outbox() -> dict[str, int]:
    """Send the mails that are due; none while a restore is unfinished."""
    if not opening.is_open():
        return {}
    return send(at=timezone.now()).as_dict()


@task(EXPORT, _("Make a workbook"), is_stoppable=True)
def export(job: Job, *, source: str, query: str, token: str) -> dict[str, object]:
    """Write the workbook of a list for who asked."""
    return make_export(job, source=source, query=query, token=token)


@task(ERASE, _("Erase a person"))
def erase(job: Job) -> dict[str, object]:
    """Erase whom an administrator chose; what a request has no time for is left to the scheduler."""
    if not has_time_for(job):
        raise jobs.Paused
    return batches.work_through(job, partial(erase_ordered, by=job.by))


@background()
def answer() -> None:
    """Give the sign of life that the scheduler asks the workers for."""
    heartbeats.note_worker(timezone.now())
