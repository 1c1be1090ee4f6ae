"""Many factsheets at once: a ZIP that checks itself, a booklet made by a job, and what each reader gets of them."""

from __future__ import annotations

import csv
import io
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.choices import State
from clusters.models import Cluster
from community import jobs
from community.choices import JobState, RedactionReason
from community.models import Job
from factsheets import storage
from factsheets.actions import report as reports
from factsheets.actions.booklet import DAYS_KEPT, DAYS_KNOWN, forget_old
from factsheets.actions.issue import issue_factsheet, take_version
from factsheets.actions.revise import withdraw_edition
from factsheets.choices import BookletRemoval, Face
from factsheets.models import Booklet, Edition
from factsheets.pdf_checks import problems
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ZIP, SEVERAL, BOOKLET = "/factsheets/zip/", "/factsheets/several/", "/factsheets/booklet/"


@pytest.fixture(autouse=True)
def _today() -> Iterator[Any]:
    cache.clear()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def issued(cast: Cast, number: int = 1, state: State = State.RUNNING) -> list[Cluster]:
    """Return clusters with their newest factsheet."""
    found = [make_cluster(cast, state) for _number in range(number)]
    for cluster in found:
        issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    return found


def fetched(client: Client, address: str = ZIP) -> bytes:
    answer: Any = client.get(address)
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    assert answer.headers["Content-Length"] == str(len(content))
    return content


def withdrawn(cluster: Cluster) -> Edition:
    edition = Edition.objects.for_reference(cluster.reference or "")[0]
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
    return edition


def asked(client: Client, address: str = BOOKLET) -> tuple[Booklet, Job]:
    """Ask for a booklet, do its work, return both."""
    answer = client.post(address)
    job = Job.objects.get(pk=answer.headers["Location"].split("/")[-2])
    jobs.run(job.pk)
    job.refresh_from_db()
    return Booklet.objects.get(pk=job.subject_id), job


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
        answer.close()
    assert (statuses[0], statuses[-1]) == (200, 429)


def test_a_booklet_is_made_once_for_the_same_content_and_read_by_who_asked(cast: Cast, client: Client) -> None:
    issued(cast, 2)
    client.force_login(cast.user("lead"))
    booklet, job = asked(client, f"{BOOKLET}?state=running")
    assert (job.state, job.done_count, job.total_count) == (JobState.DONE, 2, 2)
    assert list(job.items.values_list("state", "note")) == [("done", "2 pages")] * 2
    page = client.get(booklet.get_absolute_url()).content.decode()
    assert f"PDF, {booklet.pages} pages" in page
    answer: Any = client.get(f"{booklet.get_absolute_url()}booklet.pdf")
    content = b"".join(answer.streaming_content)
    assert (answer.headers["Content-Length"], problems(content)) == (str(len(content)), [])
    with pikepdf.open(io.BytesIO(content)) as file:
        assert len(file.pages) == booklet.pages == 2 + 2 * 2
    for asks, status, expected in (("bytes=900-", 206, content[900:]), (f"bytes={len(content)}-", 416, b"")):
        part: Any = client.get(f"{booklet.get_absolute_url()}booklet.pdf", headers={"range": asks})
        assert (part.status_code, b"".join(part.streaming_content)) == (status, expected)
    other = Client()
    other.force_login(cast.user("participant"))
    assert other.get(booklet.get_absolute_url()).status_code == 404
    assert other.get(f"{booklet.get_absolute_url()}booklet.pdf").status_code == 404
    made = booklet.made_at
    again, _job = asked(other, f"{BOOKLET}?state=running")
    assert (again.pk, again.made_at, Booklet.objects.count()) == (booklet.pk, made, 1)
    assert other.get(booklet.get_absolute_url()).status_code == 200
    assert Client().post(BOOKLET).status_code == 403


def test_what_is_damaged_is_told_and_may_be_tried_again(cast: Cast, client: Client) -> None:
    (cluster, _other) = issued(cast, 2)
    client.force_login(cast.user("lead"))
    edition = Edition.objects.for_reference(cluster.name)[0]
    answer = client.post(BOOKLET)
    job = Job.objects.get(pk=answer.headers["Location"].split("/")[-2])
    kept = storage.read(edition.pdf_file)
    storage.remove([edition.pdf_file])
    jobs.run(job.pk)
    booklet = Booklet.objects.get()
    assert (booklet.file, sorted(job.items.values_list("state", flat=True))) == ("", ["done", "failed"])
    storage.put(kept, suffix=".pdf")
    client.post(f"/jobs/{job.pk}/retry/")
    jobs.run(job.pk)
    booklet.refresh_from_db()
    assert booklet.pages == 6


