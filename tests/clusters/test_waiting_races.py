"""Two at once at a cluster with few places: the last one is taken once, and the list moves by one place at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from clusters.actions import participation as actions
from clusters.actions import parting, places
from clusters.actions.parting import end_participation
from clusters.actions.places import set_places
from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, Participation
from community.models import Event
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_participation_races import newcomers
from tests.clusters.test_waiting_list import full, part_of, statuses
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Status = ParticipationStatus


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def join_both(cluster: Cluster) -> list[object]:
    """Let two come in, each having read that one place is left."""
    with meeting((actions, "_offered")):
        return at_once(
            *(
                partial(
                    actions.enter,
                    cluster=cluster,
                    by=member.user,
                    way="join",
                    organisation=member.affiliations.get().organisation,
                )
                for member in newcomers(2)
            )
        )


def test_the_last_place_of_an_open_cluster_is_taken_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        cluster = make_cluster(cast, State.RUNNING, size_limit=5)
        results = join_both(cluster)
        assert [refusal.code for refusal in refusals(results)] == ["stale"], results
        assert cluster.participations.active().count() == 5


def test_without_the_lock_the_last_place_is_taken_twice(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING, size_limit=5)
    with without_locks("clusters"):
        join_both(cluster)
    assert cluster.participations.active().count() == 6


def moved(cluster: Cluster) -> list[int]:
    """Return who moved up, in the order of the history."""
    events = Event.objects.of_chain(f"cluster:{cluster.pk}").filter(verb="participation.moved_up")
    return list(events.order_by("number").values_list("subject_id", flat=True))


def test_two_who_go_at_once_let_two_ask_each_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        cluster, rows = full(cast)
        deputy, participant = part_of(cast, cluster, "deputy_lead"), part_of(cast, cluster, "participant")
        with meeting((actions, "can_leave")):
            results = at_once(
                partial(actions.leave, participation=deputy, by=cast.user("deputy_lead")),
                partial(actions.leave, participation=participant, by=cast.user("participant")),
            )
        assert not any(isinstance(result, Exception) for result in results), results
        assert statuses(rows) == [Status.REQUESTED, Status.REQUESTED]
        assert moved(cluster) == [row.pk for row in rows]


def leave_and_be_removed(cast: Cast, row: Participation) -> list[object]:
    """Let somebody leave while the lead ends that very part."""
    with meeting((actions, "can_leave"), (parting, "can_end")):
        return at_once(
            partial(actions.leave, participation=row, by=cast.user("participant")),
            partial(end_participation, participation=row, by=cast.user("lead"), seen="active", reason="A new post."),
        )


def test_a_place_that_two_free_at_once_is_one_place(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        cluster, rows = full(cast)
        leave_and_be_removed(cast, part_of(cast, cluster, "participant"))
        assert statuses(rows) == [Status.REQUESTED, Status.WAITING]
        assert moved(cluster) == [rows[0].pk]


def take_back_and_raise(cast: Cast, cluster: Cluster, row: Participation) -> list[object]:
    """Let who waits first go while the lead makes one place more."""
    assert row.member is not None
    more = partial(set_places, cluster=cluster, by=cast.user("lead"), join_policy="open", size_limit=5)
    with meeting((actions, "can_leave"), (places, "_words")):
        return at_once(partial(actions.leave, participation=row, by=row.member.user), more)


def test_a_place_that_is_made_while_the_first_goes_is_asked_for_by_the_second(
    cast: Cast, rounds: Callable[[int], int]
) -> None:
    for _round in range(rounds(15)):
        cluster, rows = full(cast)
        results = take_back_and_raise(cast, cluster, rows[0])
        assert not any(isinstance(result, Exception) for result in results), results
        assert statuses(rows) == [Status.LEFT, Status.REQUESTED]


def accept_twice(row: Participation) -> list[object]:
    """Press the button of one invitation twice."""
    assert row.member is not None
    press = partial(actions.answer_invitation, participation=row, by=row.member.user, accept=True)
    with meeting((actions, "can_answer_invitation")):
        return at_once(press, press)


def test_without_the_lock_an_invitation_is_accepted_twice(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    row = actions.invite(cluster=cluster, by=cast.user("lead"), member=newcomers(1)[0])
    with without_locks("clusters"):
        accept_twice(row)
    assert Event.objects.about(row).filter(verb="participation.joined").count() == 2
