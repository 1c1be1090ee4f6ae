"""Two at once at a cluster's door: places are given once, each question has one answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from clusters.actions import participation as actions
from clusters.actions import parting
from clusters.choices import JoinPolicy, ParticipationStatus, State
from clusters.models import Cluster, Participation
from community.models import Event, Member, Message
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def newcomers(count: int) -> list[Member]:
    harbour = make.make_organisation()
    return [make.make_member(organisation=harbour, consents=("directory",)) for _number in range(count)]


def accept_both(cast: Cast, cluster: Cluster) -> list[object]:
    """Let lead and deputy accept one request each, in the same moment."""
    rows = list(cluster.participations.filter(status=ParticipationStatus.REQUESTED))
    with meeting((actions, "has_room")):
        return at_once(
            partial(actions.answer_request, participation=rows[0], by=cast.user("lead"), accept=True),
            partial(actions.answer_request, participation=rows[1], by=cast.user("deputy_lead"), accept=True),
        )


def one_place_left(cast: Cast) -> Cluster:
    """A cluster with one free place and two requests."""
    cluster = make_cluster(cast, State.RUNNING, join_policy=JoinPolicy.APPLICATION, size_limit=5)
    for member in newcomers(2):
        organisation = member.affiliations.get().organisation
        actions.enter(cluster=cluster, by=member.user, way="ask", organisation=organisation)
    return cluster


def test_the_last_place_is_given_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = one_place_left(cast)
        results = accept_both(cast, cluster)
        refused = [str(result) for result in refusals(results)]
        assert refused == ["The cluster is full: 5 of 5 places are taken."], results
        assert cluster.participations.active().count() == 5


def test_without_the_lock_the_last_place_is_given_twice(cast: Cast) -> None:
    cluster = one_place_left(cast)
    with without_locks("clusters"):
        accept_both(cast, cluster)
    assert cluster.participations.active().count() == 6


def test_an_invitation_accepted_twice_at_once_is_accepted_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.RUNNING)
        (member,) = newcomers(1)
        row = actions.invite(cluster=cluster, by=cast.user("lead"), member=member)
        accept = partial(actions.answer_invitation, participation=row, by=member.user, accept=True)
        with meeting((actions, "can_answer_invitation")):
            results = at_once(accept, accept)
        assert not any(isinstance(result, Exception) for result in results), results
        assert Event.objects.about(row).filter(verb="participation.joined").count() == 1
        told = Message.objects.filter(template="clusters/invitation_accepted", subject_id=cluster.pk)
        assert told.filter(to=cast.user("lead")).count() == 1


def test_accept_and_decline_at_once_leave_one_answer(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.RUNNING, join_policy=JoinPolicy.APPLICATION)
        (member,) = newcomers(1)
        organisation = member.affiliations.get().organisation
        row = actions.enter(cluster=cluster, by=member.user, way="ask", organisation=organisation)
        answer = partial(actions.answer_request, participation=row)
        with meeting((actions, "locked_part")):
            results = at_once(
                partial(answer, by=cast.user("lead"), accept=True),
                partial(answer, by=cast.user("deputy_lead"), accept=False, reason="Full."),
            )
        refused = [str(result) for result in refusals(results)]
        assert len(refused) == 1, results
        assert "This request is not open any more" in refused[0]
        assert Event.objects.about(row).count() == 2


def test_joining_twice_at_once_is_one_participation(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.RUNNING)
        (member,) = newcomers(1)
        organisation = member.affiliations.get().organisation
        join = partial(actions.enter, cluster=cluster, by=member.user, way="join", organisation=organisation)
        with meeting((actions, "_offered")):
            first, second = at_once(join, join)
        assert first == second
        assert cluster.participations.filter(member=member).count() == 1


def answer_and_take_back(cast: Cast, row: Participation, member: Member) -> list[object]:
    """Let the invited person accept and the lead take the invitation back, each having read it as open."""
    with meeting((actions, "can_answer_invitation"), (parting, "can_end")):
        return at_once(
            partial(actions.answer_invitation, participation=row, by=member.user, accept=True),
            partial(parting.end_participation, participation=row, by=cast.user("lead"), seen="invited"),
        )


def invited(cast: Cast) -> tuple[Participation, Member]:
    cluster = make_cluster(cast, State.RUNNING)
    (member,) = newcomers(1)
    return actions.invite(cluster=cluster, by=cast.user("lead"), member=member), member


def ended_as(row: Participation) -> tuple[str, set[str]]:
    """Return how the invitation ended, and what its events say of that."""
    row.refresh_from_db()
    verbs = set(Event.objects.about(row).values_list("verb", flat=True))
    return row.status, verbs - {"participation.invited"}


def test_an_invitation_is_accepted_or_taken_back(cast: Cast, rounds: Callable[[int], int]) -> None:
    ends = {
        (ParticipationStatus.ACTIVE.value, "participation.joined", "This was answered while you were reading"),
        (ParticipationStatus.EXPIRED.value, "participation.invitation_taken_back", "This invitation was taken back"),
    }
    for _round in range(rounds(20)):
        row, member = invited(cast)
        results = answer_and_take_back(cast, row, member)
        refused = [str(result) for result in refusals(results)]
        status, verbs = ended_as(row)
        assert len(refused) == len(verbs) == 1, results
        assert [end for end in ends if end[0] == status and end[1] in verbs and refused[0].startswith(end[2])], results
        templates = ("clusters/invitation_accepted", "clusters/invitation_taken_back")
        told = Message.objects.filter(template__in=templates, subject_id=row.cluster_id)
        assert len(set(told.values_list("template", flat=True))) == 1


def test_without_the_lock_it_is_both_accepted_and_taken_back(cast: Cast) -> None:
    row, member = invited(cast)
    with without_locks("clusters"):
        answer_and_take_back(cast, row, member)
    assert ended_as(row)[1] == {"participation.joined", "participation.invitation_taken_back"}
