"""The stored files that rows name: found, copied into an archive, put back."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from django.apps import apps
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS

from config.backup.archive import CHUNK, Content, Reader, broken

#: The columns that name a stored file, each with that of its checksum. `tests/config/test_backup.py` finds one more.
NAMED: Final = (
    ("community.File", "content", "sha256"),
    ("factsheets.Edition", "article_file", "article_sha256"),
    ("factsheets.Edition", "pdf_file", "pdf_sha256"),
    ("factsheets.Edition", "data_file", "data_sha256"),
    ("factsheets.Booklet", "file", "sha256"),
)


@dataclass(frozen=True)
class Named:
    """A file that a row names, with the checksum that the row knows."""

    name: str
    sha256: str


def named(alias: str) -> Iterator[Named]:
    """Yield each file that the rows of a database name, once."""
    seen: set[str] = set()
    for label, column, digest in NAMED:
        rows = apps.get_model(label)._base_manager.using(alias).exclude(**{column: ""}).order_by("pk")
        for name, checksum in rows.values_list(column, digest).iterator(chunk_size=2000):
            if name not in seen:
                seen.add(name)
                yield Named(str(name), str(checksum))


def is_named_now(name: str) -> bool:
    """Say whether a row still names a file: one that was emptied since the snapshot does not."""
    return any(apps.get_model(label)._base_manager.filter(**{column: name}).exists() for label, column, _ in NAMED)


def chunks(name: str) -> Iterator[bytes]:
    """Yield the content of a stored file.

    Raises:
        FileNotFoundError: it is not there.
    """
    with default_storage.open(name) as stored:
        while chunk := stored.read(CHUNK):
            yield chunk


def checksum(name: str) -> str | None:
    """Return the SHA-256 of a stored file in hex; None where there is none."""
    digest = sha256()
    try:
        for chunk in chunks(name):
            digest.update(chunk)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def put_back(reader: Reader, name: str, content: Content) -> bool:
    """Store a file of an archive unless it is there undamaged; say whether it was written.

    Raises:
        Problem: its name leads out of the storage.
        OSError: the storage is full or refuses; nothing half is left.
    """
    try:
        if checksum(name) == content.sha256:
            return False
        path = _path(name)
    except SuspiciousFileOperation:
        raise broken(f"{name} is no name of a stored file") from None
    with reader.open(name) as source:
        if path is not None:
            _write(path, source)
        else:
            default_storage.delete(name)
            default_storage.save(name, File(source, name))
    return True


def take_away(names: Iterable[str]) -> None:
    """Delete stored files."""
    for name in names:
        default_storage.delete(name)


def damaged(reader: Reader) -> Iterator[str]:
    """Yield the names of files that rows name and that are not stored as the archive holds them.

    One that an erasure emptied, in an earlier try, is named by no row.
    """
    for one in named(DEFAULT_DB_ALIAS):
        content = reader.manifest.files.get(one.name)
        if content is not None and checksum(one.name) != content.sha256:
            yield one.name


def _path(name: str) -> Path | None:
    """Return where a file lies on this machine, or None when the storage is elsewhere."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


def _write(path: Path, source: IO[bytes]) -> None:
    """Write beside the place, flush to the disk, then move."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            while chunk := source.read(CHUNK):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
