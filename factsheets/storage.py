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

from community.store_away import StoreAway
from factsheets.choices import FileProblem

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
    """Store `content` under its own checksum; what is there, undamaged, is as if it were written now.

    So it is young again: what no row names and is old may be deleted (`community.actions.stray_files`).

    Raises:
        OSError: the disk is full or refuses; nothing is left behind and no half file is ever seen.
    """
    digest = sha256(content).hexdigest()
    name = f"{FOLDER}/{digest[:2]}/{digest}{suffix}"
    path = _path(name)
    if path is None:
        default_storage.save(name, ContentFile(content))
    elif not _renewed(path, content):
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
        StoreAway: a store elsewhere does not answer, which says nothing about the file.
        OSError: it is damaged.
    """
    content = read(name)
    if sha256(content).hexdigest() != Path(name).stem:
        raise OSError(f"{name} is damaged")
    return content


def is_whole(name: str) -> bool:
    """Say whether a file is there and still has the content that its name promises.

    Raises:
        StoreAway: as `read_whole`.
    """
    try:
        read_whole(name)
    except StoreAway:
        raise
    except OSError:
        return False
    return True


def problem(name: str) -> str:
    """Return what is wrong with a stored file ("" where it is whole), without holding it in memory.

    Raises:
        OSError: a store elsewhere does not answer, which says nothing about the file.
    """
    found = sha256()
    try:
        for piece in pieces(name, size=_PIECE):
            found.update(piece)
    except FileNotFoundError:
        return FileProblem.MISSING
    except OSError:
        if _path(name) is None:
            raise
        return FileProblem.DAMAGED
    return "" if found.hexdigest() == Path(name).stem else FileProblem.DAMAGED


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
        else:
            file.seek(0)
            default_storage.save(name, File(file))
    return Stored(name, digest, size)


def pieces(name: str, *, size: int, part: range | None = None) -> Iterator[bytes]:
    """Yield a stored file, or a part of its bytes, in pieces of so many; it is opened when the first one is asked for.

    Raises:
        FileNotFoundError: it is not there.
        OSError: it can't be read on, or ends within the part: less is never yielded as if it were all.
    """
    path = _path(name)
    with path.open("rb") if path is not None else default_storage.open(name) as file:
        if part is None:
            yield from iter(partial(file.read, size), b"")
            return
        file.seek(part.start)
        for first in range(part.start, part.stop, size):
            piece = file.read(min(size, part.stop - first))
            if len(piece) < min(size, part.stop - first):
                raise OSError(f"{name} ends before it should")
            yield piece


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


def _renewed(path: Path, content: bytes) -> bool:
    """Say whether a file with this content is there, and let it be as if it were written now."""
    try:
        os.utime(path)
        return path.read_bytes() == content
    except (FileNotFoundError, PermissionError):  # put back from a backup by another user: our own takes its place
        return False


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
