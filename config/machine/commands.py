"""The subcommands of `run.py`."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType

from config.machine import postgres, serving, suite, tools, virtualenv
from config.machine.place import PYTHON, ROOT, Stop, logged, say


def parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    found = argparse.ArgumentParser(prog="run.py", description="Sets the registry up, starts it, tests it.")
    each = found.add_subparsers(dest="command", required=True, metavar="COMMAND")
    each.add_parser("demo", help="set up, load demonstration data, serve on http://localhost:${PORT:-8000}/")
    test = each.add_parser("test", help="set up and run the whole suite; further arguments go to pytest")
    test.add_argument("--thorough", action="store_true", help="the large numbers of the trust tests, in full")
    legs = (*suite.CHECKS, *suite.PYTESTS)
    test.add_argument("--only", default="", metavar="LEG[,LEG]", help=f"these legs only: {', '.join(legs)}")
    lint = each.add_parser("lint", help="ruff, djade and mypy")
    lint.add_argument("--fix", action="store_true", help="mend what can be mended")
    each.add_parser("bench", help="measure speed and scale; further arguments go to the benchmark")
    each.add_parser("serve", help="serve with production settings, with the scheduler")
    each.add_parser("doctor", help="say what is there, what is missing and how to get it")
    lock = each.add_parser("lock", help="write the lock files anew from pyproject.toml")
    lock.add_argument("--keep", action="store_true", help="keep the versions that are locked; add what is new")
    return found


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line; return the exit code."""
    reader = parser()
    given, rest = reader.parse_known_args(arguments)
    if rest and given.command not in {"test", "bench"}:
        reader.error(f"unknown: {' '.join(rest)}")
    try:
        with _ended_like_by_hand():
            return _carry_out(given, rest)
    except Stop as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader left (`run.py doctor | head`); Python would complain once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


@contextmanager
def _ended_like_by_hand() -> Iterator[None]:
    """Let a command that is told to end (SIGTERM) end like one that is interrupted: with all that it started."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _carry_out(given: argparse.Namespace, rest: list[str]) -> int:
    if given.command == "test":
        only = [name.strip() for name in given.only.split(",") if name.strip()]
        return suite.test(suite.Wish(only=only, is_thorough=given.thorough, arguments=rest))
    if given.command == "lint":
        return suite.lint(is_fixing=given.fix)
    if given.command == "bench":
        return bench(rest)
    if given.command == "lock":
        return lock(is_keeping=given.keep)
    plain = {"demo": serving.demo, "serve": serving.serve, "doctor": doctor}
    return plain[given.command]()


def bench(arguments: Sequence[str]) -> int:
    """Run `benchmarks/` with a throw-away PostgreSQL server, whose address stands in TEST_POSTGRES_URL."""
    if not (ROOT / "benchmarks" / "__main__.py").exists():
        raise Stop("There is no benchmark in benchmarks/.")
    tools.get([tools.PANGO, *([] if os.environ.get("TEST_POSTGRES_URL") else [tools.POSTGRES])])
    virtualenv.ensure("dev")
    with ExitStack() as stack:
        env = dict(os.environ)
        if tools.POSTGRES.is_there() or "TEST_POSTGRES_URL" in env:
            env["TEST_POSTGRES_URL"] = stack.enter_context(postgres.server())
        return subprocess.run([PYTHON, "-m", "benchmarks", *arguments], cwd=ROOT, env=env, check=False).returncode


def doctor() -> int:
    """Say what is there and what is missing, with the command that gets it; 1 when something is missing."""
    is_whole = True
    say(f"  there    Python {sys.version.split()[0]}")
    for kind, purpose in (("base", "to serve"), ("dev", "to test")):
        is_there = virtualenv.is_ready(kind)
        say(f"  {'there  ' if is_there else 'missing'}  Python packages {purpose}")
        if not is_there:
            is_whole = False
            say(f"             python3 run.py {'demo' if kind == 'base' else 'test'} installs them")
    for tool in tools.ALL:
        is_there = tool.is_there()
        say(f"  {'there  ' if is_there else 'missing'}  {tool.name}, for {tool.purpose}")
        if not is_there:
            is_whole = False
            for system, command in tool.commands().items():
                say(f"             {system}: {command}")
    return 0 if is_whole else 1


def lock(*, is_keeping: bool = False) -> int:
    """Write requirements.txt and requirements-dev.txt from pyproject.toml, with hashes for every platform.

    All in their newest versions, unless `is_keeping`.
    """
    virtualenv.ensure("dev")
    if subprocess.run([PYTHON, "-m", "uv", "--version"], capture_output=True, check=False).returncode:
        logged([PYTHON, "-m", "pip", "install", "--quiet", "uv"], "setup.log")
    compile_ = [PYTHON, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
    # The lock names no index: whoever installs uses their own.
    quiet = ["--no-emit-index-url", "--custom-compile-command", "python3 run.py lock"]
    base, dev = str(virtualenv.LOCKS["base"]), str(virtualenv.LOCKS["dev"])
    upgrade = [] if is_keeping else ["--upgrade"]
    logged([*compile_, *quiet, *upgrade, "pyproject.toml", "-o", base], "setup.log")
    logged([*compile_, *quiet, *upgrade, "-c", base, "--group", "dev", "pyproject.toml", "-o", dev], "setup.log")
    say("Written: requirements.txt, requirements-dev.txt")
    return 0
