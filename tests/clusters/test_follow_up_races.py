"""Two at once at a follow-up: it is asked by one mail, and one answer is the first; with controls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from clusters.actions import follow_up as actions
from clusters.choices import State
from clusters.models import FollowUp
from clusters.notifications.follow_up import PURPOSE
from community.links import mint
from community.models import Event, Message
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import make_follow_up
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def ask_twice(cast: Cast) -> FollowUp:
    """Let two clocks ask what became of a cluster, in the same moment."""
    row = make_follow_up(cast, make_cluster(cast, State.CONCLUDED), asked_at=None)
    with meeting((actions, "person_to_ask")):
        at_once(*[partial(actions.ask_due_follow_ups, NOW)] * 2)
    return row


def answer_twice(cast: Cast, row: FollowUp) -> list[object]:
    """Let two coordinators answer, each having read that nobody has."""
    press = partial(actions.answer_follow_up, follow_up=row, seen_version=1)
    with meeting((actions, "_check_who")):
        return at_once(
            partial(press, by=cast.user("coordinator"), answer="confirmed"),
            partial(press, by=cast.user("mission_coordinator"), answer="unknown"),
        )


def verbs(row: FollowUp) -> list[str]:
    return list(Event.objects.about(row).order_by("number").values_list("verb", flat=True))


def test_two_clocks_ask_by_one_mail(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        Message.objects.all().delete()
        assert verbs(ask_twice(cast)) == ["follow_up.asked"]
        assert Message.objects.count() == 1


def test_without_the_lock_two_clocks_ask_twice(cast: Cast) -> None:
    with without_locks("clusters"):
        assert verbs(ask_twice(cast)) == ["follow_up.asked"] * 2


def test_the_second_of_two_answers_is_shown_beside_the_first(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        row = make_follow_up(cast, make_cluster(cast, State.CONCLUDED))
        results = answer_twice(cast, row)
        assert [refusal.code for refusal in refusals(results)] == ["stale"], results
        row.refresh_from_db()
        assert verbs(row) == [f"follow_up.{row.answer}"]


def test_without_the_lock_the_second_answer_overwrites_the_first(cast: Cast) -> None:
    row = make_follow_up(cast, make_cluster(cast, State.CONCLUDED))
    with without_locks("clusters"):
        results = answer_twice(cast, row)
    assert refusals(results) == []
    assert sorted(verbs(row)) == ["follow_up.confirmed", "follow_up.unknown"]


def test_an_answer_by_link_and_one_by_account_at_once_leave_one(cast: Cast) -> None:
    row = make_follow_up(cast, make_cluster(cast, State.CONCLUDED))
    link, _token = mint(PURPOSE, subject=row, user=cast.user("lead"), by=None)
    press = partial(actions.answer_follow_up, follow_up=row, seen_version=1)
    with meeting((actions, "_check_who")):
        results = at_once(
            partial(press, by=None, link=link, answer="confirmed"),
            partial(press, by=cast.user("coordinator"), answer="unknown"),
        )
    assert [refusal.code for refusal in refusals(results)] in (["stale"], ["closed"])
    assert verbs(row) in (["follow_up.confirmed"], ["follow_up.unknown"])
