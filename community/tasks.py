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
from community.actions.invitation_job import TASK as INVITE
from community.actions.invitation_job import invite_ordered
from community.actions.outbox import send_outbox as send
from community.actions.stray_files import TASK as STRAY_FILES
from community.actions.stray_files import run_after_erasure
from community.models import Job
from community.tasks_api import background, task


@background()
def run_job(job_id: int) -> bool:
    """Run one `Job` row, whichever task it names; not while a restore is unfinished.

    In the embedded default, what the time of the request does not suffice for is left to the scheduler.
    """
    if not opening.is_open():
        return False
    left = _seconds_left()
    return left != 0 and jobs.run(job_id, seconds=left)


@background()
def send_outbox() -> dict[str, int]:
    """Send the mails that are due; none while a restore is unfinished.

    In the embedded default, those for which the time of the request does not suffice are left to the scheduler.
    """
    if not opening.is_open():
        return {}
    return send(at=timezone.now(), seconds=_seconds_left()).as_dict()


def _seconds_left() -> float | None:
    """Return how long the request that woke us may still work, or None where it is a worker who works."""
    return request_time.seconds_left() if settings.TASKS_RUN == "immediate" else None


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


@task(STRAY_FILES, _("Delete stored files that no entry names"))
def stray_files(job: Job) -> dict[str, object]:
    """Delete what nobody would find when somebody is erased."""
    return run_after_erasure()


@task(INVITE, _("Invite members"))
def invite(job: Job) -> dict[str, object]:
    """Invite whom an administrator chose."""
    return batches.work_through(job, partial(invite_ordered, by=job.by))


@background()
def answer() -> None:
    """Give the sign of life that the scheduler asks the workers for."""
    heartbeats.note_worker(timezone.now())
