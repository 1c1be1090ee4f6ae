"""Two at once on one roadmap: what the lock on the cluster's row is for, each with a control that has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from clusters.actions import roadmap as actions
from clusters.actions import roadmap_confirm as confirming
from clusters.actions import roadmap_order as ordering
from clusters.actions import roadmap_shift as shifting
from clusters.choices import State
from clusters.models import Cluster, Stage
from clusters.rules.roadmap import seen_versions
from community.models import Event
from tests.cast import Cast, make_cast, make_cluster
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def make_roadmap(cast: Cast) -> tuple[Cluster, list[Stage]]:
    """A running cluster with four stages."""
    cluster = make_cluster(cast, State.RUNNING)
    for position in (2, 3, 4):
        Stage.objects.create(cluster=cluster, position=position, title=f"Stage {position}")
    return cluster, list(cluster.stages.all())


def changes(cluster: Cluster) -> list[str]:
    return sorted(Event.objects.of_chain(f"cluster:{cluster.pk}").values_list("verb", flat=True))


def edit(stage: Stage, cast: Cast, role: str, **values: Any) -> Callable[[], object]:
    return partial(actions.update_stage, stage=stage, by=cast.user(role), seen_version=1, **values)


def test_a_move_and_an_edit_at_once_lose_neither(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(50)):
        cluster, stages = make_roadmap(cast)
        order = [stage.pk for stage in stages]
        move = partial(ordering.move_stage, stage=stages[2], by=cast.user("deputy_lead"), up=True, seen_order=order)
        with meeting((ordering, "moved"), (actions, "check_seen")):
            results = at_once(move, edit(stages[2], cast, "lead", title="Renamed", note="Both stay."))
        assert [result for result in results if isinstance(result, Exception)] == []
        assert list(cluster.stages.values_list("title", "note", "position")) == [
            ("Kick-off", "", 1),
            ("Renamed", "Both stay.", 2),
            ("Stage 2", "", 3),
            ("Stage 4", "", 4),
        ]
        cluster.refresh_from_db()
        assert cluster.version == 3
        assert changes(cluster) == ["stage.changed", "stage.moved"]


def test_two_edits_of_one_stage_at_once_save_one_and_tell_the_other(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(50)):
        cluster, stages = make_roadmap(cast)
        with meeting((actions, "check_seen")):
            results = at_once(
                edit(stages[1], cast, "lead", note="Mine."), edit(stages[1], cast, "deputy_lead", note="Yours.")
            )
        assert [refusal.code for refusal in refusals(results)] == ["stale"], results
        assert "while you were writing" in str(refusals(results)[0])
        assert changes(cluster) == ["stage.changed"]


def test_without_the_lock_two_edits_lose_one_text(cast: Cast) -> None:
    _cluster, stages = make_roadmap(cast)
    with without_locks("clusters"), meeting((actions, "check_seen")):
        results = at_once(
            edit(stages[1], cast, "lead", note="Mine."), edit(stages[1], cast, "deputy_lead", note="Yours.")
        )
    assert not [result for result in results if isinstance(result, Exception)], results
    stages[1].refresh_from_db()
    assert stages[1].version == 2


def test_two_moves_at_once_move_one(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster, stages = make_roadmap(cast)
        order = [stage.pk for stage in stages]
        with meeting((ordering, "moved")):
            results = at_once(
                partial(ordering.move_stage, stage=stages[0], by=cast.user("lead"), up=False, seen_order=order),
                partial(ordering.move_stage, stage=stages[2], by=cast.user("deputy_lead"), up=True, seen_order=order),
            )
        assert [result.code for result in refusals(results)] == ["stale"], results
        assert list(cluster.stages.values_list("position", flat=True)) == [1, 2, 3, 4]
        assert changes(cluster) == ["stage.moved"]


def test_without_the_lock_two_moves_both_believe_to_be_the_first(cast: Cast) -> None:
    _cluster, stages = make_roadmap(cast)
    order = [stage.pk for stage in stages]
    with without_locks("clusters"), meeting((ordering, "moved")):
        results = at_once(
            partial(ordering.move_stage, stage=stages[0], by=cast.user("lead"), up=False, seen_order=order),
            partial(ordering.move_stage, stage=stages[2], by=cast.user("deputy_lead"), up=True, seen_order=order),
        )
    assert not [result for result in results if isinstance(result, Exception)], results


def test_the_same_new_stage_sent_twice_at_once_is_one(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster, _stages = make_roadmap(cast)
        add = partial(actions.add_stage, cluster=cluster, by=cast.user("lead"), title="Workshop")
        with meeting((actions, "locked_cluster")):
            first, second = at_once(add, add)
        assert first == second
        assert cluster.stages.count() == 5
        assert changes(cluster) == ["stage.added"]


# -- The plan as a whole -----------------------------------------------------------------------------------------------


def plan(cast: Cast) -> tuple[Cluster, list[Stage]]:
    """A roadmap whose second stage is planned, with room behind it."""
    cluster, stages = make_roadmap(cast)
    Stage.objects.filter(pk=stages[1].pk).update(planned_start_on=date(2026, 4, 1), planned_end_on=date(2026, 4, 9))
    return cluster, list(cluster.stages.all())


def shift_and_edit(cast: Cast, cluster: Cluster, stages: list[Stage]) -> list[object]:
    """Move a stage by a week while somebody plans it anew, each having read it as it was."""
    seen = shifting.shift_of(cluster, stages, stages[1], 7).seen
    days = {"planned_start_on": date(2026, 5, 1), "planned_end_on": date(2026, 5, 9)}
    with meeting((actions, "check_seen"), (shifting, "shift_of")):
        return at_once(
            partial(shifting.shift_stages, stage=stages[1], by=cast.user("lead"), days=7, seen=seen),
            edit(stages[1], cast, "deputy_lead", **days),
        )


def test_a_shift_and_an_edit_at_once_are_one_of_both(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        cluster, stages = plan(cast)
        results = shift_and_edit(cast, cluster, stages)
        assert [refusal.code for refusal in refusals(results)] == ["stale"], results
        (verb,) = changes(cluster)
        row = Stage.objects.get(pk=stages[1].pk)
        day = {"stage.shifted": date(2026, 4, 8), "stage.changed": date(2026, 5, 1)}[verb]
        assert (row.planned_start_on, row.version) == (day, 2)


def test_without_the_lock_one_of_shift_and_edit_is_lost(cast: Cast) -> None:
    cluster, stages = plan(cast)
    with without_locks("clusters"):
        results = shift_and_edit(cast, cluster, stages)
    assert refusals(results) == []
    assert changes(cluster) == ["stage.changed", "stage.shifted"]


def confirm_twice(cast: Cast, cluster: Cluster) -> list[object]:
    """Let lead and deputy say that all is still true, in the same moment."""
    confirm = partial(confirming.confirm_roadmap, cluster=cluster, seen=seen_versions(list(cluster.stages.all())))
    with meeting((confirming, "_needs_word")):
        return at_once(partial(confirm, by=cast.user("lead")), partial(confirm, by=cast.user("deputy_lead")))


def test_still_true_said_twice_at_once_is_said_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        cluster, _stages = make_roadmap(cast)
        first, second = confirm_twice(cast, cluster)
        assert sorted(map(len, (first, second))) == [0, 3]  # type: ignore[arg-type]
        assert changes(cluster) == ["roadmap.confirmed"]


def test_without_the_lock_still_true_is_said_twice(cast: Cast) -> None:
    cluster, _stages = make_roadmap(cast)
    with without_locks("clusters"):
        confirm_twice(cast, cluster)
    assert changes(cluster) == ["roadmap.confirmed", "roadmap.confirmed"]
