"""The script that sets up, starts and tests: its pure parts, and commands of its own making."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from community.demo_accounts import DEMO_ACCOUNTS
from config.machine import accounts, commands, legs, natives, place, postgres, serving, suite, tools, virtualenv
from config.machine.legs import Leg, Outcome

NOTHING = tools.Tool("Nothing", "nothing", lambda: False, ("no-such-package",), "dnf nothing", "brew nothing")
MACHINE = sorted((place.ROOT / "config" / "machine").glob("*.py"))


def a_leg(code: str, **more: object) -> Leg:
    """Return a leg that runs a line of Python."""
    return Leg("tried", "a try", [[sys.executable, "-c", code]], dict(os.environ), **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _logs_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in (legs, place, serving):
        monkeypatch.setattr(module, "LOGS", tmp_path)
    monkeypatch.setattr(legs, "ROOT", tmp_path)


# -- closing lines ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("=========== 5 passed in 0.12s ===========", {"passed": 5}),
        ("=== 1 failed, 5 passed, 2 skipped, 3 warnings, 1 error in 12.00s ===", None),
        ("= 2 failed, 610 passed, 1 warning, 2 errors in 312.40s (0:05:12) =", None),
        ("12 passed, 3 deselected in 1.02s", {"passed": 12, "deselected": 3}),
        ("============ no tests ran in 0.01s ============", {}),
    ],
)
def test_pytests_closing_line_is_counted(line: str, counts: dict[str, int] | None) -> None:
    found = legs.counts_of(line)
    assert found is not None
    if counts is not None:
        assert found == counts
    assert sum(found.values()) == sum(int(number) for number in re.findall(r"(\d+) [a-z]", line))


@pytest.mark.parametrize("line", ["tests/test_run.py ....", "5 passed the door in 1s of time", "=== FAILURES ===", ""])
def test_other_lines_are_not_taken_for_it(line: str) -> None:
    assert legs.counts_of(line) is None


def test_the_closing_line_over_all_runs_reads_like_pytests() -> None:
    line = legs.closing_line(Counter(passed=610, failed=1, error=2, warning=1), 312.4)
    assert line.strip("= ") == "1 failed, 610 passed, 1 warning, 2 errors in 312.40s"
    assert legs.counts_of(line) == Counter(passed=610, failed=1, error=2, warning=1)


def test_no_test_at_all_reads_like_pytests() -> None:
    assert legs.closing_line(Counter(), 1).strip("= ") == "no tests ran in 1.00s"


# -- legs ------------------------------------------------------------------------------------------


def test_a_leg_passes_with_its_last_command() -> None:
    outcome = legs.run(a_leg("print('done')"))
    assert (outcome.state, outcome.note) == ("passed", "")
    assert "done" in legs.log_of(outcome.leg).read_text()


def test_a_leg_fails_with_its_first_failing_command_and_runs_the_others(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    second = [sys.executable, "-c", f"open({str(mark)!r}, 'w').close()"]
    leg = Leg("tried", "a try", [[sys.executable, "-c", "raise SystemExit(4)"], second], dict(os.environ))
    outcome = legs.run(leg)
    assert (outcome.state, outcome.note) == ("FAILED", "exit 4, see leg-tried.log")
    assert mark.exists()


def test_a_leg_that_hangs_is_ended_with_all_that_it_started() -> None:
    code = """
        import subprocess, sys, time
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        time.sleep(60)
    """
    outcome = legs.run(a_leg(textwrap.dedent(code), seconds=1))
    assert (outcome.state, outcome.note) == ("FAILED", "took longer than 1 s")
    assert outcome.seconds < 20


def test_a_leg_without_its_tool_says_by_name_what_to_do() -> None:
    outcome = legs.run(a_leg("raise SystemExit(1)", needs=[NOTHING]))
    assert outcome.state == "DID NOT RUN"
    assert outcome.note == "Nothing missing: sudo apt-get install -y no-such-package"


def test_a_leg_that_shows_less_without_a_tool_says_so() -> None:
    outcome = legs.run(a_leg("pass", wants=[NOTHING]))
    assert (outcome.state, outcome.is_partial) == ("passed", True)
    assert outcome.note == "without Nothing: sudo apt-get install -y no-such-package"


def test_pytests_closing_line_is_kept_for_the_end() -> None:
    shown: list[str] = []
    outcome = legs.run(
        a_leg("print('..F'); print('=== 1 failed, 2 passed in 0.10s ===')", is_pytest=True), shown.append
    )
    assert shown == ["..F"]
    assert outcome.counts == Counter(failed=1, passed=2)


def test_a_leg_that_finds_no_tests_fails() -> None:
    outcome = legs.run(a_leg("raise SystemExit(5)", is_pytest=True))
    assert (outcome.state, outcome.note) == ("FAILED", "found no tests")


@pytest.mark.parametrize(
    ("state", "is_partial", "is_bad", "is_bad_in_ci"),
    [
        ("passed", False, False, False),
        ("FAILED", False, True, True),
        ("DID NOT RUN", False, False, True),
        ("passed", True, False, True),
    ],
)
def test_a_missing_leg_fails_the_suite_in_ci_only(
    state: str, is_partial: bool, is_bad: bool, is_bad_in_ci: bool
) -> None:
    outcome = Outcome(a_leg("pass"), state, is_partial=is_partial)
    assert legs.is_bad(outcome, is_ci=False) is is_bad
    assert legs.is_bad(outcome, is_ci=True) is is_bad_in_ci


def test_the_suite_ends_with_the_closing_line_and_names_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    passed = Outcome(a_leg("pass", is_pytest=True), "passed", 1.5, counts=Counter(passed=3))
    failed = Outcome(Leg("types", "mypy", [], {}), "FAILED", 2.5, note="exit 1, see var/log/leg-types.log")
    skipped = Outcome(
        Leg("browser", "Chromium", [], {}, is_pytest=True), "DID NOT RUN", note="Chromium missing: get it"
    )
    assert suite._sum_up([failed, skipped, passed], 4.0) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].strip("= ") == "3 passed in 4.00s"
    assert lines[-2] == "The suite FAILED: types" + (", browser" if place.is_ci() else "")
    assert "!!   browser: Chromium missing: get it" in lines
    assert any(re.match(r"  types +FAILED +2.5 s  mypy  exit 1", line) for line in lines)


# -- which legs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        (suite.Wish(), [*suite.CHECKS, *suite.PYTESTS]),
        (suite.Wish(arguments=["tests/config"]), ["sqlite"]),
        (suite.Wish(only=["types", "postgres"]), ["types", "postgres"]),
        (suite.Wish(only=["browser"], arguments=["-k", "sign"]), ["browser"]),
    ],
)
def test_what_is_asked_for_is_run(wish: suite.Wish, wanted: list[str]) -> None:
    assert [name for name in (*suite.CHECKS, *suite.PYTESTS) if suite.is_wanted(name, wish)] == wanted


def test_every_test_belongs_to_a_leg_and_the_largest_comes_last() -> None:
    found = {leg.name: leg.commands[0] for leg in suite.pytest_legs(suite.Wish(), "postgres://x@127.0.0.1:1/x")}
    marks = {name: command[command.index("-m", 3) + 1] for name, command in found.items()}
    assert marks == {
        "postgres": "postgres or both",
        "browser": "browser and not slow",
        "pdf": "pdf and not slow",
        "sqlite": "not postgres and not browser and not pdf and not slow",
    }
    assert [name for name, command in found.items() if command[0] == "nice"] == ["sqlite"]
    thorough = {leg.name: leg.commands[0] for leg in suite.pytest_legs(suite.Wish(is_thorough=True), None)}
    assert "not postgres and not browser and not pdf" in thorough["sqlite"]
    assert "postgres or both or wide" in thorough["postgres"]


def test_every_leg_but_the_large_one_is_in_one_lane() -> None:
    found = [*suite.check_legs(), *suite.pytest_legs(suite.Wish(), None)]
    lanes = [[leg.name for leg in lane] for lane in suite.lanes_of(found)]
    assert lanes[0] == ["postgres"]
    assert lanes[1][0] == "browser"
    assert sorted(["sqlite", *lanes[0], *lanes[1]]) == sorted(leg.name for leg in found)


def test_the_large_leg_runs_beside_the_others() -> None:
    here, there = place.LOGS / "here", place.LOGS / "there"
    meet = """
        import pathlib, sys, time
        pathlib.Path(sys.argv[1]).touch()
        until = time.monotonic() + 30
        while not pathlib.Path(sys.argv[2]).exists():
            assert time.monotonic() < until, "the other leg did not come"
            time.sleep(0.01)
    """
    found = []
    for name, own, other in (("postgres", here, there), ("sqlite", there, here)):
        leg = a_leg("")
        found.append(
            replace(leg, name=name, commands=[[sys.executable, "-c", textwrap.dedent(meet), str(own), str(other)]])
        )
    assert [(outcome.leg.name, outcome.state) for outcome in suite._in_lanes(found)] == [
        ("postgres", "passed"),
        ("sqlite", "passed"),
    ]


def test_the_long_run_tells_the_tests_and_pytest_gets_its_arguments() -> None:
    wish = suite.Wish(is_thorough=True, arguments=["-k", "races"])
    leg = suite.pytest_legs(wish, None)[-1]
    assert leg.env["THOROUGH"] == "1"
    assert list(leg.commands[0][-2:]) == ["-k", "races"]


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
