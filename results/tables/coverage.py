"""The page of coverage in words: a map, one table, and where nothing clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.choices import OutcomeKind
from results.pictures.tilemap import Tile, tilemap
from results.rules import coverage as rules
from results.rules.coverage import BEGUN, OUTSIDE, UNSAID, WAITING, Columns, Count, Facts, Rows, Wanted
from results.tables.coverage_links import ALL, Links

Words = str | Promise

#: What a column of states is called, in the order of a cluster's life.
STATE_WORDS: Final[Mapping[str, Words]] = {
    WAITING: gettext_lazy("proposed"),
    "approved": gettext_lazy("approved"),
    "running": gettext_lazy("running"),
    "concluded": gettext_lazy("concluded"),
}
#: From so many clusters on a cell is darker.
MANY: Final = 3


@dataclass(frozen=True)
class Cell:
    """One number of the table: where its clusters are listed ("": nowhere), and how it is set off."""

    number: int
    url: str
    css: str


@dataclass(frozen=True)
class Line:
    """One row: what it stands for, a number a column, and the figures beside them (None: not counted here).

    `reached` of the regions in `in_all` take part, where the row has regions.
    """

    key: str
    label: str
    badge: str
    cells: tuple[Cell, ...]
    clusters: Cell
    reached: int
    in_all: int
    declared: int
    documented: int
    needs: int | None
    idle: int | None
    declared_url: str = ""
    documented_url: str = ""
    needs_url: str = ""
    idle_url: str = ""
    #: Where everything waits: how many are proposed and approved, in words.
    waiting: str = ""

    @property
    def regions(self) -> str:
        """How many of its regions take part, in words."""
        return _("%(some)d of %(all)d") % {"some": self.reached, "all": self.in_all} if self.in_all else "–"

    @property
    def is_bare(self) -> bool:
        """Whether nothing clusters there."""
        return self.clusters.number == 0


@dataclass(frozen=True)
class Column:
    """One column: its short head, and what that stands for."""

    key: str
    head: str
    title: str


@dataclass(frozen=True)
class Coverage:
    """Everything that the page shows; `tiles` are the figures of the map, which stand under it as a table."""

    lead: str
    wide: SafeString
    narrow: SafeString
    tiles: list[Tile]
    columns: list[Column]
    lines: list[Line]
    total: Line
    rows: Rows
    bare: list[Line]
    waiting: list[Line]
    note: str


def coverage_of(
    facts: Facts, wanted: Wanted, rows: Rows, columns: Columns, *, sees_proposed: bool, is_paper: bool = False
) -> Coverage:
    """Return the page for facts and what is chosen; `sees_proposed` adds what is not approved yet.

    On paper the regions of the map lead nowhere.
    """
    kept = rules.chosen(facts, wanted)
    counts, total = rules.count(kept, rows, columns), _total(kept, rows, columns)
    states = rules.count(kept, rows, Columns.STATE)
    heads = list(_columns(facts, columns, sees_proposed))
    links = Links(wanted, rows, columns, sees_proposed, facts.codes)
    lines = [
        replace(
            _line(key, label, badge, counts.get(key, Count()), heads, kept, links),
            waiting=_waiting(states.get(key, Count())),
        )
        for key, label, badge in _rows(facts, rows, wanted)
    ]
    bare, waiting = [line for line in lines if line.is_bare], [line for line in lines if line.waiting]
    beside = [(OUTSIDE, _("Outside the programme area")), (UNSAID, str(_UNSAID[rows]))]
    lines += [_line(key, label, "", counts[key], heads, kept, links) for key, label in beside if key in counts]
    tiles = _tiles(replace(kept, regions=facts.regions), wanted, sees_proposed)
    if is_paper:
        tiles = [replace(tile, url="", declared_url="", documented_url="") for tile in tiles]
    return Coverage(
        lead=_lead(kept),
        wide=tilemap(tiles, ident="tilemap-wide"),
        narrow=tilemap(tiles, ident="tilemap-narrow", is_wide=False),
        tiles=tiles,
        columns=heads,
        lines=lines,
        total=_line("", _("All, each counted once"), "", total, heads, kept, links, is_total=True),
        rows=rows,
        bare=bare,
        waiting=waiting,
        note=_note(kept) if sees_proposed and not is_paper else "",
    )


def _waiting(count: Count) -> str:
    """Return how many clusters are proposed and approved where none has begun; "" where one has, or there is none."""
    numbers = count.by_column
    if not count.clusters or any(numbers.get(state) for state in BEGUN):
        return ""
    said = [f"{numbers[state]} {STATE_WORDS[state]}" for state in STATE_WORDS if numbers.get(state)]
    return ", ".join(said)


def _note(facts: Facts) -> str:
    """Return how many of the clusters are proposals, for who sees those."""
    number = sum(work.state == WAITING for work in facts.works)
    if not number:
        return ""
    words = ngettext(
        "Counted with %(count)d cluster that is only proposed: members see it, visitors do not.",
        "Counted with %(count)d clusters that are only proposed: members see them, visitors do not.",
        number,
    )
    return words % {"count": number}


def _total(facts: Facts, rows: Rows, columns: Columns) -> Count:
    """Return the last line: open needs where rows are places, idle solutions where they are projects."""
    total = rules.in_all(facts, columns)
    return replace(total, needs=None) if rows is Rows.PROJECT else replace(total, idle=None)


_UNSAID: Final[Mapping[Rows, Words]] = {
    Rows.COUNTRY: gettext_lazy("Without a place"),
    Rows.REGION: gettext_lazy("In no single region"),
    Rows.PROJECT: gettext_lazy("Without a project"),
}


def countries_of(facts: Facts) -> list[tuple[str, str]]:
    """Return the programme's countries, as letters and name, in alphabetical order of the names."""
    return list(facts.countries.items())


