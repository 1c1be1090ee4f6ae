"""Stored files that no row names: found, deleted when they are old, and never one that somebody uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from clusters.choices import State
from community import contributions, jobs, made_files, opening
from community.actions import stray_files
from community.actions.erasure import erase_member
from community.actions.export import TASK as EXPORT
from community.actions.stray_files import AFTER_ERASURE, SAFE_AGE, sweep
from community.choices import FileRemoval, JobState
from community.models import File, Job
from factsheets import storage
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from factsheets.models import Edition
from tests.cast import Cast, make_cluster
from tests.factories import NOW

pytestmark = pytest.mark.django_db

OLD = SAFE_AGE + timedelta(hours=1)


@pytest.fixture(autouse=True)
def storage_of_its_own(settings: Any, tmp_path: Path) -> None:
    """A storage that holds nothing but what the test puts into it."""
    kept = settings.STORAGES["default"]
    options = {**kept.get("OPTIONS", {}), "location": tmp_path / "files"}
    settings.STORAGES = {**settings.STORAGES, "default": {**kept, "OPTIONS": options}}


def age(name: str, by: timedelta = OLD) -> str:
    """Let a stored file be written so long ago."""
    moment = (timezone.now() - by).timestamp()
    os.utime(default_storage.path(name), (moment, moment))
    return name


def left(folder: str, by: timedelta = OLD) -> str:
    """Store a file that no row names."""
    return age(default_storage.save(f"{folder}/ab/left", ContentFile(b"x")), by)


def uploaded(cast: Cast) -> str:
    """Store a file that a row names."""
    row = File(kind="cluster", subject_id=make_cluster(cast, State.RUNNING).pk, title="t", original_name="a")
    row.size, row.sha256, row.content_type, row.rights_holder, row.licence = 1, "0" * 64, "text/plain", "a", "a"
    row.content.save("a", ContentFile(b"x"))
    return age(str(row.content.name))


def made(cast: Cast) -> Job:
    """Return a job that made a workbook."""
    place = default_storage.save(made_files.place_of("ab" * 16), ContentFile(b"x"))
    result = {"file": place, "name": "a.xlsx", "type": "x/y", "size": 1, "sha256": "0" * 64}
    values: dict[str, Any] = {"state": JobState.DONE, "result": result, "finished_at": timezone.now()}
    job = Job.objects.create(task=EXPORT, key="export", by=cast.user("member"), **values)
    age(place)
    return job


def issued(cast: Cast) -> Edition:
    cluster = make_cluster(cast, State.RUNNING)
    issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    edition = Edition.objects.for_reference(cluster.name)[0]
    for name in (edition.article_file, edition.pdf_file, edition.data_file):
        age(name)
    return edition


@pytest.mark.parametrize("folder", ["files", "made", "factsheets", "readyz"])
def test_what_no_row_names_goes_when_it_is_old(folder: str, caplog: pytest.LogCaptureFixture) -> None:
    name, young = left(folder), left(folder, SAFE_AGE - timedelta(minutes=1))
    assert [one.name for one in sweep(timezone.now())] == [name]
    assert (default_storage.exists(name), default_storage.exists(young)) == (False, True)
    assert "1 stored files (1 bytes) that no row names were deleted" in caplog.text
    assert name not in caplog.text


@pytest.mark.both
def test_what_a_row_names_stays_however_old(cast: Cast) -> None:
    edition, job, upload = issued(cast), made(cast), uploaded(cast)
    elsewhere = left("an-operators-own")
    assert sweep(timezone.now()) == []
    for name in (edition.article_file, edition.pdf_file, edition.data_file, job.result["file"], upload, elsewhere):
        assert default_storage.exists(name), name


def test_half_written_files_of_a_killed_process_go() -> None:
    whole = left("factsheets")
    part = Path(default_storage.path(whole)).with_name(".tmpabc.part")
    part.write_bytes(b"half")
    age(os.path.relpath(part, default_storage.path("")))
    sweep(timezone.now())
    assert not part.exists()


def test_who_stores_the_same_content_again_keeps_it() -> None:
    """The row comes after the file: between them the file is young again."""
    stored = storage.put(b"same", suffix=".json")
    age(stored.name)
    storage.put(b"same", suffix=".json")
    assert (sweep(timezone.now()), storage.read_whole(stored.name)) == ([], b"same")


@pytest.mark.parametrize("when", ["before it is moved aside", "while it is aside"])
def test_who_stores_the_same_content_at_that_moment_keeps_it(when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = storage.put(b"same", suffix=".json")
    age(stored.name)
    rename, is_free = Path.rename, stray_files._is_free

    def renamed(path: Path, target: Path) -> Path:
        if when == "before it is moved aside" and not path.name.endswith(stray_files.ASIDE):
            storage.put(b"same", suffix=".json")
        return rename(path, target)

    def asked(*arguments: Any) -> bool:
        if when == "while it is aside":
            storage.put(b"same", suffix=".json")
        return is_free(*arguments)

    monkeypatch.setattr(Path, "rename", renamed)
    monkeypatch.setattr(stray_files, "_is_free", asked)
    sweep(timezone.now())
    assert storage.read_whole(stored.name) == b"same"


def test_a_database_that_is_not_that_of_the_files_deletes_nothing() -> None:
    names = [left("factsheets") for _number in range(stray_files.MANY + 1)]
    probe = left("readyz")
    with pytest.raises(stray_files.TooMany, match="21 of 21 files in factsheets/ belong to no row"):
        sweep(timezone.now())
    assert (all(map(default_storage.exists, names)), default_storage.exists(probe)) == (True, False)
    with pytest.raises(CommandError, match="Is DATABASE_URL the database of these files"):
        call_command("sweep_files")
    call_command("sweep_files", "--sure", stdout=StringIO())
    assert not any(map(default_storage.exists, names))


@pytest.mark.parametrize(("strays", "held", "deleted"), [(12, 0, 0), (12, 1, 0), (4, 4, 4), (3, 0, 3)])
def test_another_database_deletes_nothing_of_a_young_registry(cast: Cast, strays: int, held: int, deleted: int) -> None:
    """Its dozen of uploads are fewer than `MANY`; nothing brings them back."""
    for _number in range(held):
        uploaded(cast)
    for number in range(strays):
        age(default_storage.save(f"files/{number:02}/left", ContentFile(b"x")))
    found = sweep(timezone.now()) if deleted else None
    if not deleted:
        with pytest.raises(stray_files.TooMany, match=f"{strays} of {strays + held} files in files/"):
            sweep(timezone.now())
    names = [f"files/{number:02}/left" for number in range(strays)]
    assert (len(found or []), sum(map(default_storage.exists, names))) == (deleted, strays - deleted)


def test_what_is_made_anew_goes_however_much_of_a_folder_it_is() -> None:
    for number in range(9):
        age(default_storage.save(f"readyz/{number}", ContentFile(b"x")))
    assert len(sweep(timezone.now())) == 9


def test_a_dry_run_names_them_and_deletes_nothing() -> None:
    name, out = left("files"), StringIO()
    call_command("sweep_files", "--dry-run", stdout=out)
    assert out.getvalue() == f"{name}: 1 bytes\n1 files, 1 bytes, would be deleted\n"
    assert default_storage.exists(name)
    call_command("sweep_files", "--hours", "48", stdout=StringIO())
    assert default_storage.exists(name)


@pytest.mark.django_db(transaction=True)
def test_a_site_that_a_restore_closed_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_open_until", 0.0)
    name = left("factsheets")
    opening.close("0123")
    try:
        assert (sweep(timezone.now()), default_storage.exists(name)) == ([], True)
    finally:
        opening.reopen()


def test_the_scheduler_does_it_once_a_day() -> None:
    name = left("made")
    chore = contributions.clock_jobs.get("community.stray_files")
    assert (chore.every_minutes, chore.run(timezone.now()), default_storage.exists(name)) == (24 * 60, 1, False)


def test_an_erasure_finds_what_a_lost_lease_left(cast: Cast) -> None:
    """Such as a booklet that a worker stored and could not enter."""
    name = left("factsheets", timedelta(minutes=1))
    erase_member(member=cast.member("member"), by=cast.user("admin"))
    later = timezone.now() + AFTER_ERASURE
    age(name, AFTER_ERASURE + timedelta(minutes=1))
    (job,) = Job.objects.of_task(stray_files.TASK)
    assert jobs.run(job.pk, at=later) is True
    assert not default_storage.exists(name)


def test_an_erasure_removes_the_workbooks_of_others(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    """They may name the person; who has them made anew gets them without."""
    job = made(cast)
    place = job.result["file"]
    running = Job.objects.create(task=EXPORT, key="running", by=cast.user("lead"), state=JobState.RUNNING)
    with django_capture_on_commit_callbacks(execute=True):
        erase_member(member=cast.member("other_external"), by=cast.user("admin"))
    job.refresh_from_db()
    running.refresh_from_db()
    assert (job.result["removed"], default_storage.exists(place)) == (FileRemoval.ERASURE, False)
    assert running.is_wanted_again, "it may have read the name already"


def test_a_file_that_lay_aside_when_the_sweep_was_killed_is_put_back(cast: Cast) -> None:
    """A row named it at that moment: it is no stray."""
    edition = issued(cast)
    place = Path(default_storage.path(edition.pdf_file))
    place.rename(place.with_name(f"{place.name}{stray_files.ASIDE}"))
    assert sweep(timezone.now()) == []
    assert storage.is_whole(edition.pdf_file)


def test_what_was_written_anew_meanwhile_is_not_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what lay aside, which may be damaged: a row names the file by the time of the last look."""
    stored = storage.put(b"same", suffix=".json")
    Path(default_storage.path(stored.name)).write_bytes(b"damaged")
    age(stored.name)
    is_free = stray_files._is_free

    def asked(*arguments: Any) -> bool:
        is_free(*arguments)
        storage.put(b"same", suffix=".json")
        return False

    monkeypatch.setattr(stray_files, "_is_free", asked)
    sweep(timezone.now())
    assert storage.read_whole(stored.name) == b"same"


