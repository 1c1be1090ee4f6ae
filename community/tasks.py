"""What the Tasks API runs for everybody: one job, and the outbox."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from community import jobs
from community.actions.outbox import send_outbox as send
from community.tasks_api import background


@background()
def run_job(job_id: int) -> bool:
    """Run one `Job` row, whichever task it names."""
    return jobs.run(job_id, seconds=jobs.IN_REQUEST_SECONDS if settings.TASKS_RUN == "immediate" else None)


@background()
def send_outbox() -> dict[str, int]:
    """Send the mails that are due."""
    return send(at=timezone.now()).as_dict()
