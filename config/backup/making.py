"""Making a backup while the site works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from community import opening
from config.backup import files, rows, versions
from config.backup.archive import MANIFEST, Content, Manifest, Table, Writer, writing
from config.backup.problem import Problem
from config.backup.snapshot import snapshot

Tell = Callable[[str], object]


def backup(path: Path, *, tell: Tell, without_missing: bool = False) -> Manifest:
    """Write everything as it was at one moment to `path`; return the manifest.

    Rows are read in one snapshot; then the files that these rows name are copied: they are named by their content or by
    chance and never overwritten. A file that was emptied since the moment (an erasure) is left out. The erasure ledger
    and sessions are never part of it.

    Args:
        path: where the archive is wanted; nothing may be there.
        tell: is told what is being done.
        without_missing: go on without files that rows name and that are missing; a damaged one is kept as it is.

    Raises:
        Problem: the database is not up to date, or a restore of it not finished; files are missing; or the archive
            cannot be written.
    """
    if versions.applied(connection) != versions.wanted(connection):
        raise Problem(
            "The database does not have the migrations of this version. Make the backup with the version that runs, or "
            "migrate first: python manage.py migrate"
        )
    if opening.unfinished() is not None:
        raise Problem("A restore is not finished here, and erased persons may be in the rows: finish it first.")
    with writing(path) as writer, snapshot() as frozen:
        manifest = Manifest(
            id=uuid4().hex,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            vendor=frozen.vendor,
            migrations=versions.applied(frozen),
        )
        _add_tables(writer, manifest, frozen, tell)
        _add_files(writer, manifest, frozen, tell)
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


def _add_files(writer: Writer, manifest: Manifest, frozen: BaseDatabaseWrapper, tell: Tell) -> None:
    """Copy the files that the rows of the snapshot name; note those that are missing or not what their row says."""
    tell("files")
    for one in files.named(frozen.alias):
        try:
            content = _opened(files.chunks(one.name))
        except FileNotFoundError:
            if files.is_named_now(one.name):
                manifest.missing.append(one.name)
            continue
        _count, size, digest = writer.add(f"files/{one.name}", content, is_packed=False)
        manifest.files[one.name] = Content(size, digest)
        if digest != one.sha256:
            manifest.missing.append(one.name)


def _opened(content: Iterator[bytes]) -> Iterator[bytes]:
    """Return the same chunks, the file opened already."""
    head = next(content, b"")

    def again() -> Iterator[bytes]:
        yield head
        yield from content

    return again()
