"""The tables of SQLite's test database: made by the migrations once, then copied by every process that tests.

A copy is kept in `var/`, under a name that changes with every line of the code and every
version it stands on. PostgreSQL's tests run the migrations each time, once a process: sites
of drills are copies of what they made.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.db.backends.signals import connection_created
from django.db.migrations.state import ProjectState

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "schema"
#: The database of PostgreSQL that holds the tables and nothing else, while the tests run.
_template: list[str] = []


def name() -> str:
    """Return what stands for the code that makes the tables, and the versions it runs on."""
    found = hashlib.sha256(sqlite3.sqlite_version.encode())
    sources = (
        path
        for app in ("clusters", "community", "config", "factsheets", "results")
        for path in (ROOT / app).rglob("*.py")
    )
    for path in sorted([*sources, *ROOT.glob("requirements*.txt")]):
        found.update(str(path.relative_to(ROOT)).encode())
        found.update(path.read_bytes())
    return f"{found.hexdigest()[:24]}.sqlite3"


@contextmanager
def rendered_late() -> Iterator[None]:
    """Let migrations draw up anew only the model that an operation changes, and all before Python of theirs runs.

    Django draws up all related models after each operation, which is nine tenths of the work of a migration. The tables
    are the same (`tests/test_schema.py`). The long run leaves it to Django.
    """

    def only_itself(state: Any, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
        state.is_delayed = True  # what needs all of them asks for that, and draws them up
        return {(app_label, model_name)}

    with patch.object(ProjectState, "_find_reload_model", only_itself):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time in: whoever comes second finds the tables made."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def copied() -> Iterator[None]:
    """Fill the first connection that is opened meanwhile from the copy; keep a copy at the end where there is none."""
    with alone():
        kept = FOLDER / name()
        if not kept.exists():
            yield
            _keep(kept)
            return

        def fill(connection: Any, **_more: Any) -> None:
            connection_created.disconnect(fill)
            with closing(sqlite3.connect(kept)) as source:
                source.backup(connection.connection)

        connection_created.connect(fill)
        try:
            yield
        finally:
            connection_created.disconnect(fill)


def _keep(kept: Path) -> None:
    """Write the tables to a file that is whole from its first moment; take away those of older code."""
    for old in FOLDER.glob("*.sqlite3*"):
        old.unlink()
    part = kept.with_name(f"part-{os.getpid()}")
    with closing(sqlite3.connect(part)) as target:
        connection.ensure_connection()
        connection.connection.backup(target)
    part.rename(kept)


def copy_to(database: Path) -> bool:
    """Put the tables into a file; say whether they were there."""
    with alone():
        kept = FOLDER / name()
        if kept.exists():
            shutil.copy(kept, database)
        return kept.exists()


@contextmanager
def template() -> Iterator[None]:
    """Keep the test's database of PostgreSQL as it is now, right after its migrations, for who copies it."""
    name = f"tables_{secrets.token_hex(6)}"
    original = connection.settings_dict["NAME"]
    connection.close()  # what somebody is connected to is not copied
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {connection.ops.quote_name(original)}")
    _template.append(name)
    try:
        yield
    finally:
        _template.remove(name)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def template_name() -> str:
    """Return the name of that database."""
    return _template[-1]
