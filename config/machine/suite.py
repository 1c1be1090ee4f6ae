"""`run.py test` and `run.py lint`: the legs of the suite, and the order they go in."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from config.machine import legs, postgres, tools, virtualenv
from config.machine.legs import Leg, Outcome
from config.machine.place import MANAGE, PYTHON, ROOT, VENV, Stop, is_ci, loud, say, without_settings

PYTEST = (PYTHON, "-m", "pytest")
CHECKS = ("lint", "types", "migrations", "deploy", "messages")
PYTESTS = ("postgres", "browser", "pdf", "sqlite")
BROWSER = [tools.CHROMIUM, tools.LIBATOMIC]
#: Goes before a command that takes what the others leave of the cores: they wait for pages, locks and answers.
PATIENT = tuple(filter(shutil.which, ("nice",)))
# A leg that takes longer hangs. The everyday suite ends within twelve minutes in all, on two idle cores.
THOROUGH_SECONDS = 7200
#: Ends what hangs; a slow machine takes three times as long as a fast one and is not cut off.
DAILY_SECONDS = 2400


@dataclass(frozen=True)
class Wish:
    """What was asked for: legs by name (empty: all), the large numbers, pytest's arguments."""

    only: Sequence[str] = ()
    is_thorough: bool = False
    arguments: Sequence[str] = ()


def production() -> dict[str, str]:
    """Return settings such as a production site has, for the checks only."""
    return {
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": "https://registry.example",
        "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
        "DATABASE_URL": "sqlite://:memory:",
    }


def check_legs(*, is_fixing: bool = False) -> list[Leg]:
    """Return the legs that run no test of ours."""
    env = without_settings({})
    ruff = [PYTHON, "-m", "ruff"]
    templates = sorted(map(str, (ROOT / "templates").rglob("*.html")))
    djade = [str(VENV / "bin" / "djade"), "--target-version", "5.2", *([] if is_fixing else ["--check"]), *templates]
    catalogues = sorted(map(str, (ROOT / "locale").glob("*/LC_MESSAGES/*.po")))
    lint = [
        [*ruff, "check", *(["--fix"] if is_fixing else []), "."],
        [*ruff, "format", *([] if is_fixing else ["--check"]), "."],
        *([djade] if templates else []),
    ]
    found = [
        Leg("lint", "ruff, djade", lint, env),
        Leg("types", "mypy --strict", [[PYTHON, "-m", "mypy"]], env),
        Leg("migrations", "makemigrations --check", [[*MANAGE, "makemigrations", "--check", "--dry-run"]], env),
        Leg(
            "deploy",
            "check --deploy, production settings",
            [[*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]],
            without_settings(production()),
            wants=[tools.PANGO],
        ),
    ]
    if catalogues:
        check = [["msgfmt", "--check", "--output-file", os.devnull, file] for file in catalogues]
        found.append(Leg("messages", "translations", check, env, needs=[tools.GETTEXT]))
    return found


def pytest_legs(wish: Wish, postgres_url: str | None) -> list[Leg]:
    """Return the legs that run tests; the largest is the last."""
    # A hundred processes read the same modules, and pytest rewrites its own: compiled once, whatever the machine says.
    shared = {"THOROUGH": str(int(wish.is_thorough)), "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": ""}
    shared["SAMPLED"] = str(int(not (wish.is_thorough or wish.arguments)))
    if path := tools.chromium():
        shared["CHROMIUM"] = path
    limit = THOROUGH_SECONDS if wish.is_thorough else DAILY_SECONDS
    extra = list(wish.arguments)
    # Neighbours in a file share what was made for it: each process takes a half, and later some of the other's.
    spread = ("-n", str(min(os.cpu_count() or 2, 8)), "--dist", "worksteal")

    def leg(name: str, title: str, marks: str, env: dict[str, str], needs: Sequence[tools.Tool], *flags: str) -> Leg:
        command = [*(PATIENT if name == "sqlite" else ()), *PYTEST, "-m", marks, *flags, *extra]
        wants, likes = [tools.PANGO, tools.PDFTOTEXT], []
        if name == "postgres":
            wants, likes = [*wants, tools.REDIS], [tools.RABBITMQ]
        full = without_settings(shared | env)
        return Leg(name, title, [command], full, needs, wants, likes, is_pytest=True, seconds=limit)

    quick = "" if wish.is_thorough or wish.arguments else " and not slow"
    wide = " or wide" if wish.is_thorough else ""
    on_postgres = {"DATABASE_URL": postgres_url} if postgres_url else {}
    rest = f"not postgres and not browser and not pdf{quick}"
    # Of the tests for both databases each takes a half (`tests/conftest.py`), unless the large numbers are wanted.
    also = {"SHARED_WITH": "postgres"} if postgres_url and quick else {}
    on_postgres |= {"SHARED_WITH": "sqlite"} if postgres_url and quick else {}
    needs_server = [] if postgres_url else [tools.POSTGRES]
    return [
        leg("postgres", "tests on PostgreSQL", f"postgres or both{wide}", on_postgres, needs_server),
        leg("browser", "tests in Chromium", f"browser{quick}", {}, BROWSER),
        leg("pdf", "every document by veraPDF", f"pdf{quick}", {}, [tools.JAVA]),
        leg("sqlite", "all other tests, on SQLite", rest, also, [], *spread),
    ]


