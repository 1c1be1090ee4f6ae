"""What the README says is true: its table is the code's, its commands and paths exist."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from clusters.management.commands.lifecycle_table import markdown

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def test_the_readme_shows_the_life_cycle_as_the_code_has_it() -> None:
    shown = re.search(r"<!-- lifecycle -->\n(.*)\n<!-- /lifecycle -->", README, re.DOTALL)
    assert shown is not None
    assert shown[1] == markdown(), "print it anew: manage.py lifecycle_table"


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


@pytest.mark.parametrize(
    "path",
    sorted(
        set(re.findall(r"`((?:community|clusters|results|factsheets|templates|config)/[\w/]+(?:\.\w+|/))`", README))
    ),
)
def test_every_path_of_the_readme_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_heading_for_users_stands_apart() -> None:
    lines = (ROOT / "docs" / "user.md").read_text().splitlines()
    assert [line for before, line in pairwise(lines) if line.startswith("#") and before] == []
