"""The legs of the suite: commands that run on their own, with what became of each."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from config.machine.place import LOGS, ROOT
from config.machine.tools import Tool

TIMED_OUT = -1000
NO_TESTS = 5  # pytest's exit code
PASSED, FAILED, DID_NOT_RUN = "passed", "FAILED", "DID NOT RUN"

CLOSING = re.compile(r"^(?:=+ )?(?:\d+ [a-z]+(?:, \d+ [a-z]+)*|no tests ran) in [\d.]+s(?: \([^)]*\))?(?: =+)?$")
COUNT = re.compile(r"(\d+) (passed|failed|skipped|deselected|xfailed|xpassed|warnings?|errors?)")
# pytest's own order, and the words as it writes them for one and for more.
WORDS = (
    ("failed", "failed"),
    ("passed", "passed"),
    ("skipped", "skipped"),
    ("xfailed", "xfailed"),
    ("xpassed", "xpassed"),
    ("warning", "warnings"),
    ("error", "errors"),
)


_running: set[subprocess.Popen[str]] = set()


@dataclass(frozen=True)
class Leg:
    """A part of the suite that passes or fails by itself.

    `needs` are tools without which it cannot run; `wants` those without which it runs,
    with less shown, which in CI is a failure too; `likes` those that are only named when
    they are missing, as they are too large to be asked of everybody. `is_pytest` legs are
    counted.
    """

    name: str
    title: str
    commands: Sequence[Sequence[str]]
    env: Mapping[str, str]
    needs: Sequence[Tool] = ()
    wants: Sequence[Tool] = ()
    likes: Sequence[Tool] = ()
    is_pytest: bool = False
    seconds: int = 2400


@dataclass
class Outcome:
    """What became of a leg; `is_partial`: a tool that it wants was missing."""

    leg: Leg
    state: str
    seconds: float = 0.0
    note: str = ""
    is_partial: bool = False
    counts: Counter[str] = field(default_factory=Counter)


def counts_of(line: str) -> Counter[str] | None:
    """Return the counts in pytest's closing line, by the word for one; None when it is no closing line."""
    if not CLOSING.match(line.strip()):
        return None
    found: Counter[str] = Counter()
    for number, word in COUNT.findall(line):
        found[word.removesuffix("s") if word in {"errors", "warnings"} else word] += int(number)
    return found


def closing_line(counts: Counter[str], seconds: float, width: int = 100) -> str:
    """Return a line such as pytest closes with, over all its runs."""
    parts = [f"{counts[one]} {one if counts[one] == 1 else more}" for one, more in WORDS if counts[one]]
    return f" {', '.join(parts) or 'no tests ran'} in {seconds:.2f}s ".center(width, "=")


def run(leg: Leg, echo: Callable[[str], None] | None = None) -> Outcome:
    """Run the leg's commands, all of them; the output goes to `var/log/leg-<name>.log` and to `echo`.

    pytest's closing line is counted and not echoed, so that the caller can print it last.
    """
    missing = [tool for tool in leg.needs if not tool.is_there()]
    if missing:
        return Outcome(leg, DID_NOT_RUN, note=f"{_names(missing)} missing: {_ways(missing)}")
    LOGS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    outcome = Outcome(leg, PASSED)
    with log_of(leg).open("w") as log:
        for command in leg.commands:
            left = leg.seconds - (time.monotonic() - began)
            code = _run_one(leg, command, left, _Reader(leg, log, echo, outcome.counts))
            if code and outcome.state == PASSED:
                outcome.state, outcome.note = FAILED, _reason(leg, code)
    lacking = [tool for tool in leg.wants if not tool.is_there()]
    outcome.is_partial = bool(lacking)
    named = [*lacking, *(tool for tool in leg.likes if not tool.is_there())]
    if named and not outcome.note:
        outcome.note = f"without {_names(named)}: {_ways(named)}"
    outcome.seconds = time.monotonic() - began
    return outcome


def is_bad(outcome: Outcome, *, is_ci: bool) -> bool:
    """Say whether the outcome fails the suite: a failure does, and in CI whatever was left out."""
    is_left_out = outcome.state == DID_NOT_RUN or outcome.is_partial
    return outcome.state == FAILED or (is_ci and is_left_out)


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the lines that sum up the legs."""
    width = max(len(outcome.leg.name) for outcome in outcomes)
    lines = []
    for outcome in outcomes:
        took = f"{outcome.seconds:6.1f} s" if outcome.seconds else " " * 8
        counts = ", ".join(f"{outcome.counts[one]} {one}" for one, _ in WORDS if outcome.counts[one])
        what = "  ".join(filter(None, (outcome.leg.title, counts, outcome.note)))
        lines.append(f"  {outcome.leg.name:<{width}}  {outcome.state:<11}  {took}  {what}")
    return lines


def log_of(leg: Leg) -> Path:
    """Return the file that keeps the leg's output."""
    return LOGS / f"leg-{leg.name}.log"


def end_all() -> None:
    """End every command that a leg has running; for an interrupted suite."""
    for process in list(_running):
        _end(process)


def _names(tools: Iterable[Tool]) -> str:
    return " and ".join(tool.name for tool in tools)


def _ways(tools: Iterable[Tool]) -> str:
    return "; ".join(next(iter(tool.commands().values())) for tool in tools)


def _reason(leg: Leg, code: int) -> str:
    if code == TIMED_OUT:
        return f"took longer than {leg.seconds} s"
    if leg.is_pytest and code == NO_TESTS:
        return "found no tests"
    return f"exit {code}, see {log_of(leg).relative_to(ROOT)}"


@dataclass
class _Reader:
    """Takes the lines of a command: all to the log, all but pytest's closing line to `echo`."""

    leg: Leg
    log: TextIO
    echo: Callable[[str], None] | None
    counts: Counter[str]

    def take(self, line: str) -> None:
        self.log.write(line)
        self.log.flush()
        found = counts_of(line) if self.leg.is_pytest else None
        if found is not None:
            self.counts.update(found)
        elif self.echo:
            self.echo(line.rstrip("\n"))


def _run_one(leg: Leg, command: Sequence[str], seconds: float, reader: _Reader) -> int:
    """Run one command to its end, or for `seconds`; return its exit code or TIMED_OUT."""
    reader.log.write(f"$ {' '.join(command)}\n")
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=leg.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=0,
    )
    _running.add(process)
    late = threading.Event()

    def end_late() -> None:
        late.set()
        _end(process)

    timer = threading.Timer(max(seconds, 1), end_late)
    timer.start()
    try:
        for line in process.stdout or ():
            reader.take(line)
        code = process.wait()
        return TIMED_OUT if late.is_set() else code
    finally:
        timer.cancel()
        _end(process)
        process.communicate()
        _running.discard(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End a command and all that it started; nothing when it ended by itself."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
