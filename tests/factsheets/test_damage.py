"""Stored files that are missing or damaged: found by the clock, told to administrators, and never handed out."""

from __future__ import annotations

import csv
import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster
from community import contributions, jobs
from community.views.streams import BrokeOff
from factsheets import storage
from factsheets.actions import damage
from factsheets.actions import report as reports
from factsheets.actions.damage import look_at, look_through, names_after
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face, FileProblem
from factsheets.models import Booklet, DamagedFile, Edition, FileRound
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _today() -> Iterator[Any]:
    cache.clear()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def issued(cast: Cast, state: State = State.RUNNING) -> Edition:
    """Return the edition of a new cluster."""
    cluster: Cluster = make_cluster(cast, state)
    made = issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    return made.editions.get()


def spoil(name: str) -> Callable[[], object]:
    """Change a stored file on the disk; return what puts it back."""
    path = Path(default_storage.path(name))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    return lambda: path.write_bytes(whole)


def reported(cast: Cast) -> Booklet:
    """Return the booklet of a report that was sent and drawn."""
    issued(cast, State.CONCLUDED)
    day, by = NOW.date(), cast.user("coordinator")
    draft = reports.begin_report(working_group=cast.group, from_on=day, until_on=day, by=by)
    reports.send_report(report=draft, by=by)
    jobs.run_due(NOW)
    jobs.run_due(NOW)
    return Booklet.objects.exclude(file="").get()


@pytest.mark.parametrize(("file", "ending"), [("pdf", ".pdf"), ("data", ".json")])
def test_a_damaged_file_is_never_handed_out_as_genuine(
    cast: Cast, client: Client, caplog: pytest.LogCaptureFixture, file: str, ending: str
) -> None:
    edition = issued(cast)
    address, name = f"/factsheets/{edition.reference}/v1/en{ending}", getattr(edition, f"{file}_file")
    put_back = spoil(name)
    for headers in ({}, {"range": "bytes=0-9"}):
        answer = client.get(address, headers=headers)
        assert (answer.status_code, "missing or damaged" in answer.content.decode()) == (503, True)
        assert "ETag" not in answer.headers
    assert (name in caplog.text, DamagedFile.objects.get().problem) == (True, FileProblem.DAMAGED)
    put_back()
    assert client.get(address).status_code == 200
    assert (look_at(name=name, at=LATER), DamagedFile.objects.exists()) == ("", False)


