"""Commands that root gives on a site of another user's are refused with what to do; on root's own nothing is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config import as_root
from config.machine import serving

ROOT = Path(__file__).resolve().parents[2]
STRANGER = 54_321
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to somebody else")


@pytest.fixture
def site(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a production site that is not root's, seen by root."""
    if os.geteuid() == 0:
        os.chown(tmp_path, STRANGER, -1)
    monkeypatch.setattr(as_root.os, "geteuid", lambda: 0)
    settings.DEBUG, settings.DEMO, settings.STORAGE_DIR = False, False, tmp_path / "var" / "files"
    return tmp_path


@pytest.mark.parametrize("command", ["migrate", "restore", "erase_member", "import_table", "shell"])
def test_root_is_refused_where_somebody_else_owns_the_site(site: Path, command: str) -> None:
    with pytest.raises(SystemExit) as refused:
        as_root.stop_root(["manage.py", command, "a b"])
    said = str(refused.value)
    assert f"{site} belongs to " in said
    assert f"registry-manage {command} 'a b'" in said


@pytest.mark.parametrize(
    "given",
    [
        "",
        "help",
        "help migrate",
        "version",
        "--version",
        "check --deploy",
        "check --settings=config.settings",
        "check -v 2 --pythonpath .",
        "migrate --help",
        "collectstatic",
        # Django takes no option before the command: it says so, and ends.
        "--settings=config.settings check",
        "--pythonpath=. migrate",
        "-v 2 check",
    ],
)
def test_what_leaves_nothing_behind_is_nobodys_concern(site: Path, given: str) -> None:
    as_root.stop_root(["manage.py", *given.split()])


@pytest.mark.parametrize(
    "given", ["showmigrations", "sqlmigrate community 0002", "makemigrations --check", "check --database default"]
)
def test_what_reads_is_refused_where_reading_would_make_the_database(
    site: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    path = site / "registry.sqlite3"
    monkeypatch.setitem(settings.DATABASES, "default", {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)})
    with pytest.raises(SystemExit, match=" belongs to "):
        as_root.stop_root(["manage.py", *given.split()])
    path.touch()
    as_root.stop_root(["manage.py", *given.split()])


@pytest.mark.parametrize(
    ("program", "is_refused"),
    [
        ("/srv/registry/current/.venv/bin/django-admin", True),
        ("/srv/registry/current/.venv/lib/python3.11/site-packages/django/__main__.py", True),
        ("/srv/registry/current/.venv/bin/gunicorn", False),
        ("/usr/lib/python3/pytest/__main__.py", False),
        ("manage.py", False),  # it looked already
    ],
)
def test_djangos_own_program_is_no_way_around(site: Path, program: str, is_refused: bool) -> None:
    if not is_refused:
        as_root.stop_root_of_django([program, "migrate"])
        return
    with pytest.raises(SystemExit, match="registry-manage migrate"):
        as_root.stop_root_of_django([program, "migrate"])
    as_root.stop_root_of_django([program, "check"])


@pytest.mark.parametrize("given", [("run_scheduler",), ("backup", "/b/monday.zip"), ("restore", "--check", "b.zip")])
def test_what_a_supervisor_starts_goes_on_and_says_it(
    site: Path, capsys: pytest.CaptureFixture[str], given: tuple[str, ...]
) -> None:
    as_root.stop_root(["manage.py", *given])
    assert f"registry-manage {' '.join(given)}" in capsys.readouterr().err


def test_where_root_serves_the_site_its_tables_are_brought_up_to_date(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, str]] = []
    monkeypatch.setattr(serving.tools, "get", lambda programs: None)
    monkeypatch.setattr(serving.virtualenv, "ensure", lambda kind: None)
    monkeypatch.setattr(serving, "VAR", site)

    def fails(command: Any, *, env: dict[str, str], **more: Any) -> Any:
        seen.append(env)
        return SimpleNamespace(returncode=3)

    monkeypatch.setattr(serving.subprocess, "run", fails)
    assert serving.serve() == 3
    monkeypatch.setenv(as_root.SERVED, seen[0][as_root.SERVED])
    as_root.stop_root(["manage.py", "migrate", "--no-input"])
    assert "registry-manage migrate" in capsys.readouterr().err


def test_a_database_in_memory_belongs_to_nobody(site: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site)
    settings.STORAGE_DIR = None
    monkeypatch.setitem(settings.DATABASES, "default", {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"})
    as_root.stop_root(["manage.py", "migrate"])


@pytest.mark.parametrize("name", ["DEBUG", "DEMO"])
def test_development_and_demo_are_nobodys_concern(site: Path, settings: Any, name: str) -> None:
    setattr(settings, name, True)
    as_root.stop_root(["manage.py", "migrate"])


def test_another_user_is_told_nothing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_root.os, "geteuid", lambda: STRANGER)
    as_root.stop_root(["manage.py", "migrate"])


def migrate(folder: Path, *program: str) -> subprocess.CompletedProcess[str]:
    """Let root make a database there, in production."""
    env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    env |= {
        "SECRET_KEY": "a-key-for-a-site-that-is-gone-in-a-minute-0123456789-abcdef",
        "SITE_URL": "https://registry.example",
        "EMAIL_URL": "dummymail://",
        "DATABASE_URL": f"sqlite:///{folder}/registry.sqlite3",
        "STORAGE_URL": f"{folder}/files",
        "ERASURE_LEDGER": f"{folder}/erasures.ledger",
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, *(program or ["manage.py"]), "migrate", "community", "0001", "-v0"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


@needs_root
@pytest.mark.parametrize("program", [("manage.py",), ("-m", "django")])
@pytest.mark.parametrize("owned", ["", "files", "registry.sqlite3"])
def test_a_command_of_roots_writes_nothing_for_somebody_else(
    tmp_path: Path, owned: str, program: tuple[str, ...]
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "registry.sqlite3").touch()
    if not owned:
        (tmp_path / "registry.sqlite3").unlink()
    os.chown(tmp_path / owned, STRANGER, -1)
    done = migrate(tmp_path, *program)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{tmp_path / owned} belongs to #{STRANGER}".rstrip("/") in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sum(path.stat().st_size for path in tmp_path.iterdir() if path.is_file()) == 0


@needs_root
def test_root_is_told_nothing_where_root_owns_all(tmp_path: Path) -> None:
    done = migrate(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "registry.sqlite3").stat().st_size


def test_the_settings_that_a_command_names_are_read(tmp_path: Path) -> None:
    (tmp_path / "drill_settings.py").write_text("from config.settings import *\nTP_LABEL = 'Drill'\n")
    options = ["--settings=drill_settings", f"--pythonpath={tmp_path}"]
    command = [
        sys.executable,
        "manage.py",
        "shell",
        "-v0",
        "-c",
        "from django.conf import settings as s; print(s.TP_LABEL)",
    ]
    env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")} | {"DEBUG": "true"}
    done = subprocess.run(
        [*command, *options], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "Drill"), done.stderr
