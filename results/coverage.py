"""What the page of coverage counts, read from the records in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from clusters.choices import PROPOSED_STATES, State
from clusters.models import Cluster, Outcome
from clusters.visibility import viewer
from community.choices import NUTS_LEVELS, TerritoryLevel
from community.models import Need, Project, Solution, Territory, User, WorkingGroup
from results.models import Uptake
from results.rules.coverage import Asked, Facts, Region, Taken, Work

#: What is counted under which column. A discontinued cluster is not: it stands for no work any more.
STATES: Final[Mapping[str, str]] = {
    State.SUBMITTED: "waiting",
    State.RETURNED: "waiting",
    State.APPROVED: "approved",
    State.RUNNING: "running",
    State.PAUSED: "running",
    State.CONCLUDED: "concluded",
}

Places = dict[int, tuple[frozenset[str], frozenset[str]]]


@dataclass(frozen=True)
class Grounds:
    """The programme's regions by their keys, in the order of their codes, its countries' names, and all places."""

    regions: Mapping[int, Region]
    countries: Mapping[str, str]
    places: Places


def facts_for(user: User | AnonymousUser | None, on: date | None = None) -> Facts:
    """Return what is counted for a reader: public clusters, and proposed ones for who sees those; 10 queries.

    Uptakes are the disclosed ones in use, of everybody: a figure never depends on who reads it, but for proposals.
    A cluster's projects are its owning project and those of its solutions.
    """
    sees_proposed = viewer(user, on or timezone.localdate()).is_cop
    states = [state for state in STATES if sees_proposed or state not in PROPOSED_STATES]
    grounds = grounds_of()
    where = grounds.places
    works = _works(Cluster.objects.in_states(states), where)
    public = {work.pk for work in works}
    projects = list(Project.objects.order_by("acronym", "pk").values_list("acronym", "title", "code"))
    return Facts(
        works=works,
        taken=_taken(where, public),
        asked=_asked(where),
        regions=tuple(grounds.regions.values()),
        countries=grounds.countries,
        groups=tuple((row.code, row.title) for row in WorkingGroup.objects.order_by("code")),
        projects=tuple((acronym, title) for acronym, title, _code in projects),
        idle=_idle(),
        codes={acronym: code for acronym, _title, code in projects},
    )


def grounds_of() -> Grounds:
    """Return regions, countries and where each territory lies; two queries, as all of it is one small table.

    What lies in no region of the programme, such as a sea, still has its own country. Countries are those of the
    regions, in alphabetical order of their names.
    """
    columns = ("pk", "code", "name", "country", "level", "is_programme_region", "column", "row")
    rows = list(Territory.objects.order_by("country", "code", "pk").values_list(*columns))
    regions = {
        pk: Region(code, name, country, column or 0, row or 0)
        for pk, code, name, country, _level, is_region, column, row in rows
        if is_region
    }
    names = {region.country: region.country for region in regions.values()}
    for _pk, code, name, country, level, is_region, _column, _row in rows:
        if country in names and (level == TerritoryLevel.COUNTRY or (is_region and code == country)):
            names[country] = name
    places = _places(regions.values(), [Place(*row[:2], *row[3:5]) for row in rows])
    return Grounds(regions, dict(sorted(names.items(), key=lambda pair: pair[1])), places)


class Place(NamedTuple):
    """What says where a territory lies."""

    pk: int
    code: str
    country: str
    level: str


def _places(regions: Iterable[Region], territories: Sequence[Place]) -> Places:
    """Return for each territory the programme's regions in which it lies, and its countries; one query.

    It lies where `TerritoryQuerySet.within` finds it, as all lists do: by its own country, by its code, which begins
    with that of the region around it, and where the territories lie to which it is mapped.
    """
    codes = [region.code for region in regions]
    own = {place.pk: _own(place, codes) for place in territories}
    found = {pk: (set(within), set(countries)) for pk, (within, countries) in own.items()}
    for source, target in Territory.maps_to.through._default_manager.values_list("from_territory", "to_territory"):
        for mine, theirs in zip(found[source], own[target], strict=True):
            mine |= theirs
    return {pk: (frozenset(within), frozenset(countries)) for pk, (within, countries) in found.items()}


def _own(place: Place, codes: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return the regions and countries in which a territory lies by what it says itself."""
    is_nuts = place.level in NUTS_LEVELS
    within = {
        code for code in codes if code in (place.code, place.country) or (is_nuts and place.code.startswith(code))
    }
    letters = place.code[:2] if is_nuts or len(place.code) == 2 else ""
    return within, {place.country, letters} - {""}


