"""Two at once with a policy statement: it is adopted once, and what is adopted is what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from unittest.mock import patch

import pytest
from django.db import models

from community.models import Event
from community.permissions import Refusal
from results.actions import policy as actions
from results.models import StatementVersion
from results.policy_lifecycle import STATEMENT
from tests.cast import Cast, make_cast
from tests.clusters.test_lifecycle_races import at_once, patience
from tests.results.test_policy import discussed

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@contextmanager
def meeting_in_judgement() -> Iterator[None]:
    """Let both judge what they read before either writes; a locked-out one is not waited for long."""
    barrier, judge = Barrier(2), STATEMENT.judge

    def judge_and_wait(attempt: Any) -> Any:
        verdict = judge(attempt)
        with suppress(BrokenBarrierError):
            barrier.wait(patience())
        return verdict

    with patch.object(STATEMENT, "judge", judge_and_wait):
        yield


def without_lock() -> Any:
    """Read statements without locking them; chains of events keep their own locks."""
    lock = models.QuerySet.select_for_update

    def lock_others(rows: models.QuerySet[Any], **options: Any) -> models.QuerySet[Any]:
        return rows if rows.model.__name__ == "PolicyStatement" else lock(rows, **options)

    return patch.object(models.QuerySet, "select_for_update", lock_others)


def adopt_twice(cast: Cast) -> list[Any]:
    statement = discussed(cast)
    press = partial(actions.act, statement=statement, verb="statement.adopted")
    with meeting_in_judgement():
        return at_once(*(partial(press, by=cast.user(who)) for who in ("mission_coordinator", "coordinator_proposer")))


def test_a_statement_that_two_adopt_at_once_is_adopted_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for number in range(rounds(20)):
        results = adopt_twice(cast)
        assert [type(one) for one in results].count(Refusal) == 1
        assert StatementVersion.objects.count() == number + 1
        assert Event.objects.filter(verb="statement.adopted").count() == number + 1


def test_without_the_lock_both_try_to_adopt_it(cast: Cast) -> None:
    """The unique number of a version is what stands behind the lock: then one of them fails instead of being told."""
    with without_lock():
        results = adopt_twice(cast)
    assert [isinstance(one, Exception) and not isinstance(one, Refusal) for one in results].count(True) == 1
