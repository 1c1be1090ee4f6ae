"""What the page of coverage counts, read from the records in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from clusters.choices import PROPOSED_STATES, State
from clusters.models import Cluster, Outcome
from clusters.visibility import viewer
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


def facts_for(user: User | AnonymousUser | None, on: date | None = None) -> Facts:
    """Return what is counted for a reader: public clusters, and proposed ones for who sees those; 14 queries.

    Uptakes are the disclosed ones in use, of everybody: a figure never depends on who reads it, but for proposals.
    A cluster's projects are its owning project and those of its solutions.
    """
    sees_proposed = viewer(user, on or timezone.localdate()).is_cop
    states = [state for state in STATES if sees_proposed or state not in PROPOSED_STATES]
    regions = programme_regions()
    where = places_of(regions)
    works = _works(Cluster.objects.in_states(states), where)
    public = {work.pk for work in works}
    return Facts(
        works=works,
        taken=_taken(where, public),
        asked=_asked(where),
        regions=tuple(regions.values()),
        countries=_countries(regions),
        groups=tuple((row.code, row.title) for row in WorkingGroup.objects.order_by("code")),
        projects=tuple(Project.objects.order_by("acronym", "pk").values_list("acronym", "title")),
        idle=_idle(),
    )


def programme_regions() -> dict[int, Region]:
    """Return the regions of the programme by their keys, in the order of their codes; one query."""
    rows = Territory.objects.programme_regions().order_by("country", "code", "pk")
    return {
        pk: Region(code, name, country, column or 0, row or 0)
        for pk, code, name, country, column, row in rows.values_list("pk", "code", "name", "country", "column", "row")
    }


def _countries(regions: Mapping[int, Region]) -> dict[str, str]:
    """Return the programme's countries by their letters, in alphabetical order of the names."""
    letters = {region.country for region in regions.values()}
    rows = Territory.objects.countries().filter(country__in=letters).values_list("country", "name")
    names = {code: code for code in letters} | dict(rows)
    return dict(sorted(names.items(), key=lambda pair: pair[1]))


def places_of(regions: Mapping[int, Region]) -> Places:
    """Return for each territory the programme's regions in which it lies, and its countries.

    What lies in no region of the programme, such as a sea, still has its own country.
    """
    leads = defaultdict(set)
    for source, target in Territory.maps_to.through._default_manager.values_list("from_territory", "to_territory"):
        leads[source].add(target)
    found: Places = {}
    for pk, country in Territory.objects.order_by().values_list("pk", "country"):
        within = [regions[key] for key in ({pk} | leads[pk]) if key in regions]
        countries = {region.country for region in within} or ({country} if country else set())
        found[pk] = (frozenset(region.code for region in within), frozenset(countries))
    return found


def _works(rows: Any, where: Places) -> tuple[Work, ...]:
    """Return the clusters with everything by which they are counted; four queries."""
    projects, places, outcomes = defaultdict(set), defaultdict(set), defaultdict(set)
    kept = rows.order_by().values("pk")
    used = Cluster.solutions.through._default_manager.filter(cluster__in=kept)
    for pk, acronym in used.values_list("cluster", "solution__project__acronym"):
        projects[pk].add(acronym)
    for pk, territory in Cluster.territories.through._default_manager.filter(cluster__in=kept).values_list(
        "cluster", "territory"
    ):
        places[pk].add(territory)
    for pk, kind in Outcome.objects.filter(cluster__in=kept).order_by().values_list("cluster", "kind").distinct():
        outcomes[pk].add(kind)
    facts = rows.order_by("pk").values_list("pk", "state", "working_group__code", "owning_project__acronym")
    return tuple(
        Work(
            pk,
            STATES[state],
            group or "",
            frozenset(projects[pk] | ({owner} if owner else set())),
            *_united(places[pk], where),
            frozenset(outcomes[pk]),
        )
        for pk, state, group, owner in facts
    )


def _united(territories: Iterable[int], where: Places) -> tuple[frozenset[str], frozenset[str]]:
    """Return the regions and countries of several territories."""
    found = [where[pk] for pk in territories]
    regions: frozenset[str] = frozenset().union(*(codes for codes, _countries in found))
    countries: frozenset[str] = frozenset().union(*(codes for _regions, codes in found))
    return regions, countries


def _taken(where: Places, works: set[int]) -> tuple[Taken, ...]:
    rows = Uptake.objects.disclosed().in_use().with_documented().order_by("pk")
    joined = rows.select_related("solution__project", "organisation")
    return tuple(
        Taken(
            row.cluster_id,
            row.solution.project.acronym,
            *_place(where, row.territory_id, row.organisation.country),
            row.is_documented,
        )
        for row in joined
        if row.cluster_id in works
    )


def _place(where: Places, territory: int | None, country: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return where an uptake is: in its territory, else in the adopting organisation's country."""
    if territory is not None:
        return where[territory]
    return frozenset(), frozenset({country} if country else ())


def _asked(where: Places) -> tuple[Asked, ...]:
    """Return the open needs with their places; two queries."""
    places = defaultdict(set)
    needs = Need.objects.open().order_by("pk").values_list("pk", flat=True)
    for pk, territory in Need.territories.through._default_manager.filter(need__in=needs.values("pk")).values_list(
        "need", "territory"
    ):
        places[pk].add(territory)
    return tuple(Asked(*_united(places[pk], where)) for pk in needs)


def _idle() -> Mapping[str, int]:
    """Return for each project how many of its published solutions no cluster works with and nobody has taken up."""
    return Counter(idle_solutions().order_by().values_list("project__acronym", flat=True))


def idle_solutions() -> Any:
    """Return the published solutions that no public cluster works with and nobody has taken up."""
    used = Cluster.solutions.through._default_manager.filter(cluster__state__in=list(STATES))
    taken = Uptake.objects.live()
    return (
        Solution.objects.published()
        .exclude(pk__in=used.values("solution"))
        .exclude(pk__in=taken.order_by().values("solution"))
    )
