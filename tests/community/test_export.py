"""Long workbooks: offered, made by a job for what one person may see, fetched by that person alone, then removed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from openpyxl.worksheet import _writer

from clusters.choices import State
from clusters.models import Cluster
from community import contributions, jobs, made_files
from community.actions import export
from community.actions.account import deactivate_account
from community.actions.export import ask_for_export, forget_old, tidy
from community.actions.job import retry_job, stop_job
from community.actions.outbox import send_outbox
from community.cells import unguarded
from community.choices import JobState
from community.models import Job, Message, Solution, User
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

BUTTON = "Make the file"


@pytest.fixture(autouse=True)
def few(monkeypatch: Any) -> None:
    """Two rows are many, and a chunk is one."""
    monkeypatch.setattr("community.exports.MOST_AT_ONCE", 1)
    monkeypatch.setattr(export, "CHUNK", 1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def user_of(cast: Cast, role: str) -> User:
    user: User | None = cast.user(role)
    assert user is not None
    return user


def made(by: User, query: str = "", source: str = "clusters") -> Job:
    """Return the job of a workbook, worked off."""
    job = ask_for_export(source=source, query=query, by=by)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def path_of(job: Job) -> Path:
    return Path(default_storage.path(made_files.place_of(job.arguments["token"])))


def cells(content: bytes) -> list[tuple[Any, ...]]:
    book: Any = openpyxl.load_workbook(BytesIO(content))
    return list(book.active.iter_rows(values_only=True))


def fetched(client: Client, job: Job) -> list[tuple[Any, ...]]:
    return cells(client.get(f"/jobs/{job.pk}/file/").getvalue())


def test_the_page_offers_it_and_the_press_leads_to_a_job_that_makes_it(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    for number in range(3):
        make_cluster(cast, State.RUNNING, title=f"Dune {number}")
    client = client_of(cast, "member")
    page = client.get("/clusters/?format=xlsx&state=running&page=2")
    assert (page.status_code, BUTTON in page.content.decode()) == (409, True)
    assert 'action="/exports/clusters/?state=running"' in page.content.decode()
    assert Job.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/exports/clusters/?state=running")
    job = Job.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/jobs/{job.pk}/")
    assert (job.state, job.result["rows"], job.done_count, job.total_count) == (JobState.DONE, 3, 3, 3)
    shown = client.get(f"/jobs/{job.pk}/").content.decode()
    assert (f'href="/jobs/{job.pk}/file/"' in shown, "XLSX, 3 rows" in shown) == (True, True)
    assert 'href="/clusters/?state=running"' in shown


def test_looking_writes_nothing_and_a_visitor_is_asked_to_sign_in(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    make_cluster(cast, State.RUNNING)
    page = Client().get("/clusters/?format=xlsx&state=running")
    assert (page.status_code, BUTTON in page.content.decode()) == (409, False)
    assert "next=/exports/clusters/%3Fstate%3Drunning" in page.content.decode()
    assert client_of(cast, "member").get("/exports/clusters/?state=running").status_code == 200
    assert Job.objects.count() == 0
    for form in ("csv", "json"):
        assert Client().get(f"/clusters/?format={form}").status_code == 200


@pytest.mark.parametrize("role", ["member", "coordinator", "lead", "admin"])
def test_it_holds_what_the_direct_export_holds(role: str, cast: Cast, monkeypatch: Any) -> None:
    for state in State.values:
        make_cluster(cast, state)
    client = client_of(cast, role)
    long = fetched(client, made(user_of(cast, role), "sort=title"))
    monkeypatch.setattr("community.exports.MOST_AT_ONCE", 5000)
    assert long == cells(client.get("/clusters/?format=xlsx&sort=title").getvalue())
    assert len(long) == 1 + Cluster.objects.visible_to(user_of(cast, role)).count()


def test_a_long_catalogue_is_made_too(cast: Cast, monkeypatch: Any) -> None:
    make.make_solution("Reeds")
    make.make_solution("Dunes", status="draft", published_at=None)
    make.make_solution("Bogs")
    client = client_of(cast, "member")
    page = client.get("/solutions/?format=xlsx")
    assert (page.status_code, "Solutions as a workbook" in page.content.decode()) == (409, True)
    long = fetched(client, made(user_of(cast, "member"), source="solutions"))
    monkeypatch.setattr("community.exports.MOST_AT_ONCE", 5000)
    assert long == cells(client.get("/solutions/?format=xlsx").getvalue())
    assert "Dunes" not in str(long)
    assert len(long) == 1 + Solution.objects.visible_to(cast.user("member")).count()


def test_what_counts_is_what_the_person_may_see_when_it_is_made(cast: Cast) -> None:
    for title in ("Dune", "Reed"):
        make_cluster(cast, State.RUNNING, title=title)
    hidden = make_cluster(cast, State.SUBMITTED, title="Secret marsh")
    coordinator = user_of(cast, "coordinator")
    job = ask_for_export(source="clusters", query="", by=coordinator)
    assert Cluster.objects.visible_to(coordinator).filter(pk=hidden.pk).exists()
    Cluster.objects.filter(pk=hidden.pk).update(state=State.DRAFT)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert "Secret marsh" not in str(fetched(client_of(cast, "coordinator"), job))


@pytest.mark.parametrize("title", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)"])
def test_a_cell_never_becomes_a_formula(title: str, cast: Cast) -> None:
    make_cluster(cast, State.RUNNING, title=title)
    job = made(user_of(cast, "member"))
    book: Any = openpyxl.load_workbook(BytesIO(client_of(cast, "member").get(f"/jobs/{job.pk}/file/").getvalue()))
    cell = book.active["B2"]
    assert (cell.data_type, unguarded(cell.value)) == ("s", title)


def test_the_file_is_for_who_asked_alone_and_kept_nowhere(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    job = made(user_of(cast, "member"), "q=secret")
    answer = client_of(cast, "member").get(f"/jobs/{job.pk}/file/")
    day = timezone.localdate()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="clusters-{day}.xlsx"'
    assert (answer.headers["X-Content-Type-Options"], "no-store" in answer.headers["Cache-Control"]) == (
        "nosniff",
        True,
    )
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert int(answer.headers["Content-Length"]) == len(answer.getvalue()) == job.result["size"]
    for role in ("admin", "coordinator"):
        assert client_of(cast, role).get(f"/jobs/{job.pk}/file/").status_code == 404
    seen = client_of(cast, "admin").get(f"/jobs/{job.pk}/").content.decode()
    assert ("secret" in seen, "alone can fetch it" in seen, f"/jobs/{job.pk}/file/" in seen) == (False, True, False)


def test_the_same_filter_is_one_job_however_it_is_written(cast: Cast) -> None:
    by = user_of(cast, "member")
    first = ask_for_export(source="clusters", query=tidy(QueryDict("state=running&q=dune&page=3")), by=by)
    again = ask_for_export(source="clusters", query=tidy(QueryDict("q=+dune&format=xlsx&state=running&wg=")), by=by)
    assert (first, again.is_wanted_again) == (again, False)
    Job.objects.update(state=JobState.RUNNING)
    again = ask_for_export(source="clusters", query="q=dune&state=running", by=by)
    assert (first, again.is_wanted_again) == (again, False)
    assert ask_for_export(source="clusters", query="q=dune&state=running", by=user_of(cast, "lead")) != first
    assert ask_for_export(source="solutions", query="q=dune&state=running", by=by) != first


def test_one_person_asks_for_a_few_at_a_time_and_some_a_day(cast: Cast, monkeypatch: Any) -> None:
    make_cluster(cast, State.RUNNING)
    make_cluster(cast, State.RUNNING)
    by = user_of(cast, "member")
    asked = [ask_for_export(source="clusters", query=f"q=dune{number}", by=by) for number in range(export.MOST_OPEN)]
    answer = client_of(cast, "member").post("/exports/clusters/")
    assert (answer.status_code, "are being made" in answer.content.decode()) == (409, True)
    ask_for_export(source="clusters", query="", by=user_of(cast, "lead"))
    for job in asked:
        jobs.run(job.pk)
    monkeypatch.setattr(export, "MOST_A_DAY", export.MOST_OPEN)
    with pytest.raises(Refusal, match="within a day"):
        ask_for_export(source="clusters", query="", by=by)
    ask_for_export(source="clusters", query="", by=by, at=timezone.now() + timedelta(days=2))


def test_one_that_is_stopped_between_two_chunks_leaves_nothing_and_is_made_when_asked_again(
    cast: Cast, monkeypatch: Any
) -> None:
    for _number in range(3):
        make_cluster(cast, State.RUNNING)
    by = user_of(cast, "member")
    job = ask_for_export(source="clusters", query="", by=by)
    source = contributions.export_sources.get("clusters")
    written: list[int] = []

    def stops(keys: Any) -> Iterator[dict[str, Any]]:
        for record in source.records(keys):
            written.append(1)
            if len(written) == 2:
                stop_job(job=Job.objects.get(pk=job.pk), by=by)
            yield record

    other = type(source)(source.label, source.url_name, source.select, source.columns, stops)
    entries = {**contributions.export_sources._entries, "clusters": other}
    monkeypatch.setattr(contributions.export_sources, "_entries", entries)
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result, len(written), path_of(job).exists()) == (JobState.CANCELLED, {}, 2, False)
    assert not [name for name in _writer.ALL_TEMP_FILES if Path(name).exists()]
    retry_job(job=job, by=by)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["rows"], path_of(job).exists()) == (JobState.DONE, 3, True)


def test_one_that_fails_is_tried_again_and_says_so(cast: Cast, monkeypatch: Any) -> None:
    make_cluster(cast, State.RUNNING)
    job = ask_for_export(source="clusters", query="", by=user_of(cast, "member"))
    folder = Path(settings.STORAGE_DIR)
    with monkeypatch.context() as patch:
        patch.setattr(default_storage._wrapped, "save", full)  # type: ignore[attr-defined]
        assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.last_error, path_of(job).exists()) == (JobState.QUEUED, "OSError: No space left", False)
    assert "The last try failed" in client_of(cast, "member").get(f"/jobs/{job.pk}/").content.decode()
    assert jobs.run(job.pk, at=job.due_at)
    job.refresh_from_db()
    assert (job.state, path_of(job).exists(), folder in path_of(job).parents) == (JobState.DONE, True, True)


def full(name: str, content: Any, max_length: int | None = None) -> str:
    """Store nothing: the disk is full."""
    raise OSError("No space left")


def test_a_worker_that_dies_after_storing_leaves_one_file_that_the_next_run_replaces(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    job = ask_for_export(source="clusters", query="", by=user_of(cast, "member"))
    taken = jobs._take(job.pk, timezone.now())
    assert taken is not None
    left = export.make_export(taken, **taken.arguments)
    make_cluster(cast, State.RUNNING)
    Job.objects.update(lease_until=timezone.now())
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.result["file"], job.result["rows"], left["rows"]) == (left["file"], 2, 1)
    assert [path.name for path in path_of(job).parent.glob(f"{path_of(job).name}*")] == [path_of(job).name]


def test_a_filter_that_means_nothing_any_more_makes_no_file(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    job = made(user_of(cast, "member"), "wg=WG9")
    assert (job.state, job.result) == (JobState.DONE, {"removed": "filter"})
    shown = client_of(cast, "member").get(f"/jobs/{job.pk}/").content.decode()
    assert "The filter means something else now." in shown
    answer = client_of(cast, "member").post("/exports/clusters/?wg=WG9")
    assert (answer.status_code, Job.objects.count()) == (400, 1)


def test_too_many_rows_for_a_workbook_are_refused_before_and_when_it_is_made(cast: Cast, monkeypatch: Any) -> None:
    make_cluster(cast, State.RUNNING)
    make_cluster(cast, State.RUNNING)
    monkeypatch.setattr("community.exports.MOST_ROWS", 1)
    answer = client_of(cast, "member").post("/exports/clusters/")
    assert (answer.status_code, "A workbook holds at most 1 rows" in answer.content.decode()) == (422, True)
    assert made(user_of(cast, "member")).result == {"removed": "filter"}


def test_a_short_list_is_handed_out_at_once(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    answer = client_of(cast, "member").post("/exports/clusters/?state=running")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/clusters/?state=running&format=xlsx")
    assert Job.objects.count() == 0


def test_files_are_removed_after_days_and_the_page_says_so(
    cast: Cast, time_machine: Any, django_capture_on_commit_callbacks: Any
) -> None:
    make_cluster(cast, State.RUNNING)
    job, now = made(user_of(cast, "member")), timezone.now()
    chore = contributions.clock_jobs.get("community.made_files")
    with django_capture_on_commit_callbacks(execute=True):
        assert (chore.run(now + timedelta(days=made_files.DAYS_KEPT, hours=-1)), path_of(job).exists()) == (0, True)
    time_machine.move_to(now + timedelta(days=made_files.DAYS_KEPT, hours=1))
    client = client_of(cast, "member")
    assert client.get(f"/jobs/{job.pk}/file/").status_code == 404
    assert "It was kept long enough." in client.get(f"/jobs/{job.pk}/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert (chore.run(timezone.now()), chore.run(timezone.now())) == (1, 0)
    job.refresh_from_db()
    assert (job.result, path_of(job).exists()) == ({"rows": 1, "removed": "expired"}, False)
    assert "It was kept long enough." in client.get(f"/jobs/{job.pk}/").content.decode()


def test_closing_an_account_removes_its_files_and_what_it_asked_for(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    make_cluster(cast, State.RUNNING)
    by, other = user_of(cast, "member"), made(user_of(cast, "lead"))
    job = made(by, "q=dune")
    waiting = ask_for_export(source="clusters", query="q=marsh", by=by)
    with django_capture_on_commit_callbacks(execute=True):
        deactivate_account(user=by, by=user_of(cast, "admin"))
    for row in (job, waiting):
        row.refresh_from_db()
    assert (job.result["removed"], job.arguments["query"], path_of(job).exists()) == ("closed", "", False)
    assert (waiting.state, waiting.arguments["query"]) == (JobState.CANCELLED, "")
    assert path_of(other).exists()
    with pytest.raises(Refusal, match="closed"):
        ask_for_export(source="clusters", query="", by=by)


def test_a_person_is_told_what_they_asked_for_and_erasing_removes_it(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    make_cluster(cast, State.RUNNING)
    records, by = contributions.personal_records.get("community.exports"), user_of(cast, "member")
    job = made(by, "q=dune")
    assert [records.export(row)["query"] for row in records.rows(by.member)] == ["q=dune"]
    with django_capture_on_commit_callbacks(execute=True):
        assert records.erase is not None
        assert (records.erase(by.member), records.erase(by.member)) == (1, 0)
    assert ([records.export(row)["query"] for row in records.rows(by.member)], path_of(job).exists()) == ([""], False)


def test_a_file_that_the_storage_lost_is_not_found(cast: Cast, caplog: Any) -> None:
    make_cluster(cast, State.RUNNING)
    job = made(user_of(cast, "member"))
    path_of(job).unlink()
    assert client_of(cast, "member").get(f"/jobs/{job.pk}/file/").status_code == 404
    assert f"of job {job.pk} is missing" in caplog.text


def test_one_that_runs_while_the_account_is_closed_keeps_nothing(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    by = user_of(cast, "member")
    job = ask_for_export(source="clusters", query="", by=by)
    User.objects.filter(pk=by.pk).update(is_active=False)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.result, path_of(job).exists(), forget_old(timezone.now())) == ({"removed": "closed"}, False, 0)


def test_a_run_without_enough_time_leaves_it_to_the_scheduler(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(export, "A_ROW", 10.0)
    make_cluster(cast, State.RUNNING)
    make_cluster(cast, State.RUNNING)
    job = ask_for_export(source="clusters", query="", by=user_of(cast, "member"))
    assert jobs.run(job.pk, seconds=5.0) is False
    job.refresh_from_db()
    assert (job.state, path_of(job).exists()) == (JobState.QUEUED, False)
    assert jobs.run_due(timezone.now()) == 1
    job.pause_at = time.monotonic() + 5
    assert [export.has_time_for(job, rows, time.monotonic()) for rows in (0, 1)] == [True, False]


def test_a_mail_tells_when_it_took_long(cast: Cast, time_machine: Any, mailoutbox: list[Any]) -> None:
    make_cluster(cast, State.RUNNING)
    by = user_of(cast, "member")
    job = ask_for_export(source="clusters", query="", by=by)
    jobs._take(job.pk, timezone.now())
    time_machine.move_to(timezone.now() + timedelta(minutes=15))
    jobs.run(job.pk)
    (row,) = Message.objects.filter(to=by, template="community/job_done")
    send_outbox(at=timezone.now())
    (mail,) = [mail for mail in mailoutbox if by.email in mail.to]
    assert (row.subject_id, f"/jobs/{job.pk}/" in mail.body) == (job.pk, True)
