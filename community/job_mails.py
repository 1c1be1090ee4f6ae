"""The mail that a long job is done, to who asked for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from community import jobs, notifications
from community.choices import JobState
from community.contributions import MailTopic
from community.job_summary import summary_of
from community.models import Job, Message

DONE = "community/job_done"
#: What was waited for longer than this, in the queue too, is told by mail: who asked has gone on to something else.
LONG = timedelta(minutes=1)

TOPIC = MailTopic(
    _("Long work that you asked for"),
    _("What you asked the registry to do took longer than a minute, and is done or was given up."),
    lambda template, audience: template == DONE,
    order=58,
)


@jobs.when_ended
def tell_who_asked(job: Job) -> None:
    """Queue the mail of a job that counts what it does and took longer than a minute, once for each time it ends.

    The minute runs from when it was asked for or tried again: who asked waited while other work was done, too.
    """
    if job.by is None or not job.total_count or job.begun_at is None or job.finished_at is None:
        return
    if job.finished_at - job.wanted_since <= LONG:
        return
    key = f"job:{job.pk}:{job.begun_at:%Y%m%d%H%M%S}"
    notifications.queue(DONE, to=job.by, subject=job, key=key)


@notifications.provides("job")
def job_context(job: Job, message: Message) -> dict[str, Any]:
    """Return what the templates say of a job."""
    found = summary_of(job, at=message.created_at)
    return {
        "title": found.title,
        "done": found.done,
        "failed": found.failed,
        "total": found.total,
        "state": found.state,
        "is_given_up": job.state == JobState.FAILED,
        "is_stopped": job.state == JobState.CANCELLED,
        "error": job.last_error,
    }
