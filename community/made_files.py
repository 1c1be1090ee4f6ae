"""Files that jobs make for who asked: kept some days in the storage, told of by the job's result.

The result holds `file` (name in the storage), `sha256`, `size` in bytes, `type` and `name` while the file is kept, and
`removed` with the reason afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

from django.core.files.base import File
from django.core.files.storage import default_storage

from community.choices import JobState
from community.models import Job

FOLDER: Final = "made"
#: So many days is a file kept after it was made.
DAYS_KEPT: Final = 7
#: So many bytes are sent at once.
_PIECE: Final = 256 * 1024
#: What of a result is about the file itself.
_OF_THE_FILE: Final = ("file", "sha256", "size", "type", "name")


@dataclass(frozen=True)
class MadeFile:
    """A kept file: its name in the storage, the name under which it is saved, its type, size in bytes, checksum."""

    file: str
    name: str
    content_type: str
    size: int
    sha256: str
    until: datetime


def put(path: Path, *, token: str, name: str, content_type: str) -> dict[str, Any]:
    """Store a finished file of this machine, in pieces, and return what the job's result says of it.

    The place follows from `token`, so that a second run of the same job replaces what the first one left.

    Raises:
        OSError: the storage is full or refuses; what was begun is removed.
    """
    place = place_of(token)
    default_storage.delete(place)
    with path.open("rb") as content:
        digest = file_digest(content, "sha256").hexdigest()
        content.seek(0)
        try:
            stored = default_storage.save(place, File(content))
        except OSError:
            default_storage.delete(place)
            raise
    return {"file": stored, "sha256": digest, "size": path.stat().st_size, "type": content_type, "name": name}


def place_of(token: str) -> str:
    """Return where the file of a job with that token lies."""
    return f"{FOLDER}/{token[:2]}/{token}"


def of_job(job: Job, at: datetime) -> MadeFile | None:
    """Return the file that a job has at the moment `at`; None where it has none, or none any more."""
    told = job.result
    if job.state != JobState.DONE or "file" not in told or job.finished_at is None:
        return None
    until = job.finished_at + timedelta(days=DAYS_KEPT)
    if at >= until:
        return None
    return MadeFile(told["file"], told["name"], told["type"], told["size"], told["sha256"], until)


def pieces(file: MadeFile) -> Iterator[bytes]:
    """Yield a kept file in pieces; it is opened when the first one is asked for.

    Raises:
        OSError: it is not there, can't be read on, or ends before it should: less is never yielded as if it were all.
    """
    with default_storage.open(file.file) as content:
        for first in range(0, file.size, _PIECE):
            wanted = min(_PIECE, file.size - first)
            piece = content.read(wanted)
            if len(piece) < wanted:
                raise OSError(f"{file.file} ends before it should")
            yield piece


def without_file(result: dict[str, Any], why: str) -> dict[str, Any]:
    """Return what a job's result says once its file is removed."""
    return {**{key: value for key, value in result.items() if key not in _OF_THE_FILE}, "removed": why}


def delete(name: str) -> None:
    """Delete a file; one that is gone already is no error."""
    default_storage.delete(name)
