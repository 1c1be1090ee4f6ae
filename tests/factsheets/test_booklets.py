"""Booklets: made once by a job, kept for some days, and known to the page that verifies."""

from __future__ import annotations

import io
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest
import time_machine
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client

from clusters.choices import State
from community import jobs
from community.choices import JobState
from community.models import Job
from community.permissions import Refusal
from factsheets import storage
from factsheets.actions import report as reports
from factsheets.actions.booklet import DAYS_KEPT, DAYS_KNOWN, forget_old, make_booklet
from factsheets.actions.damage import look_through
from factsheets.choices import BookletRemoval
from factsheets.models import Booklet, CopReport, Edition, ReportBooklet
from factsheets.pdf_checks import problems
from tests.cast import Cast
from tests.factories import NOW
from tests.factsheets.making_downloads import BOOKLET, asked, issued, withdrawn
from tests.factsheets.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_booklet_whose_file_was_damaged_says_so_and_is_made_anew(cast: Cast, client: Client) -> None:
    issued(cast, 2)
    client.force_login(cast.user("member"))
    booklet, _job = asked(client)
    Path(default_storage.path(booklet.file)).write_bytes(b"%PDF-")
    look_through(NOW)
    page = client.get(booklet.get_absolute_url()).text
    assert ("Its file was damaged." in page, "It is not made yet" in page) == (True, False)
    again, _job = asked(client)
    assert (again.pk, bool(again.file), again.removed_why) == (booklet.pk, True, "")


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
    for one in Edition.objects.all():
        assert f"{one.reference} · version 1 · {cast.group.code} · What we set out to do" in text_of(content)
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


def test_a_booklet_whose_row_was_replaced_meanwhile_leaves_no_file(cast: Cast, client: Client) -> None:
    """As when a report's is asked for with other factsheets: the one that is being made belongs to nobody."""
    issued(cast)
    client.force_login(cast.user("lead"))
    client.post(BOOKLET)
    before = set(stored_files())
    with pytest.raises(Refusal, match="Ask for the booklet again"):
        make_booklet(booklet=Booklet.objects.get(), at=NOW, tell=lambda _done, _total: Booklet.objects.all().delete())
    assert set(stored_files()) == before


def stored_files() -> list[Path]:
    return [path for path in Path(default_storage.path(storage.FOLDER)).rglob("*") if path.is_file()]


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


def verified(client: Client, digest: str) -> str:
    return " ".join(client.get("/factsheets/verify/", {"sha256": digest}).content.decode().split())


def test_verify_knows_every_booklet_of_a_report_and_where_the_present_one_is(cast: Cast, client: Client) -> None:
    (cluster,) = issued(cast, 1, State.CONCLUDED)
    day, coordinator = NOW.date(), cast.user("coordinator")
    draft = reports.begin_report(working_group=cast.group, from_on=day, until_on=day, by=coordinator)
    report = reports.send_report(report=draft, by=coordinator)
    jobs.run_due(NOW)
    jobs.run_due(NOW)
    address = f"/reports/{report.reference}/booklet.pdf"
    first = sha256(b"".join(client.get(address).streaming_content)).hexdigest()  # type: ignore[attr-defined]
    assert f"<code>{first}</code>" in client.get(f"/reports/{report.reference}/").content.decode()
    page = verified(client, first)
    for said in ("Genuine", "This is the booklet with all factsheets of the report", report.title, "12 May 2026"):
        assert said in page, said
    assert ("It is the present one." in page, f'href="{address}"' in page) == (True, True)
    withdrawn(cluster)
    page = verified(client, first)
    assert ("Genuine" in page, "It no longer stands." in page, f'href="{address}"' in page) == (True, True, False)
    later = NOW + timedelta(days=1)
    with time_machine.travel(later, tick=False):
        jobs.run_due(later)
        jobs.run_due(later)
    second = sha256(b"".join(client.get(address).streaming_content)).hexdigest()  # type: ignore[attr-defined]
    page = verified(client, first)
    for said in ("A newer one took its place.", 'The present one, made on <time datetime="2026-05-13">', address):
        assert said in page, said
    assert "It is the present one." in verified(client, second)
    both = verified(client, f"{first}  a.pdf {second}  b.pdf {'0' * 64}  c.pdf")
    assert [both.count(said) for said in (f">{first}<", "This is the booklet", "No file that was issued here")] == [
        1,
        2,
        1,
    ]
    assert list(ReportBooklet.objects.values_list("sha256", flat=True)) == [second, first]
    page = client.get(report.get_absolute_url()).text
    assert (first in page, second in page, page.count("It was made here and is genuine")) == (True, True, 1)


def test_a_booklet_that_was_made_before_checksums_were_kept_is_taken_up(cast: Cast) -> None:
    day, values = NOW.date(), {"language": "en", "made_at": NOW, "sha256": "ab" * 32, "pages": 4}
    reports_of = [
        CopReport.objects.create(title=title, from_on=day, until_on=day, state="sent", reference=title)
        for title in ("2026-05-12", "2026-05-12-2")
    ]
    Booklet.objects.create(key="kept", title="A", file="factsheets/ab/ab.pdf", report=reports_of[0], **values)
    Booklet.objects.create(key="undrawn", title="B", language="en", report=reports_of[1])
    Booklet.objects.create(key="own", title="C", **values)
    migration = import_module("factsheets.migrations.0009_booklets_known_before")
    migration.take_up(apps, SimpleNamespace(connection=connection))
    assert list(ReportBooklet.objects.values_list("report", "sha256", "pages", "made_at")) == [
        (reports_of[0].pk, "ab" * 32, 4, NOW)
    ]


def test_verify_does_not_know_a_booklet_that_somebody_asked_for_and_says_so(cast: Cast, client: Client) -> None:
    issued(cast)
    client.force_login(cast.user("lead"))
    booklet, _job = asked(client)
    page = verified(Client(), booklet.sha256)
    assert ("Not one of ours" in page, "booklets that somebody had made of a selection" in page) == (True, True)
    assert not ReportBooklet.objects.exists()
