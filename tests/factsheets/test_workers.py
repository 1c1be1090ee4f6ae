"""The same work on every runner of tasks, for real: with worker processes of their own, of which one may be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from clusters.choices import State
from community import jobs
from community.choices import JobState
from community.models import Job
from factsheets.actions.issue import take_version
from factsheets.choices import Face
from factsheets.models import Edition, Issue
from tests import brokers
from tests.cast import make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
FACTSHEETS = 3
LEASE_SECONDS = 3
PATIENCE_SECONDS = 60

#: What a web process does that asks for the factsheets; with `django-tasks-db` its table has to be there first.
ASKS = """
import sys
import django; django.setup()
from django.conf import settings
from django.core.management import call_command
from community import jobs
if settings.TASKS_RUN == "database":
    call_command("migrate", "django_tasks_database", verbosity=0)
print("ready", flush=True)
sys.stdin.readline()
for pk in map(int, sys.argv[1:]):
    jobs.enqueue("factsheets.issue", key=f"factsheets.issue:{pk}", issue=pk)
"""
CELERY = ("-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "info")
WORKERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "immediate": (),
    "database": (("manage.py", "db_worker", "--interval", "0.1", "--no-startup-delay", "--no-reload"),),
    "redis": ((*CELERY, "-n", "one"), (*CELERY, "-n", "other")),
    "rabbitmq": ((*CELERY, "-n", "one"), (*CELERY, "-n", "other")),
}
BROKERS: dict[str, Callable[[Path], Any]] = {"redis": brokers.redis, "rabbitmq": brokers.rabbitmq}


class Site:
    """Processes of one site: they share this test's database and folder of files."""

    def __init__(
        self, runner: str, stack: ExitStack, folder: Path, more: Mapping[str, str], issues: list[Issue]
    ) -> None:
        self.stack, self.folder = stack, folder
        name = {key: connection.settings_dict[key] or "" for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
        host = name["HOST"] or "127.0.0.1"
        self.env = {
            **os.environ,
            "DATABASE_URL": f"postgres://{name['USER']}:{name['PASSWORD']}@{host}:{name['PORT']}/{name['NAME']}",
            "STORAGE_URL": str(settings.STORAGE_DIR),
            "EMAIL_URL": "dummymail://",
            "LOG_FORMAT": "plain",
            "JOB_LEASE_SECONDS": str(LEASE_SECONDS),
            "TASKS": "celery" if runner in BROKERS else runner,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **more,
        }
        self.web = self.start("web", "-c", ASKS, *(str(issue.pk) for issue in issues))
        if runner == "database":
            self.hear("web", "ready")  # its table is there
        self.workers = [self.start(f"worker-{number}", *each) for number, each in enumerate(WORKERS[runner])]

    def start(self, log: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a Python process, which ends with the test."""
        with (self.folder / f"{log}.log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.stack.callback(process.communicate)
        self.stack.callback(process.kill)
        return process

    def hear(self, log: str, words: str) -> None:
        """Wait until a process has said something."""
        file = self.folder / f"{log}.log"
        wait_for(lambda: words in file.read_text(), file.read_text)

    def ask(self) -> None:
        """Let a web process ask for the factsheets, once every Celery worker listens."""
        self.hear("web", "ready")
        if self.env["TASKS"] == "celery":
            for number in range(len(self.workers)):
                self.hear(f"worker-{number}", "ready.")
        self.web.communicate(b"go\n", timeout=PATIENCE_SECONDS)
        assert self.web.returncode == 0, (self.folder / "web.log").read_text()


def wait_for(is_so: Callable[[], object], why: Callable[[], object] = str) -> None:
    """Wait until something is so; fail with the reason when it takes too long."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, why()
        time.sleep(0.05)


@contextmanager
def site(runner: str, folder: Path, issues: list[Issue]) -> Iterator[Site]:
    """A site whose tasks are run so, and whose web process will ask for these factsheets."""
    broker = BROKERS[runner](folder) if runner in BROKERS else nullcontext({})
    with broker as more, ExitStack() as stack:
        yield Site(runner, stack, folder, more, issues)


def taken() -> list[Issue]:
    """Return versions that were taken and not drawn."""
    cast = make_cast()
    clusters = [make_cluster(cast, State.RUNNING) for _number in range(FACTSHEETS)]
    return [take_version(cluster=one, face=Face.FORWARD, reason="x", by=None, at=NOW) for one in clusters]


def kill_one_at_work(workers: list[subprocess.Popen[bytes]]) -> Job:
    """Kill the first worker that is seen to have a job; return that job, which it did not finish."""
    by_pid = {str(worker.pid): worker for worker in workers}
    while True:
        wait_for(Job.objects.in_state(JobState.RUNNING).exists)
        for job in Job.objects.in_state(JobState.RUNNING):
            victim = by_pid[job.lease_owner.split(":")[1]]
            victim.kill()
            assert victim.wait() == -signal.SIGKILL
            job.refresh_from_db()
            assert job.state == JobState.RUNNING, "it was faster than the kill"
            return job


@pytest.mark.parametrize("runner", WORKERS)
def test_every_factsheet_exists_once(runner: str, tmp_path: Path) -> None:
    issues = taken()
    with site(runner, tmp_path, issues) as running:
        running.ask()
        if runner in BROKERS:
            left = kill_one_at_work(running.workers)
            wait_for(lambda: Job.objects.in_state(JobState.DONE).count() == FACTSHEETS - 1)
            assert Job.objects.open().get() == left, "what the dead worker had waits for its lease"
            wait_for(lambda: jobs.run_due(timezone.now()))
        wait_for(lambda: not Job.objects.open().exists(), lambda: list(Job.objects.values("state", "last_error")))
    assert list(Job.objects.values_list("state", flat=True)) == [JobState.DONE] * FACTSHEETS
    editions = Edition.objects.order_by("issue").values_list("issue", "revision", "pdf_problem")
    assert list(editions) == [(issue.pk, 1, "") for issue in issues]
    assert all(size > 10_000 for size in Edition.objects.values_list("pdf_size", flat=True))
