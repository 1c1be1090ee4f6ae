"""The erasure ledger: opaque ids of erased persons, in a file outside of what a backup holds.

A line is "<key> <moment> <of>": `Member.key` of an entry, when it was erased (ISO in UTC), and the key of the entry
that stayed of the person; one line for each entry that was merged into that, and one for itself. Lines of before end
with the moment: they name the entry that stayed alone. A restored backup holds the persons who were erased after it was
made; `replay` erases them again before the site opens. The file is only ever appended to.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings

_LINE: Final = re.compile(r"([a-z0-9]{12}) (\S+)(?: ([a-z0-9]{12}))?")


@dataclass(frozen=True)
class Entry:
    """An entry that was erased, when, and of which person; `of` is empty in lines of before."""

    key: str
    at: datetime
    of: str = ""


class LedgerError(OSError):
    """The ledger cannot be written or read; the message says which file and why."""


def append(keys: Iterable[str], at: datetime, *, of: str) -> None:
    """Write a whole line for each entry of a person and let them reach the disk. A no-op for those that stand there.

    A line that a crash cut short is closed first, so that it spoils none.

    Args:
        keys: of the entry that stayed and of those merged into it.
        of: the key of the entry that stayed.

    Raises:
        LedgerError: the file cannot be written.
    """
    path: Path = settings.ERASURE_LEDGER
    try:
        known = {(entry.key, entry.of) for entry in entries()}
        moment = at.astimezone(UTC).isoformat(timespec="seconds")
        lines = "".join(f"{key} {moment} {of}\n" for key in keys if (key, of) not in known).encode()
        if not lines:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(held).st_size
            cut = size > 0 and os.pread(held, 1, size - 1) != b"\n"
            os.write(held, b"\n" + lines if cut else lines)
            os.fsync(held)
        finally:
            os.close(held)
        if size == 0:
            _sync_folder(path.parent)
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror or error}") from error


def entries() -> Iterator[Entry]:
    """Yield who was erased, oldest first, each once; a line that was cut short is passed over.

    Of two lines of an entry the one that says whose it is holds, else the older one.

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
    known: dict[str, Entry] = {}
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found is None or (found[1] in known and (known[found[1]].of or not found[3])):
            continue
        try:
            at = datetime.fromisoformat(found[2])
        except ValueError:
            continue
        known[found[1]] = Entry(found[1], at if at.tzinfo else at.replace(tzinfo=UTC), found[3] or "")
    yield from known.values()


def replay() -> list[str]:
    """Erase every person of the ledger again who is there and not erased; return the keys of their entries.

    For a restored backup, before the site opens: nobody is mailed, nothing stands in the way, a person whom the
    backup does not know is passed over. Doing it twice does nothing the second time.
    """
    from community.actions.erasure_again import erase_again

    persons: dict[str, list[Entry]] = {}
    for entry in entries():
        persons.setdefault(entry.of or entry.key, []).append(entry)
    return [key for named in persons.values() for key in erase_again(named)]


def _sync_folder(folder: Path) -> None:
    """Let the name of a new file reach the disk."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
