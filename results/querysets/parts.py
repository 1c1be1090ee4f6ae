"""Who takes or took part in which cluster, from which day to which, and when an organisation was in a partnership.

What a figure counts does not go away with the person who leaves: whoever took part once has taken part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from django.apps import apps
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


class ClusterRow(NamedTuple):
    """What the facts of a cluster's records need of it; `project` owns them, None where nobody does."""

    name: str
    project: int | None
    started_on: date | None
    ended_on: date | None


class Crowd(NamedTuple):
    """How many organisations of a cluster there are, and their countries."""

    organisations: int = 0
    countries: frozenset[str] = frozenset()


class Part(NamedTuple):
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


_NAMES: Final = ("pk", "name", "country")
_SPAN: Final = ("cluster_id", "organisation_id", "status", "from_on", "until_on")
#: Whether the organisation of a part was in the partnership of a project.
Inside = Callable[[Part, int | None], bool]
Stays = Mapping[tuple[int, int], list[tuple[date, date]]]


def _all(model: str) -> Any:
    found: Any = apps.get_model(model)
    return found._default_manager.order_by()


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
    """Yield the parts in the clusters that have begun by a day; two queries.

    Who left before the first day of the work took part in nothing, nor did who took a request back: that has no last
    day. The persons of an organisation are put together here: a database that groups them reads names as often.
    """
    named = {pk: (name, country) for pk, name, country in _all("community.Organisation").values_list(*_NAMES)}
    rows = _all("clusters.Participation").filter(
        cluster__state__in=sorted(BEGUN), cluster__started_on__lte=on, organisation__isnull=False
    )
    spans: dict[tuple[int, int, str], tuple[date, date]] = {}
    for key, organisation, status, since, until in rows.took_part().values_list(*_SPAN):
        if key not in clusters or organisation not in named:
            continue
        first, last = since or clusters[key].started_on or on, until or date.max
        if (known := spans.get((key, organisation, status))) is not None:
            first, last = min(first, known[0]), max(last, known[1])
        spans[key, organisation, status] = (first, last)
    for (key, organisation, status), (first, last) in spans.items():
        started, ended = clusters[key].started_on or on, clusters[key].ended_on or on
        is_present = status == ParticipationStatus.ACTIVE
        yield Part(key, organisation, *named[organisation], is_present, max(started, first), min(ended, on, last))


def crowds_of(parts: Iterable[Part]) -> dict[int, Crowd]:
    """Return organisations and countries by cluster; one without has an empty crowd.

    Crowds of the same countries hold one set: there are thousands of clusters.
    """
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for part in parts:
        found[part.cluster][part.organisation] = part.country
    known: dict[frozenset[str], frozenset[str]] = {}
    crowds = defaultdict[int, Crowd](Crowd)
    for cluster, countries in found.items():
        named = frozenset(countries.values()) - {""}
        crowds[cluster] = Crowd(len(countries), known.setdefault(named, named))
    return crowds


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
    first, last, document, cluster = one
    since, until, shown, key = other
    if (since, key) < (first, cluster):
        first, cluster = since, key
    if shown is not None and (document is None or shown > document):
        document = shown
    return (first, until if until > last else last, document, cluster)
