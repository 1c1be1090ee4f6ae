"""A process killed between commit and mail, or in the middle of a job, loses neither."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import schema

ROOT = Path(__file__).resolve().parents[2]

#: Writes a mail and a job with their change, and dies at once after the commit, before anybody is woken.
DIES_AFTER_COMMIT = """
import os, signal
import django; django.setup()
from django.db import transaction
from community import jobs, notifications, tasks_api
from community.models import User
tasks_api.wake = lambda path, *args: os.kill(os.getpid(), signal.SIGKILL)
with transaction.atomic():
    user = User.objects.create_user("sofia@cop.example", None)
    notifications.queue("tests/hello", to=user, subject=user, name="Sofia")
    jobs.enqueue("tests.touch", key="touch", path={path!r})
raise SystemExit("the commit woke nobody")
"""

#: Takes the job and dies in the middle of it.
DIES_IN_JOB = """
import os, signal
import django; django.setup()
from community import jobs, tasks_api
from community.models import Job
tasks_api.task("tests.touch")(lambda job, path: os.kill(os.getpid(), signal.SIGKILL))
jobs.run(Job.objects.get().pk)
"""

#: The next look of the scheduler, as on a machine that was started again.
LOOKS_AGAIN = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from community import jobs, tasks_api
from community.actions.outbox import send_outbox
tasks_api.task("tests.touch")(lambda job, path: open(path, "a").write("done\\n"))
at = timezone.now() + timedelta(minutes={minutes})
print(send_outbox(at=at).sent, jobs.run_due(at))
"""


class Machine:
    """A registry of its own on SQLite, driven by processes that may die."""

    def __init__(self, folder: Path) -> None:
        self.mails, self.proof, self.database = folder / "mails", folder / "proof", folder / "killed.sqlite3"
        settings = folder / "killed_settings.py"
        templates = Path(__file__).parent / "templates"
        settings.write_text(
            "from config.settings import *\n"
            f"TEMPLATES[0]['DIRS'].append({str(templates)!r})\n"
            "PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']\n"
        )
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "killed_settings",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "EMAIL_URL": f"filemail:///{self.mails}",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a Python process."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, code: str) -> tuple[int, str]:
        """Run code to its end; return how it ended and what it printed."""
        process = self.start("-c", code)
        out, errors = process.communicate(timeout=120)
        return process.returncode, (out or errors).strip()

    def sent(self) -> int:
        """Return how many mails arrived."""
        return sum(file.read_text().count("Subject: Hello") for file in self.mails.glob("*.log"))


@pytest.fixture(scope="module")
def migrated(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy."""
    made = Machine(tmp_path_factory.mktemp("migrated"))
    if schema.copy_to(made.database):
        return made.database
    process = made.start("manage.py", "migrate", "-v0")
    _out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return made.database


@pytest.fixture
def machine(tmp_path: Path, migrated: Path) -> Machine:
    """A registry in a folder of its own."""
    made = Machine(tmp_path)
    shutil.copy(migrated, made.database)
    return made


def test_a_process_killed_after_the_commit_loses_neither_mail_nor_job(machine: Machine) -> None:
    code, words = machine.run(DIES_AFTER_COMMIT.format(path=str(machine.proof)))
    assert code == -signal.SIGKILL, words
    assert (machine.sent(), machine.proof.exists()) == (0, False)
    assert machine.run(LOOKS_AGAIN.format(minutes=0)) == (0, "1 1")
    assert (machine.sent(), machine.proof.read_text()) == (1, "done\n")
    assert machine.run(LOOKS_AGAIN.format(minutes=60)) == (0, "0 0")

    assert machine.run(DIES_AFTER_COMMIT.format(path=str(machine.proof)).replace("sofia@", "marko@"))[0] < 0
    code, words = machine.run(DIES_IN_JOB.replace("Job.objects.get()", "Job.objects.open().get()"))
    assert code == -signal.SIGKILL, words
    assert machine.run(LOOKS_AGAIN.format(minutes=0)) == (0, "1 0")
    assert machine.run(LOOKS_AGAIN.format(minutes=11)) == (0, "0 1")
    assert (machine.sent(), machine.proof.read_text()) == (2, "done\ndone\n")


@pytest.fixture
def scheduler(machine: Machine) -> Iterator[subprocess.Popen[str]]:
    """The scheduler's process."""
    process = machine.start("manage.py", "run_scheduler", "--pause", "0.2")
    yield process
    process.kill()
    process.communicate()


def test_the_scheduler_sends_what_was_left_and_ends_on_sigterm(
    machine: Machine, scheduler: subprocess.Popen[str]
) -> None:
    assert machine.run(DIES_AFTER_COMMIT.format(path=str(machine.proof)))[0] == -signal.SIGKILL
    end = time.monotonic() + 90
    code = "import django; django.setup()\nfrom community.models import ScheduledJob\n"
    code += "ScheduledJob.objects.filter(code='community.outbox').update(next_run_at=None)"
    machine.run(code)
    while machine.sent() == 0 and time.monotonic() < end:
        time.sleep(0.2)
    assert machine.sent() == 1
    scheduler.send_signal(signal.SIGTERM)
    out, _errors = scheduler.communicate(timeout=30)
    assert scheduler.returncode == 0
    assert "community.outbox: 1" in out
