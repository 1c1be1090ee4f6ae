"""Stored files that no row names, left by a worker that died, a lease that was lost, a transaction that failed.

Nobody would ever find them: no page, no backup, no erasure. So they are deleted, once they are old enough that nothing
which is going on now can still be about to name them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.core.files.storage import default_storage
from django.utils import timezone

from community import contributions, jobs, opening
from community.contributions import StoredFolder

logger = logging.getLogger(__name__)

TASK: Final = "community.stray_files"
#: A file is left alone that was written within this time: a request or a job may be about to name it.
SAFE_AGE: Final = timedelta(days=1)
#: After an erasure they are not waited for longer than any request, or any job between file and row, takes.
AFTER_ERASURE: Final = timedelta(hours=1)
#: More than so many that are more than this part of a folder are deleted by nobody but who was asked.
MANY: Final = 20
PART: Final = 0.25
#: Of a folder that nothing brings back, also more than so few that are more than half of it: a young registry has less.
FEW: Final = 3
HALF: Final = 0.5
#: The end of a name that a file bears while it is looked at for the last time.
ASIDE: Final = ".stray"


class TooMany(Exception):
    """So much belongs to no row that the database is hardly that of these files."""


@dataclass(frozen=True)
class Stray:
    """A file that no row names: its name in the storage and its size in bytes."""

    name: str
    size: int


def find(folder: StoredFolder, *, before: datetime, since: datetime | None = None) -> tuple[list[Stray], int]:
    """Return the files of a folder that were written before a moment and that no row names; and how many it has.

    None that was written before `since`, where that is given: see `kept_since`.

    Raises:
        OSError: the store does not answer.
    """
    found: list[Stray] = []
    count = 0
    for names in _within(folder.folder):
        count += len(names)
        for name in sorted(set(names) - set(folder.held(names))):
            with suppress(FileNotFoundError):
                written = default_storage.get_modified_time(name)
                if written < before and (since is None or written >= since):
                    found.append(Stray(name, default_storage.size(name)))
    return found, count


def _within(folder: str) -> Iterator[list[str]]:
    """Yield the files of a folder and of those in it, a folder at a time."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield [f"{folder}/{name}" for name in names]
    for inner in sorted(folders):
        yield from _within(f"{folder}/{inner}")


def kept_since(*, is_sure: bool) -> datetime | None:
    """Return the moment of the last restore, before which nothing is deleted unless somebody is sure.

    A restore leaves the database before it beside the new one, on the same store: that one names the files that are
    newer than the backup, and is the way back.
    """
    return None if is_sure else opening.restored_at()


def sweep(at: datetime, *, age: timedelta = SAFE_AGE, is_sure: bool = False) -> list[Stray]:
    """Delete what no row names and is older than `age`; return it. Says in the log how many, and never a name.

    Nothing on a site that a restore closed: its files may be there before its rows.

    Args:
        at: now.
        age: how old a file is at least.
        is_sure: delete also where it is a large part of a folder, and what was there before a restore, which is
            forgotten then.

    Raises:
        TooMany: nothing was deleted in a folder in which it is a large part.
        OSError: the store does not answer; what was deleted until then is gone.
    """
    if not opening.is_open():
        return []
    done: list[Stray] = []
    too_many: list[str] = []
    since = kept_since(is_sure=is_sure)
    try:
        for folder in contributions.stored_folders:
            _put_back_named(folder)
            found, count = find(folder, before=at - age, since=since)
            if not is_sure and _is_large(len(found), of=count, folder=folder):
                too_many.append(f"{len(found)} of {count} files in {folder.folder}/ belong to no row of this database")
                continue
            done += [one for one in found if _delete(one.name, folder, before=at - age)]
        if too_many:
            raise TooMany("; ".join(too_many))
        if is_sure:
            opening.forget_restored()
    finally:
        if done:
            size = sum(one.size for one in done)
            logger.warning("%d stored files (%d bytes) that no row names were deleted", len(done), size)
    return done


def _is_large(number: int, *, of: int, folder: StoredFolder) -> bool:
    """Say whether so many files are so large a part of a folder that its rows are hardly those of this database."""
    if number > FEW and number > HALF * of and not folder.is_made_anew:
        return True
    return number > MANY and number > PART * of


def _delete(name: str, folder: StoredFolder, *, before: datetime) -> bool:
    """Delete a file unless somebody has just begun to use it; tell whether it was deleted.

    It is kept aside meanwhile: who stores the same content at this moment finds no file and writes it anew, and who did
    so the moment before has made it young, or has a row by now. On a disk it is moved there and gone at once. A store
    without such a move gets a copy, which outlives the deletion: who stored the same between the last look and the
    deletion has a row by the next sweep, which puts the copy back or, when it is old, deletes it.
    """
    if (place := name.removesuffix(ASIDE)) != name and list(folder.held([place])):
        return False  # the next sweep puts it back
    path, aside = _path(name), f"{name}{ASIDE}"
    if path is None:
        if not _is_free(name, name, folder, before):
            return False
        if place == name and not folder.is_made_anew:
            _copy(name, aside)
        default_storage.delete(name)
        return True
    try:
        path.rename(path.with_name(f"{path.name}{ASIDE}"))
    except FileNotFoundError:
        return False
    if not _is_free(name, aside, folder, before):
        _put_back(name)
        return False
    path.with_name(f"{path.name}{ASIDE}").unlink(missing_ok=True)
    return True


def _path(name: str) -> Path | None:
    """Return where a file lies on this machine, or None when the storage is elsewhere."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


def _copy(name: str, to: str) -> None:
    with suppress(FileNotFoundError), default_storage.open(name) as content:
        default_storage.save(to, content)


def _put_back_named(folder: StoredFolder) -> None:
    """Put back what lies aside and is named by a row: who moved it was killed, or somebody stored it meanwhile."""
    for names in _within(folder.folder):
        if places := [name.removesuffix(ASIDE) for name in names if name.endswith(ASIDE)]:
            for place in folder.held(places):
                _put_back(place)


def _put_back(name: str) -> None:
    """Bring a file from aside back to its place, where nobody wrote it anew meanwhile; another sweep may have done so.

    On a disk it is moved, elsewhere copied.
    """
    path = _path(name)
    with suppress(FileNotFoundError):
        if path is not None:
            aside = path.with_name(f"{path.name}{ASIDE}")
            aside.unlink() if path.exists() else aside.rename(path)
            return
        if not default_storage.exists(name):
            _copy(f"{name}{ASIDE}", name)
        default_storage.delete(f"{name}{ASIDE}")


def _is_free(name: str, there: str, folder: StoredFolder, before: datetime) -> bool:
    """Say whether a file, which lies at `there` now, is old and named by no row."""
    try:
        return default_storage.get_modified_time(there) < before and not list(folder.held([name]))
    except FileNotFoundError:
        return False


def sweep_daily(at: datetime) -> int:
    """Delete what no row names, for the scheduler; return how many.

    Raises:
        TooMany: as `sweep`; the page of the scheduled jobs says so.
    """
    return len(sweep(at))


def sweep_after_erasure(at: datetime, *, erasure: str) -> None:
    """Have what no row names now deleted soon: it may name who is erased in this transaction, with this key."""
    jobs.enqueue(TASK, key=f"{TASK}:{erasure}", due_at=at + AFTER_ERASURE)


def run_after_erasure() -> dict[str, object]:
    """Delete what was there when somebody was erased; return what the job's result says."""
    return {"deleted": len(sweep(timezone.now(), age=AFTER_ERASURE))}
