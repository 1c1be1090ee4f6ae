"""Two at once at what is taken back or taken on: answers, prepared decisions, proposals to look at; with controls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from clusters.actions import assignment, inverses
from clusters.actions import participation as actions
from clusters.actions import prepared as decisions
from clusters.choices import JoinPolicy, State
from clusters.models import Cluster, Participation, PreparedDecision, ReviewAssignment
from clusters.notifications.assignment import PASSED_ON
from clusters.rules.content import content_hash
from community.models import Event, Message
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_participation_races import newcomers
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def answered(cast: Cast) -> Participation:
    """Return a request that the lead has just accepted."""
    cluster = make_cluster(cast, State.RUNNING, join_policy=JoinPolicy.APPLICATION)
    (member,) = newcomers(1)
    place = member.affiliations.get().organisation
    row = actions.enter(cluster=cluster, by=member.user, way="ask", organisation=place)
    return actions.answer_request(participation=row, by=cast.user("lead"), accept=True)


def take_back_twice(cast: Cast, row: Participation, step: str = "locked_part") -> list[object]:
    """Press "take back" twice in the same moment."""
    press = partial(inverses.take_answer_back, participation=row, by=cast.user("lead"))
    with meeting((inverses, step)):
        return at_once(press, press)


def taken_back(row: Participation) -> int:
    return Event.objects.about(row).filter(verb="participation.answer_taken_back").count()


def test_an_answer_taken_back_twice_at_once_is_taken_back_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        row = answered(cast)
        assert refusals(take_back_twice(cast, row)) == []
        assert taken_back(row) == 1


def test_without_the_lock_the_second_press_is_told_what_is_not_so(cast: Cast) -> None:
    row = answered(cast)
    with without_locks("clusters"):
        results = take_back_twice(cast, row, "_own_last")
    # The outbox keeps its own lock: there the second press finds no mail to stop, and takes it for sent.
    wrong = "The mail has left already, so this can't be taken back."
    assert [str(refusal) for refusal in refusals(results)] == [wrong]


def look_both(cast: Cast) -> Cluster:
    """Let two coordinators say "I look at it" in the same moment."""
    cluster = make_cluster(cast, State.SUBMITTED)
    Message.objects.all().delete()
    press = partial(assignment.assign_review, cluster=cluster)
    with meeting((assignment, "reviewers")):
        at_once(
            *(
                partial(press, by=cast.user(role), member=cast.member(role))
                for role in ("coordinator", "mission_coordinator")
            )
        )
    return cluster


def passed_on() -> list[str]:
    return [str(row.to.member) for row in Message.objects.filter(template=PASSED_ON) if row.to]


def test_two_who_look_at_it_at_once_know_of_each_other(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        cluster = look_both(cast)
        looks = ReviewAssignment.objects.get(cluster=cluster).member
        other = ({cast.member("coordinator"), cast.member("mission_coordinator")} - {looks}).pop()
        assert passed_on() == [str(other)]


def test_without_the_lock_the_first_is_not_told_that_another_looks_at_it(cast: Cast) -> None:
    with without_locks("clusters"):
        look_both(cast)
    assert passed_on() == []


def announce_and_take_back(cast: Cast) -> tuple[PreparedDecision, list[object]]:
    """Let the clock announce what a coordinator takes back in the same moment."""
    cluster = make_cluster(cast, State.SUBMITTED)
    due, now = timezone.now() + timedelta(hours=1), timezone.now() + timedelta(hours=2)
    given = {"by": cast.user("coordinator"), "reason": "Not now.", "seen": content_hash(cluster)}
    row = decisions.prepare_decision(cluster=cluster, verb="decline", announce_at=due, **given)
    with meeting((decisions, "_demand_live")):
        results = at_once(
            partial(decisions.announce_decision, prepared=row, by=None, at=now),
            partial(decisions.take_back_decision, prepared=row, by=cast.user("coordinator")),
        )
    row.refresh_from_db()
    return row, results


def test_without_the_locks_a_decision_is_both_announced_and_taken_back(cast: Cast) -> None:
    with without_locks("clusters"):
        row, results = announce_and_take_back(cast)
    assert refusals(results) == []
    assert Event.objects.about(row.cluster).filter(verb="decline").count() == 1


def test_a_decision_is_announced_or_taken_back(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        row, results = announce_and_take_back(cast)
        assert len(refusals(results)) == 1, results
        said = Event.objects.about(row.cluster).filter(verb="decline").count()
        assert (row.status, said) in {("announced", 1), ("withdrawn", 0)}
