"""Reading everything as it stands at one moment, while others write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """See the database, in the block, as it is at its first question; hold up no writer.

    On PostgreSQL a transaction of REPEATABLE READ, READ ONLY; on SQLite, in WAL mode, one that only reads: those of the
    site begin by taking the lock of writers. Inside of another transaction it is that one's moment.
    """
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    begins: Any = connection
    is_sqlite = connection.vendor == "sqlite"
    usual = begins.transaction_mode if is_sqlite else None
    if is_sqlite:
        begins.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        if is_sqlite:
            begins.transaction_mode = usual
