"""Holds the list of threats to the suite: each test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROWS = [line for line in (ROOT / "SECURITY.md").read_text().splitlines() if re.match(r"\| \d+ \|", line)]
#: The numbers of the threats.
THREATS = range(1, 23)
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "SECURITY.md").read_text())))


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_that_the_list_of_threats_names_exists(path: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / path).read_text()


def test_each_threat_has_its_rows_and_each_row_a_test() -> None:
    assert {int(row.split("|")[1]) for row in ROWS} == set(THREATS)
    assert [row for row in ROWS if not re.search(r"`tests/[\w/]+\.py::\w+`", row)] == []
    assert len(set(ROWS)) == len(ROWS)
