"""Moving the plan from a stage on: what moves, what stays, what forbids it, and the page that shows it first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from clusters.actions.roadmap import update_stage
from clusters.actions.roadmap_shift import shift_stages
from clusters.choices import StageStatus, State
from clusters.models import Cluster, Stage
from clusters.rules.shift import Shift, shift_of
from community.models import Event
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster

CLUSTER = Cluster(starts_on=date(2026, 3, 1), ends_on=date(2026, 11, 30))
DAY = timedelta(days=1)


def stage(number: int, start: date | None, end: date | None, **more: Any) -> Stage:
    return Stage(pk=number, title=f"Stage {number}", planned_start_on=start, planned_end_on=end, **more)


ORDER = [
    stage(1, date(2026, 3, 1), date(2026, 3, 20), status=StageStatus.DONE),
    stage(2, date(2026, 4, 1), date(2026, 4, 30), status=StageStatus.RUNNING, actual_start_on=date(2026, 4, 2)),
    stage(3, None, None),
    stage(4, date(2026, 5, 1), date(2026, 6, 1), status=StageStatus.DROPPED),
    stage(5, date(2026, 6, 10), date(2026, 6, 10)),
    stage(6, None, date(2026, 9, 30)),
]


def plan(first: int, days: int) -> Shift:
    return shift_of(CLUSTER, ORDER, ORDER[first - 1], days)


def test_what_is_done_dropped_or_undated_is_leapt_over_and_what_has_begun_keeps_its_start() -> None:
    shift = plan(1, 14)
    assert [(line.number, line.start, line.end) for line in shift.moving] == [
        (2, date(2026, 4, 1), date(2026, 5, 14)),
        (5, date(2026, 6, 24), date(2026, 6, 24)),
        (6, None, date(2026, 10, 14)),
    ]
    assert [line.number for line in shift.lines if line.stays] == [1, 3, 4]
    assert [line.number for line in plan(5, -1).lines] == [5, 6]
    assert shift.problem == ""


@pytest.mark.parametrize(
    ("first", "days", "sentence", "wished"),
    [
        (5, 62, "Stage 6 would end on 1 December 2026, after the cluster does", "?ends_on=2026-12-01"),
        (5, 61, "", ""),
        (5, -102, "Stage 5 would start on 28 February 2026, before the cluster does", "?starts_on=2026-02-28"),
        (5, -101, "", ""),
        (2, -30, "Stage 2 has begun on its planned start and would end before it", ""),
    ],
)
def test_the_ends_of_the_cluster_are_in_the_way_and_an_amendment_is_offered(
    first: int, days: int, sentence: str, wished: str
) -> None:
    shift = plan(first, days)
    assert shift.problem.startswith(sentence)
    assert bool(shift.problem) is bool(sentence)
    assert shift.amending == wished


def test_where_nothing_would_move_it_says_so() -> None:
    assert shift_of(CLUSTER, ORDER[:1], ORDER[0], 1).problem.startswith("No stage from here on")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    """A running cluster with one stage that is done and two that are planned."""
    cluster = make_cluster(cast, State.RUNNING)
    for position, month in ((2, 6), (3, 7)):
        day = date(2026, month, 1)
        Stage.objects.create(
            cluster=cluster, position=position, title=f"Part {position}", planned_start_on=day, planned_end_on=day
        )
    return cluster


def parts(cluster: Cluster) -> list[tuple[Any, int]]:
    return [(row.planned_end_on, row.version) for row in cluster.stages.all()[1:]]


@pytest.mark.django_db
def test_one_press_moves_all_leaves_one_event_and_the_second_press_none(cast: Cast, cluster: Cluster) -> None:
    by, order = cast.user("lead"), list(cluster.stages.all())
    assert by is not None
    seen = shift_of(cluster, order, order[1], 3).seen
    assert len(shift_stages(stage=order[1], by=by, days=3, seen=seen)) == 2
    assert shift_stages(stage=order[1], by=by, days=3, seen=seen) == []
    assert parts(cluster) == [(date(2026, 6, 4), 2), (date(2026, 7, 4), 2)]
    event = Event.objects.get(verb="stage.shifted")
    assert event.data == {"days": 3, "stages": [order[1].pk, order[2].pk], "seen": seen}
    assert event.detail.body["changes"]["3. Part 3"] == {"was": "2026-07-01", "now": "2026-07-04"}
    with pytest.raises(Refusal, match="saved stage 3"):
        update_stage(stage=order[2], by=by, seen_version=1, note="Older.")
    with pytest.raises(Refusal, match="changed since this preview"):
        shift_stages(stage=order[1], by=by, days=4, seen=seen)
    assert parts(cluster)[0][0] == date(2026, 6, 4)


@pytest.mark.django_db
def test_the_page_shows_what_would_move_and_moves_only_that(cast: Cast, cluster: Cluster) -> None:
    client, first = Client(), cluster.stages.all()[1]
    client.force_login(cast.user("lead"))
    address = f"/clusters/{cluster.name}/roadmap/shift/"
    assert client.get(address, {"stage": first.pk}).status_code == 200
    wrong = client.get(address, {"stage": first.pk, "days": "soon"})
    assert (wrong.status_code, "Give a whole number of days" in wrong.content.decode()) == (422, True)
    shown = client.get(address, {"stage": first.pk, "days": "14"})
    assert "Shift 2 stages by 14 days" in shown.content.decode()
    far = client.get(address, {"stage": first.pk, "days": "900"}).content.decode()
    assert "after the cluster does" in far
    assert "/amendments/suggest/?ends_on=" in far
    assert 'name="seen"' not in far
    data = {"stage": first.pk, "days": "14", "seen": shown.context["shift"].seen}
    Stage.objects.filter(pk=first.pk).update(planned_end_on=first.planned_end_on + DAY)
    stale = client.post(address, data)
    assert (stale.status_code, "changed since this preview" in stale.content.decode()) == (409, True)
    assert parts(cluster)[1] == (date(2026, 7, 1), 1)
    again = client.post(address, {**data, "seen": stale.context["shift"].seen})
    assert again.headers["Location"] == f"/clusters/{cluster.name}/roadmap/#stage-{first.pk}"
    assert parts(cluster) == [(date(2026, 6, 16), 2), (date(2026, 7, 15), 2)]
