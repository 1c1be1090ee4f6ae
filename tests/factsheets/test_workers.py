"""The same work on every runner of tasks, for real: with worker processes of their own, of which one may be killed."""

from __future__ import annotations

import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from clusters.choices import State
from community import jobs
from community.choices import JobState
from community.models import Job
from factsheets.actions.issue import take_version
from factsheets.choices import Face
from factsheets.models import Edition, Issue
from tests.cast import make_cast, make_cluster
from tests.factories import NOW
from tests.factsheets.workers import BROKERS, WORKERS, site, wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

FACTSHEETS = 3


def taken() -> list[Issue]:
    """Return versions that were taken and not drawn."""
    cast = make_cast()
    clusters = [make_cluster(cast, State.RUNNING) for _number in range(FACTSHEETS)]
    return [take_version(cluster=one, face=Face.FORWARD, reason="x", by=None, at=NOW) for one in clusters]


def kill_one_at_work(workers: list[subprocess.Popen[bytes]]) -> Job:
    """Kill the first worker that is seen to have a job; return that job as it left it.

    The job's row is locked meanwhile, so that its worker can't note that it was faster than the kill.
    """
    by_pid = {str(worker.pid): worker for worker in workers}
    while True:
        wait_for(Job.objects.in_state(JobState.RUNNING).exists)
        with transaction.atomic():
            job = Job.objects.in_state(JobState.RUNNING).select_for_update().first()
            if job is None:  # it was done between the two looks
                continue
            victim = by_pid[job.lease_owner.split(":")[1]]
            victim.kill()
            assert victim.wait() == -signal.SIGKILL
            return job


def has_ended_with_a_scheduler() -> bool:
    """Look for due jobs as the scheduler does; say whether none is open any more, whoever did them."""
    jobs.run_due(timezone.now())
    return not Job.objects.open().exists()


def says_why() -> list[object]:
    """What a wait that was too long shows of the jobs."""
    return list(Job.objects.values("state", "attempts", "last_error", "lease_until"))


def refuse_before_its_lease_ends(left: Job) -> None:
    """Try, as whoever gets its message does, to take a dead worker's job in the last moment of its lease."""
    assert left.lease_until is not None
    assert jobs.run(left.pk, at=left.lease_until - timedelta(milliseconds=1)) is False


def check_taken_after_its_lease(left: Job) -> None:
    """Nobody took a dead worker's job before its lease was over: neither who got its message nor the scheduler.

    A broker gives the message to the other worker at once; whether that comes too early, and the scheduler takes the
    job, or comes late enough, hangs on the machine's speed alone.
    """
    assert left.lease_until is not None
    now = Job.objects.get(pk=left.pk)
    assert now.attempts > left.attempts
    assert now.lease_owner != left.lease_owner
    assert now.started_at is not None
    assert now.started_at >= left.lease_until, "it was taken while the dead worker's lease still ran"


@pytest.mark.parametrize("runner", WORKERS)
def test_every_factsheet_exists_once(runner: str, tmp_path: Path) -> None:
    issues = taken()
    with site(runner, tmp_path) as running:
        running.ask("issue", *(issue.pk for issue in issues))
        left = kill_one_at_work(running.workers) if runner in BROKERS else None
        if left is not None:
            refuse_before_its_lease_ends(left)
        others = Job.objects.open() if left is None else Job.objects.open().exclude(pk=left.pk)
        wait_for(lambda: not others.all().exists(), says_why)
        if left is not None:
            wait_for(has_ended_with_a_scheduler, says_why)
            check_taken_after_its_lease(left)
    assert list(Job.objects.values_list("state", flat=True)) == [JobState.DONE] * FACTSHEETS
    editions = Edition.objects.order_by("issue").values_list("issue", "revision", "pdf_problem")
    assert list(editions) == [(issue.pk, 1, "") for issue in issues]
    assert all(size > 10_000 for size in Edition.objects.values_list("pdf_size", flat=True))
