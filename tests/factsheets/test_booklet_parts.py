"""A booklet of which a part can't be had: who asked learns which one, and goes on from where they are."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.test import Client

from clusters.choices import State
from community import jobs
from community.choices import JobState
from community.job_summary import summary_of
from community.models import Job
from factsheets import storage
from factsheets.actions import booklet as booklets
from factsheets.actions import report as reports
from factsheets.actions.damage import look_through
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from factsheets.models import Booklet, DamagedFile, Edition
from tests.cast import Cast
from tests.factories import NOW
from tests.factsheets.making_downloads import BOOKLET, asked, issued, withdrawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def damaged(reference: str) -> Edition:
    """Cut the file of a factsheet short."""
    edition = Edition.objects.for_reference(reference)[0]
    Path(default_storage.path(edition.pdf_file)).write_bytes(b"%PDF-")
    return edition


def waiting(client: Client) -> Job:
    """Ask for a booklet; its work is not begun."""
    return Job.objects.get(pk=client.post(BOOKLET).headers["Location"].split("/")[-2])


def page_of(client: Client, booklet: Booklet) -> str:
    return " ".join(client.get(booklet.get_absolute_url()).text.split())


def anew(client: Client, booklet: Booklet) -> Booklet:
    """Press the button and do the work."""
    found, _job = asked(client, f"{booklet.get_absolute_url()}anew/")
    return found


def test_who_meets_a_damaged_part_makes_the_booklet_without_it(cast: Cast, client: Client) -> None:
    bad, _good, _other = issued(cast, 3)
    client.force_login(cast.user("lead"))
    job = waiting(client)
    edition = damaged(bad.name)
    jobs.run(job.pk)
    assert DamagedFile.objects.marks(edition.pdf_file), "whoever looks after files hears of it"
    booklet = Booklet.objects.get()
    page = client.get(f"/jobs/{job.pk}/").text
    assert ("Make the booklet without it" in page, f'href="{booklet.get_absolute_url()}"' in page) == (True, True)
    assert ("It was not made" in page, "A booklet is whole or is not made." in page) == (True, True)
    assert "Done, but 1 failed" in client.get("/jobs/").text
    page = page_of(client, booklet)
    assert ("It could not be made" in page, f"{bad.name}: {bad.title}" in page, "It is left out." in page) == (
        True,
        True,
        True,
    )
    assert ("Make it anew, with 2 factsheets" in page, f"/jobs/{job.pk}/retry/" in page) == (True, True)
    without = anew(client, booklet)
    assert (without.pages, without.parts.filter(edition=edition).exists(), without.title) == (6, False, booklet.title)
    assert (without.address, without.words) == (booklet.address, booklet.words)


def test_once_the_part_is_put_back_the_same_job_goes_on(cast: Cast, client: Client) -> None:
    bad, _good = issued(cast, 2)
    client.force_login(cast.user("lead"))
    job = waiting(client)
    edition = Edition.objects.for_reference(bad.name)[0]
    kept = storage.read(edition.pdf_file)
    damaged(bad.name)
    jobs.run(job.pk)
    storage.put(kept, suffix=".pdf")
    client.post(f"/jobs/{job.pk}/retry/")
    jobs.run(job.pk)
    assert Booklet.objects.get().pages == 6


def test_what_was_issued_anew_takes_the_place_of_a_part(cast: Cast, client: Client) -> None:
    first, _second = issued(cast, 2)
    client.force_login(cast.user("lead"))
    job = waiting(client)
    withdrawn(first)
    jobs.run(job.pk, at=NOW)
    booklet = Booklet.objects.get()
    assert sorted(job.items.values_list("state", flat=True)) == ["done", "failed"]
    assert "It is left out." in page_of(client, booklet), "the revision is not drawn yet"
    jobs.run_due(NOW)
    issue_factsheet(cluster=first, face=Face.FORWARD, reason="correct", by=None, at=NOW)
    assert "Version 2, revision 1, takes its place." in page_of(client, booklet)
    made = anew(client, booklet)
    assert (made.pages, made.parts.count(), made.parts.filter(edition__issue__version=2).count()) == (6, 2, 1)


@pytest.mark.parametrize("how", ["damaged", "withdrawn", "not joinable"])
def test_a_part_that_turns_bad_while_they_are_joined_is_named(
    how: str, cast: Cast, client: Client, monkeypatch: Any
) -> None:
    """After every part was looked at and found whole."""
    bad, _good = issued(cast, 2)
    client.force_login(cast.user("lead"))
    job = waiting(client)
    set_front = booklets.set_front

    def then(*arguments: Any) -> Any:
        """Do what somebody else does meanwhile."""
        if how == "withdrawn":
            withdrawn(bad)
        elif how == "damaged":
            damaged(bad.name)
        else:
            name = Edition.objects.for_reference(bad.name)[0].pdf_file
            monkeypatch.setattr(storage, "read_whole", short_of_a_page(name))
        return set_front(*arguments)

    monkeypatch.setattr(booklets, "set_front", then)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.last_error) == (JobState.DONE, "")
    (failed,) = job.items.filter(state="failed")
    assert failed.label.startswith(bad.name)
    monkeypatch.undo()
    assert anew(client, Booklet.objects.get()).parts.count() == 1


def short_of_a_page(name: str) -> Callable[[str], bytes]:
    """Read stored files so that one of them has a page less than its row says: whole, and not to be joined."""
    read_whole = storage.read_whole

    def read(wanted: str) -> bytes:
        content = read_whole(wanted)
        if wanted != name:
            return content
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(content)) as file:
            del file.pages[-1]
            file.save(out)
        return out.getvalue()

    return read


def test_when_no_part_can_be_had_the_page_says_so(cast: Cast, client: Client) -> None:
    (bad,) = issued(cast, 1)
    client.force_login(cast.user("lead"))
    job = waiting(client)
    damaged(bad.name)
    jobs.run(job.pk)
    booklet = Booklet.objects.get()
    page = page_of(client, booklet)
    assert ("None of its factsheets can be had now." in page, "Make it anew" in page) == (True, False)
    answer = client.post(f"{booklet.get_absolute_url()}anew/")
    assert (answer.status_code, "None of these clusters has a factsheet" in answer.text) == (422, True)


def test_the_job_tells_how_far_the_joining_is(cast: Cast, client: Client, monkeypatch: Any) -> None:
    issued(cast, 11)
    client.force_login(cast.user("lead"))
    job = waiting(client)
    seen: list[str] = []
    told = booklets._told

    def look(tell: Any, total: int, done: int) -> None:
        told(tell, total, done)
        seen.append(summary_of(Job.objects.get(pk=job.pk), at=NOW).at_work)

    monkeypatch.setattr(booklets, "_told", look)
    jobs.run(job.pk)
    assert seen == ["Joining: 0 of 11"] * 9 + ["Joining: 10 of 11", "Joining: 11 of 11"]
    job.refresh_from_db()
    assert summary_of(job, at=NOW).at_work == "11 of 11"


def test_the_booklet_of_a_report_is_made_once_its_part_is_put_back(cast: Cast) -> None:
    (cluster,) = issued(cast, 1, State.CONCLUDED)
    edition = Edition.objects.for_reference(cluster.name)[0]
    kept, by, day = storage.read(edition.pdf_file), cast.user("coordinator"), NOW.date()
    draft = reports.begin_report(working_group=cast.group, from_on=day, until_on=day, by=by)
    reports.send_report(report=draft, by=by)
    jobs.run_due(NOW)
    damaged(cluster.name)
    jobs.run_due(NOW)
    made = Job.objects.of_task("factsheets.report_booklet")
    assert [(job.state, "left" in job.result) for job in made] == [(JobState.DONE, True)], "no try helps"
    assert (DamagedFile.objects.marks(edition.pdf_file), Booklet.objects.get().file) == (True, "")
    storage.put(kept, suffix=".pdf")
    look_through(NOW)
    jobs.run_due(NOW)
    assert (Booklet.objects.get().pages > 2, made.open().exists()) == (True, False)
