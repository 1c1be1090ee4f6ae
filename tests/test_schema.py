"""The tables of the tests, which are made quickly, are those that Django's own way of migrating makes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests import schema

MIGRATES = """
import django; django.setup()
from contextlib import nullcontext
from django.core.management import call_command
from tests import schema
with schema.rendered_late() if {is_quick} else nullcontext():
    call_command("migrate", verbosity=0)
"""


def made(file: Path, *, is_quick: bool) -> tuple[list[object], dict[str, int]]:
    """Return what the migrations make in an empty file: tables, indexes and triggers, and how many rows."""
    env = {**os.environ, "DATABASE_URL": f"sqlite:///{file}", "DEBUG": "true", "PYTHONPATH": str(schema.ROOT)}
    env["DJANGO_SETTINGS_MODULE"] = "config.settings"
    code = MIGRATES.format(is_quick=is_quick)
    subprocess.run([sys.executable, "-c", code], cwd=schema.ROOT, env=env, check=True, timeout=600)
    with closing(sqlite3.connect(file)) as database:
        parts = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        tables = [name for kind, name, *_rest in parts if kind == "table"]
        return parts, {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


@pytest.mark.slow
def test_the_quick_way_makes_the_same_tables_and_rows(tmp_path: Path) -> None:
    quick, whole = (made(tmp_path / str(is_quick), is_quick=is_quick) for is_quick in (True, False))
    assert len(whole[0]) > 500
    assert quick == whole
