"""Who takes or took part in which cluster, from which day to which, and when an organisation was in a partnership.

What a figure counts does not go away with the person who leaves: whoever took part once has taken part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.apps import apps
from django.db.models import F, Max, Min, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from clusters.choices import (
    PUBLIC_STATES,
    AmendmentKind,
    AmendmentState,
    ParticipationStatus,
    State,
)
from results.facts import ProjectFacts

#: Has begun, and everybody may read of it.
BEGUN: Final = PUBLIC_STATES - {State.APPROVED}
#: First day, last day, day of the last document, key of the cluster.
Span = tuple[date, date, date | None, int]


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """What the facts of a cluster's records need of it; `project` owns them, None where nobody does."""

    name: str
    project: int | None
    started_on: date | None
    ended_on: date | None


@dataclass(slots=True)
class Crowd:
    """Organisations of a cluster, and their countries."""

    organisations: set[int] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Part:
    """An organisation in a cluster that has begun, from its first to its last day there so far.

    `is_present` says that somebody takes part for it today; who left, for the same organisation, has a part of its own.
    """

    cluster: int
    organisation: int
    name: str
    country: str
    is_present: bool
    first: date
    last: date


#: Whether the organisation of a part was in the partnership of a project.
Inside = Callable[[Part, int | None], bool]
Stays = Mapping[tuple[int, int], list[tuple[date, date]]]


def leads_at_the_start() -> dict[int, int]:
    """Return which organisation led a cluster when it began, for those that were handed over since; one query."""
    model: Any = apps.get_model("clusters.Amendment")
    rows = model._default_manager.filter(kind=AmendmentKind.LEAD, state=AmendmentState.ACCEPTED)
    rows = rows.filter(cluster__started_on__isnull=False, decided_at__isnull=False).order_by("-decided_at", "-pk")
    found = {}
    for key, started, at, changes in rows.values_list("cluster_id", "cluster__started_on", "decided_at", "changes"):
        was = changes.get("lead", {}).get("was") or [None, None]
        if was[1] is not None and timezone.localdate(at) > started:
            found[key] = was[1]
    return found


def parts_of(clusters: Mapping[int, ClusterRow], on: date) -> Iterator[Part]:
    """Yield the parts in the clusters that have begun by a day; one query.

    Who left before the first day of the work took part in nothing, nor did who took a request back: that has no last
    day.
    """
    begun = F("cluster__started_on")
    model: Any = apps.get_model("clusters.Participation")
    rows = model._default_manager.filter(
        cluster__state__in=sorted(BEGUN), cluster__started_on__lte=on, organisation__isnull=False
    )
    keys = ("cluster_id", "organisation_id", "organisation__name", "organisation__country", "status")
    spans = rows.took_part().order_by().values_list(*keys)
    days = {"since": Min(Coalesce("from_on", begun)), "until": Max(Coalesce("until_on", Value(date.max)))}
    for key, organisation, name, country, status, since, until in spans.annotate(**days):
        if key in clusters:
            started, ended = clusters[key].started_on or on, clusters[key].ended_on or on
            is_present = status == ParticipationStatus.ACTIVE
            first, last = max(started, since), min(ended, on, until)
            yield Part(key, organisation, name, country, is_present, first, last)


def crowds_of(parts: Iterable[Part]) -> dict[int, Crowd]:
    """Return organisations and countries by cluster; one without has an empty crowd."""
    found: dict[int, Crowd] = defaultdict(Crowd)
    for part in parts:
        found[part.cluster].organisations.add(part.organisation)
        found[part.cluster].countries |= {part.country} - {""}
    return found


def stays_of(partnerships: Iterable[Any], projects: Mapping[int, ProjectFacts]) -> Stays:
    """Return when each organisation was in the partnership of each project.

    Who stayed to the completion is in it for good: what it does with the others later is cooperation of partners.
    """
    found = defaultdict(list)
    for organisation, _country, project, _role, since, until in partnerships:
        end = projects[project].ends_on if project in projects else None
        stayed = until is None or (end is not None and until >= end)
        found[organisation, project].append((since or date.min, date.max if stayed else until))
    return found


def was_inside(stays: Stays, part: Part, project: int | None) -> bool:
    """Tell whether the organisation was in the partnership of the project on a day of its part."""
    known = stays.get((part.organisation, project), []) if project is not None else []
    return any(first <= part.last and part.first <= last for first, last in known)


def joined(one: Span, other: Span) -> Span:
    """Return the first and last day and document of two spans, with the cluster of the earlier one."""
    documents = [day for day in (one[2], other[2]) if day is not None]
    first = min(one, other, key=lambda span: (span[0], span[3]))
    return (first[0], max(one[1], other[1]), max(documents, default=None), first[3])
