"""The erasure ledger: opaque ids of erased persons, in a file outside of what a backup holds.

A line is "<key> <moment>": `Member.key` and when it was erased, ISO in UTC. A restored backup holds the persons who
were erased after it was made; `replay` erases them again before the site opens. The file is only ever appended to.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings

_LINE: Final = re.compile(r"([a-z0-9]{12}) (\S+)")


@dataclass(frozen=True)
class Entry:
    """One person who was erased, and when."""

    key: str
    at: datetime


class LedgerError(OSError):
    """The ledger cannot be written or read; the message says which file and why."""


def append(key: str, at: datetime) -> None:
    """Write one whole line and let it reach the disk. A no-op for a key that stands there.

    A line that a crash cut short is closed first, so that it spoils none.

    Raises:
        LedgerError: the file cannot be written.
    """
    path: Path = settings.ERASURE_LEDGER
    try:
        if any(entry.key == key for entry in entries()):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(held).st_size
            cut = size > 0 and os.pread(held, 1, size - 1) != b"\n"
            line = f"{key} {at.astimezone(UTC).isoformat(timespec='seconds')}\n".encode()
            os.write(held, b"\n" + line if cut else line)
            os.fsync(held)
        finally:
            os.close(held)
        if size == 0:
            _sync_folder(path.parent)
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror or error}") from error


def entries() -> Iterator[Entry]:
    """Yield who was erased, oldest first, each once; a line that was cut short is passed over.

    Raises:
        LedgerError: the file is there and cannot be read.
    """
    path: Path = settings.ERASURE_LEDGER
    try:
        text = path.read_text("ascii", errors="replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror or error}") from error
    seen: set[str] = set()
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found is None or found[1] in seen:
            continue
        try:
            at = datetime.fromisoformat(found[2])
        except ValueError:
            continue
        seen.add(found[1])
        yield Entry(found[1], at if at.tzinfo else at.replace(tzinfo=UTC))


def replay() -> list[str]:
    """Erase every person of the ledger again who is there and not erased; return their keys.

    For a restored backup, before the site opens: nobody is mailed, nothing stands in the way, a person whom the
    backup does not know is passed over. Doing it twice does nothing the second time.
    """
    from community.actions.erasure import erase_again

    return [entry.key for entry in entries() if erase_again(key=entry.key, at=entry.at)]


def _sync_folder(folder: Path) -> None:
    """Let the name of a new file reach the disk."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
