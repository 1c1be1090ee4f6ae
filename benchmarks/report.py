"""What was measured, as tables in docs/performance.md between its two marks."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.load import Measure
from benchmarks.places import Place

#: The marks in docs/performance.md between which tables stand: those of pages, of documents, and of people.
PAGES: Final = ("<!-- numbers begin -->", "<!-- numbers end -->")
FACTSHEETS: Final = ("<!-- factsheets begin -->", "<!-- factsheets end -->")
PEOPLE: Final = ("<!-- people begin -->", "<!-- people end -->")
#: Our whole pipeline by WeasyPrint alone at most; seconds of the ZIP; MB of the process that joins a booklet.
MOST_RATIO, MOST_ZIP, MOST_MEMORY = 1.25, 2.0, 300.0
#: A list of people takes fewer queries, however many there are; seconds of processor time of a page, and of the import.
MOST_QUERIES, MOST_PAGE, MOST_IMPORT = 20, 0.3, 30.0

#: Page, the floor it is compared with, and the share of its speed that is wanted at least.
WANTED: Final = (
    ("register, first page", "empty Django page", 1 / 30),
    ("register, last page", "empty Django page", 1 / 30),
    ("register, filtered", "empty Django page", 1 / 30),
    ("register, rare word", "empty Django page", 1 / 30),
    ("register, common word", "empty Django page", 1 / 30),
    ("register, signed in", "empty Django page", 1 / 30),
    ("cluster page", "empty Django page", 1 / 20),
    ("cluster page, signed in", "empty Django page", 1 / 20),
    ("factsheet, download of the PDF", "page with one indexed query", 0.9),
)
#: Pages of which the first answer after a change is told too.
COLD: Final = (
    "register, first page",
    "register, middle page",
    "register, filtered",
    "register, common word",
    "register, signed in",
)


@dataclass(frozen=True)
class Result:
    """One database with everything that was measured on it."""

    place: Place
    found: dict[str, Any]
    measures: dict[str, Measure]
    after_change: dict[str, float]
    not_modified: Measure | None
    filled_in: float


def share(result: Result, page: str, floor: str) -> float:
    """Return the page's speed as a share of the floor's: the floor's cost by the page's."""
    return result.measures[floor].cost / result.measures[page].cost


def wanted_lines(results: Sequence[Result]) -> Iterable[str]:
    """Yield the table of what was wanted and what was reached."""
    heads = [f"{each.place.engine}, {each.place.clusters:,}".replace(",", " ") for each in results]
    yield f"| page | compared with | wanted | {' | '.join(heads)} |"
    yield f"|---|---|---|{'---|' * len(heads)}"
    for page, floor, least in WANTED:
        cells = []
        for result in results:
            if page not in result.measures:
                cells.append("not measured")
                continue
            reached = share(result, page, floor)
            cells.append(f"{written(reached)}{'' if reached >= least else ' **missed**'}")
        yield f"| {page} | {floor} | {written(least)} | {' | '.join(cells)} |"


def written(value: float) -> str:
    """Write a share as people say it: 1/12, or 0.93."""
    return f"1/{1 / value:.0f}" if value < 0.4 else f"{value:.2f}"


def page_lines(result: Result) -> Iterable[str]:
    """Yield the table of one database."""
    yield "| page | requests/s | cost, ms | of the empty page | of one query | median, ms | 95 %, ms | kB |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    rows = dict(result.measures)
    if result.not_modified is not None:
        rows["register, browser's copy still good (304)"] = result.not_modified
    empty, query = (result.measures[name].cost for name in list(result.measures)[:2])
    for name, each in rows.items():
        yield (
            f"| {name} | {each.rate:.0f} | {each.cost:.2f} | {written(empty / each.cost)} | "
            f"{written(query / each.cost)} | {each.median:.1f} | {each.slowest:.1f} | {each.size / 1000:.1f} |"
        )


def _measured() -> str:
    """Return when and on what it was measured; the day is the machine's own, outside of the site's zone."""
    machine = f"{platform.machine()}, {len(_cores())} cores, Python {platform.python_version()}"
    return f"Measured on {datetime.now().astimezone().date().isoformat()} ({machine})"


def text(results: Sequence[Result], seconds: float, clients: int) -> str:
    """Return everything that stands between the marks."""
    lines = [f"{_measured()}; {seconds:g} s a page, {clients} clients at once.", ""]
    lines += [*wanted_lines(results), ""]
    for result in results:
        found = result.found
        number = f"{found['clusters']:,}".replace(",", " ")
        members = f"{found['members']:,}".replace(",", " ")
        cold = ", ".join(f"{name} {ms:.0f} ms" for name, ms in result.after_change.items())
        facts = (
            f"{members} members; {found['public']} clusters public. The rare word is in {found['rare_hits']} of them, "
            f"the common one in {found['common_hits']}. Filled, or found filled, in {result.filled_in:.0f} s. "
            f"First answer after a change, with nothing kept: {cold}."
        )
        lines += [f"### {result.place.engine}, {number} clusters", "", facts, "", *page_lines(result), ""]
    return "\n".join(lines)


def factsheets_text(found: dict[str, Any]) -> str:
    """Return the table of documents, as `benchmarks.factsheets.measured` found them."""
    zipped, booklet, ratios = found["zip"], found["booklet"], ", ".join(f"{one:.2f}" for one in found["ratios"])
    ours, alone, tried = (f"{1000 * found[name]:.0f} ms" for name in ("ours", "alone", "tried"))
    per = (
        f"{ours} of processor time a factsheet, {alone} alone for the HTML that is issued, {tried} alone for "
        f"every setting until one fits ({found['settings']:.2f} of them), {found['layout']:.0%} of it layout"
    )
    rows = [
        ("our pipeline by WeasyPrint alone", _judged(found["ratio"], MOST_RATIO, ""), f"{per}; rounds: {ratios}"),
        *(
            (
                f"issuing with {words}",
                f"{found[name]['rate']:.1f} a second",
                "{seconds:.0f} s; {rss:.0f} MB a worker, {child:.0f} MB its typesetter".format(**found[name]),
            )
            for name, words in (("one", "one worker"), ("two", "two workers"))
        ),
        (
            "ZIP of all",
            _judged(zipped["seconds"], MOST_ZIP, " s"),
            f"{zipped['bytes'] / 1e6:.1f} MB, {zipped['rss']:.0f} MB of memory",
        ),
        (
            "booklet of all, memory",
            _judged(booklet["together"], MOST_MEMORY, " MB"),
            "{parts} factsheets, {pages} pages, {mega:.1f} MB in {seconds:.0f} s; both processes at the same time; "
            "alone {rss:.0f} MB, and its typesetter, which sets cover and contents, {child:.0f} MB".format(
                mega=booklet["bytes"] / 1e6, **booklet
            ),
        ),
    ]
    lines = [f"{_measured()} with {found['number']} factsheets of the demonstration.", ""]
    lines += ["| what | reached | beside it |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows), ""]
    return "\n".join(lines)


def people_text(found: list[dict[str, Any]]) -> str:
    """Return the table of the lists of people, as `benchmarks.people.measured` found them on each engine."""
    engines = [one["engine"] for one in found]
    members = f"{found[0]['number']:,}".replace(",", " ")
    lines = [f"{_measured()}, in process on {' and '.join(engines)} with {members} members; seconds of processor time."]
    columns = [heading for engine in engines for heading in (f"queries, {engine}", f"seconds, {engine}")]
    lines += ["", f"| page | {' | '.join(columns)} | kB |", f"|---|{'---|' * len(columns)}---|"]
    for pages in zip(*(one["pages"] for one in found), strict=True):
        cells = [cell for page in pages for cell in _cells(page)]
        lines.append(f"| {pages[0]['page']} | {' | '.join(cells)} | {pages[0]['kB']} |")
    lines.append("")
    for one in found:
        took = _judged(one["import, processor"], MOST_IMPORT, " s")
        said = f"its preview {one['preview, processor']} s, by the clock {one['import']} s and {one['preview']} s"
        lines.append(f"An import of {one['rows']} new members took {took} on {one['engine']}, {said}.")
    return "\n".join([*lines, ""])


def _cells(page: dict[str, Any]) -> tuple[str, str]:
    """Return queries and seconds of a page, with what was missed."""
    is_few = page["status"] == 200 and page["queries"] < MOST_QUERIES
    is_fast = page["processor"] < MOST_PAGE
    return (
        f"{page['queries']}{'' if is_few else ' **missed**'}",
        f"{page['processor']:.2f}{'' if is_fast else ' **missed**'}",
    )


def _judged(value: float, most: float, unit: str) -> str:
    """Write a value beside what it may be at most."""
    return f"{value:.3g}{unit} (at most {most:g}{unit}){'' if value <= most else ' **missed**'}"


def _cores() -> Sequence[int]:
    return sorted(os.sched_getaffinity(0))


def write(path: Path, body: str, marks: tuple[str, str]) -> None:
    """Put the tables between two marks of a document.

    Raises:
        RuntimeError: the document lacks the marks.
    """
    document = path.read_text()
    begins, ends = marks
    pattern = re.compile(f"{re.escape(begins)}.*{re.escape(ends)}", re.DOTALL)
    if not pattern.search(document):
        raise RuntimeError(f"{path} lacks {begins} … {ends}")
    path.write_text(pattern.sub(lambda _found: f"{begins}\n{body}\n{ends}", document))
