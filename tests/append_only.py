"""Lets the suite empty tables that refuse it: Django's flush between transactional tests.

The product has no such door. Only `flush` of the test runner goes through it, and
tests that play a tamperer with full access to the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations


@contextmanager
def suspended_guards(database: BaseDatabaseWrapper | Any = connection) -> Iterator[None]:
    """Take all triggers away, and put them back as they were."""
    run = _sqlite if database.vendor == "sqlite" else _postgresql
    with database.cursor() as cursor:
        put_back = run(cursor)
    try:
        yield
    finally:
        with database.cursor() as cursor:
            for statement in put_back:
                cursor.execute(statement)


def _sqlite(cursor: Any) -> list[str]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = cursor.fetchall()
    for name, _sql in triggers:
        cursor.execute(f'DROP TRIGGER "{name}"')
    return [sql for _name, sql in triggers]


def _postgresql(cursor: Any) -> list[str]:
    cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    tables = [row[0] for row in cursor.fetchall()]
    # A table with a deferred check of a foreign key still to come cannot be altered.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return [*(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables), "SET CONSTRAINTS ALL DEFERRED"]


def let_flush_through(patch: pytest.MonkeyPatch) -> None:
    """Make the test runner's flush work on guarded tables, for the whole session."""
    original = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: Any, sql_list: list[str]) -> None:
        with suspended_guards(self.connection):
            original(self, sql_list)

    patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
