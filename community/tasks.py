"""What the Tasks API runs for everybody: one job, and the outbox."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from community import heartbeats, jobs, opening
from community.actions.outbox import send_outbox as send
from community.tasks_api import background


@background()
def run_job(job_id: int) -> bool:
    """Run one `Job` row, whichever task it names; not while a restore is unfinished."""
    if not opening.is_open():
        return False
    return jobs.run(job_id, seconds=jobs.IN_REQUEST_SECONDS if settings.TASKS_RUN == "immediate" else None)


@background()
def send_outbox() -> dict[str, int]:
    """Send the mails that are due; none while a restore is unfinished."""
    if not opening.is_open():
        return {}
    return send(at=timezone.now()).as_dict()


@background()
def answer() -> None:
    """Give the sign of life that the scheduler asks the workers for."""
    heartbeats.note_worker(timezone.now())
