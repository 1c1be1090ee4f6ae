"""What each new connection to PostgreSQL is told."""

from __future__ import annotations

from typing import Any


def compile_nothing(connection: Any, **_more: Any) -> None:
    """Let PostgreSQL compile no statement (decision 0246): for a page that takes longer than to run it.

    A statement and no option of the connection, which pools in between refuse.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
