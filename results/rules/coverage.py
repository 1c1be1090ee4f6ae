"""Where the work reaches: clusters counted by place, project, working group, outcome and state.

Pure: it counts facts that were read before (`results.coverage`) and asks nothing. A cluster counts once in
each row and column that it belongs to, so rows of one column do not add up to its total, which counts clusters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

#: The row of what says nothing of its place or project: it is counted, and shown as not said.
UNSAID = ""
#: The row of what lies in countries that are no programme country.
OUTSIDE = "outside"
#: The state of clusters that nobody approved yet.
WAITING = "waiting"
#: The states of clusters that have begun.
BEGUN = frozenset({"running", "concluded"})


class Rows(StrEnum):
    """What the rows of the table stand for."""

    COUNTRY = "country"
    REGION = "region"
    PROJECT = "project"


class Columns(StrEnum):
    """What the columns of the table stand for."""

    GROUP = "wg"
    OUTCOME = "outcome"
    STATE = "state"


@dataclass(frozen=True)
class Region:
    """A region of the programme with its place on the tile grid; `code` is NUTS 2021, or a country's two letters."""

    code: str
    name: str
    country: str
    column: int
    row: int


@dataclass(frozen=True)
class Work:
    """One cluster: its state, working group, projects (acronyms), regions (codes) and kinds of recorded outcomes.

    `countries` are those of its places, also of places that lie in no region of the programme.
    """

    pk: int
    state: str
    group: str
    projects: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Taken:
    """One uptake in use: of which project's solution, where, in which group's cluster, and whether it is documented."""

    work: int
    project: str
    regions: frozenset[str]
    countries: frozenset[str]
    is_documented: bool


@dataclass(frozen=True)
class Asked:
    """One open need and its places."""

    regions: frozenset[str]
    countries: frozenset[str]


