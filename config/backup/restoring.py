"""Reading a backup into an empty database: whole, verified and with its erasures, or not at all.

The order: look at the archive; close the site; files; tables as they were; rows, compared and committed in one
transaction; the migrations since; the check of the whole; the erasures; open. What fails before the rows are in leaves
the database as empty as it was. What fails afterwards leaves the site closed, and the same command goes on there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from community import opening
from community.verification import verify_history
from config.backup import erasures, files, rows, versions
from config.backup.archive import Manifest, Reader, Table, broken, reading
from config.backup.problem import Problem

Tell = Callable[[str], object]


def check(path: Path) -> Manifest:
    """Read an archive whole and compare it with its manifest and with this version; writes nothing.

    Raises:
        Problem: it is broken, or of a version that this one cannot read.
    """
    with reading(path) as reader:
        reader.check()
        versions.check_can_read(reader.manifest.migrations, connection)
        return reader.manifest


def restore(path: Path, *, tell: Tell, without_ledger: bool = False) -> tuple[Manifest, int]:
    """Restore the backup at `path`; return its manifest and how many erasures were replayed.

    Args:
        path: the archive.
        tell: is told what is being done.
        without_ledger: open the site although the erasure ledger is missing, or is older than the backup.

    Raises:
        Problem: nothing was restored, or the site stays closed; the text says which, and what to do.
    """
    with reading(path) as reader:
        tell("checking the archive")
        reader.check()
        manifest = reader.manifest
        versions.check_can_read(manifest.migrations, connection)
        left = opening.unfinished()
        if left is None or left.stage == "begun":
            _check_empty(manifest)
            _bring_in(reader, tell)
        elif left.backup != manifest.id:
            raise Problem(
                "Another backup was restored here and is not finished: give its file, or begin with a new database."
            )
        return manifest, _finish(reader, tell, without_ledger=without_ledger)


def _check_empty(manifest: Manifest) -> None:
    """Find out whether the database is one that nobody used.

    Raises:
        Problem: it holds something, or has tables of a later version than the backup's.
    """
    there = versions.applied(connection)
    if not there:
        return
    if there == manifest.migrations or there == versions.wanted(connection):
        found = rows.tables(_registry(there))
        full = [name for name in found if name not in rows.FILLED_AT_FIRST and found[name]._base_manager.exists()]
        if full:
            raise Problem(
                f"The database is not empty ({', '.join(full[:5])}): a backup is never restored over something. Name a "
                "new one in DATABASE_URL (createdb NAME, or a file that does not exist) and give the command again."
            )
    if there != manifest.migrations:
        raise Problem(
            "The database has tables of another version than the backup. Name one without tables in DATABASE_URL and "
            "give the command again: the tables are made as they were, and brought up to date afterwards."
        )


def _registry(migrations: versions.Names) -> Any:
    """Return the models as they are in a database that has these migrations."""
    if migrations == versions.wanted(connection):
        return apps
    return versions.models_at(versions.targets(migrations, connection), connection)


def _bring_in(reader: Reader, tell: Tell) -> None:
    """Store the files, make the tables, load the rows; takes back what it stored when it fails.

    Raises:
        Problem: nothing was restored.
    """
    manifest = reader.manifest
    opening.close(manifest.id)
    written: list[str] = []
    try:
        tell("files")
        for name, content in manifest.files.items():
            if files.put_back(reader, name, content):
                written.append(name)
        tell("tables")
        if versions.applied(connection) != manifest.migrations:
            versions.migrate(versions.targets(manifest.migrations, connection), connection)
        with transaction.atomic():
            _load(reader, rows.tables(_registry(manifest.migrations)), tell)
            opening.note_loaded()
    except BaseException as error:
        with suppress(OSError):  # what failed first is what is told; what stays is deleted as strays are
            files.take_away(written)
        with suppress(DatabaseError):
            opening.reopen()
        if isinstance(error, OSError | DatabaseError | ValueError):
            raise Problem(f"Nothing was restored: {str(error).strip() or repr(error)}") from error
        raise


def _load(reader: Reader, tables: dict[str, rows.Model], tell: Tell) -> None:
    """Put the rows of the archive in place of what a new database holds, and compare them with it.

    Raises:
        Problem: the tables are others, or hold something else afterwards.
    """
    found = reader.manifest.tables
    if tables.keys() != found.keys():
        raise broken(f"its tables are others: {', '.join(sorted(tables.keys() ^ found.keys())[:5])}")
    _empty(tables)
    for name, model in tables.items():
        tell(name)
        if {*found[name].columns} != {*rows.columns(model)}:
            raise broken(f"the columns of {name} are others")
        rows.load(model, found[name].columns, reader.lines(name), connection)
        if (number := found[name].sequence) is not None:
            rows.set_sequence(model, number, connection)
    tell("comparing")
    connection.check_constraints()
    for name, model in tables.items():
        _compare(model, found[name])


def _empty(tables: dict[str, rows.Model]) -> None:
    """Take away what migrations put into a new database."""
    with connection.cursor() as cursor:
        for name in sorted(rows.FILLED_AT_FIRST & tables.keys()):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")  # noqa: S608


def _compare(model: rows.Model, expected: Table) -> None:
    """Read a table again and hold it against the archive: rows, checksum, next number.

    It is read in the order of the archive's columns: a model of then, made by migrations, has its newer ones last.

    Raises:
        Problem: it is not the same.
    """
    name, count, digest = model._meta.db_table, 0, sha256()
    for line in rows.lines(model, connection, expected.columns):
        digest.update(line)
        count += 1
    if digest.hexdigest() != expected.sha256:
        raise Problem(f"Nothing was restored: {name} does not hold what the backup holds.")
    if count != expected.rows:
        raise Problem(f"Nothing was restored: {name} has {count} rows, the backup {expected.rows}.")
    number = rows.sequence(model, connection)
    if number is not None and number < (expected.sequence or 0):
        raise Problem(f"Nothing was restored: {name} would give numbers again that it gave before.")


def _finish(reader: Reader, tell: Tell, *, without_ledger: bool) -> int:
    """Bring the tables up to date, check the whole, erase again, open; return how many erasures there were.

    Raises:
        Problem: the site stays closed.
    """
    tell("bringing the tables up to date")
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Exception as error:  # a migration may stumble over anything that stands in older rows
        why = str(error).strip() or repr(error)
        raise _closed(f"the tables could not be brought up to date: {why}") from error
    tell("checking files and history")
    try:
        wrong = _mended(reader)
    except OSError as error:
        raise _closed(f"the files can't be checked: {str(error).strip() or repr(error)}") from error
    if wrong:
        raise _closed(f"{len(wrong)} files are not stored as the backup holds them, such as {wrong[0]}")
    faults = [finding for finding in verify_history() if finding.is_fault]
    if faults:
        raise _closed(f"the history is not as it was written ({faults[0].chain} {faults[0].number}: {faults[0].code})")
    tell("replaying erasures")
    if not without_ledger:
        erasures.check_ledger()
    count = erasures.replay()
    opening.note_restored(timezone.now())
    opening.reopen()
    return count


def _mended(reader: Reader) -> list[str]:
    """Put back files that are not stored as the archive holds them; return those that still are not.

    Raises:
        OSError: the store does not answer, or refuses.
    """
    for name in list(files.damaged(reader)):
        files.put_back(reader, name, reader.manifest.files[name])
    return list(files.damaged(reader))


def _closed(why: str) -> Problem:
    return Problem(
        f"The rows are in, and the site stays closed: {why}. "
        "Give the same command again, or take another backup and a new database."
    )
