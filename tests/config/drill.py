"""Sites of their own for drills: a database, a folder of files, and programs that work on both."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.conf import settings

from tests import schema
from tests.conftest import is_postgres
from tests.standing import Standing, standing

HOME = "postgresql" if is_postgres() else "sqlite"
ROOT = Path(__file__).resolve().parents[2]

#: A small site: people, a cluster with its issued factsheet, an uploaded file, rows that lie crosswise.
FILLS = """
import hashlib
import django; django.setup()
from django.core.files.base import ContentFile
from clusters.choices import State
from community.models import File
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from tests.cast import make_cast, make_cluster
from tests.factories import NOW
from tests import factories as make
cast = make_cast()
cluster = make_cluster(cast, State.RUNNING, title="Αλιεία, čebele & “ölçü” \\U0001f41d")
cluster.lead.name = "Zenobia Quickfoot"
cluster.lead.save()
assert issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW).editions.get().pdf_file
make.make_organisation("deleted").delete()
for number in range(3):
    content = bytes([number]) * 70_000
    row = File(kind="cluster", subject_id=cluster.pk, title=f"file {number}", original_name="a", content_type="x/y")
    row.size, row.sha256, row.rights_holder, row.licence = len(content), hashlib.sha256(content).hexdigest(), "a", "b"
    row.content.save("a", ContentFile(content))
"""

#: Four at once who write until they are told to end; each change is an event, the head of its chain, a file, its row.
WRITES = """
import hashlib, itertools, sys, threading, time
import django; django.setup()
from django.core.files.base import ContentFile
from django.db import connection, transaction
from clusters.models import Cluster
from community import events
from community.models import File
done, end, problems = itertools.count(), threading.Event(), []
def write():
    cluster = Cluster.objects.get()
    while not end.is_set():
        try:
            with transaction.atomic():
                number = next(done)
                events.record(verb="drill", subject=cluster, by=None, data={"n": number}, detail={"text": "x" * 200})
                content = b"%d" % number * 500
                row = File(kind="cluster", subject_id=cluster.pk, title="t", original_name="a", content_type="x/y")
                row.size, row.sha256 = len(content), hashlib.sha256(content).hexdigest()
                row.rights_holder = row.licence = "a"
                row.content.save("a", ContentFile(content))
        except Exception as error:
            problems.append(repr(error))
        time.sleep(0.02)
    connection.close()
threads = [threading.Thread(target=write) for _ in range(4)]
[thread.start() for thread in threads]
print("writing", flush=True)
sys.stdin.readline()
end.set()
[thread.join() for thread in threads]
print(next(done), problems[:3], flush=True)
"""

#: What stands in a site, for the test to judge.
LOOKS = """
import hashlib, json
import django; django.setup()
from django.core.files.storage import default_storage
from community import opening
from community.models import Event, File, Organisation
from community.verification import verify_history
from factsheets.models import Edition
edition = Edition.objects.get()
print(json.dumps({
    "open": opening.unfinished() is None,
    "is_restored": opening.restored_at() is not None,
    "events": Event.objects.count(),
    "files": File.objects.count(),
    "whole": sum(hashlib.sha256(row.content.read()).hexdigest() == row.sha256 for row in File.objects.kept()),
    "pdf": hashlib.sha256(default_storage.open(edition.pdf_file).read()).hexdigest(),
    "pdf_of_row": edition.pdf_sha256,
    "faults": [finding.code for finding in verify_history() if finding.is_fault],
}))
"""


class Site:
    """A registry of its own, driven by processes."""

    def __init__(self, folder: Path, database: str, files: str | None = None) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.ledger = folder / "erasures.ledger"
        self.ledger.touch()
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": database,
            "STORAGE_URL": files or str(folder / "files"),
            "EMAIL_URL": "dummymail://",
            "ERASURE_LEDGER": str(self.ledger),
            "LOG_FORMAT": "plain",
            "DEBUG": "true",
            "TASKS": "immediate",
        }
        self._ready: Standing | None = None
        self._stack = ExitStack()

    def close(self) -> None:
        """End what stands ready."""
        self._stack.close()
        self._ready = None

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        """Start a Python process."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **more,
        )

    def run(self, *arguments: str, **more: Any) -> tuple[int, str]:
        """Run a Python process to its end; return how it ended and what it said."""
        if not more:
            if self._ready is None:
                self._ready = self._stack.enter_context(standing(ROOT, self.env))
            return self._ready.run(*arguments)
        process = self.start(*arguments, **more)
        out, errors = process.communicate(timeout=300)
        return process.returncode, (out + errors).strip()

    def do(self, *arguments: str) -> str:
        """Run what must end well."""
        code, words = self.run(*arguments)
        assert code == 0, words
        return words

    def manage(self, *arguments: object, **more: Any) -> tuple[int, str]:
        """Run a management command."""
        return self.run("manage.py", *map(str, arguments), **more)

    def looks(self) -> dict[str, Any]:
        """Return what stands in it."""
        found: dict[str, Any] = json.loads(self.do("-c", LOOKS).splitlines()[0])
        return found

    @contextmanager
    def written_to(self) -> Iterator[Callable[[], None]]:
        """Have four write meanwhile; the writers are ended, and every change of theirs was done."""
        process = self.start("-c", WRITES)
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "writing\n", process.communicate()[1]
            yield lambda: None
            out, errors = process.communicate("end\n", timeout=120)
            assert out.endswith("[]\n"), out + errors
        finally:
            process.kill()
            process.communicate()


