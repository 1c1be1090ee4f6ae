"""The script that sets up, starts and tests: its command line, the machine, the lock and what it serves."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import textwrap
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from community.demo_accounts import DEMO_ACCOUNTS
from config.machine import accounts, commands, natives, place, postgres, serving, suite, tools, virtualenv
from tests.making_legs import NOTHING

pytestmark = pytest.mark.usefixtures("logs_apart")
MACHINE = sorted((place.ROOT / "config" / "machine").glob("*.py"))


def test_a_developers_settings_do_not_reach_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/production")
    monkeypatch.setenv("LEAD_ROLES", "AP")
    leg = suite.pytest_legs(suite.Wish(), None)[-1]
    assert not set(leg.env) & set(place.SETTINGS)


def test_the_list_of_settings_is_what_the_settings_read() -> None:
    source = (place.ROOT / "config" / "settings.py").read_text()
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    read = {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    assert read == set(place.SETTINGS)


@pytest.mark.parametrize(
    ("line", "command", "rest"),
    [
        (["test", "--thorough", "tests/config", "-k", "a or b"], "test", ["tests/config", "-k", "a or b"]),
        (["test", "--only", "lint,types"], "test", []),
        (["bench", "--clusters", "100"], "bench", ["--clusters", "100"]),
        (["demo"], "demo", []),
    ],
)
def test_the_command_line_is_read(line: list[str], command: str, rest: list[str]) -> None:
    given, found = commands.parser().parse_known_args(line)
    assert (given.command, found) == (command, rest)


def test_an_unknown_argument_is_refused_where_nobody_would_take_it() -> None:
    with pytest.raises(SystemExit):
        commands.run(["demo", "--fast"])


# -- the machine -----------------------------------------------------------------------------------


def test_the_script_and_its_parts_import_nothing_but_the_standard_library() -> None:
    for file in [place.ROOT / "run.py", *MACHINE]:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names or name.startswith("config.machine"), (file, name)


def test_the_script_is_read_by_old_pythons_too() -> None:
    ast.parse((place.ROOT / "run.py").read_text(), feature_version=(3, 5))


def test_an_old_python_gets_a_sentence() -> None:
    code = textwrap.dedent(f"""
        import sys, runpy
        sys.version_info = (3, 9, 2, "final", 0)
        runpy.run_path({str(place.ROOT / "run.py")!r}, run_name="__main__")
    """)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("The registry needs Python 3.11 or newer, and this is Python 3.9. ")


def test_a_library_that_cannot_be_loaded_is_missing() -> None:
    absent = natives.Library("nothing", "libnothing.so.9", "libnothing.9.dylib", "libnothing9")
    assert natives.missing([absent]) == [absent]


def test_a_library_that_can_be_loaded_is_there() -> None:
    libc = natives.Library("c", "libc.so.6", "libSystem.dylib", "libc6")
    assert natives.missing([libc]) == []


@pytest.mark.parametrize("tool", tools.ALL, ids=lambda tool: tool.name)
def test_every_tool_names_a_command_for_each_system(tool: tools.Tool) -> None:
    assert list(tool.commands()) == ["Debian, Ubuntu", "Fedora", "macOS"]
    assert all(command.split()[0] in {"sudo", "brew"} for command in tool.commands().values())


def test_what_is_missing_and_cannot_be_installed_is_said_loudly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tools, "can_install", lambda: False)
    assert tools.get([NOTHING]) == [NOTHING]
    shown = capsys.readouterr().out
    assert "!! Nothing is missing (nothing); it goes on without" in shown
    assert "!!   Debian, Ubuntu: sudo apt-get install -y no-such-package" in shown


def test_the_newest_postgresql_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for version in ("9", "15", "13"):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        (folder / "initdb").touch()
        (folder / "postgres").touch()
    monkeypatch.setattr(tools, "POSTGRES_FOLDERS", (f"{tmp_path}/*/bin",))
    assert tools.postgres_folder() == tmp_path / "15" / "bin"


def test_a_server_that_is_given_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_POSTGRES_URL", "postgres://given@elsewhere/x")
    with postgres.server() as url:
        assert url == "postgres://given@elsewhere/x"


# -- the lock --------------------------------------------------------------------------------------


def locked(file: Path) -> dict[str, Version]:
    """Return the versions in a lock file."""
    return {
        match["name"]: Version(match["version"])
        for match in re.finditer(
            r"^(?P<name>[\w.-]+)(?:\[.*?\])?==(?P<version>[^ ;\\]+)", file.read_text(), re.MULTILINE
        )
    }


def wanted(*, is_dev: bool) -> list[Requirement]:
    """Return the requirements of pyproject.toml."""
    listed = tomllib.loads((place.ROOT / "pyproject.toml").read_text())
    return [
        Requirement(line)
        for line in listed["project"]["dependencies"] + (listed["dependency-groups"]["dev"] if is_dev else [])
    ]


@pytest.mark.parametrize(("kind", "is_dev"), [("base", False), ("dev", True)])
def test_the_lock_holds_what_the_project_asks_for(kind: str, is_dev: bool) -> None:
    found = locked(virtualenv.LOCKS[kind])
    for requirement in wanted(is_dev=is_dev):
        assert requirement.specifier.contains(found[requirement.name.lower()]), requirement


def test_the_developers_lock_holds_the_same_versions_as_the_base() -> None:
    base, dev = locked(virtualenv.LOCKS["base"]), locked(virtualenv.LOCKS["dev"])
    assert {name: dev[name] for name in base} == base


@pytest.mark.parametrize("kind", ["base", "dev"])
def test_every_locked_package_has_hashes_and_no_index_is_named(kind: str) -> None:
    text = virtualenv.LOCKS[kind].read_text()
    for entry in re.split(r"\n(?=[a-zA-Z0-9])", text.split("\n", 2)[2]):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert not re.search(r"https?://|--index-url|--find-links", text)


def test_a_linked_environment_is_left_alone_and_an_own_one_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / ".venv"
    (theirs / "bin").mkdir(parents=True)
    (theirs / "bin" / "python").touch()
    ours.symlink_to(theirs)
    made: list[list[str]] = []
    monkeypatch.setattr(virtualenv, "VENV", ours)
    monkeypatch.setattr(virtualenv, "PYTHON", str(ours / "bin" / "python"))
    monkeypatch.setattr(virtualenv, "logged", lambda command, log: made.append(command))
    virtualenv._make()
    assert (ours.is_symlink(), (theirs / "bin" / "python").exists()) == (False, True)
    assert [command[1:] for command in made] == [["-m", "venv", "--clear", str(ours)]]


# -- demo ------------------------------------------------------------------------------------------


def test_the_printed_accounts_are_the_demos() -> None:
    assert sorted(address for address, _, _ in accounts.ACCOUNTS) == sorted(a.address for a in DEMO_ACCOUNTS)


@pytest.mark.parametrize("value", ["eighty", "0", "70000", "-1"])
def test_a_wrong_port_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(place.Stop, match=f"PORT='{value}': must be a whole number"):
        serving.port()


def test_a_taken_port_is_said_before_anything_is_started() -> None:
    with listening() as taken, pytest.raises(place.Stop, match="cannot be used"):
        serving._check_free(taken)


@contextmanager
def listening() -> Iterator[int]:
    """Give a port of this machine on which somebody listens."""
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_processes_end_together(tmp_path: Path) -> None:
    with serving.Company(dict(os.environ), tmp_path) as company:
        company.start("web", [sys.executable, "-c", "import time; time.sleep(60)"])
        company.start("scheduler", [sys.executable, "-c", "raise SystemExit(3)"])
        assert company.watch() == 1
    assert all(process.poll() is not None for process in company.members.values())


def test_a_process_that_dies_at_its_start_is_shown_with_its_words(tmp_path: Path) -> None:
    with serving.Company(dict(os.environ), tmp_path) as company:
        company.start("web", [sys.executable, "-c", "raise SystemExit('SECRET_KEY is not set')"])
        with pytest.raises(place.Stop, match=r"(?s)The web process ended .*SECRET_KEY is not set"):
            company.wait_for("http://127.0.0.1:9/")


def test_a_suite_that_is_told_to_end_ends_all_that_it_started(tmp_path: Path) -> None:
    code = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(120)"
    script = f"""
        import sys
        from dataclasses import replace
        from pathlib import Path
        from config.machine import commands, legs, suite
        from tests.making_legs import a_leg
        legs.LOGS = Path({str(tmp_path)!r})
        def long(name):
            return replace(a_leg(""), name=name, commands=[[sys.executable, "-c", {code!r}, str(legs.LOGS / name)]])
        found = [long(name) for name in ("sqlite", "browser", "lint")]
        suite.test = lambda wish: len(suite._in_lanes(found))
        sys.exit(commands.run(["test"]))
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    process = subprocess.Popen(command, cwd=place.ROOT, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not all((tmp_path / name).exists() for name in ("sqlite", "browser")):
        assert time.monotonic() < until, "the legs did not start"
        time.sleep(0.02)
    process.terminate()
    assert process.wait(60) == 130
    assert not (tmp_path / "lint").exists(), "the next leg was begun"
