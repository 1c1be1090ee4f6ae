"""Files handed out: counted by day without a trace of the reader, and in parts to who asks for parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
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
