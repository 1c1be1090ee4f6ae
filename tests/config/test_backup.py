"""What belongs into a backup, and how it becomes lines: held to the models, so that nothing new is forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, models
from django.utils import timezone

from community import opening
from community.models import ChainHead, File, Project, Term, User
from community.store_away import StoreAway
from config.backup import erasures, files, making, restoring, rows, snapshot, versions
from config.backup.archive import Table
from config.backup.problem import Problem
from tests import factories as make


def test_every_column_that_names_a_stored_file_is_known() -> None:
    found = {
        (model._meta.label, field.name)
        for model in rows.tables(apps).values()
        for field in model._meta.local_fields
        if isinstance(field, models.FileField)
        or ((field.name == "file" or field.name.endswith("_file")) and not field.is_relation)
    }
    assert found == {(label, column) for label, column, _digest in files.NAMED}


def test_every_table_is_kept_but_those_that_die_with_a_site() -> None:
    left = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - rows.tables(apps).keys()
    assert left == rows.LEFT_OUT


@pytest.mark.both
@pytest.mark.django_db
def test_migrations_fill_only_the_tables_that_a_restore_empties() -> None:
    full = {name for name, model in rows.tables(apps).items() if model._base_manager.exists()}
    assert full == rows.FILLED_AT_FIRST


@pytest.mark.both
@pytest.mark.django_db
def test_rows_come_back_as_they_were() -> None:
    project = make.make_project("Δέλτα")
    Project.objects.filter(pk=project.pk).update(budget_eur=Decimal("1234567.80"), starts_on=date(2026, 2, 28))
    for chain in ("b:1", "B:1", "a", "ä"):
        ChainHead.objects.create(chain=chain)
    user = make.make_user("eleni@cop.example", date_joined=datetime(2026, 5, 12, 9, 30, 0, 17, tzinfo=UTC))
    term = make.make_term(label="quoted \"'\\ \n line")
    for model, pk in ((Project, project.pk), (User, user.pk), (Term, term.pk)):
        before = list(rows.lines(model, connection))
        row = model._base_manager.filter(pk=pk).values().get()
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
        assert rows.load(model, rows.columns(model), before, connection) == len(before)
        assert list(rows.lines(model, connection)) == before
        assert model._base_manager.filter(pk=pk).values().get() == row
    assert [json.loads(line)[0] for line in rows.lines(ChainHead, connection)] == ["B:1", "a", "b:1", "ä"]


def in_json(value: Any) -> Any:
    return json.loads(json.dumps([value], default=rows._plain))[0]


def test_moments_are_the_same_in_every_zone() -> None:
    moment = datetime(2026, 5, 12, 9, 30, tzinfo=UTC)
    assert in_json(moment) == in_json(timezone.localtime(moment)) == "2026-05-12T09:30:00.000000+00:00"
    with pytest.raises(TypeError, match="which a backup does not know"):
        in_json({1})


@pytest.mark.postgres  # the suite's SQLite lies in memory, which has no snapshots: test_drill.py shows it on a file
@pytest.mark.django_db(transaction=True)
def test_the_snapshot_sees_nothing_that_is_written_later() -> None:
    make.make_organisation("before")
    with snapshot.snapshot() as frozen:
        make.make_organisation("later")
        names = [json.loads(line) for line in rows.lines(apps.get_model("community.Organisation"), frozen)]
        assert len(names) == 1
        with pytest.raises(Exception, match="read-only"), frozen.cursor() as cursor:
            cursor.execute("DELETE FROM community_organisation")


def stored(number: int) -> File:
    """Store a file that a row names."""
    content = b"%d" % number
    row = File(kind="cluster", subject_id=1, title="t", original_name="a", content_type="x/y", rights_holder="a")
    row.size, row.sha256, row.licence = len(content), sha256(content).hexdigest(), "a"
    row.content.save("a", ContentFile(content))
    return row


def deleted(row: File) -> None:
    """Empty a row and delete its file, as an erasure or the end of its time does."""
    name = str(row.content.name)
    File.objects.filter(pk=row.pk).update(content="", removed_at=timezone.now(), gone_at=timezone.now())
    default_storage.delete(name)


def named_in(archive: Path) -> set[str]:
    """Return the files that the rows of an archive name."""
    column = json.loads(ZipFile(archive).read("manifest.json"))["tables"]["community_file"]["columns"].index("content")
    lines = ZipFile(archive).read("tables/community_file.ndjson").splitlines()
    return {json.loads(line)[column] for line in lines} - {""}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("times", [1, 2, 9])
def test_a_file_that_is_deleted_while_a_backup_copies(times: int, tmp_path: Path) -> None:
    """The archive has what its rows name, from a later moment; where that never comes, there is none."""
    kept, going = stored(0), [stored(number) for number in range(1, 10)]
    begun: list[str] = []

    def tell(what: str) -> None:
        if what == "files" and len(begun) < times:
            begun.append(what)
            deleted(going.pop())

    archive = tmp_path / "a.zip"
    if times == 9:
        with pytest.raises(Problem, match=r"were deleted while they were copied, 3 times.* No archive is kept"):
            making.backup(archive, tell=tell)
        assert list(tmp_path.iterdir()) == []
        made = making.backup(archive, tell=tell, without_missing=True)
        assert str(kept.content.name) in made.files
        return
    made = making.backup(archive, tell=tell)
    assert named_in(archive) == set(made.files) == {str(row.content.name) for row in (kept, *going)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_stored_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    row = stored(1)
    path = Path(row.content.path)
    path.unlink()
    path.mkdir()
    try:
        with pytest.raises(Problem, match=rf"The stored file {row.content.name} can't be read: Is a directory"):
            making.backup(tmp_path / "a.zip", tell=str)
    finally:
        path.rmdir()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("times", [1, 2])
def test_a_file_that_breaks_off_once_is_fetched_again(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of thousands of files in a store elsewhere one does so now and then; a store that is away is away."""
    row, read, tries = stored(1), files.chunks, iter(range(times))
    monkeypatch.setattr(files, "chunks", lambda name: read(name) if next(tries, None) is None else iter_silent())
    if times == 1:
        assert list(making.backup(tmp_path / "a.zip", tell=str).files) == [row.content.name]
        return
    with pytest.raises(Problem, match=rf"The stored file {row.content.name} can't be read: .*timed out"):
        making.backup(tmp_path / "a.zip", tell=str)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_a_database_that_is_not_up_to_date_is_not_backed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "applied", lambda _connection: {"community": ["0001_initial"]})
    with pytest.raises(Problem, match=r"python manage\.py migrate"):
        making.backup(tmp_path / "a.zip", tell=str)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_the_ledger_of_a_restore_is_there_and_names_whom_the_rows_have_as_erased(settings: Any, tmp_path: Path) -> None:
    settings.ERASURE_LEDGER = tmp_path / "erasures.ledger"
    with pytest.raises(Problem, match=r"is not there.* --without-ledger"):
        erasures.check_ledger()
    settings.ERASURE_LEDGER.mkdir()
    with pytest.raises(Problem, match="could not be replayed"):
        erasures.check_ledger()
    settings.ERASURE_LEDGER.rmdir()
    settings.ERASURE_LEDGER.touch()
    erasures.check_ledger()
    gone = make.make_member("Former member 1", erased_at=timezone.now())
    with pytest.raises(Problem, match=f"lacks 1 who are erased .* such as {gone.key}"):
        erasures.check_ledger()
    settings.ERASURE_LEDGER.write_text(f"{gone.key} {timezone.now().isoformat(timespec='seconds')}\n")
    erasures.check_ledger()


