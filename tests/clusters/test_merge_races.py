"""Two at once at a merge: one ends in the other, nobody is lost, and no two wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.db import OperationalError

from clusters.actions import merge as merging
from clusters.actions import participation
from clusters.actions.merge import agree_merge, merge, withdraw_merge
from clusters.choices import JoinPolicy, State
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster
from community.actions.transition import transition
from community.models import Event
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast
from tests.clusters.test_merge_actions import WHY, asked, bare, pair
from tests.races import Step, at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def into_each_other(cast: Cast, one: Cluster, two: Cluster, step: Step = (CLUSTER, "judge")) -> list[object]:
    """Merge each into the other in the same moment."""
    press = partial(merge, by=cast.user("mission_coordinator"), reason=WHY)
    with meeting(step):
        return at_once(partial(press, cluster=one, into=two), partial(press, cluster=two, into=one))


def ended(*clusters: Cluster) -> int:
    return Cluster.objects.filter(pk__in=[row.pk for row in clusters], state=State.MERGED).count()


def test_two_that_go_into_each_other_leave_one(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        one, two = bare(cast, State.APPROVED), bare(cast, State.APPROVED)
        results = into_each_other(cast, one, two)
        assert len(refusals(results)) == 1, results
        assert ended(one, two) == 1


def test_without_the_locks_both_end_in_each_other_or_wait_for_each_other(cast: Cast) -> None:
    one, two = bare(cast, State.APPROVED), bare(cast, State.APPROVED)
    with without_locks("clusters"):
        results = into_each_other(cast, one, two, Cluster)
    errors = [type(result) for result in results if isinstance(result, Exception)]
    assert (errors, ended(one, two)) in (([], 2), ([OperationalError], 1)), results


def test_the_other_one_ends_at_the_same_moment_and_takes_nothing_in(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        one, two = bare(cast, State.APPROVED), bare(cast, State.APPROVED)
        by = cast.user("mission_coordinator")
        with meeting((CLUSTER, "judge")):
            at_once(
                partial(merge, cluster=one, into=two, by=by, reason=WHY),
                partial(transition, two, "discontinue", by=by, reason="No money.", lessons="Ask first."),
            )
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.state, two.state) in {
            (State.APPROVED, State.DISCONTINUED),
            (State.MERGED, State.DISCONTINUED),
        }
        verbs = list(Event.objects.about(two).order_by("number").values_list("verb", flat=True))
        assert verbs == (["took_in", "discontinue"] if one.state == State.MERGED else ["discontinue"])


def test_an_agreement_and_a_withdrawal_at_once_are_one_answer(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster, into = pair(cast)
        request = asked(cast, cluster, into)
        with meeting((merging, "_locked_request")):
            results = at_once(
                partial(agree_merge, request=request, by=cast.user("other_coordinator")),
                partial(withdraw_merge, request=request, by=cast.user("coordinator")),
            )
        assert len(refusals(results)) == 1, results
        request.refresh_from_db()
        assert ended(cluster) == (request.status == "agreed")


def test_who_joins_in_that_moment_is_in_the_new_cluster_or_told(cast: Cast, rounds: Callable[[int], int]) -> None:
    harbour = make.make_organisation()
    for _round in range(rounds(20)):
        cluster = bare(cast, State.APPROVED, join_policy=JoinPolicy.OPEN)
        into = bare(cast, State.RUNNING, working_group=cast.other_group)
        member = make.make_member(organisation=harbour)
        join = partial(participation.enter, cluster=cluster, by=member.user, way="join", organisation=harbour)
        with meeting((CLUSTER, "judge"), (participation, "_offered")):
            _merged, joined = at_once(
                partial(merge, cluster=cluster, into=into, by=cast.user("mission_coordinator"), reason=WHY), join
            )
        there = into.participations.active().filter(member=member).count()
        assert there == (0 if isinstance(joined, Refusal) else 1), joined
        assert not cluster.participations.live().exists()


def merge_and_approve(cast: Cast) -> tuple[Cluster, list[object]]:
    """Let one coordinator merge a proposal while another approves it."""
    cluster, into = bare(cast, State.SUBMITTED), bare(cast, State.RUNNING)
    with meeting((CLUSTER, "judge")):
        return cluster, at_once(
            partial(merge, cluster=cluster, into=into, by=cast.user("mission_coordinator"), reason=WHY),
            partial(transition, cluster, "approve", by=cast.user("coordinator")),
        )


def steps(cluster: Cluster) -> list[tuple[str, str]]:
    """Return what was done, and from where."""
    events = Event.objects.about(cluster).filter(verb__in=["approve", "merge"]).order_by("number")
    return [(event.verb, event.data["from"]) for event in events]


def test_a_merge_and_an_approval_at_once_follow_each_other(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        cluster, results = merge_and_approve(cast)
        refused = refusals(results)
        assert (steps(cluster), len(refused)) in (
            ([("merge", "submitted")], 1),
            ([("approve", "submitted"), ("merge", "approved")], 0),
        ), results
        assert ended(cluster) == 1
        assert not cluster.participations.live().exists()


def test_without_the_locks_a_proposal_is_merged_and_approved(cast: Cast) -> None:
    with without_locks("clusters"):
        cluster, results = merge_and_approve(cast)
    both = {("approve", "submitted"), ("merge", "submitted")}
    assert set(steps(cluster)) == both or any(isinstance(result, OperationalError) for result in results), results
