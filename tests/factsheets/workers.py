"""A site with worker processes of its own, for each runner of tasks; they share the test's database and storage."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tests import brokers

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 3
PATIENCE_SECONDS = 180

#: A web process of the site: does what each line that it is given says, and says so. Where the tasks are rows of
#: `django-tasks-db`, their table has to be there first.
WEB = """
import sys
import django; django.setup()
from django.conf import settings
from django.core.management import call_command
from community import jobs
from community.actions.job import retry_job
from community.models import Job, User
from factsheets.actions.missing import ask_for_missing
if settings.TASKS_RUN == "database":
    call_command("migrate", "django_tasks_database", verbosity=0)
print("ready", flush=True)
for line in sys.stdin:
    word, *keys = line.split()
    if word == "issue":
        for pk in map(int, keys):
            jobs.enqueue("factsheets.issue", key=f"factsheets.issue:{pk}", issue=pk)
    elif word == "complete":
        ask_for_missing(by=User.objects.get(pk=keys[0]))
    elif word == "retry":
        retry_job(job=Job.objects.get(pk=keys[0]), by=User.objects.get(pk=keys[1]))
    else:
        raise ValueError(word)
    print("did", line.strip(), flush=True)
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

    def __init__(self, runner: str, stack: ExitStack, folder: Path, more: Mapping[str, str]) -> None:
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
        self.web = self.start("web", "-c", WEB)
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
        ended = self.web if log == "web" else None

        def is_said() -> bool:
            said = words in file.read_text()
            assert said or ended is None or ended.poll() is None, file.read_text()
            return said

        wait_for(is_said, file.read_text)

    def ask(self, *words: object) -> None:
        """Let the web process do something, once every Celery worker listens, and wait until it has."""
        self.hear("web", "ready")
        if self.env["TASKS"] == "celery":
            for number in range(len(self.workers)):
                self.hear(f"worker-{number}", "ready.")
        line = " ".join(map(str, words))
        assert self.web.stdin is not None
        self.web.stdin.write(f"{line}\n".encode())
        self.web.stdin.flush()
        self.hear("web", f"did {line}\n")


def wait_for(is_so: Callable[[], object], why: Callable[[], object] = str) -> None:
    """Wait until something is so; fail with the reason when it takes too long."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, why()
        time.sleep(0.05)


@contextmanager
def site(runner: str, folder: Path) -> Iterator[Site]:
    """A site whose tasks are run so."""
    broker = BROKERS[runner](folder) if runner in BROKERS else nullcontext({})
    with broker as more, ExitStack() as stack:
        yield Site(runner, stack, folder, more)
