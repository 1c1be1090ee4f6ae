"""The drill: a backup while others write, restored elsewhere, on either database; what is broken is refused whole."""

from __future__ import annotations

import json
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from config.backup import restoring
from config.backup.problem import Problem
from tests import database
from tests.config import older as older_versions
from tests.config.drill import HOME, Site, check_restored, site
from tests.conftest import is_postgres
from tests.object_store import object_store

#: The sites are copies of the tests' tables, which are made where a test asks for the database.
pytestmark = pytest.mark.django_db


@pytest.mark.wide
def test_a_backup_under_write_load_is_restored_whole(source: Site, archive: Path, tmp_path: Path) -> None:
    """Into SQLite; where the site lies on PostgreSQL, from there back again."""
    with site(tmp_path / "target", "sqlite") as target:
        assert "restored and verified, 0 erasures replayed" in target.do("manage.py", "restore", str(archive))
        check_restored(source, target, archive)
        if is_postgres():
            with site(tmp_path / "back", "postgresql", has_tables=False) as back:
                back.do("manage.py", "restore", str(target.folder / "again.zip"))
                check_restored(source, back, target.folder / "again.zip")
                check_works_on(back, archive)
        check_works_on(target, archive)


def check_works_on(target: Site, archive: Path) -> None:
    """Work on a restored site: chains go on, and the number of a deleted row is not given again."""
    with target.written_to():
        time.sleep(0.3)
    assert target.looks()["faults"] == []
    table = json.loads(ZipFile(archive).read("manifest.json"))["tables"]["community_organisation"]
    code = "import django; django.setup()\nfrom tests.factories import *\nprint(make_organisation('n').pk)"
    assert int(target.do("-c", code)) > table["sequence"] > table["rows"]