@pytest.fixture
def restored() -> Iterator[None]:
    """The site was restored just now; nothing of it is left after the test."""
    opening.note_restored(timezone.now() - timedelta(days=3))
    yield
    opening.forget_restored()


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_what_was_there_before_a_restore_goes_only_when_somebody_is_sure(restored: None) -> None:
    """The database before it names these files, and the way back leads to it."""
    before, since = (
        left("factsheets", timedelta(days=4)),
        default_storage.save("factsheets/cd/since", ContentFile(b"x")),
    )
    age(since, timedelta(days=2))
    out = StringIO()
    call_command("sweep_files", "--dry-run", stdout=out)
    assert (before in out.getvalue(), since in out.getvalue()) == (False, True)
    assert "before the restore of" in out.getvalue()
    assert [one.name for one in sweep(timezone.now())] == [since]
    assert sweep(timezone.now(), age=AFTER_ERASURE) == []
    assert default_storage.exists(before)
    out = StringIO()
    call_command("sweep_files", "--dry-run", "--sure", stdout=out)
    assert before in out.getvalue()
    assert opening.restored_at() is not None, "a dry run changes nothing"
    call_command("sweep_files", "--sure", stdout=StringIO())
    assert (default_storage.exists(before), opening.restored_at()) == (False, None)