def silent(*args: Any, **more: Any) -> Any:
    raise StoreAway("the store of files: timed out")


def iter_silent() -> Iterator[bytes]:
    """Yield nothing: the store is asked once the first chunk is."""
    yield silent()


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["damaged", "put_back"])
def test_a_store_that_falls_silent_after_the_rows_keeps_the_site_closed_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setattr(files, "damaged", lambda reader: ["documents/a"])
    monkeypatch.setattr(files, asked, silent)
    reader: Any = SimpleNamespace(manifest=SimpleNamespace(files={"documents/a": None}))
    with pytest.raises(
        Problem,
        match=r"The rows are in.*site stays closed: .*: the store of files: timed out.*Give the same command again",
    ):
        restoring._finish(reader, str, without_ledger=True)


@pytest.mark.django_db
def test_a_store_that_falls_silent_before_the_rows_leaves_an_open_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the files that were stored before can't be taken back: they are strays."""
    monkeypatch.setattr(files, "put_back", lambda reader, name, content: name == "documents/a" or silent())
    monkeypatch.setattr(files, "take_away", silent)
    reader: Any = SimpleNamespace(manifest=SimpleNamespace(id="b1", files={"documents/a": None, "documents/b": None}))
    with pytest.raises(Problem, match=r"Nothing was restored: the store of files: timed out"):
        restoring._bring_in(reader, str)
    assert opening.unfinished() is None


@pytest.mark.django_db
def test_tables_that_cannot_be_brought_up_to_date_keep_the_site_closed_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*args: Any, **more: Any) -> Any:
        raise IntegrityError("UNIQUE constraint failed: community_term.code_key")

    monkeypatch.setattr(restoring, "call_command", fails)
    with pytest.raises(
        Problem, match=r"The rows are in.*stays closed: .*could not be brought up to date: UNIQUE.*same command"
    ):
        restoring._finish(SimpleNamespace(), str, without_ledger=True)  # type: ignore[arg-type]


@pytest.mark.both
@pytest.mark.django_db
def test_rows_are_compared_in_the_order_in_which_the_archive_has_their_columns() -> None:
    """An older version had its columns in the order of its day."""
    make.make_organisation("Ένα")
    model = apps.get_model("community.Organisation")
    names = rows.columns(model)[::-1]
    content = b"".join(rows.lines(model, connection, names))
    assert json.loads(content) == json.loads(b"".join(rows.lines(model, connection)))[::-1]
    number = rows.sequence(model, connection)
    restoring._compare(model, Table(names, 1, sha256(content).hexdigest(), number))
    with pytest.raises(Problem, match="community_organisation does not hold what the backup holds"):
        restoring._compare(model, Table(names, 1, sha256(content + b" ").hexdigest(), number))
