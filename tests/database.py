"""What the whole database holds, to compare before and after."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

#: What reading may write: the session's own row, allauth's copy of the reader's own address, sums of downloads.
SESSIONS = ("django_session", "usersessions_usersession", "account_emailaddress", "factsheets_downloadcount")


def contents(besides: Iterable[str] = ()) -> dict[str, list[str]]:
    """Return the rows of every table as text, sorted, without the tables in `besides`."""
    left_out = set(besides)
    rows: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - left_out):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows


def changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return, by table, the rows that are only in one of the two."""
    return {
        table: sorted({*before[table]} ^ {*after[table]}) or ["the same row twice"]
        for table in before
        if before[table] != after[table]
    }
