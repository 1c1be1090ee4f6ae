"""Making a backup while the site works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from community import opening
from community.store_away import StoreAway
from config.backup import files, rows, versions
from config.backup.archive import MANIFEST, Content, Manifest, Table, Writer, writing
from config.backup.problem import Problem
from config.backup.snapshot import snapshot

Tell = Callable[[str], object]
#: So often a backup is begun while files are deleted under its hands.
TRIES: Final = 3


def backup(path: Path, *, tell: Tell, without_missing: bool = False) -> Manifest:
    """Write everything as it was at one moment to `path`; return the manifest.

    Rows are read in one snapshot; then the files that these rows name are copied: they are named by their content or by
    chance and never overwritten. Where one was deleted since the moment (an erasure, a booklet whose time was over),
    the rows name what the archive has not: it is begun anew, from a later moment. The erasure ledger and sessions are
    never part of it.

    Args:
        path: where the archive is wanted; nothing may be there.
        tell: is told what is being done.
        without_missing: go on without files that rows name and that are missing; a damaged one is kept as it is.

    Raises:
        Problem: the database is not up to date, or a restore of it not finished; files are missing, can't be read, or
            are deleted each time while they are copied; or the archive cannot be written.
    """
    if versions.applied(connection) != versions.wanted(connection):
        raise Problem(
            "The database does not have the migrations of this version. Make the backup with the version that runs, or "
            "migrate first: python manage.py migrate"
        )
    if opening.unfinished() is not None:
        raise Problem("A restore is not finished here, and erased persons may be in the rows: finish it first.")
    for number in range(1, TRIES + 1):
        try:
            return _made(path, tell, without_missing=without_missing, without_deleted=number == TRIES)
        except _Deleted:
            tell("a file was deleted meanwhile: begun anew")
    raise AssertionError("the last try ends otherwise")


class _Deleted(Exception):
    """A file that the rows of the snapshot name was deleted before it was copied."""


def _made(path: Path, tell: Tell, *, without_missing: bool, without_deleted: bool) -> Manifest:
    """Write the archive once; nothing is left of it where it is not whole.

    Raises:
        _Deleted: a file was deleted meanwhile; on the last try (`without_deleted`) that is a problem.
        Problem: as `backup`.
    """
    with writing(path) as writer, snapshot() as frozen:
        manifest = Manifest(
            id=uuid4().hex,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            vendor=frozen.vendor,
            migrations=versions.applied(frozen),
        )
        _add_tables(writer, manifest, frozen, tell)
        deleted = _add_files(writer, manifest, frozen, tell)
        if deleted and not without_deleted:
            raise _Deleted
        if deleted and not without_missing:
            raise Problem(
                f"Stored files were deleted while they were copied, {TRIES} times, such as {deleted[0]}. Make the "
                "backup when less is deleted, or say --without-missing to go on without them. No archive is kept."
            )
        if manifest.missing and not without_missing:
            raise Problem(
                f"{len(manifest.missing)} stored files are missing or damaged: {', '.join(manifest.missing[:5])}. Put "
                "them back from an older backup, or say --without-missing to go on without them. No archive is kept."
            )
        writer.add(MANIFEST, [manifest.as_json()], is_packed=True)
    return manifest


def _add_tables(writer: Writer, manifest: Manifest, frozen: BaseDatabaseWrapper, tell: Tell) -> None:
    for name, model in rows.tables(apps).items():
        tell(name)
        # Closed also where the disk is full: a reading that is left open would speak up after its connection is gone.
        with closing(rows.lines(model, frozen)) as lines:
            count, _size, digest = writer.add(f"tables/{name}.ndjson", lines, is_packed=True)
        manifest.tables[name] = Table(rows.columns(model), count, digest, rows.sequence(model, frozen))


def _add_files(writer: Writer, manifest: Manifest, frozen: BaseDatabaseWrapper, tell: Tell) -> list[str]:
    """Copy the files that the rows of the snapshot name; note those that are missing or not what their row says.

    Returns those that no row names any more: they were deleted since the snapshot.

    Raises:
        Problem: one can't be read.
    """
    tell("files")
    deleted: list[str] = []
    for one in files.named(frozen.alias):
        try:
            content = _opened(one.name)
        except FileNotFoundError:
            (manifest.missing if files.is_named_now(one.name) else deleted).append(one.name)
            continue
        _count, size, digest = writer.add(f"files/{one.name}", content, is_packed=False)
        manifest.files[one.name] = Content(size, digest)
        if digest != one.sha256:
            manifest.missing.append(one.name)
    return deleted


def _read(name: str) -> Iterator[bytes]:
    """Yield the content of a stored file.

    Raises:
        FileNotFoundError: it is not there.
        Problem: it can't be read; the archive is not to blame.
    """
    try:
        yield from files.chunks(name)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Problem(
            f"The stored file {name} can't be read: {error.strerror or error}. No archive is kept."
        ) from error


def _opened(name: str) -> Iterator[bytes]:
    """Return the content of a stored file, which is opened already.

    A store elsewhere is asked once more: of thousands of files one breaks off now and then, and the library, which
    would try again, is told not to, as a page that waits for the store has no such time.

    Raises:
        FileNotFoundError: it is not there.
        Problem: it can't be read.
    """
    content = _read(name)
    try:
        head = next(content, b"")
    except Problem as problem:
        if not isinstance(problem.__cause__, StoreAway):
            raise
        content = _read(name)
        head = next(content, b"")

    def again() -> Iterator[bytes]:
        yield head
        yield from content

    return again()
