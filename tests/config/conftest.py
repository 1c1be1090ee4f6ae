"""The site that drills begin with, and a backup of it; made once for all modules of drills."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.config.drill import FILLS, HOME, Site, site


@pytest.fixture(scope="package")
def source(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that is in use; its tables, and those of the other sites of a drill, are copies of the tests'."""
    with site(tmp_path_factory.mktemp("drill") / "source", HOME) as made:
        made.do("-c", FILLS)
        yield made


@pytest.fixture(scope="package")
def archive(source: Site) -> Path:
    """A backup that was made while four wrote."""
    file = source.folder / "under-load.zip"
    before = source.looks()["events"]
    with source.written_to():
        source.do("manage.py", "backup", str(file))
    after = source.looks()["events"]
    rows = json.loads(ZipFile(file).read("manifest.json"))["tables"]["community_event"]["rows"]
    assert before < rows < after, "they wrote before and after the moment of the backup"
    return file
