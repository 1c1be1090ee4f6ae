"""The list of indicators reads less than their records and counts the same, on data with everything that rules ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.db.models import F, Max, Min, Value
from django.db.models.functions import Coalesce

from clusters.choices import MeetingKind, ParticipationRole, ParticipationStatus, StageKind, StageStatus, State
from clusters.models import Attendance, Cluster, Meeting, Participation, Stage
from community.models import Project, Solution
from results.models import Contribution, Indicator, Uptake
from results.querysets.indicators import IndicatorFacts
from results.querysets.parts import BEGUN, Part, parts_of
from results.rules.indicators.shape import Figure, settled
from results.rules.indicators.table import RULES, figure_of
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW, TODAY
from tests.results.making import answered, asked, make_uptake

pytestmark = [pytest.mark.django_db, pytest.mark.both]
STATES = (State.APPROVED, State.RUNNING, State.PAUSED, State.CONCLUDED, State.DISCONTINUED)
STEPS = ("in_use", "in_use", "in_use", "committed", "interested")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def fill(cast: Cast, by: Random) -> None:
    """Make clusters with parts, meetings, pilots and uptakes, in and out of time, with and without proof."""
    places = [make.make_organisation(f"Org {number}", country=by.choice(["IT", "EL", "SI", ""])) for number in range(8)]
    ends = [TODAY - timedelta(days=by.randint(0, 600)) for _number in range(3)]
    projects = [make.make_project(f"P{number}", ends_on=end) for number, end in enumerate(ends)]
    for number, place in enumerate(places[:6]):
        until = by.choice([None, TODAY - timedelta(days=200)])
        make.make_partnership(place, by.choice(projects), "AP" if number % 3 else "PP", until_on=until)
    rows = _solutions(cast, projects, by)
    for number in range(10):
        cluster = make_cluster(cast, by.choice(STATES), owning_project=by.choice([None, *projects]))
        began = by.choice([None, TODAY - timedelta(days=by.randint(1, 700))])
        Cluster.objects.filter(pk=cluster.pk).update(started_on=began or cluster.started_on)
        _take_part(cluster, places, by)
        _meet(cluster, places, by)
        for position, status in enumerate(by.choices([*StageStatus.values], k=2), 50):
            _pilot(cluster, f"Pilot {number}", position, status, by)
        if cluster.state in (State.RUNNING, State.PAUSED, State.CONCLUDED):
            _take_up(cast, cluster, rows, by)
    kept = [(row, indicator) for row in rows for indicator in ("RCR104", "RCO116") if by.random() < 0.3]
    for row, code in kept:
        indicator, _new = Indicator.objects.get_or_create(code=code)
        given = {"indicator": indicator, "kind": "solution", "subject_id": row.pk, "project": by.choice(projects)}
        Contribution.objects.create(**given)


def _solutions(cast: Cast, projects: list[Any], by: Random) -> list[Solution]:
    kinds = [make.make_term("solution_type", code=code) for code in ("policy", "methodology")]
    rows = [cast.solution, *(make.make_solution(f"Made {number}", project=by.choice(projects)) for number in range(6))]
    for row in rows:
        given = {"website": by.choice(["", "https://made.example/"]), "where_tested": by.choice(["", "A"])}
        Solution.objects.filter(pk=row.pk).update(type=by.choice(kinds), **given)
    return rows


def _pilot(cluster: Cluster, title: str, position: int, status: str, by: Random) -> None:
    done = TODAY - timedelta(days=9) if status == StageStatus.DONE else None
    given = {"kind": StageKind.PILOT, "status": status, "actual_start_on": done, "actual_end_on": done}
    address = by.choice(["", "https://pilot.example/"])
    Stage.objects.create(cluster=cluster, position=position, title=title, evidence_url=address, **given)


def _take_part(cluster: Cluster, places: list[Any], by: Random) -> None:
    for place in by.choices(places, k=6):
        status = by.choice([ParticipationStatus.ACTIVE, ParticipationStatus.LEFT, ParticipationStatus.INVITED])
        since = by.choice([None, TODAY - timedelta(days=by.randint(0, 800))])
        until = TODAY - timedelta(days=by.randint(0, 300)) if status == ParticipationStatus.LEFT else None
        Participation.objects.create(
            cluster=cluster,
            member=make.make_member(organisation=place),
            organisation=place,
            status=status,
            role=ParticipationRole.PARTICIPANT,
            from_on=min(since, until) if since and until else since,
            until_on=until,
        )


def _meet(cluster: Cluster, places: list[Any], by: Random) -> None:
    for kind in by.sample(MeetingKind.values, 2):
        held, noted = TODAY - timedelta(days=by.randint(1, 500)), by.choice(["", "All came."])
        row = Meeting.objects.create(cluster=cluster, title="Work", kind=kind, held_on=held, minutes=noted)
        row.organisers.set(by.sample(places, 2))
        for place in by.sample(places, 3):
            Attendance.objects.create(meeting=row, organisation=place, persons=by.randint(0, 4), completed=0)


def _take_up(cast: Cast, cluster: Cluster, rows: list[Any], by: Random) -> None:
    cluster.solutions.set(rows)
    for solution in by.sample(rows, 3):
        taker = make.make_organisation(country="HR", is_demo=True)
        day = TODAY - timedelta(days=by.randint(0, 900))
        uptake = make_uptake(
            cast, cluster, organisation=taker, solution=solution, state=by.choice(STEPS), in_use_on=day
        )
        Uptake.objects.filter(pk=uptake.pk).update(is_disclosed=by.random() < 0.8)
        if uptake.state == "in_use" and by.random() < 0.7:
            _row, path = asked(cast, uptake, f"person{uptake.pk}@taker.example")
            answered(path, by.choice(["confirmed", "confirmed", "refused"]), said="So it is.")


def told(figure: Figure, projects: list[int]) -> list[Any]:
    """Return the numbers of a figure: of all projects, and of each."""
    parts = [figure, *(figure.of_project(pk) for pk in projects)]
    return [(one.documented, one.declared, one.reached) for one in parts]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_only_counted_counts_what_the_records_count(cast: Cast, seed: int) -> None:
    fill(cast, Random(seed))
    whole, counts = IndicatorFacts(None, TODAY), IndicatorFacts(None, TODAY, counts_only=True)
    projects, owners = list(Project.objects.values_list("pk", flat=True)), Contribution.objects.owners()
    seen = 0
    for code, rule in RULES.items():
        for version in rule.versions:
            for left_out in ([], ["policy"]):
                row = Indicator(code=code, rule_version=version, left_out_types=left_out)
                found, fewer = (
                    figure_of(row, facts, owners, TODAY, counts_only=facts.counts_only) for facts in (whole, counts)
                )
                assert told(fewer, projects) == told(found, projects), (code, version)
                assert len(fewer.lines) <= len(found.lines)
                seen += found.documented + found.declared + found.reached
    assert seen > 20
    assert settled([], {}, counts_only=True) == Figure()


def _grouped_by_the_database(facts: IndicatorFacts) -> set[Part]:
    """Return the parts as the database puts them together: one row for organisation, cluster and status."""
    begun = F("cluster__started_on")
    rows = Participation.objects.filter(
        cluster__state__in=sorted(BEGUN), cluster__started_on__lte=TODAY, organisation__isnull=False
    )
    keys = ("cluster_id", "organisation_id", "organisation__name", "organisation__country", "status")
    days = {"since": Min(Coalesce("from_on", begun)), "until": Max(Coalesce("until_on", Value(date.max)))}
    found = set()
    for key, organisation, name, country, status, since, until in (
        rows.took_part().order_by().values_list(*keys).annotate(**days)
    ):
        row, is_present = facts.clusters[key], status == ParticipationStatus.ACTIVE
        first, last = max(row.started_on or TODAY, since), min(row.ended_on or TODAY, TODAY, until)
        found.add(Part(key, organisation, name, country, is_present, first, last))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_parts_are_those_that_the_database_would_put_together(cast: Cast, seed: int) -> None:
    fill(cast, Random(seed))
    facts = IndicatorFacts(None, TODAY)
    parts = list(parts_of(facts.clusters, TODAY))
    assert {*parts} == _grouped_by_the_database(facts)
    assert len({*parts}) == len(parts) > 10
    countries: dict[int, set[str]] = defaultdict(set)
    for part in parts:
        countries[part.cluster] |= {part.country} - {""}
    assert {key: set(crowd.countries) for key, crowd in facts.crowds.items()} == countries
    assert {key: crowd.organisations for key, crowd in facts.crowds.items()} == {
        key: len({part.organisation for part in parts if part.cluster == key}) for key in countries
    }