def test_a_withdrawn_edition_takes_every_booklet_along_that_holds_it(
    cast: Cast, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    first, _second = issued(cast, 2)
    client.force_login(cast.user("lead"))
    both, _job = asked(client)
    stored = both.file
    with django_capture_on_commit_callbacks(execute=True):
        edition = withdrawn(first)
    both.refresh_from_db()
    assert (both.file, both.removed_why, storage.is_whole(stored)) == ("", BookletRemoval.WITHDRAWN, False)
    page = client.get(both.get_absolute_url()).content.decode()
    assert "because a factsheet in it was withdrawn" in page
    assert client.get(f"{both.get_absolute_url()}booklet.pdf").status_code == 404
    jobs.run_due(NOW)
    assert Edition.objects.for_reference(first.name).current().count() == 1
    anew, _job = asked(client)
    assert (anew.pk != both.pk, anew.parts.filter(edition=edition).exists(), anew.pages) == (True, False, 6)


def test_booklets_are_kept_for_some_days_and_then_removed(
    cast: Cast, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    issued(cast)
    client.force_login(cast.user("lead"))
    booklet, _job = asked(client)
    stored = booklet.file
    assert forget_old(NOW + timedelta(days=DAYS_KEPT - 1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_old(NOW + timedelta(days=DAYS_KEPT)) == 1
    booklet.refresh_from_db()
    assert (booklet.removed_why, storage.is_whole(stored)) == (BookletRemoval.EXPIRED, False)
    again, _job = asked(client)
    assert (again.pk, again.file, again.removed_why) == (booklet.pk, stored, "")
    forget_old(NOW + timedelta(days=DAYS_KNOWN + DAYS_KEPT))
    forget_old(NOW + timedelta(days=DAYS_KNOWN + DAYS_KEPT))
    assert not Booklet.objects.exists()


def test_a_report_has_a_booklet_that_is_made_anew_when_a_factsheet_in_it_is(cast: Cast, client: Client) -> None:
    clusters = issued(cast, 2, State.CONCLUDED)
    day = NOW.date()
    coordinator = cast.user("coordinator")
    draft = reports.begin_report(working_group=cast.group, from_on=day, until_on=day, by=coordinator)
    report = reports.send_report(report=draft, by=coordinator)
    address = f"/reports/{report.reference}/booklet.pdf"
    assert client.get(address).status_code == 404
    jobs.run_due(NOW)
    jobs.run_due(NOW)
    answer: Any = client.get(address)
    first = b"".join(answer.streaming_content)
    assert (answer.status_code, problems(first)) == (200, [])
    assert "Booklet with all factsheets" in client.get(f"/reports/{report.reference}/").content.decode()
    assert client.get(address, headers={"if-none-match": answer.headers["ETag"]}).status_code == 304
    with pikepdf.open(io.BytesIO(first)) as file, file.open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert titles[1].startswith(f"{report.reference}: ")
    assert sorted(title.split(":")[0] for title in titles[2:]) == sorted(one.name for one in clusters)
    withdrawn(clusters[0])
    assert client.get(address).status_code == 404
    jobs.run_due(NOW)
    jobs.run_due(NOW)
    anew: Any = client.get(address)
    assert (anew.status_code, anew.headers["ETag"] == answer.headers["ETag"]) == (200, False)
    newest = Edition.objects.for_reference(clusters[0].name)[0]
    assert Booklet.objects.get().parts.filter(edition=newest).exists()


def test_a_version_that_is_taken_and_not_drawn_leaves_the_one_before(cast: Cast, client: Client) -> None:
    (cluster,) = issued(cast)
    take_version(cluster=cluster, face=Face.FORWARD, reason="again", by=None, at=NOW)
    with zipfile.ZipFile(io.BytesIO(fetched(client))) as archive:
        assert f"{cluster.name}_v1_{NOW.date()}_en.pdf" in archive.namelist()
