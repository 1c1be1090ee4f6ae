"""`python -m benchmarks`: fill databases, serve them, measure, write the tables (`run.py bench` calls it)."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks import factsheets, people, report
from benchmarks.load import Measure, Target, answer, measure
from benchmarks.places import PORT, ROOT, Place, postgres_place, server_pids, serving, targets

CLIENTS = 4
ROUNDS = 3
MISSED = "**missed**"


def main() -> int:
    """Measure what the command line asks for; 1 when something that is wanted was missed."""
    given = _arguments().parse_args()
    alone = ""
    if given.factsheets:
        alone += _told(report.factsheets_text(factsheets.measured(given.factsheets)), report.FACTSHEETS, given)
    if given.people:
        found = people.measured(given.people, given.databases, os.environ.get("TEST_POSTGRES_URL", ""))
        alone += _told(report.people_text(found), report.PEOPLE, given)
    if not given.clusters:
        return int(not alone or MISSED in alone)
    results = []
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        where = Path(given.keep or folder)
        where.mkdir(parents=True, exist_ok=True)
        for engine in given.databases:
            for size in given.clusters:
                with _place(engine, size, where, keep=bool(given.keep)) as place:
                    if place is None:
                        say("PostgreSQL is left out: TEST_POSTGRES_URL names no server.")
                        continue
                    results.append(_measured(place, given, where))
    body = report.text(results, given.seconds * ROUNDS, CLIENTS)
    _told(body, report.PAGES, given)
    return 0 if results and MISSED not in body + alone else 1


def _told(body: str, marks: tuple[str, str], given: argparse.Namespace) -> str:
    """Print tables, and write them into the document where that is wanted; return them."""
    say(body)
    if given.write:
        report.write(ROOT / "docs" / "performance.md", body, marks)
    return body


def say(words: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _arguments() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    found.add_argument("--factsheets", type=int, default=500, metavar="N", help="so many are made; 0 leaves them out")
    found.add_argument(
        "--people", type=int, default=50_000, metavar="N", help="members in the admin; 0 leaves them out"
    )
    found.add_argument("--clusters", type=int, nargs="*", default=[10_000, 100_000], metavar="N")
    found.add_argument("--members", type=int, default=20_000, metavar="M")
    found.add_argument("--databases", nargs="+", default=["sqlite", "postgres"], choices=["sqlite", "postgres"])
    found.add_argument("--seconds", type=float, default=2.0, help=f"a page and round, of {ROUNDS} rounds")
    found.add_argument("--keep", metavar="FOLDER", help="keep the databases, and use those that are there")
    found.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    return found


@contextmanager
def _place(engine: str, size: int, where: Path, *, keep: bool) -> Iterator[Place | None]:
    """Give the database of that engine and size, None where there is no server for it."""
    files = where / f"{engine}-{size}-files"
    files.mkdir(exist_ok=True)
    server = os.environ.get("TEST_POSTGRES_URL", "")
    with ExitStack() as stack:
        if engine == "sqlite":
            yield Place("SQLite", size, f"sqlite:///{where / f'bench-{size}.sqlite3'}", files)
        elif server:
            yield stack.enter_context(postgres_place(server, size, files, keep=keep))
        else:
            yield None


def _measured(place: Place, given: argparse.Namespace, where: Path) -> report.Result:
    """Fill, serve and measure one database."""
    say(f"{place.engine}, {place.clusters} clusters: filling")
    filled_in = place.fill(given.members)
    found = place.look()
    say(f"  {filled_in:.0f} s; {found['clusters']} clusters, {found['members']} members; measuring")
    with serving(place, where / "server.log") as master:
        asked = targets(found)
        for target in asked:
            answer(PORT, target)  # opens the workers' connections, so that their processes are known
        measures: dict[str, Measure] = {}
        for _round in range(ROUNDS):
            for target in asked:
                _keep_best(measures, target, _ask(place, master, target, given.seconds))
        not_modified = _ask(place, master, _copy_of(asked[2]), given.seconds)
        after_change = {target.name: _after_change(place, target) for target in asked if target.name in report.COLD}
    return report.Result(place, found, measures, after_change, not_modified, filled_in)


def _ask(place: Place, master: int, target: Target, seconds: float) -> Measure:
    return measure(PORT, target, seconds=seconds, clients=CLIENTS, pids=partial(server_pids, place, master))


def _keep_best(measures: dict[str, Measure], target: Target, new: Measure) -> None:
    """Keep the cheapest round, and of all rounds the highest rate: what disturbs only ever makes slower."""
    known = measures.get(target.name, new)
    best = min(known, new, key=lambda each: each.cost)
    measures[target.name] = replace(best, rate=max(known.rate, new.rate))
    say(f"    {target.name}: {new.rate:.0f}/s, {new.cost:.2f} ms")


def _copy_of(target: Target) -> Target:
    """Return the same page asked for by a browser that has a copy of it."""
    _status, headers, _body = answer(PORT, target)
    cookie = headers.get("set-cookie", "").split(";")[0]
    with_cookie = replace(target, headers=(("Cookie", cookie),))
    _status, headers, _body = answer(PORT, with_cookie)
    return replace(with_cookie, headers=(("Cookie", cookie), ("If-None-Match", headers["etag"])), expect=304)


def _after_change(place: Place, target: Target) -> float:
    """Return the milliseconds of the first answer after a change, the median of three."""
    times = []
    for _round in range(3):
        place.touch()
        began = time.perf_counter()
        answer(PORT, target)
        times.append(1000 * (time.perf_counter() - began))
    return sorted(times)[1]


if __name__ == "__main__":
    sys.exit(main())