def test(wish: Wish) -> int:
    """Set everything up, run the legs that are wanted, sum up; return the exit code.

    Two lanes run side by side, quietly: PostgreSQL's tests, and the browser's with the
    checks. Both wait much of their time, for a page, a lock or the server: the large leg,
    with a process a core, runs beside them from the start, takes what they leave, and has
    all when they end; it is shown as it runs. pytest's closing line, over all its runs,
    is the last line.
    """
    began = time.monotonic()
    _prepare(wish)
    with ExitStack() as stack:
        stack.callback(legs.end_all)
        url = _postgres(stack, wish)
        wanted = [leg for leg in [*check_legs(), *pytest_legs(wish, url)] if is_wanted(leg.name, wish)]
        outcomes = _in_lanes(wanted)
    return _sum_up(outcomes, time.monotonic() - began)


def lint(*, is_fixing: bool) -> int:
    """Run (or mend, where that can be done) what reads the code only."""
    virtualenv.ensure("dev")
    outcomes = [legs.run(leg, say) for leg in check_legs(is_fixing=is_fixing) if leg.name in {"lint", "types"}]
    say("\nLegs")
    for line in legs.table(outcomes):
        say(line)
    return int(any(legs.is_bad(outcome, is_ci=is_ci()) for outcome in outcomes))


def is_wanted(name: str, wish: Wish) -> bool:
    """Say whether a leg belongs to what was asked for; arguments for pytest alone mean SQLite's tests."""
    if wish.only:
        return name in wish.only
    return name == "sqlite" if wish.arguments else True


def _prepare(wish: Wish) -> None:
    """Get programs and packages, both at once when apt and pip do not need each other."""
    by_leg = {
        "postgres": [tools.POSTGRES, tools.REDIS],
        "browser": BROWSER,
        "pdf": [tools.JAVA],
        "messages": [tools.GETTEXT],
    }
    needed = [tools.PANGO, tools.PDFTOTEXT, *(t for name in by_leg if is_wanted(name, wish) for t in by_leg[name])]
    if os.environ.get("TEST_POSTGRES_URL"):
        needed = [tool for tool in needed if tool is not tools.POSTGRES]
    with ThreadPoolExecutor(1) as pool:
        packages = pool.submit(virtualenv.ensure, "dev")
        tools.get(needed)
        packages.result()


def _postgres(stack: ExitStack, wish: Wish) -> str | None:
    """Start the throw-away server when its leg is wanted; None when that cannot be done."""
    if not is_wanted("postgres", wish) or not (os.environ.get("TEST_POSTGRES_URL") or tools.POSTGRES.is_there()):
        return None
    try:
        return stack.enter_context(postgres.server())
    except Stop as reason:
        loud("The throw-away PostgreSQL server did not start", str(reason).splitlines())
        return None


def _in_lanes(wanted: Sequence[Leg]) -> list[Outcome]:
    """Run the legs in their lanes, the large one beside them; show what failed."""
    large = [leg for leg in wanted if leg.name == "sqlite"]
    stopped = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(_in_turn, lane, stopped) for lane in lanes_of(wanted) if lane]
        try:
            last = [_shown(leg) for leg in large]
            return [*(outcome for lane in running for outcome in lane.result()), *last]
        except BaseException:
            stopped.set()
            legs.end_all()
            raise


def lanes_of(wanted: Sequence[Leg]) -> list[list[Leg]]:
    """Return what runs side by side: PostgreSQL's tests, and the browser's, then the checks."""
    rest = [leg for leg in wanted if leg.name not in {"postgres", "sqlite"}]
    return [
        [leg for leg in wanted if leg.name == "postgres"],
        sorted(rest, key=lambda leg: leg.name != "browser"),
    ]


def _shown(leg: Leg) -> Outcome:
    say(f"\n--- {leg.name}: {leg.title}")
    return legs.run(leg, say)


def _in_turn(lane: Sequence[Leg], stopped: threading.Event) -> list[Outcome]:
    return [_one(leg) for leg in lane if not stopped.is_set()]


def _one(leg: Leg) -> Outcome:
    say(f"... {leg.name}: {leg.title}")
    outcome = legs.run(leg)
    if outcome.state == legs.FAILED:
        tail = legs.log_of(leg).read_text(errors="replace").splitlines()[-80:]
        say("\n".join([f"\n--- {leg.name} FAILED: {outcome.note}", *tail, f"--- end of {leg.name}\n"]))
    elif outcome.state == legs.PASSED:
        say(f"    {leg.name} passed, {outcome.seconds:.1f} s")
    return outcome


def _sum_up(outcomes: Sequence[Outcome], seconds: float) -> int:
    """Print the table, what was left out, and last a closing line such as pytest's."""
    if not outcomes:
        raise Stop(f"No such leg. There are: {', '.join((*CHECKS, *PYTESTS))}.")
    left_out = [f"{outcome.leg.name}: {outcome.note}" for outcome in outcomes if outcome.state == legs.DID_NOT_RUN]
    if left_out:
        loud("THESE LEGS DID NOT RUN", left_out)
    say("\nLegs")
    for line in legs.table(outcomes):
        say(line)
    bad = [outcome.leg.name for outcome in outcomes if legs.is_bad(outcome, is_ci=is_ci())]
    say(f"\nThe suite FAILED: {', '.join(bad)}" if bad else "\nThe suite passed")
    counts = sum((outcome.counts for outcome in outcomes), Counter[str]())
    if any(outcome.leg.is_pytest for outcome in outcomes):
        say(legs.closing_line(counts, seconds))
    return int(bool(bad))