@dataclass(frozen=True)
class Facts:
    """All that is counted, and the names of what the rows and columns stand for, in their order.

    `codes` are those of projects, by acronym.
    """

    works: tuple[Work, ...] = ()
    taken: tuple[Taken, ...] = ()
    asked: tuple[Asked, ...] = ()
    regions: tuple[Region, ...] = ()
    countries: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[tuple[str, str], ...] = ()
    projects: tuple[tuple[str, str], ...] = ()
    idle: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What is counted: only clusters of a group, project, country or with an outcome of a kind; "" is all."""

    group: str = ""
    project: str = ""
    country: str = ""
    outcome: str = ""


@dataclass
class Count:
    """The figures of one row (or of all): clusters by column, in all, uptakes, open needs, idle solutions.

    `regions` are the regions of a country in which a cluster takes place. `needs` is None where needs have no such
    row, `idle` likewise.
    """

    by_column: dict[str, int] = field(default_factory=dict)
    clusters: int = 0
    declared: int = 0
    documented: int = 0
    needs: int | None = None
    idle: int | None = None
    regions: int = 0


def chosen(facts: Facts, wanted: Wanted) -> Facts:
    """Return the facts with only the clusters that are wanted, and the uptakes that came through them.

    Open needs have a place and idle solutions a project: only by these are they narrowed. Neither belongs to a working
    group or an outcome. Of a country's clusters, uptakes and needs only the places in it are kept.
    """
    regions = tuple(region for region in facts.regions if wanted.country in ("", region.country))
    works = tuple(work for work in facts.works if _is_wanted(work, wanted))
    kept = {work.pk for work in works}
    taken = tuple(
        one
        for one in facts.taken
        if one.work in kept
        and (not wanted.project or one.project == wanted.project)
        and (not wanted.country or wanted.country in one.countries)
    )
    asked = tuple(one for one in facts.asked if not wanted.country or wanted.country in one.countries)
    idle = {acronym: number for acronym, number in facts.idle.items() if wanted.project in ("", acronym)}
    if wanted.country:
        codes, country = frozenset(region.code for region in regions), frozenset({wanted.country})
        works = tuple(replace(one, regions=one.regions & codes, countries=country) for one in works)
        taken = tuple(replace(one, regions=one.regions & codes, countries=country) for one in taken)
        asked = tuple(replace(one, regions=one.regions & codes, countries=country) for one in asked)
    return replace(facts, works=works, taken=taken, asked=asked, idle=idle, regions=regions)


def _is_wanted(work: Work, wanted: Wanted) -> bool:
    return (
        (not wanted.group or work.group == wanted.group)
        and (not wanted.project or wanted.project in work.projects)
        and (not wanted.country or wanted.country in work.countries)
        and (not wanted.outcome or wanted.outcome in work.outcomes)
    )


def count(facts: Facts, rows: Rows, columns: Columns) -> dict[str, Count]:
    """Return the figures of every row that something belongs to, by its key.

    `UNSAID` is what has no such row, `OUTSIDE` what lies in other countries than the programme's. Whatever is counted
    stands in one row at least.
    """
    shown = _Shown(facts, rows)
    found: dict[str, Count] = {}
    for work in facts.works:
        for key in shown.keys(work.countries, work.regions, work.projects):
            figures = found.setdefault(key, Count())
            figures.clusters += 1
            for column in columns_of(work, columns):
                figures.by_column[column] = figures.by_column.get(column, 0) + 1
    for one in facts.taken:
        for key in shown.keys(one.countries, one.regions, frozenset({one.project})):
            figures = found.setdefault(key, Count())
            figures.documented += one.is_documented
            figures.declared += not one.is_documented
    _add_waiting(found, facts, shown)
    for code in regions_with_work(facts):
        land = next((region.country for region in facts.regions if region.code == code), "")
        if rows is Rows.COUNTRY and land in found:
            found[land].regions += 1
    return found


class _Shown:
    """The rows of a table: to which of them something belongs."""

    def __init__(self, facts: Facts, rows: Rows) -> None:
        """Know the keys of places."""
        self.rows = rows
        self.regions = frozenset(region.code for region in facts.regions)
        self.countries = frozenset(facts.countries) or frozenset(region.country for region in facts.regions)

    def keys(self, countries: frozenset[str], regions: frozenset[str], projects: frozenset[str]) -> Iterable[str]:
        """Return the rows of something that has these countries, regions and projects."""
        if self.rows is Rows.PROJECT:
            return projects or (UNSAID,)
        if self.rows is Rows.REGION:
            return regions & self.regions or (UNSAID,)
        strange = frozenset({OUTSIDE} if countries - self.countries else ())
        return (countries & self.countries) | strange or (UNSAID,)


def _add_waiting(found: dict[str, Count], facts: Facts, shown: _Shown) -> None:
    """Add open needs by place, or idle solutions by project."""
    if shown.rows is Rows.PROJECT:
        for acronym, number in facts.idle.items():
            found.setdefault(acronym, Count()).idle = number
        return
    for need in facts.asked:
        for key in shown.keys(need.countries, need.regions, frozenset()):
            figures = found.setdefault(key, Count())
            figures.needs = (figures.needs or 0) + 1


def in_all(facts: Facts, columns: Columns) -> Count:
    """Return the figures of everything: each cluster, uptake and need counts once."""
    total = Count(clusters=len(facts.works), needs=len(facts.asked), idle=sum(facts.idle.values()))
    for work in facts.works:
        for column in columns_of(work, columns):
            total.by_column[column] = total.by_column.get(column, 0) + 1
    total.documented = sum(one.is_documented for one in facts.taken)
    total.declared = len(facts.taken) - total.documented
    total.regions = len(regions_with_work(facts))
    return total


def columns_of(work: Work, columns: Columns) -> Iterable[str]:
    """Return the columns to which a cluster belongs; none where it has no outcome yet."""
    if columns is Columns.OUTCOME:
        return work.outcomes
    return (work.group,) if columns is Columns.GROUP else (work.state,)


def decided(facts: Facts) -> Facts:
    """Return the facts without the clusters that nobody approved yet."""
    return replace(facts, works=tuple(work for work in facts.works if work.state != WAITING))


def regions_with_work(facts: Facts) -> frozenset[str]:
    """Return the codes of the programme's regions in which a cluster takes place."""
    known = {region.code for region in facts.regions}
    return frozenset(code for work in facts.works for code in work.regions if code in known)


def countries_without(facts: Facts) -> list[str]:
    """Return the countries of the programme in no region of which a cluster takes place, in their order."""
    reached = regions_with_work(facts)
    with_work = {region.country for region in facts.regions if region.code in reached}
    return [code for code in dict.fromkeys(region.country for region in facts.regions) if code not in with_work]
