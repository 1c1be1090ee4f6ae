"""The files of `docs/deploy`: units start commands that exist, and settings have the names that the registry reads."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "deploy"
MANUAL = (ROOT / "docs" / "operations.md").read_text()
UNITS = sorted(path.name for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))


def test_units_start_commands_that_exist() -> None:
    started = {
        command for unit in UNITS for command in re.findall(r"manage\.py ([a-z_]+)", (DEPLOY / unit).read_text())
    }
    assert started == {"run_scheduler", "db_worker", "backup", "restore"}
    assert started - {"db_worker"} <= get_commands().keys()  # that one comes with TASKS=database


def test_settings_have_the_names_that_the_table_lists() -> None:
    table = set(re.findall(r"`([A-Z_]+)`", MANUAL.partition("## Settings")[2]))
    names = set(re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "registry.env").read_text(), re.MULTILINE))
    assert len(names) > 8
    assert names <= table


def folders_of_the_settings() -> set[str]:
    """Return the folders of this machine that the settings of `registry.env` name, those of its comments too."""
    lines = re.findall(r"^#?[A-Z_]+=(?:sqlite:///)?(/\S+)$", (DEPLOY / "registry.env").read_text(), re.MULTILINE)
    return {path if "." not in Path(path).name else str(Path(path).parent) for path in lines}


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.endswith(".service")])
def test_a_unit_may_write_every_folder_that_it_needs_and_the_manual_makes(unit: str) -> None:
    text = (DEPLOY / unit).read_text()
    writable = {path for line in re.findall(r"^ReadWritePaths=(.+)$", text, re.MULTILINE) for path in line.split()}
    wanted = folders_of_the_settings() | set(re.findall(r"(/srv/registry/backups)\b", text))
    assert {"/srv/registry/var/files", "/srv/registry/var", "/srv/registry/ledger"} <= wanted
    assert {path for path in wanted if not any(Path(path).is_relative_to(there) for there in writable)} == set()
    made = re.search(r"^install -d -o registry .* /srv/registry/\{(.+)\}$", MANUAL, re.MULTILINE)
    assert made
    assert writable <= {f"/srv/registry/{name}" for name in made[1].split(",")}


def blocks() -> list[str]:
    """Return the commands of the manual, a text for each block."""
    return MANUAL.split("```")[1::2]


@pytest.mark.django_db(transaction=True)
def test_the_manual_asks_for_health_in_a_way_that_is_answered(live_server: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["registry.example"]  # as production has it
    address = live_server.url.removeprefix("http://")
    asked = [line for block in blocks() for line in block.splitlines() if "curl -" in line]
    assert len(asked) == 2
    for line in asked:
        command = line.strip().replace("127.0.0.1:8001", address).replace("127.0.0.1:$port", address)
        command = command.replace("until", "for once in 1; do").replace("; do sleep 1; done", " || exit 1; done")
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, '"database": "ok"' in done.stdout) == (0, True), line


def test_the_manual_gives_no_command_as_root_that_leaves_files_behind() -> None:
    lines = [line for block in blocks() for line in block.splitlines()]
    given = [line for line in lines if re.match(r"(\S*/)?registry-manage ", line.strip())]
    assert len(given) > 12
    assert [line for line in lines if "manage.py" in line or "/etc/registry.env;" in line or "sudo" in line] == []
    makes = next(block for block in blocks() if "install -d" in block and "docs/deploy/registry.env" in block)
    assert "install -m 755 docs/deploy/registry-manage /usr/local/sbin/" in makes
    assert makes.index("chown -R registry: /srv/registry\n") > makes.index("venv .venv")


def test_the_manual_starts_no_worker_where_there_is_none() -> None:
    lines = [line for block in blocks() for line in block.splitlines() if line.startswith("systemctl")]
    named = [line for line in lines if "registry-worker" in line]
    assert len(named) == 4
    for line in named:
        assert re.search(r"registry-worker +# TASKS=database; registry-celery with TASKS=celery$", line), line
    units = {unit.partition(".")[0] for unit in UNITS}
    for line in lines:
        for name in re.findall(r"registry-[a-z]+@?", line.partition("#")[0]):
            assert name in units, line


def test_a_command_runs_as_the_user_with_the_settings_of_the_file_alone(tmp_path: Path) -> None:
    (tmp_path / "setpriv").write_text('#!/bin/sh\necho "$@"\nenv\npwd\numask\n')
    (tmp_path / "setpriv").chmod(0o755)
    (tmp_path / "registry.env").write_text(
        "# settings\nSITE_URL=https://registry.example\nSTORAGE_URL='s3://a:b@c/d?e=f&g=h'\n"
    )
    text = (DEPLOY / "registry-manage").read_text()
    for old, new in {
        "/etc/registry.env\nHOME": f"{tmp_path}/registry.env\nHOME",
        "/srv/registry/current}": f"{tmp_path}}}",
        "PATH=/usr/sbin": f"PATH={tmp_path}:/usr/sbin",
    }.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    (tmp_path / "registry-manage").write_text(text)
    (tmp_path / "registry-manage").chmod(0o755)
    done = subprocess.run(
        [tmp_path / "registry-manage", "DATABASE_URL=sqlite:////drill file", "restore", "-v", "2", "A=b c.zip"],
        capture_output=True,
        text=True,
        env={"SITE_URL": "https://stale.example", "REDIS_URL": "redis://stale.example"},
        check=True,
    )
    said = done.stdout.splitlines()
    command = ".venv/bin/python manage.py restore -v 2 A=b c.zip"
    assert said[0] == f"--reuid registry --regid registry --init-groups {command}"
    assert said[-2:] == [str(tmp_path), "0077"]
    assert {
        "SITE_URL=https://registry.example",
        "STORAGE_URL=s3://a:b@c/d?e=f&g=h",
        "DATABASE_URL=sqlite:////drill file",
        "DEBUG=false",
        "HOME=/srv/registry",
    } <= {*said}
    assert "stale" not in done.stdout


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_proxy_asks_with_a_host_that_is_answered(name: str) -> None:
    text = (DEPLOY / name).read_text()
    assert {"Caddyfile": "Host registry.example", "nginx.conf": "proxy_set_header Host $host;"}[name] in text


def test_every_file_is_named_in_the_manual() -> None:
    names = {path.name.partition(".")[0].partition("@")[0] for path in DEPLOY.iterdir()}
    assert {name for name in names if name not in MANUAL} == set()


def copies(folder: Path) -> list[str]:
    """Copy the units with programs that are there, and return their paths."""
    for name in UNITS:
        text = (DEPLOY / name).read_text().replace("/srv/registry/current/.venv/bin/", "/bin/")
        text = re.sub(r"^ExecStart=/bin/(gunicorn|python|celery)", "ExecStart=/bin/true", text, flags=re.MULTILINE)
        (folder / name.replace("@", "@8001")).write_text(text)
    return [str(path) for path in sorted(folder.iterdir())]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    asked = ["systemd-analyze", "verify", *copies(tmp_path)]
    found = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=False)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_calls_each_unit_well_shut_off(tmp_path: Path) -> None:
    for path in copies(tmp_path):
        if path.endswith(".service"):
            asked = ["systemd-analyze", "security", "--offline=yes", "--threshold=25", "--no-pager", path]
            found = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
            assert found.returncode == 0, found.stdout.splitlines()[-1]


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.endswith(".service") and "backup" not in unit])
def test_a_service_comes_back_after_a_long_outage_and_ends_in_its_own_order(unit: str) -> None:
    lines = (DEPLOY / unit).read_text().splitlines()
    (pause,) = [int(line.partition("=")[2]) for line in lines if line.startswith("RestartSec=")]
    assert "Restart=always" in lines
    assert pause * 5 > 10, "five starts within ten seconds, and systemd gives up for good"
    # Else the child that sets documents is ended together with its parent, which would have finished the one at hand.
    assert "KillMode=mixed" in lines
