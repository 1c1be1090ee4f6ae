"""The legs of the suite: what each runs, how it ends, and what is said at the end."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from config.machine import legs, place, suite
from config.machine.legs import Leg, Outcome
from tests.making_legs import NOTHING, a_leg

pytestmark = pytest.mark.usefixtures("logs_apart")


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
