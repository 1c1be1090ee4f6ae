"""Files of issued documents: named by their content, written whole or not at all.

A file's name is its SHA-256, so the same content is stored once, nothing is ever overwritten by something
else, and a damaged file shows. They lie in Django's default storage: on a disk a file is written beside its
place, flushed, and moved there; an object store takes only whole objects by itself.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO, Final

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

FOLDER = "factsheets"
#: So many bytes of a long file are held at once.
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True)
class Stored:
    """A stored file: its name in the storage, checksum in hex and size in bytes."""

    name: str
    sha256: str
    size: int


def put(content: bytes, *, suffix: str) -> Stored:
    """Store `content` under its own checksum; a no-op when it is there, undamaged.

    Raises:
        OSError: the disk is full or refuses; nothing is left behind and no half file is ever seen.
    """
    digest = sha256(content).hexdigest()
    name = f"{FOLDER}/{digest[:2]}/{digest}{suffix}"
    path = _path(name)
    if path is None:
        if not default_storage.exists(name) or read(name) != content:
            default_storage.save(name, ContentFile(content))
    elif not path.exists() or path.read_bytes() != content:
        _write(path, [content])
    return Stored(name, digest, len(content))


def read(name: str) -> bytes:
    """Return the content of a stored file.

    Raises:
        FileNotFoundError: it is not there.
    """
    path = _path(name)
    if path is not None:
        return path.read_bytes()
    with default_storage.open(name) as file:
        return bytes(file.read())


def opened(name: str) -> IO[bytes]:
    """Return a stored file open for reading, to be copied piece by piece; the caller closes it.

    Raises:
        FileNotFoundError: it is not there.
    """
    file: IO[bytes] = default_storage.open(name)
    return file


def read_whole(name: str) -> bytes:
    """Return the content of a stored file, after comparing it with the checksum in its name.

    Raises:
        FileNotFoundError: it is not there.
        OSError: it is damaged.
    """
    content = read(name)
    if sha256(content).hexdigest() != Path(name).stem:
        raise OSError(f"{name} is damaged")
    return content


def is_whole(name: str) -> bool:
    """Say whether a file is there and still has the content that its name promises."""
    try:
        read_whole(name)
    except OSError:
        return False
    return True


def lacking(names: Iterable[str]) -> frozenset[str]:
    """Return those files of a disk that are not there; elsewhere asking one by one takes too long, and none is told."""
    paths = {name: _path(name) for name in names}
    return frozenset(name for name, path in paths.items() if path is not None and not path.exists())


def put_file(path: Path, *, suffix: str) -> Stored:
    """Move a finished file of this machine to its place under its checksum, without holding it in memory.

    Raises:
        OSError: the disk is full or refuses; no half file is ever seen.
    """
    with path.open("rb") as file:
        digest, size = file_digest(file, "sha256").hexdigest(), path.stat().st_size
        name = f"{FOLDER}/{digest[:2]}/{digest}{suffix}"
        place = _path(name)
        if place is not None:
            file.seek(0)
            _write(place, iter(partial(file.read, _PIECE), b""))
        elif not default_storage.exists(name):
            file.seek(0)
            default_storage.save(name, File(file))
    return Stored(name, digest, size)


def pieces(name: str, *, size: int, part: range | None = None) -> Iterator[bytes]:
    """Yield a stored file, or a part of its bytes, in pieces of so many; it is opened when the first one is asked for.

    Raises:
        FileNotFoundError: it is not there.
    """
    path = _path(name)
    with path.open("rb") if path is not None else default_storage.open(name) as file:
        if part is None:
            yield from iter(partial(file.read, size), b"")
            return
        file.seek(part.start)
        for first in range(part.start, part.stop, size):
            yield file.read(min(size, part.stop - first))


def remove(names: Iterable[str]) -> None:
    """Delete stored files; one that is gone already is no error."""
    for name in names:
        default_storage.delete(name)


def _path(name: str) -> Path | None:
    """Return where a file lies on this machine, or None when the storage is elsewhere."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write beside the place, flush to the disk, then move; the folder's entry is flushed too."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
