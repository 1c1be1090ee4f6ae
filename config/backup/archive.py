"""The archive: a ZIP file of any size with `manifest.json`, `tables/<table>.ndjson` and `files/<name>`.

It is written beside its place under another name and moved there when it is whole and flushed to the disk. It holds
personal data: only its owner may read it.
"""

from __future__ import annotations

import json
import os
import secrets
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from config.backup.problem import Problem

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
CHUNK: Final = 1 << 20
#: So long may a line or the manifest be; a longer one is no archive of ours.
LONGEST: Final = 1 << 28


@dataclass(frozen=True)
class Table:
    """A table of an archive: its columns, how many rows, the checksum of its lines, the highest number given."""

    columns: list[str]
    rows: int
    sha256: str
    sequence: int | None = None


@dataclass(frozen=True)
class Content:
    """A stored file of an archive: bytes and checksum."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself. `missing` are files that rows name and the storage did not have."""

    id: str
    made_at: str
    vendor: str
    migrations: dict[str, list[str]]
    tables: dict[str, Table] = field(default_factory=dict)
    files: dict[str, Content] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def as_json(self) -> bytes:
        """Return it as it stands in the archive."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True).encode()


class Writer:
    """Adds members to an archive that is being made."""

    def __init__(self, archive: ZipFile) -> None:
        """Write into `archive`."""
        self.archive = archive

    def add(self, name: str, chunks: Iterable[bytes], *, is_packed: bool) -> tuple[int, int, str]:
        """Write one member; return how many chunks and bytes it has, and the checksum of its content."""
        member = ZipInfo(name)
        member.compress_type = ZIP_DEFLATED if is_packed else ZIP_STORED
        member.external_attr = 0o600 << 16
        count, size, digest = 0, 0, sha256()
        with self.archive.open(member, "w", force_zip64=True) as target:
            for chunk in chunks:
                target.write(chunk)
                digest.update(chunk)
                count, size = count + 1, size + len(chunk)
        return count, size, digest.hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Make the archive at `path`: it is there when the block ended well, and nothing is left of it otherwise.

    Raises:
        Problem: something lies there, the folder is missing, or the disk is full or refuses.
    """
    if path.exists():
        raise Problem(f"{path} exists. Give another name: a backup is never overwritten.")
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            with ZipFile(file, "w", allowZip64=True) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        _flush_folder(path.parent)
    except OSError as error:
        raise Problem(f"The backup cannot be written to {path}: {error.strerror or error}. Nothing is kept.") from error
    finally:
        part.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Reader:
    """Reads an archive; what is not as the manifest says stops the reading."""

    def __init__(self, archive: ZipFile, manifest: Manifest) -> None:
        """Read from `archive`, which `manifest` describes."""
        self.archive = archive
        self.manifest = manifest

    def lines(self, table: str) -> Iterator[bytes]:
        """Yield the lines of a table."""
        with self.archive.open(f"tables/{table}.ndjson") as member:
            while line := member.readline(LONGEST):
                yield line

    def open(self, name: str) -> IO[bytes]:
        """Open a stored file of the archive."""
        return self.archive.open(f"files/{name}")

    def check(self) -> None:
        """Read everything once and compare it with the manifest.

        Raises:
            Problem: something is missing, damaged or too much.
        """
        tables = {f"tables/{name}.ndjson": table.sha256 for name, table in self.manifest.tables.items()}
        wanted = tables | {f"files/{name}": content.sha256 for name, content in self.manifest.files.items()}
        there = self.archive.namelist()
        if len(there) != len(set(there)) or {*there} != {*wanted, MANIFEST}:
            raise broken("it does not hold what its manifest lists")
        for name, expected in wanted.items():
            digest = sha256()
            with self.archive.open(name) as member:
                while chunk := member.read(CHUNK):
                    digest.update(chunk)
            if digest.hexdigest() != expected:
                raise broken(f"{name} is not what the manifest says")


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open the archive at `path`.

    Raises:
        Problem: it is not there, is no archive of ours, of another format, or turns out broken while it is read.
    """
    try:
        with ZipFile(path) as archive:
            yield Reader(archive, _manifest(archive))
    except FileNotFoundError as error:
        raise Problem(f"{path} is not there.") if error.filename == str(path) else error from None
    except IsADirectoryError:
        raise Problem(f"{path} is a folder.") from None
    except (BadZipFile, zlib.error, EOFError) as error:
        raise broken(str(error)) from None


def broken(why: str) -> Problem:
    """Return the problem of an archive that is not whole."""
    return Problem(f"The backup is broken: {why}. Nothing of it was used; take another one.")


def _manifest(archive: ZipFile) -> Manifest:
    """Read what the archive says of itself."""
    try:
        with archive.open(MANIFEST) as member:
            text = member.read(LONGEST)
        read: dict[str, Any] = json.loads(text)
        number = read.pop("format")
    except (KeyError, ValueError, AttributeError, TypeError):
        raise broken("it has no manifest that can be read") from None
    if number != FORMAT:
        raise Problem(
            f"The backup has format {number!r}, this version of the registry reads format {FORMAT}. "
            "Restore it with the version that made it."
        )
    try:
        tables = {name: Table(**table) for name, table in read.pop("tables").items()}
        files = {name: Content(**content) for name, content in read.pop("files").items()}
        return Manifest(**cast(Any, read), tables=tables, files=files)
    except (KeyError, TypeError, AttributeError):
        raise broken("its manifest lacks something") from None