def _works(rows: Any, where: Places) -> tuple[Work, ...]:
    """Return the clusters with everything by which they are counted; three queries."""
    projects, places, outcomes = defaultdict(set), defaultdict(set), defaultdict(set)
    kept = rows.order_by().values("pk")
    used = Cluster.solutions.through._default_manager.filter(cluster__in=kept)
    for pk, acronym in used.values_list("cluster", "solution__project__acronym").distinct():
        projects[pk].add(acronym)
    for pk, kind in Outcome.objects.filter(cluster__in=kept).order_by().values_list("cluster", "kind").distinct():
        outcomes[pk].add(kind)
    facts: dict[int, tuple[str, str, str]] = {}
    columns = ("pk", "state", "working_group__code", "owning_project__acronym", "territories")
    for pk, state, group, owner, territory in rows.order_by("pk").values_list(*columns):
        facts[pk] = (state, group or "", owner or "")
        if territory is not None:
            places[pk].add(territory)
    return tuple(
        Work(
            pk,
            STATES[state],
            group,
            frozenset(projects[pk] | ({owner} if owner else set())),
            *_united(places[pk], where),
            frozenset(outcomes[pk]),
        )
        for pk, (state, group, owner) in facts.items()
    )


def _united(territories: Iterable[int], where: Places) -> tuple[frozenset[str], frozenset[str]]:
    """Return the regions and countries of several territories; of one, those that it has, without new sets."""
    found = [where[pk] for pk in territories]
    if len(found) == 1:
        return found[0]
    regions: frozenset[str] = frozenset().union(*(codes for codes, _countries in found))
    countries: frozenset[str] = frozenset().union(*(codes for _regions, codes in found))
    return regions, countries


def _taken(where: Places, works: set[int]) -> tuple[Taken, ...]:
    """Return the disclosed uptakes in use that came through these clusters; one query, of columns: there are many."""
    rows = Uptake.objects.disclosed().unrefused().in_use().with_documented().order_by("pk")
    columns = ("cluster", "solution__project__acronym", "territory", "organisation__country", "is_documented")
    return tuple(
        Taken(cluster, acronym, *_place(where, territory, country), is_documented)
        for cluster, acronym, territory, country, is_documented in rows.values_list(*columns)
        if cluster in works
    )


def _place(where: Places, territory: int | None, country: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return where an uptake is: in its territory, else in the adopting organisation's country."""
    if territory is not None:
        return where[territory]
    return frozenset(), frozenset({country} if country else ())


def _asked(where: Places) -> tuple[Asked, ...]:
    """Return the open needs with their places; one query."""
    places: dict[int, set[int]] = {}
    rows: Any = Need.objects.open().order_by("pk").values_list("pk", "territories")
    for pk, territory in rows:
        places.setdefault(pk, set()).update([territory] if territory is not None else [])
    return tuple(Asked(*_united(found, where)) for found in places.values())


def _idle() -> Mapping[str, int]:
    """Return for each project how many of its solutions are idle (`idle_solutions`)."""
    return Counter(idle_solutions().order_by().values_list("project__acronym", flat=True))


def idle_solutions(among: Iterable[int] | None = None) -> Any:
    """Return the published solutions that no public cluster works with and nobody has taken up.

    Proposals and uptakes that are not disclosed count for nobody: a solution that ceases to be idle would tell of them.
    `among` are keys outside of which nothing is looked for, so that uptakes of others are not read.
    """
    states = [state for state in STATES if state not in PROPOSED_STATES]
    used = Cluster.solutions.through._default_manager.filter(cluster__state__in=states)
    taken = (
        Uptake.objects.live()
        .disclosed()
        .unrefused()
        .filter(cluster__in=Cluster.objects.public().order_by().values("pk"))
    )
    rows = Solution.objects.published()
    if among is not None:
        keys = list(among)
        used, taken, rows = used.filter(solution__in=keys), taken.filter(solution__in=keys), rows.filter(pk__in=keys)
    return rows.exclude(pk__in=used.values("solution")).exclude(pk__in=taken.order_by().values("solution"))
