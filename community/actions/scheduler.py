"""The scheduler: runs the chores that apps registered, each under a lease."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from community import contributions
from community.contributions import ClockJob
from community.dates import next_local
from community.error_words import error_words
from community.models import ScheduledJob

logger = logging.getLogger(__name__)


def enter_chores() -> None:
    """Bring the table in step with what is registered: new chores in, rhythms as in code, gone ones disabled."""
    codes = contributions.clock_jobs.codes()
    for code in codes:
        rhythm = contributions.clock_jobs.get(code).every_minutes
        ScheduledJob.objects.get_or_create(code=code, defaults={"every_minutes": rhythm})
        ScheduledJob.objects.filter(code=code).exclude(every_minutes=rhythm).update(every_minutes=rhythm)
    ScheduledJob.objects.exclude(code__in=codes).update(is_enabled=False)


def tick(*, at: datetime, owner: str) -> dict[str, int]:
    """Run every chore whose time has come and that no other scheduler holds; return how much each did.

    A chore that fails is noted and tried at its next time; it stops no other.
    """
    done: dict[str, int] = {}
    codes = set(contributions.clock_jobs.codes())
    for code in ScheduledJob.objects.due(at).filter(code__in=codes).values_list("code", flat=True):
        chore = contributions.clock_jobs.get(code)
        row = _take(code, chore, at, owner)
        if row is None:
            continue
        error, count = "", None
        try:
            count = done[code] = chore.run(at)
        except Exception as failure:
            logger.exception("chore %s failed", code)
            error = error_words(failure)[:500]
        _note(row, owner, at, count, error)
    return done


@transaction.atomic
def _take(code: str, chore: ClockJob, at: datetime, owner: str) -> ScheduledJob | None:
    """Put the chore under a lease, or return None when another scheduler was first."""
    row = ScheduledJob.objects.select_for_update(skip_locked=True).due(at).filter(code=code).first()
    if row is None:
        return None
    row.lease_owner, row.lease_until = owner, at + timedelta(minutes=chore.lease_minutes)
    row.save(update_fields=["lease_owner", "lease_until"])
    return row


@transaction.atomic
def _note(row: ScheduledJob, owner: str, at: datetime, count: int | None, error: str) -> None:
    """Write what the run did and when the next one is due; nothing when the lease went to another one."""
    held = ScheduledJob.objects.select_for_update().filter(pk=row.pk, lease_owner=owner).first()
    if held is None:
        return
    held.last_run_at, held.last_count, held.last_error = timezone.now(), count, error
    held.failures = held.failures + 1 if error else 0
    chore = contributions.clock_jobs.get(held.code)
    in_rhythm = at + timedelta(minutes=held.every_minutes)
    held.next_run_at = next_local(at, chore.daily_at) if chore.daily_at else in_rhythm
    held.lease_until, held.lease_owner = None, ""
    held.save(
        update_fields=[
            "last_run_at",
            "last_count",
            "last_error",
            "failures",
            "next_run_at",
            "lease_until",
            "lease_owner",
        ]
    )
