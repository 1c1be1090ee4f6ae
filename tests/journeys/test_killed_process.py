"""A coordinator approves and the process dies right after the commit: neither the mails nor the factsheet are lost."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests import schema
from tests.community.test_killed import Machine

#: Approves a proposal; the first thing after the commit kills the process, before mail and factsheet are woken.
DIES_AFTER_THE_APPROVAL = """
import os, signal
import django; django.setup()
from django.db import transaction
from clusters.choices import State
from community.actions.transition import transition
from tests.cast import make_cast, make_cluster
cast = make_cast()
cluster = make_cluster(cast, State.SUBMITTED)
with transaction.atomic():
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    transition(cluster, "approve", by=cast.user("coordinator"))
raise SystemExit("the commit killed nobody")
"""

#: What a machine that was started again finds.
LOOKS = """
import json
import django; django.setup()
from clusters.models import Cluster
from community.models import Event, Job, Message
from factsheets.models import Edition, Issue
print(json.dumps({
    "state": Cluster.objects.get().state,
    "events": list(Event.objects.filter(kind="cluster").values_list("verb", flat=True)),
    "messages": sorted(Message.objects.values_list("state", flat=True)),
    "jobs": list(Job.objects.values_list("task", "state")),
    "issues": list(Issue.objects.values_list("version", "face")),
    "pdfs": [size > 10_000 for size in Edition.objects.values_list("pdf_size", flat=True)],
}))
"""


class Registry(Machine):
    """A registry with a folder for its documents."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.env["STORAGE_URL"] = str(folder / "files")

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end."""
        process = self.start("manage.py", *arguments)
        out, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        return out

    def looks(self) -> dict[str, Any]:
        """Return what stands in the database."""
        code, words = self.run(LOOKS)
        assert code == 0, words
        found: dict[str, Any] = json.loads(words)
        return found

    def subjects(self) -> list[str]:
        """Return the subject of every mail that left."""
        lines = [line for file in self.mails.glob("*.log") for line in file.read_text().splitlines()]
        return [line for line in lines if line.startswith("Subject: ")]


@pytest.fixture
def registry(django_db_setup: None, tmp_path: Path) -> Registry:
    """An empty registry of its own."""
    made = Registry(tmp_path)
    if not schema.copy_to(made.database):
        made.manage("migrate", "-v0")
    return made


def test_an_approval_survives_the_death_of_its_process_with_mails_and_factsheet(registry: Registry) -> None:
    code, words = registry.run(DIES_AFTER_THE_APPROVAL)
    assert code == -signal.SIGKILL, words
    left = registry.looks()
    assert (left["state"], left["events"]) == ("approved", ["approve"])
    assert set(left["messages"]) == {"queued"}
    assert (left["jobs"], registry.subjects()) == ([["factsheets.issue", "queued"]], [])
    assert (left["issues"], left["pdfs"]) == ([[1, "forward"]], []), "taken with the approval, not yet drawn"

    registry.manage("run_scheduler", "--once")
    found = registry.looks()
    assert found["messages"] == ["sent"] * len(left["messages"])
    assert len(registry.subjects()) == len(left["messages"])
    assert found["jobs"] == [["factsheets.issue", "done"]]
    assert (found["issues"], found["pdfs"]) == ([[1, "forward"]], [True])

    registry.manage("run_scheduler", "--once")
    assert registry.looks() == found
    assert len(registry.subjects()) == len(left["messages"])