@contextmanager
def site(folder: Path, vendor: str, *, has_tables: bool = True, files: str | None = None) -> Iterator[Site]:
    """A site with an empty database, of this PostgreSQL server or a file; its tables are there where `has_tables`."""
    if vendor == "sqlite":
        made = Site(folder, f"sqlite:///{folder / 'site.sqlite3'}", files)
        if has_tables and not schema.copy_to(folder / "site.sqlite3"):
            made.do("manage.py", "migrate", "-v", "0")
        with closing(made):
            yield made
        return
    template = schema.template_name() if has_tables else "template1"
    with _database(template) as name, closing(Site(folder, _address(name), files)) as made:
        yield made


def _address(name: str) -> str:
    """Return the address of a database of the server that the tests run on."""
    said = settings.DATABASES["default"]
    who = f"{said['USER']}:{said['PASSWORD']}" if said["PASSWORD"] else said["USER"]
    return f"postgres://{who}@{said['HOST'] or '127.0.0.1'}:{said['PORT'] or 5432}/{name}"


@contextmanager
def _database(template: str) -> Iterator[str]:
    """Make a database for a while, as a copy of another one."""
    name = f"drill_{secrets.token_hex(6)}"
    with _server() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield name
    finally:
        with _server() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _server() -> Iterator[Any]:
    """Give a cursor of the server that the tests run on."""
    import psycopg2

    said = settings.DATABASES["default"]
    where = {"host": said["HOST"] or "127.0.0.1", "port": said["PORT"] or 5432, "dbname": "postgres"}
    with closing(psycopg2.connect(user=said["USER"], password=said["PASSWORD"] or None, **where)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def check_restored(source: Site, target: Site, archive: Path) -> None:
    """Hold a restored site against the archive and the site that it is of."""
    manifest = json.loads(ZipFile(archive).read("manifest.json"))
    found, origin = target.looks(), source.looks()
    assert (found["open"], found["is_restored"], origin["is_restored"]) == (True, True, False)
    assert found["faults"] == []
    assert found["events"] == manifest["tables"]["community_event"]["rows"]
    assert found["whole"] == found["files"] == manifest["tables"]["community_file"]["rows"] > 3
    assert found["pdf"] == found["pdf_of_row"] == origin["pdf"]
    assert not list(target.folder.rglob("*.part"))
    # It says the same of itself as the archive did, whichever database it lies in now.
    again = target.folder / "again.zip"
    target.do("manage.py", "backup", str(again))
    second = json.loads(ZipFile(again).read("manifest.json"))
    assert second["tables"] == manifest["tables"]
    assert second["files"] == manifest["files"]