def test_the_clock_sees_all_files_in_pieces_marks_what_is_bad_and_forgets_what_is_whole_again(
    cast: Cast, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(damage, "A_RUN", 2)
    editions = [issued(cast) for _number in range(2)]
    names = sorted({name for edition in editions for name in edition.files})
    assert len(names) == 6
    put_back = spoil(editions[0].pdf_file)
    storage.remove([editions[1].data_file])
    chore = contributions.clock_jobs.get("factsheets.stored_files")
    assert chore.every_minutes == 60
    hours = 0
    while not FileRound.objects.finished().exists():
        chore.run(NOW + timedelta(hours=hours))
        hours += 1
        assert hours < 6, "a round takes as many runs as there are pieces, and one that finds no more"
    assert FileRound.objects.get().files == 6
    assert DamagedFile.objects.problems() == {
        editions[0].pdf_file: FileProblem.DAMAGED,
        editions[1].data_file: FileProblem.MISSING,
    }
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert {name for name in names if any(name in record.getMessage() for record in told)} == set(
        DamagedFile.objects.problems()
    )
    assert "2 stored files of documents are missing or damaged" in caplog.text
    assert cast.member("lead").name not in caplog.text
    put_back()
    look_through(NOW + timedelta(days=1))
    assert DamagedFile.objects.problems() == {editions[1].data_file: FileProblem.MISSING}
    assert DamagedFile.objects.get().found_at < DamagedFile.objects.get().seen_at
    for hour in range(hours):
        look_through(NOW + timedelta(days=2, hours=hour))
    assert FileRound.objects.finished().count() == 1, "only the newest look is kept"


def test_a_piece_of_the_clock_sees_ten_thousand_files_within_days() -> None:
    runs_a_day = 24 * 60 / contributions.clock_jobs.get("factsheets.stored_files").every_minutes
    assert 10_000 / (damage.A_RUN * runs_a_day) < 3


def test_a_file_that_no_document_holds_is_not_marked_and_leaves_the_list(cast: Cast) -> None:
    edition = issued(cast)
    storage.remove([edition.pdf_file])
    assert look_at(name=edition.pdf_file, at=NOW) == FileProblem.MISSING
    DamagedFile.objects.update(name="factsheets/ab/away.pdf")
    assert (look_at(name="factsheets/ab/away.pdf", at=NOW), DamagedFile.objects.count()) == ("", 0)


def test_a_store_elsewhere_that_does_not_answer_says_nothing_about_its_files(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued(cast)

    def silent(name: str) -> str:
        raise OSError("the store of files: no answer")

    monkeypatch.setattr(storage, "problem", silent)
    with pytest.raises(OSError, match="no answer"):
        look_through(NOW)
    assert (DamagedFile.objects.count(), FileRound.objects.get().after) == (0, "")


def test_the_zip_leaves_out_what_is_marked_and_says_why(cast: Cast, client: Client) -> None:
    bad, good = issued(cast), issued(cast)
    spoil(bad.pdf_file)
    broken: Any = client.get("/factsheets/zip/")
    with pytest.raises(BrokeOff) as ended:
        list(broken.streaming_content)  # nobody had looked at it yet; from now on it is known
    assert "is damaged" in str(ended.value.__cause__)
    answer: Any = client.get("/factsheets/zip/")
    content = b"".join(answer.streaming_content)
    assert answer.headers["Content-Length"] == str(len(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(["SHA256SUMS", "index.csv", f"{good.file_stem}.pdf"])
        rows = {
            row["reference"]: row for row in csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig")))
        }
        assert rows[bad.reference]["left_out"] == "Its file is damaged. Administrators find it in a backup."
        assert f"# {bad.reference}: Its file is damaged." in archive.read("SHA256SUMS").decode()
    assert "Its file is damaged." in client.get("/factsheets/several/").content.decode()


def test_administrators_find_it_on_their_desk_and_on_the_page_of_what_is_missing(cast: Cast, client: Client) -> None:
    edition = issued(cast)
    client.force_login(cast.user("admin"))
    assert "The first look at all files is not finished yet." in client.get("/factsheets/missing/").content.decode()
    spoil(edition.pdf_file)
    look_through(NOW)
    assert "1 stored file is missing or damaged" in client.get("/desk/").content.decode()
    page = " ".join(client.get("/factsheets/missing/").content.decode().split())
    for said in (edition.pdf_file, f"{edition.reference}, version 1, revision 1, en", "damaged, found on"):
        assert said in page, said
    assert "All 3 files were last compared" in page
    for role in ("coordinator", "lead"):
        client.force_login(cast.user(role))
        assert "stored file is missing" not in client.get("/desk/").content.decode()
    client.force_login(cast.user("coordinator"))
    assert edition.pdf_file not in client.get("/factsheets/missing/").content.decode()


def test_a_damaged_booklet_of_a_report_is_not_handed_out_and_is_joined_anew(cast: Cast, client: Client) -> None:
    booklet = reported(cast)
    address = f"/reports/{NOW.date()}/booklet.pdf"
    assert client.get(address).status_code == 200
    path = Path(default_storage.path(booklet.file))
    path.write_bytes(path.read_bytes()[:-1])
    DamagedFile.objects.create(name=booklet.file, problem=FileProblem.DAMAGED, found_at=NOW, seen_at=NOW)
    assert client.get(address).status_code == 503
    look_through(LATER)
    booklet.refresh_from_db()
    assert (booklet.file, client.get(address).status_code, DamagedFile.objects.exists()) == ("", 404, False)
    with time_machine.travel(LATER, tick=False):
        jobs.run_due(LATER)
    assert client.get(address).status_code == 200


def test_who_asks_first_for_a_damaged_booklet_reads_that_it_is_made_anew(cast: Cast, client: Client) -> None:
    booklet = reported(cast)
    address = f"/reports/{NOW.date()}/booklet.pdf"
    path = Path(default_storage.path(booklet.file))
    path.write_bytes(path.read_bytes()[:-1])
    answer = client.get(address)
    page = answer.content.decode()
    assert (answer.status_code, "it is made anew" in page, "from the backup" in page) == (503, True, False)
    Path(path).unlink(missing_ok=True)
    with time_machine.travel(LATER, tick=False):
        jobs.run_due(LATER)
    assert client.get(address).status_code == 200
    booklet.refresh_from_db()
    Path(default_storage.path(booklet.file)).unlink()
    answer = client.get(address)
    assert (answer.status_code, "from the backup" in answer.content.decode()) == (503, True)


def test_a_booklet_that_can_t_be_read_just_now_and_is_whole_is_not_said_to_be_made_anew(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    booklet, read, tries = reported(cast), storage.pieces, iter([OSError(24, "Too many open files")])

    def pieces(name: str, **how: Any) -> Iterator[bytes]:
        if (error := next(tries, None)) is not None:
            raise error
        return read(name, **how)

    monkeypatch.setattr(storage, "pieces", pieces)
    answer = client.get(f"/reports/{NOW.date()}/booklet.pdf")
    assert (answer.status_code, "it is made anew" in answer.content.decode()) == (503, False)
    kept, booklet.file = booklet.file, ""
    booklet.refresh_from_db()
    assert booklet.file == kept
    assert client.get(f"/reports/{NOW.date()}/booklet.pdf").status_code == 200


def test_the_command_reads_all_at_once_and_names_what_is_bad(cast: Cast, capsys: Any) -> None:
    edition = issued(cast)
    call_command("check_files")
    assert capsys.readouterr().out == "3 files, all whole\n"
    put_back = spoil(edition.article_file)
    with pytest.raises(CommandError, match="1 of 3 files are missing or damaged"):
        call_command("check_files")
    assert capsys.readouterr().out == f"{edition.article_file}: damaged\n"
    put_back()
    call_command("check_files")
    assert (DamagedFile.objects.exists(), names_after("", 10)) == (False, sorted(edition.files))
