"""Whether the site may work: not while a restore is unfinished, in which erased persons may still stand in the rows.

A restore notes what it is at in a table of its own, made before the first row and dropped after the last step. It is no
model: an older backup is read into the tables of its day, where a later model would not be there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import DatabaseError, connection

TABLE: Final = "registry_restore"
#: Holds the moment at which the last restore was finished; such a table, too, is no part of a backup.
RESTORED: Final = "registry_restored"
#: So long a process believes that the site is open before it looks again.
BELIEVED_SECONDS: Final = 30.0

_open_until = 0.0


@dataclass(frozen=True)
class Restore:
    """A restore that is not finished: the backup's id, and whether its rows are in ("loaded") or not yet ("begun")."""

    backup: str
    stage: str


def unfinished() -> Restore | None:
    """Return the restore that is not finished; None on an open site."""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return None
        cursor.execute(f"SELECT backup, stage FROM {TABLE}")  # noqa: S608
        row = cursor.fetchone()
    return Restore(*row) if row else None


def is_open() -> bool:
    """Say whether the site may work; asks the database now and then. A database that is away closes nothing."""
    global _open_until
    if time.monotonic() < _open_until:
        return True
    try:
        if unfinished() is not None:
            return False
    except DatabaseError:
        return True
    _open_until = time.monotonic() + BELIEVED_SECONDS
    return True


def close(backup: str) -> None:
    """Note that a restore of `backup` began."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (backup varchar(40) NOT NULL, stage varchar(10) NOT NULL)")
        cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608
        cursor.execute(f"INSERT INTO {TABLE} (backup, stage) VALUES (%s, 'begun')", [backup])  # noqa: S608


def note_loaded() -> None:
    """Note, in the transaction that brought the rows, that they are in."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET stage = 'loaded'")  # noqa: S608


def reopen() -> None:
    """Note that the restore is finished, or that nothing came of it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def note_restored(at: datetime) -> None:
    """Note when the restore was finished: the database before it may still name files that were there by then."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {RESTORED} (moment varchar(40) NOT NULL)")
        cursor.execute(f"DELETE FROM {RESTORED}")  # noqa: S608
        cursor.execute(f"INSERT INTO {RESTORED} (moment) VALUES (%s)", [at.isoformat()])  # noqa: S608


def restored_at() -> datetime | None:
    """Return when this database was restored; None where it never was, or where the way back was given up."""
    with connection.cursor() as cursor:
        if RESTORED not in connection.introspection.table_names(cursor):
            return None
        cursor.execute(f"SELECT moment FROM {RESTORED}")  # noqa: S608
        row = cursor.fetchone()
    return datetime.fromisoformat(row[0]) if row else None


def forget_restored() -> None:
    """Note that nobody goes back to the database before the restore."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {RESTORED}")
