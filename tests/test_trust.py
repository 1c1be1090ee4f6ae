"""Holds the list of threats to the suite: each test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "SECURITY.md").read_text())))


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_that_the_list_of_threats_names_exists(path: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / path).read_text()
