"""The page of coverage in words: a map, one table, and where nothing clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.choices import OutcomeKind
from community.choices import UNANSWERED
from results.choices import UptakeStep
from results.coverage import STATES
from results.pictures.tilemap import Tile, tilemap
from results.rules import coverage as rules
from results.rules.coverage import BEGUN, OUTSIDE, UNSAID, WAITING, Columns, Count, Facts, Rows, Wanted

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
    links = _Links(wanted, rows, columns, sees_proposed, facts.codes, facts.named)
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


@dataclass(frozen=True)
class _Links:
    """Leads from a number to the clusters that it counts, in the register."""

    wanted: Wanted
    rows: Rows
    columns: Columns
    sees_proposed: bool
    codes: Mapping[str, str] = field(default_factory=dict)
    named: frozenset[str] = frozenset()

    def is_listed(self, key: str) -> bool:
        """Whether lists know a row: places by a territory of that code, which a country may lack."""
        return self.rows is Rows.PROJECT or key in self.named

    def uptakes_url(self, key: str, proof: str) -> str:
        """Return the address of the list with exactly the uptakes that a line counts; "" where it has no such filter.

        A project, country or outcome that was chosen narrows clusters, which the list of uptakes does not.
        """
        if self.wanted.project or self.wanted.country or self.wanted.outcome:
            return ""
        names = {Rows.COUNTRY: "country", Rows.REGION: "region", Rows.PROJECT: "project"}
        value = self.codes.get(key, "") if self.rows is Rows.PROJECT else key
        if key and (not value or not self.is_listed(key)):
            return ""
        pairs = [("step", UptakeStep.IN_USE.value), ("proof", proof), ("work", "standing")]
        pairs += [(names[self.rows], value), ("wg", self.wanted.group)]
        return f"{reverse('results:uptake_list')}?{urlencode([pair for pair in pairs if pair[1]])}"

    def needs_url(self, key: str) -> str:
        """Return the address of the list with the open needs that a line counts; "" where it has no such filter."""
        place = key or self.wanted.country
        if self.rows is Rows.PROJECT or (place and place not in self.named):
            return ""
        pairs = [("status", UNANSWERED), ("territory", place)]
        return f"{reverse('community:needs')}?{urlencode([pair for pair in pairs if pair[1]])}"

    def idle_url(self, key: str) -> str:
        """Return the address of the list with the idle solutions that a line counts; it is for who signed in."""
        acronym = key or self.wanted.project
        if not self.sees_proposed or (acronym and acronym not in self.codes):
            return ""
        query = urlencode([("project", self.codes[acronym])]) if acronym else ""
        return f"{reverse('results:idle')}{'?' if query else ''}{query}"

    def url(self, key: str, column: str = "") -> str:
        """Return the address of the register; "" where it has no such filter."""
        if self.wanted.outcome or (column and self.columns is Columns.OUTCOME):
            return ""
        if (key and not self.is_listed(key)) or (self.wanted.country and self.wanted.country not in self.named):
            return ""
        place = self.wanted.country if self.rows is Rows.PROJECT else key or self.wanted.country
        project = key if self.rows is Rows.PROJECT and key else self.wanted.project
        group = column if self.columns is Columns.GROUP and column else self.wanted.group
        wanted_state = column if self.columns is Columns.STATE else ""
        pairs = [("territory", place), ("project", project), ("wg", group)]
        pairs += [("state", str(state)) for state, name in STATES.items() if self._is_counted(name, wanted_state)]
        query = urlencode([pair for pair in pairs if pair[1]])
        return f"{reverse('clusters:list')}?{query}"

    def _is_counted(self, name: str, wanted: str) -> bool:
        return wanted in ("", name) and (self.sees_proposed or name != "waiting")


def _line(
    key: str,
    label: str,
    badge: str,
    count: Count,
    heads: list[Column],
    facts: Facts,
    links: _Links,
    *,
    is_total: bool = False,
) -> Line:
    is_listed = bool(key) or is_total
    regions = sum(region.country == key for region in facts.regions)
    if is_total:
        regions = len(facts.regions)
    return Line(
        key=key,
        label=label,
        badge=badge,
        cells=tuple(
            _cell(count.by_column.get(head.key, 0), links.url(key, head.key) if is_listed else "") for head in heads
        ),
        clusters=_cell(count.clusters, links.url(key) if is_listed else ""),
        reached=count.regions,
        in_all=regions,
        declared=count.declared,
        documented=count.documented,
        needs=count.needs,
        idle=count.idle,
        declared_url=links.uptakes_url(key, "declared") if is_listed and count.declared else "",
        documented_url=links.uptakes_url(key, "documented") if is_listed and count.documented else "",
        needs_url=links.needs_url(key) if is_listed and count.needs else "",
        idle_url=links.idle_url(key) if is_listed and count.idle else "",
    )


def _cell(number: int, url: str) -> Cell:
    css = "z" if not number else "m2" if number >= MANY else "m1"
    return Cell(number, url if number else "", css)


def _tiles(facts: Facts, wanted: Wanted, sees_proposed: bool) -> list[Tile]:
    counts = rules.count(facts, Rows.REGION, Columns.GROUP)
    links = _Links(wanted, Rows.REGION, Columns.GROUP, sees_proposed, facts.codes, facts.named)
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