@pytest.mark.wide
@pytest.mark.slow
def test_nothing_is_restored_over_something(source: Site, archive: Path) -> None:
    before = source.looks()
    code, words = source.manage("restore", archive)
    assert code == 1
    assert words.startswith("CommandError: The database is not empty (")
    assert "DATABASE_URL" in words
    assert source.looks() == before


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with an empty database, which no test of this module may fill."""
    with site(tmp_path_factory.mktemp("drill") / "empty", HOME) as made:
        yield made


def is_empty(target: Site) -> bool:
    """Say whether a site holds neither rows nor files, and is open."""
    code = "import django; django.setup()\nfrom community import opening\nfrom community.models import Event, User\n"
    code += "print(Event.objects.exists(), User.objects.exists(), opening.unfinished())"
    files = [path for path in (target.folder / "files").rglob("*") if path.is_file()]
    return target.do("-c", code) == "False False None" and not files


def changed(archive: Path, to: Path, **members: bytes | None) -> Path:
    """Write the archive again with members changed, or left out where they are None; `__` stands for a slash."""
    named = {name.replace("__", "/", 1).replace("_json", ".json"): content for name, content in members.items()}
    named = {name + ".ndjson" if name.startswith("tables/") else name: content for name, content in named.items()}
    with ZipFile(archive) as old, ZipFile(to, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = named.get(name, b"") if name in named else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return to


def manifest_with(archive: Path, **fields: object) -> bytes:
    return json.dumps({**json.loads(ZipFile(archive).read("manifest.json")), **fields}).encode()


BROKEN = {
    "cut off": "File is not a zip file",
    "a row changed": "tables/community_term.ndjson is not what the manifest says",
    "a table missing": "does not hold what its manifest lists",
    "no manifest": "no manifest that can be read",
    "another format": "format 2",
    "a newer version": "does not know community.9999_of_next_year",
    "a byte flipped": "broken",
}


@pytest.mark.django_db
@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_archive_is_refused_and_nothing_is_written(how: str, archive: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    newer = json.loads(ZipFile(archive).read("manifest.json"))["migrations"]
    newer["community"].append("9999_of_next_year")
    if how == "cut off":
        bad.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    elif how == "a byte flipped":
        content = bytearray(archive.read_bytes())
        content[len(content) // 3] ^= 1
        bad.write_bytes(content)
    else:
        members: dict[str, dict[str, bytes | None]] = {
            "a row changed": {"tables__community_term": b"[]\n"},
            "a table missing": {"tables__community_event": None},
            "no manifest": {"manifest_json": None},
            "another format": {"manifest_json": manifest_with(archive, format=2)},
            "a newer version": {"manifest_json": manifest_with(archive, migrations=newer)},
        }
        changed(archive, bad, **members[how])
    before = database.contents()
    for refused in (lambda: restoring.check(bad), lambda: restoring.restore(bad, tell=str)):
        with pytest.raises(Problem) as found:
            refused()
        assert BROKEN[how] in str(found.value)
    assert database.contents() == before


@pytest.mark.slow
def test_the_command_says_what_is_wrong_in_one_line(source: Site, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_text("no archive")
    code, words = source.manage("restore", "--check", tmp_path / "no.zip")
    said = "The backup is broken: File is not a zip file. Nothing of it was used; take another one."
    assert (code, words) == (1, f"CommandError: {said}")


def limited(size: int) -> dict[str, object]:
    """Let a process write no file that is longer: a disk that is full."""
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))}


@pytest.mark.wide
@pytest.mark.slow
def test_a_full_disk_leaves_no_archive(source: Site, tmp_path: Path) -> None:
    code, words = source.manage("backup", tmp_path / "full.zip", **limited(60_000))
    assert code == 1
    assert (
        words
        == f"CommandError: The backup cannot be written to {tmp_path / 'full.zip'}: File too large. Nothing is kept."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_full_disk_leaves_an_empty_database(archive: Path, empty: Site) -> None:
    code, words = empty.manage("restore", archive, **limited(60_000))
    assert code == 1
    assert words.startswith("CommandError: Nothing was restored:"), words
    assert is_empty(empty)


@pytest.mark.slow
def test_what_is_asked_to_end_leaves_no_archive(source: Site, tmp_path: Path) -> None:
    with source.written_to():
        process = source.start("manage.py", "backup", str(tmp_path / "ended.zip"))
        end = time.monotonic() + 60
        while not list(tmp_path.iterdir()):
            assert time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_backup_is_private_and_overwrites_nothing(source: Site, archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    before = archive.read_bytes()
    code, words = source.manage("backup", archive)
    assert (code, words) == (
        1,
        f"CommandError: {archive} exists. Give another name: a backup is never overwritten.",
    )
    assert archive.read_bytes() == before


@pytest.mark.slow
def test_a_lost_file_stops_the_backup_unless_told_otherwise(source: Site, archive: Path, tmp_path: Path) -> None:
    with site(tmp_path / "target", "sqlite") as target:
        target.do("manage.py", "restore", str(archive))
        lost = next(path for path in (target.folder / "files" / "files").rglob("*") if path.is_file())
        lost.unlink()
        code, words = target.manage("backup", tmp_path / "a.zip")
        assert code == 1
        assert f"1 stored files are missing or damaged: files/{lost.parent.name}/{lost.name}" in words
        assert not (tmp_path / "a.zip").exists()
        code, words = target.manage("backup", tmp_path / "a.zip", "--without-missing")
        assert (code, lost.name in words) == (0, True)
    with site(tmp_path / "third", "sqlite") as third:
        code, words = third.manage("restore", tmp_path / "a.zip")
        assert (code, lost.name in words) == (0, True)


@pytest.mark.slow
def test_a_backup_of_an_older_version_is_brought_up_to_date(archive: Path, empty: Site, tmp_path: Path) -> None:
    with site(tmp_path / "then", "sqlite", has_tables=False) as then:
        older = older_versions.make_older(archive, tmp_path / "older.zip", then)
    today = json.loads(ZipFile(archive).read("manifest.json"))
    assert "factsheets_damagedfile" in today["tables"].keys() - older["tables"].keys()
    code, words = empty.manage("restore", tmp_path / "older.zip")
    assert (code, "has tables of another version than the backup" in words) == (1, True), words
    assert is_empty(empty)
    with site(tmp_path / "target", "sqlite", has_tables=False) as target:
        target.do("manage.py", "restore", str(tmp_path / "older.zip"))
        applied, wanted = json.loads(target.do("-c", older_versions.MIGRATIONS))
        assert applied == wanted == today["migrations"] != older["migrations"]
        check_brought_up_to_date(target, today, older)


def check_brought_up_to_date(target: Site, today: dict[str, Any], older: dict[str, Any]) -> None:
    """The site is open and whole, and has the tables, columns and rows of today."""
    found = target.looks()
    assert (found["open"], found["is_restored"], found["faults"]) == (True, True, [])
    assert found["pdf"] == found["pdf_of_row"]
    assert found["whole"] == found["files"] > 3
    target.do("manage.py", "backup", str(target.folder / "again.zip"))
    again = json.loads(ZipFile(target.folder / "again.zip").read("manifest.json"))
    assert again["files"] == today["files"]
    assert {name: table["columns"] for name, table in again["tables"].items()} == {
        name: table["columns"] for name, table in today["tables"].items()
    }
    differ = {name for name, table in again["tables"].items() if table["sha256"] != today["tables"][name]["sha256"]}
    assert differ == set()
    # Keys that were not in the archive are there: migrations fill them.
    for name in ("community_workinggroup", "community_project"):
        assert "code_key" in {*today["tables"][name]["columns"]} - {*older["tables"][name]["columns"]}
        assert today["tables"][name]["rows"]


@pytest.mark.slow
def test_a_site_moves_to_an_object_store_also_after_a_killed_try(source: Site, archive: Path, tmp_path: Path) -> None:
    with object_store() as address, site(tmp_path / "target", "sqlite", files=address) as target:
        target.do("-c", "import django; django.setup()\nfrom community import opening\nopening.close('killed')")
        target.do("manage.py", "restore", str(archive))
        check_restored(source, target, archive)


#: Runs a command and says how much memory it took at most, in MB.
MEASURED = """
import sys
import django; django.setup()
from django.core.management import call_command
call_command(*sys.argv[1:], stdout=sys.stderr)
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
#: Forty megabytes of rows, and a file of sixty.
GROWS = """
import hashlib
import django; django.setup()
from django.core.files.base import ContentFile
from django.db import connection
from community.models import File
connection.cursor().execute(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000) INSERT INTO community_scheduledjob "
    "(code, every_minutes, is_enabled, last_error, failures, lease_owner) "
    "SELECT 'code' || i, 1, 1, hex(randomblob(2500)), 0, '' FROM n"
)
content = b"large file" * 6_000_000
row = File(kind="cluster", subject_id=1, title="large", original_name="a", content_type="x/y")
row.size, row.sha256, row.rights_holder, row.licence = len(content), hashlib.sha256(content).hexdigest(), "a", "b"
row.content.save("a", ContentFile(content))
"""


def memory_of(target: Site, *command: str) -> int:
    code, words = target.run("-c", MEASURED, *command)
    assert code == 0, words
    return int(words.split()[0])


@pytest.mark.slow
@pytest.mark.sqlite
def test_memory_does_not_grow_with_rows_and_files(archive: Path, tmp_path: Path) -> None:
    with site(tmp_path / "one", "sqlite") as one, site(tmp_path / "two", "sqlite") as two:
        restored_small = memory_of(one, "restore", str(archive))
        made_small = memory_of(one, "backup", str(tmp_path / "small.zip"))
        one.do("-c", GROWS)
        made_large = memory_of(one, "backup", str(tmp_path / "large.zip"))
        restored_large = memory_of(two, "restore", str(tmp_path / "large.zip"))
    assert made_large - made_small < 30
    assert restored_large - restored_small < 30
