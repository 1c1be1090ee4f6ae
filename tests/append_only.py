"""Lets the suite empty tables that refuse it: Django's flush between transactional tests.

The product has no such door. Only `flush` of the test runner goes through it, and
tests that play a tamperer with full access to the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations

from tests import replay


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


#: Holds the same after every flush: the runner makes it anew where it is not there.
KEPT = ("django_content_type", "auth_permission")


def _delete_rows(database: BaseDatabaseWrapper, tables: Iterable[str]) -> None:
    """Empty the tables that hold rows: TRUNCATE makes new files for every table and index, which takes far longer."""
    quoted = [database.ops.quote_name(table) for table in tables if table not in KEPT]
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in quoted))
        for (name,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {name}")


def let_flush_through(patch: pytest.MonkeyPatch) -> None:
    """Make the test runner's flush work on guarded tables, for the whole session; on PostgreSQL row by row.

    What the migrations wrote is there afterwards: the next test may be any other.
    """
    original = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: Any, sql_list: list[str]) -> None:
        statement = " ".join(sql_list)
        is_truncate = statement.startswith("TRUNCATE") and "RESTART IDENTITY" not in statement
        with suspended_guards(self.connection):
            if is_truncate:
                _delete_rows(self.connection, re.findall(r'"(\w+)"', statement))
            else:
                original(self, sql_list)
        replay.write_seeded()

    patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
