"""What the dashboard counts, read from public records in six queries, whoever reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Min, Subquery
from django.utils import timezone

from clusters.choices import PUBLIC_STATES, State
from clusters.models import Cluster
from results.choices import UptakeStep
from results.coverage import grounds_of
from results.models import StatementVersion, Uptake
from results.querysets.uptake import documenting
from results.rules.dashboard import Span, Story, Use

#: States in which a cluster has begun, unless it was approved and ended before its first day.
BEGUN = (State.RUNNING, State.PAUSED, State.CONCLUDED)
#: Of these the work stands; a discontinued cluster stands for none any more, as on the page of coverage.
STANDING = frozenset(PUBLIC_STATES - {State.DISCONTINUED})


def story_of() -> Story:
    """Return everything that is counted; undisclosed uptakes and clusters that are not public are not."""
    rows = Cluster.objects.in_states(PUBLIC_STATES).order_by("pk")
    facts = list(rows.values_list("pk", "state", "starts_on", "started_on", "ended_on", "approved_at"))
    spans, approved = {}, {}
    for pk, state, planned, started, ended, approved_at in facts:
        began = started or (planned if state in BEGUN else None)
        if began is not None and (ended is None or ended > began):
            spans[pk] = Span(began, ended)
        if state in STANDING and (since := _day(approved_at) or began):
            approved[pk] = min(since, began or since)
    regions, reached = _reached(approved)
    return Story(tuple(spans.values()), tuple(_uses()), reached, tuple(_adopted()), regions)


def _day(moment: Any) -> date | None:
    return timezone.localdate(moment) if moment else None


def _reached(approved: dict[int, date]) -> tuple[int, tuple[date, ...]]:
    """Return how many regions there are, and the days on which they were first reached."""
    grounds = grounds_of()
    first: dict[str, date] = {}
    places = Cluster.territories.through._default_manager.filter(cluster__state__in=sorted(STANDING))
    for cluster, territory in places.values_list("cluster", "territory"):
        if cluster in approved:
            for code in grounds.places[territory][0]:
                first[code] = min(first.get(code, approved[cluster]), approved[cluster])
    return len(grounds.regions), tuple(sorted(first.values()))


def _uses() -> Iterator[Use]:
    """Yield the uptakes that are or were in use, with the day on which each was documented as it stands now."""
    confirmed = documenting().order_by("answered_at").values("answered_at")[:1]
    rows = Uptake.objects.disclosed().unrefused().in_steps([UptakeStep.IN_USE, UptakeStep.STOPPED])
    rows = rows.filter(cluster__state__in=sorted(STANDING)).order_by("pk")
    for since, until, at in rows.annotate(at=Subquery(confirmed)).values_list("in_use_on", "stopped_on", "at"):
        if since is not None:
            yield Use(since, until, _day(at))


def _adopted() -> Iterator[date]:
    """Yield the days since which statements rest on what came of clusters, each from the first version that does.

    What was withdrawn counts no more, nor what rests on nothing that is counted any more.
    """
    rows = StatementVersion.objects.standing().fed().order_by()
    for row in rows.values("statement").annotate(at=Min("adopted_at")):
        yield timezone.localdate(row["at"])
