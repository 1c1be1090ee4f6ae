"""Many factsheets at once: a ZIP that checks itself, a booklet made by a job, and what each reader gets of them."""

from __future__ import annotations

import csv
import io
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.choices import State
from community import exports
from factsheets import downloads, storage
from factsheets.actions.issue import issue_factsheet, take_version
from factsheets.choices import Face
from factsheets.models import DownloadCount, Edition
from results import policy_summary
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.factsheets.making_downloads import SEVERAL, ZIP, fetched, issued, withdrawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_the_zip_of_a_filter_checks_itself_and_tells_what_is_left_out(
    cast: Cast, client: Client, tmp_path: Path
) -> None:
    first, second, third = issued(cast, 3)
    bare = make_cluster(cast, State.RUNNING)
    withdrawn(third)
    with zipfile.ZipFile(io.BytesIO(fetched(client, f"{ZIP}?state=running"))) as archive:
        assert archive.testzip() is None
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        archive.extractall(tmp_path)
    editions = Edition.objects.filter(reference__in=[first.reference, second.reference])
    names = {f"{edition.file_stem}.pdf" for edition in editions}
    assert {path.name for path in tmp_path.iterdir()} == {"SHA256SUMS", "index.csv", *names}
    checked = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert sorted(checked.stdout.split()) == sorted(word for name in names for word in (f"{name}:", "OK"))
    told = (tmp_path / "index.csv").read_text(encoding="utf-8-sig")
    rows = {row["reference"]: row for row in csv.DictReader(io.StringIO(told))}
    assert set(rows) == {row.name for row in (first, second, third, bare)}
    own = rows[first.name]
    edition = Edition.objects.for_reference(first.name)[0]
    assert (own["file"], own["sha256"], own["state"], own["left_out"]) == (
        f"{edition.file_stem}.pdf",
        edition.pdf_sha256,
        "current",
        "",
    )
    assert own["pdf"].endswith(edition.pdf_url)
    assert (rows[third.name]["file"], rows[third.name]["state"]) == ("", "withdrawn")
    assert "was withdrawn" in rows[third.name]["left_out"]
    assert rows[bare.name]["left_out"] == "No factsheet was issued yet."
    assert f"# {third.name}: " in (tmp_path / "SHA256SUMS").read_text()
    (tmp_path / next(iter(names))).write_bytes(b"%PDF-1.7 another")
    spoilt = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False)
    assert spoilt.returncode == 1


def test_the_zip_holds_the_newest_version_and_asks_as_many_queries_for_one_as_for_many(
    cast: Cast, client: Client
) -> None:
    (cluster,) = issued(cast)
    issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="again", by=None, at=NOW)
    counts = []
    for more in (0, 3):
        issued(cast, more)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            content = fetched(client)
        counts.append(len(queries))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [name for name in archive.namelist() if name.startswith(cluster.name)]
        assert found == [f"{cluster.name}_v2_{NOW.date()}_en.pdf"]
    assert counts[0] == counts[1] <= 8


def test_strangers_get_nothing_that_is_hidden_and_wrong_filters_say_so(cast: Cast, client: Client) -> None:
    (public,) = issued(cast)
    hidden = make_cluster(cast, State.SUBMITTED)
    page = client.get(SEVERAL).content.decode()
    assert (public.name in page, hidden.name in page, "1 issued factsheet, " in page) == (False, False, True)
    assert hidden.name.encode() not in fetched(client)
    client.force_login(cast.user("coordinator"))
    assert hidden.name in client.get(SEVERAL).content.decode()
    wrong = client.get(f"{ZIP}?state=nonsense")
    assert (wrong.status_code, "A filter is wrong" in wrong.content.decode()) == (400, True)
    nothing = client.get(f"{ZIP}?state=concluded")
    assert (nothing.status_code, "None of these clusters has a factsheet" in nothing.content.decode()) == (404, True)
    other = client.get(f"{SEVERAL}?lang=el").content.decode()
    assert ("There is no factsheet to take" in other, "not issued in this language." in other) == (True, True)
    strange = client.get(f"{ZIP}?lang=xx")
    assert (strange.status_code, "Factsheets are not issued in this language." in strange.content.decode()) == (
        400,
        True,
    )


def test_a_file_that_is_away_is_left_out_and_too_many_archives_have_to_wait(cast: Cast, client: Client) -> None:
    first, second = issued(cast, 2)
    storage.remove([Edition.objects.for_reference(first.name)[0].pdf_file])
    with zipfile.ZipFile(io.BytesIO(fetched(client))) as archive:
        assert [name for name in archive.namelist() if name.endswith(".pdf")] == [
            f"{second.name}_v1_{NOW.date()}_en.pdf"
        ]
        assert "is not in the storage" in archive.read("index.csv").decode()
    statuses = []
    for _time in range(20):
        answer: Any = client.get(ZIP)
        statuses.append(answer.status_code)
        if answer.streaming:
            list(answer.streaming_content)
    assert (statuses[0], statuses[-1]) == (200, 429)


def test_each_file_of_a_zip_counts_as_fetched_and_the_page_says_what_does_not(cast: Cast, client: Client) -> None:
    first, second = issued(cast, 2)
    downloads.forget()
    fetched(client)
    client.head(ZIP)
    client.get(Edition.objects.for_reference(first.name)[0].pdf_url)
    assert downloads.write() == 3
    assert DownloadCount.objects.of_references([first.name, second.name]).totals() == {first.name: 2, second.name: 1}


def test_the_index_of_a_zip_says_the_day_of_the_site(cast: Cast, client: Client) -> None:
    """Half past midnight in Athens is the day before in UTC."""
    cluster = make_cluster(cast, State.RUNNING)
    at = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)
    issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=at)
    with zipfile.ZipFile(io.BytesIO(fetched(client))) as archive:
        (row,) = csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig")))
        (name,) = [name for name in archive.namelist() if name.endswith(".pdf")]
    assert (row["issued_on"], "_2026-11-27_" in name) == ("2026-11-27", True)
    assert exports.file_name("clusters", "csv", at) == "clusters-2026-11-27.csv"
    assert policy_summary._was_taken_off(at.isoformat()) == "A file that showed it was taken off on 27 November 2026."


def test_the_sums_of_a_zip_are_written_once_it_is_sent(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued(cast, 3)
    downloads.forget()
    monkeypatch.setattr(downloads, "EVERY", 0.0)
    monkeypatch.setattr(downloads, "AT_ONCE", 2)
    fetched(client)
    assert list(DownloadCount.objects.values_list("count", flat=True)) == [1, 1, 1]


def test_a_version_that_is_taken_and_not_drawn_leaves_the_one_before(cast: Cast, client: Client) -> None:
    (cluster,) = issued(cast)
    take_version(cluster=cluster, face=Face.FORWARD, reason="again", by=None, at=NOW)
    with zipfile.ZipFile(io.BytesIO(fetched(client))) as archive:
        assert f"{cluster.name}_v1_{NOW.date()}_en.pdf" in archive.namelist()
