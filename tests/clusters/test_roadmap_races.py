"""Two at once on one roadmap: what the lock on the cluster's row is for, each with a control that has none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
from django.db import models

from clusters.actions import roadmap as actions
from clusters.actions import roadmap_order as ordering
from clusters.choices import State
from clusters.models import Cluster, Stage
from community.models import Event
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_races import PATIENCE, at_once

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


@contextmanager
def meeting_at(name: str, module: ModuleType = actions) -> Iterator[None]:
    """Let both parties reach this step of the actions before either goes on; a locked-out one is not waited for."""
    barrier = threading.Barrier(2)
    step = getattr(module, name)

    def step_and_wait(*given: Any, **named: Any) -> Any:
        found = step(*given, **named)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(PATIENCE)
        return found

    with patch.object(module, name, step_and_wait):
        yield


def without_locks() -> Any:
    return patch.object(models.QuerySet, "select_for_update", lambda rows, **options: rows)


def changes(cluster: Cluster) -> list[str]:
    return sorted(Event.objects.of_chain(f"cluster:{cluster.pk}").values_list("verb", flat=True))


def edit(stage: Stage, cast: Cast, role: str, **values: Any) -> Callable[[], object]:
    return partial(actions.update_stage, stage=stage, by=cast.user(role), seen_version=1, **values)


def test_a_move_and_an_edit_at_once_lose_neither(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(50)):
        cluster, stages = make_roadmap(cast)
        order = [stage.pk for stage in stages]
        move = partial(ordering.move_stage, stage=stages[2], by=cast.user("deputy_lead"), up=True, seen_order=order)
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
        results = at_once(
            edit(stages[1], cast, "lead", note="Mine."), edit(stages[1], cast, "deputy_lead", note="Yours.")
        )
        refusals = [result for result in results if isinstance(result, Refusal)]
        assert [refusal.code for refusal in refusals] == ["stale"], results
        assert "while you were writing" in str(refusals[0])
        assert changes(cluster) == ["stage.changed"]


def test_without_the_lock_two_edits_lose_one_text(cast: Cast) -> None:
    _cluster, stages = make_roadmap(cast)
    with without_locks(), meeting_at("check_seen"):
        results = at_once(
            edit(stages[1], cast, "lead", note="Mine."), edit(stages[1], cast, "deputy_lead", note="Yours.")
        )
    assert not any(isinstance(result, Refusal) for result in results)
    stages[1].refresh_from_db()
    assert stages[1].version == 2


def test_two_moves_at_once_move_one(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster, stages = make_roadmap(cast)
        order = [stage.pk for stage in stages]
        with meeting_at("moved", ordering):
            results = at_once(
                partial(ordering.move_stage, stage=stages[0], by=cast.user("lead"), up=False, seen_order=order),
                partial(ordering.move_stage, stage=stages[2], by=cast.user("deputy_lead"), up=True, seen_order=order),
            )
        assert [result.code for result in results if isinstance(result, Refusal)] == ["stale"], results
        assert list(cluster.stages.values_list("position", flat=True)) == [1, 2, 3, 4]
        assert changes(cluster) == ["stage.moved"]


def test_without_the_lock_two_moves_both_believe_to_be_the_first(cast: Cast) -> None:
    _cluster, stages = make_roadmap(cast)
    order = [stage.pk for stage in stages]
    with without_locks(), meeting_at("moved", ordering):
        results = at_once(
            partial(ordering.move_stage, stage=stages[0], by=cast.user("lead"), up=False, seen_order=order),
            partial(ordering.move_stage, stage=stages[2], by=cast.user("deputy_lead"), up=True, seen_order=order),
        )
    assert not any(isinstance(result, Refusal) for result in results)


def test_the_same_new_stage_sent_twice_at_once_is_one(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster, _stages = make_roadmap(cast)
        add = partial(actions.add_stage, cluster=cluster, by=cast.user("lead"), title="Workshop")
        first, second = at_once(add, add)
        assert first == second
        assert cluster.stages.count() == 5
        assert changes(cluster) == ["stage.added"]
