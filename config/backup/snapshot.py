"""Reading the whole database as it was at one moment, while others write into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ALIAS: Final = "snapshot"


@contextmanager
def snapshot() -> Iterator[BaseDatabaseWrapper]:
    """Give a connection of its own that sees one moment and holds up no writer.

    On PostgreSQL a transaction of REPEATABLE READ, READ ONLY; on SQLite, in WAL mode, a transaction that only reads
    (the site's own begin by taking the lock of writers).
    """
    source = connections[DEFAULT_DB_ALIAS]
    copy = source.copy(alias=ALIAS)
    if source.vendor == "sqlite":
        copy.settings_dict["OPTIONS"] = {**copy.settings_dict["OPTIONS"], "transaction_mode": "DEFERRED"}
    connections[ALIAS] = copy
    try:
        with transaction.atomic(using=ALIAS):
            with copy.cursor() as cursor:
                if copy.vendor == "postgresql":
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                # The moment is that of the first question.
                cursor.execute("SELECT COUNT(*) FROM django_migrations")
            yield copy
    finally:
        copy.close()
        del connections[ALIAS]
