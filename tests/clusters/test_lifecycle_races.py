"""Two at once: what the row lock of `transition` is for. Forced on PostgreSQL, with a control that has no lock."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest

from clusters.choices import State
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, Decision, ReferenceCounter
from community.actions.transition import transition
from community.models import Event, Message
from tests.cast import Cast, make_cast, make_cluster
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def decide_at_once(cast: Cast, cluster: Cluster) -> list[object]:
    """Let one coordinator approve and another decline in the same moment."""
    with meeting((CLUSTER, "judge")):
        return at_once(
            lambda: transition(cluster, "approve", by=cast.user("coordinator")),
            lambda: transition(cluster, "decline", by=cast.user("mission_coordinator"), reason="Not now."),
        )


def test_approve_and_decline_at_once_make_one_decision(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    for _round in range(rounds(50)):
        cluster = make_cluster(cast, State.SUBMITTED)
        results = decide_at_once(cast, cluster)
        refused = refusals(results)
        assert len(refused) == 1, results
        assert re.search("(approved|declined) this on .* Your press changed nothing", str(refused[0]))
        assert Decision.objects.filter(cluster=cluster).count() == 1
        assert Event.objects.filter(kind="cluster", subject_id=cluster.pk, verb__in=["approve", "decline"]).count() == 1
        told = Message.objects.filter(kind="cluster", subject_id=cluster.pk, to=cast.user("proposer"))
        assert told.filter(template__in=["clusters/approve", "clusters/decline"]).count() == 1


def test_without_the_lock_the_same_press_makes_two_decisions() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.SUBMITTED)
    with without_locks("clusters"):
        decide_at_once(cast, cluster)
    assert Decision.objects.filter(cluster=cluster).count() == 2


def test_the_same_button_pressed_twice_makes_one_reference_and_one_event(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.DRAFT)
        press = partial(transition, cluster, "submit", by=cast.user("proposer"))
        with meeting((CLUSTER, "judge")):
            results = at_once(press, press)
        assert len(refusals(results)) == 1, results
        assert Event.objects.filter(kind="cluster", subject_id=cluster.pk, verb="submit").count() == 1


def test_two_proposals_at_once_get_different_references(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    for _round in range(rounds(20)):
        first, second = make_cluster(cast, State.DRAFT), make_cluster(cast, State.DRAFT)
        with meeting(ReferenceCounter):
            at_once(*(partial(transition, draft, "submit", by=cast.user("proposer")) for draft in (first, second)))
        first.refresh_from_db()
        second.refresh_from_db()
        assert None not in (first.reference, second.reference)
        assert first.reference != second.reference


def test_start_and_discontinue_at_once_leave_one_of_both() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.APPROVED)
    with meeting((CLUSTER, "judge")):
        at_once(
            lambda: transition(cluster, "start", by=cast.user("lead")),
            lambda: transition(cluster, "discontinue", by=cast.user("coordinator"), reason="No time.", lessons="None."),
        )
    cluster.refresh_from_db()
    verbs = list(Event.objects.about(cluster).order_by("number").values_list("verb", flat=True))
    assert (cluster.state, verbs) in [
        (State.DISCONTINUED, ["discontinue"]),
        (State.DISCONTINUED, ["start", "discontinue"]),
        (State.RUNNING, ["start"]),
    ]
