"""Two at once with a peer review: it is published once, begun once, and what is answered is what was read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clusters.choices import State
from clusters.models import Cluster, Outcome
from community.models import Event
from community.permissions import Refusal
from results.actions import review as actions
from results.models import PeerReview
from results.review_lifecycle import REVIEW
from tests.cast import Cast, make_cast, make_cluster
from tests.races import at_once, meeting, without_locks
from tests.results.making_reviews import make_owner, make_review, published

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def publish_twice(cast: Cast) -> tuple[PeerReview, list[Any]]:
    review = make_review(cast, make_cluster(cast, State.RUNNING))
    press = partial(actions.act_on_review, review=review, verb="review.published")
    with meeting((REVIEW, "judge")):
        return review, at_once(*(partial(press, by=cast.user(role)) for role in ("lead", "deputy_lead")))


def test_a_review_that_two_publish_at_once_is_published_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(10)):
        review, results = publish_twice(cast)
        assert [type(one) for one in results].count(Refusal) == 1
        counted = Outcome.objects.filter(cluster=review.cluster, kind="peer_revision").count()
        assert (Event.objects.about(review).count(), counted) == (1, 1)


def test_without_the_lock_it_is_published_twice(cast: Cast) -> None:
    with without_locks(PeerReview, Cluster):
        review, results = publish_twice(cast)
    assert [isinstance(one, Exception) for one in results] == [False, False]
    assert Event.objects.about(review).filter(verb="review.published").count() == 2


def test_a_review_that_two_begin_at_once_is_one(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(10)):
        cluster = make_cluster(cast, State.RUNNING)
        press = partial(actions.begin_review, cluster=cluster, solution=cast.solution)
        with meeting((actions, "can_review")):
            first, second = at_once(*(partial(press, by=cast.user(role)) for role in ("lead", "deputy_lead")))
        assert (first, PeerReview.objects.of_cluster(cluster).count()) == (second, 1)


def test_an_answer_and_a_withdrawal_at_once_follow_each_other(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(10)):
        review = published(cast, make_cluster(cast, State.RUNNING))
        said = {row.pk: ("accepted", "") for row in review.recommendations.all()}
        act = partial(actions.act_on_review, review=review)
        given = {"answer": "We thank you.", "recommendations": said, "seen": str(review.version)}
        with meeting((REVIEW, "judge")):
            answered, withdrawn = at_once(
                partial(act, verb="review.answered", by=make_owner(cast), **given),
                partial(act, verb="review.withdrawn", by=cast.user("lead"), reason="The wrong edition."),
            )
        assert not isinstance(withdrawn, Exception)
        row = PeerReview.objects.get(pk=review.pk)
        assert (row.state, bool(row.answer)) == ("withdrawn", not isinstance(answered, Refusal))