def _lead(facts: Facts) -> str:
    """Return the sentence over the map."""
    reached, everything = len(rules.regions_with_work(facts)), len(facts.regions)
    words = ngettext(
        "%(some)d of the %(all)d programme regions takes part in a cluster.",
        "%(some)d of the %(all)d programme regions take part in a cluster.",
        reached,
    ) % {"some": reached, "all": everything}
    if waiting := reached - len(rules.regions_with_work(rules.decided(facts))):
        words = _("%(words)s Of them %(count)d only in proposed ones.") % {"words": words, "count": waiting}
    if missing := rules.countries_without(facts):
        names = ", ".join(facts.countries[code] for code in missing)
        words = _("%(words)s No region does of: %(names)s.") % {"words": words, "names": names}
    return words


def _columns(facts: Facts, columns: Columns, sees_proposed: bool) -> Iterator[Column]:
    if columns is Columns.GROUP:
        yield from (Column(code, code, title) for code, title in facts.groups)
    elif columns is Columns.OUTCOME:
        yield from (Column(kind.value, str(kind.label), "") for kind in OutcomeKind)
    else:
        shown = [key for key in STATE_WORDS if sees_proposed or key != "waiting"]
        yield from (Column(key, str(STATE_WORDS[key]), "") for key in shown)


def _rows(facts: Facts, rows: Rows, wanted: Wanted) -> Iterator[tuple[str, str, str]]:
    """Yield the rows as key, name and badge, in their order; those that a filter leaves out are not shown."""
    if rows is Rows.COUNTRY:
        yield from ((code, name, code) for code, name in countries_of(facts) if wanted.country in ("", code))
    elif rows is Rows.REGION:
        shown = (region for region in facts.regions if wanted.country in ("", region.country))
        yield from ((region.code, region.name, region.code) for region in shown)
    else:
        yield from ((acronym, acronym, "") for acronym, _title in facts.projects if wanted.project in ("", acronym))


def _line(
    key: str,
    label: str,
    badge: str,
    count: Count,
    heads: list[Column],
    facts: Facts,
    links: Links,
    *,
    is_total: bool = False,
) -> Line:
    where = ALL if is_total else key
    regions = sum(region.country == key for region in facts.regions)
    if is_total:
        regions = len(facts.regions)
    return Line(
        key=key,
        label=label,
        badge=badge,
        cells=tuple(
            _cell(number, links.url(where, head.key) if number else "")
            for head in heads
            for number in [count.by_column.get(head.key, 0)]
        ),
        clusters=_cell(count.clusters, links.url(where) if count.clusters else ""),
        reached=count.regions,
        in_all=regions,
        declared=count.declared,
        documented=count.documented,
        needs=count.needs,
        idle=count.idle,
        declared_url=links.uptakes_url(where, "declared") if count.declared else "",
        documented_url=links.uptakes_url(where, "documented") if count.documented else "",
        needs_url=links.needs_url(where) if count.needs else "",
        idle_url=links.idle_url(where) if count.idle else "",
    )


def _cell(number: int, url: str) -> Cell:
    css = "z" if not number else "m2" if number >= MANY else "m1"
    return Cell(number, url, css)


def _tiles(facts: Facts, wanted: Wanted, sees_proposed: bool) -> list[Tile]:
    counts = rules.count(facts, Rows.REGION, Columns.GROUP)
    links = Links(wanted, Rows.REGION, Columns.GROUP, sees_proposed, facts.codes)
    found = []
    for region in facts.regions:
        count = counts.get(region.code, Count())
        url = links.url(region.code) if count.clusters else ""
        found.append(
            Tile(
                region.code,
                region.name,
                region.column,
                region.row,
                count.clusters,
                count.declared,
                count.documented,
                url,
                links.uptakes_url(region.code, "declared") if count.declared else "",
                links.uptakes_url(region.code, "documented") if count.documented else "",
            )
        )
    return found


def _reached(line: Line) -> tuple[Any, Any]:
    return (line.reached, line.in_all) if line.in_all else ("", "")


def sheet_of(coverage: Coverage) -> tuple[list[str], list[list[Any]]]:
    """Return the table as a head and rows, for a file: the same numbers as on the page."""
    has_regions = coverage.rows is Rows.COUNTRY
    head = ["code", "name", *(["regions_reached", "regions"] if has_regions else [])]
    head += [*(column.key for column in coverage.columns), "clusters", "uptakes_declared"]
    head += ["uptakes_documented", "open_needs", "idle_solutions"]
    rows = [
        [
            line.key,
            line.label,
            *(_reached(line) if has_regions else ()),
            *(cell.number for cell in line.cells),
            line.clusters.number,
            line.declared,
            line.documented,
            "" if line.needs is None else line.needs,
            "" if line.idle is None else line.idle,
        ]
        for line in [*coverage.lines, coverage.total]
    ]
    return head, rows
