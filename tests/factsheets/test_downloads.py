"""Files handed out: counted by day without a trace of the reader, and in parts to who asks for parts."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.choices import State
from factsheets import downloads
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from factsheets.models import DownloadCount
from tests.cast import make_cast, make_cluster
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def path() -> str:
    """Return the address of a factsheet's files, without their ending."""
    cluster = make_cluster(make_cast(), State.RUNNING)
    issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    return f"/factsheets/{cluster.reference}/v1/en"


def test_downloads_are_sums_by_day_and_a_download_asks_nothing_more_of_the_database(path: str) -> None:
    client = Client()
    with CaptureQueriesContext(connection) as captured:
        for _time in range(3):
            client.get(f"{path}.pdf")
    assert len(captured) == 3
    client.get(f"{path}.json")
    client.head(f"{path}.pdf")
    answer = client.get(f"{path}.pdf", headers={"if-none-match": client.get(f"{path}.pdf")["ETag"]})
    assert (answer.status_code, DownloadCount.objects.count()) == (304, 0)
    assert downloads.write() == 5
    assert downloads.write() == 0
    client.get(f"{path}.pdf")
    downloads.write()
    rows = DownloadCount.objects.values_list("suffix", "on", "count")
    assert list(rows) == [(".json", NOW.date(), 1), (".pdf", NOW.date(), 5)]
    assert sum(DownloadCount.objects.totals().values()) == 6


def test_the_sums_are_written_a_minute_after_the_first_download(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "EVERY", 0.0)
    Client().get(f"{path}.pdf")
    assert DownloadCount.objects.get().count == 1


def test_any_request_writes_the_sums_once_a_minute_is_over(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(downloads, "EVERY", 60.0)
    monkeypatch.setattr(downloads, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    for _time in range(3):
        Client().get(f"{path}.pdf")
    clock[0] += downloads.EVERY - 1
    Client().get("/")
    assert DownloadCount.objects.count() == 0
    clock[0] += 1
    Client().get("/")
    assert DownloadCount.objects.get().count == 3


def test_a_request_that_ends_writes_nothing_where_nothing_was_fetched() -> None:
    with CaptureQueriesContext(connection) as captured:
        downloads.write_after_request()
    assert len(captured) == 0


def test_a_database_that_is_away_keeps_the_sums_and_fails_no_request(
    path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Client().get(f"{path}.pdf")
    with monkeypatch.context() as patch:
        patch.setattr(downloads, "EVERY", 0.0)
        for error in (OperationalError, InterfaceError):
            patch.setattr(downloads, "_add", Mock(side_effect=error("away")))
            assert Client().get("/").status_code == 200
    assert "could not be counted" in caplog.text
    assert downloads.write() == 1


def test_a_server_that_is_ended_by_sigterm_loses_nothing(tmp_path: Path) -> None:
    """The real server, with a real database in a file: a worker writes its sums as it ends."""
    env = os.environ | {
        "DEBUG": "true",
        "DATABASE_URL": f"sqlite:///{tmp_path}/sums.sqlite3",
        "STORAGE_DIR": str(tmp_path / "files"),
        "PYTHONPATH": f"{settings.BASE_DIR}:{tmp_path}",
    }
    (tmp_path / "counting.py").write_text(COUNTING)
    command = [sys.executable, "-m", "gunicorn", "counting:application", "--bind", f"unix:{tmp_path}/socket"]
    with subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(tmp_path / "counted", process)
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        finally:
            process.kill()
    with closing(sqlite3.connect(tmp_path / "sums.sqlite3")) as database:
        rows = database.execute("SELECT reference, count FROM factsheets_downloadcount").fetchall()
    assert rows == [("M4N-CL-2026-01", 2)]


#: Makes the one table, as migrations would take a minute, and counts two downloads as the worker begins.
COUNTING = """
import threading
from pathlib import Path
from config.wsgi import application
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from factsheets import downloads
from factsheets.models import DownloadCount

with connection.schema_editor() as editor:
    editor.create_model(DownloadCount)
connection.close()
for _time in range(2):
    downloads.count("M4N-CL-2026-01", "M4N-CL-2026-01_v1_2026-05-12_en", ".pdf")
Path(__file__).with_name("counted").touch()
"""


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until a process has written a file."""
    until = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < until, "the server did not begin"
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-99", 206, 0, 99),
        ("bytes=100-", 206, 100, None),
        ("bytes=-50", 206, -50, None),
        ("bytes=0-99999999", 206, 0, None),
        ("bytes=99999999-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=5-4", 416, 0, 0),
        ("bytes=0-1,5-6", 200, 0, None),
        ("bytes=-", 200, 0, None),
        ("lines=1-2", 200, 0, None),
    ],
)
def test_a_part_of_a_file_is_handed_out(path: str, asked: str, status: int, first: int, last: int | None) -> None:
    client = Client()
    whole = client.get(f"{path}.json")
    part = client.get(f"{path}.json", headers={"range": asked})
    end = None if last is None else last + 1
    expected = b"" if status == 416 else whole.content[first:end]
    assert (part.status_code, part.content, part["Accept-Ranges"]) == (status, expected, "bytes")
    if status == 206:
        start = len(whole.content) + first if first < 0 else first
        assert part["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(whole.content)}"
    stale = client.get(f"{path}.json", headers={"range": asked, "if-range": '"another"'})
    assert (stale.status_code, stale.content) == (200, whole.content)
