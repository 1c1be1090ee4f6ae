"""Two at once with a peer review: it is published once, begun once, and what is answered is what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from unittest.mock import patch

import pytest
from django.db import models

from clusters.choices import State
from clusters.models import Outcome
from community.models import Event
from community.permissions import Refusal
from results.actions import review as actions
from results.models import PeerReview
from results.review_lifecycle import REVIEW
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_races import at_once, patience
from tests.results.making_reviews import make_owner, make_review, published

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@contextmanager
def meeting_in_judgement() -> Iterator[None]:
    """Let both judge what they read before either writes; a locked-out one is not waited for long."""
    barrier, judge = Barrier(2), REVIEW.judge

    def judge_and_wait(attempt: Any) -> Any:
        verdict = judge(attempt)
        with suppress(BrokenBarrierError):
            barrier.wait(patience())
        return verdict

    with patch.object(REVIEW, "judge", judge_and_wait):
        yield


def without_lock() -> Any:
    """Read reviews and clusters without locking them; chains of events keep their own locks."""
    lock = models.QuerySet.select_for_update

    def lock_others(rows: models.QuerySet[Any], **options: Any) -> models.QuerySet[Any]:
        return rows if rows.model.__name__ in ("PeerReview", "Cluster") else lock(rows, **options)

    return patch.object(models.QuerySet, "select_for_update", lock_others)


def publish_twice(cast: Cast) -> tuple[PeerReview, list[Any]]:
    review = make_review(cast, make_cluster(cast, State.RUNNING))
    press = partial(actions.act_on_review, review=review, verb="review.published")
    with meeting_in_judgement():
        return review, at_once(*(partial(press, by=cast.user(role)) for role in ("lead", "deputy_lead")))


def test_a_review_that_two_publish_at_once_is_published_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(10)):
        review, results = publish_twice(cast)
        assert [type(one) for one in results].count(Refusal) == 1
        counted = Outcome.objects.filter(cluster=review.cluster, kind="peer_revision").count()
        assert (Event.objects.about(review).count(), counted) == (1, 1)


def test_without_the_lock_it_is_published_twice(cast: Cast) -> None:
    with without_lock():
        review, results = publish_twice(cast)
    assert [isinstance(one, Exception) for one in results] == [False, False]
    assert Event.objects.about(review).filter(verb="review.published").count() == 2


def test_a_review_that_two_begin_at_once_is_one(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(10)):
        cluster = make_cluster(cast, State.RUNNING)
        press = partial(actions.begin_review, cluster=cluster, solution=cast.solution)
        first, second = at_once(*(partial(press, by=cast.user(role)) for role in ("lead", "deputy_lead")))
        assert (first, PeerReview.objects.of_cluster(cluster).count()) == (second, 1)


def test_an_answer_and_a_withdrawal_at_once_follow_each_other(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(10)):
        review = published(cast, make_cluster(cast, State.RUNNING))
        said = {row.pk: ("accepted", "") for row in review.recommendations.all()}
        act = partial(actions.act_on_review, review=review)
        given = {"answer": "We thank you.", "recommendations": said, "seen": str(review.version)}
        with meeting_in_judgement():
            answered, withdrawn = at_once(
                partial(act, verb="review.answered", by=make_owner(cast), **given),
                partial(act, verb="review.withdrawn", by=cast.user("lead"), reason="The wrong edition."),
            )
        assert not isinstance(withdrawn, Exception)
        row = PeerReview.objects.get(pk=review.pk)
        assert (row.state, bool(row.answer)) == ("withdrawn", not isinstance(answered, Refusal))
