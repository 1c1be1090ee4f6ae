"""Two at once at a prepared decision: one decision, told once, whoever was faster. With controls without locks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from clusters.actions.prepared import announce_decision, announce_due_decisions, prepare_decision
from clusters.choices import PreparedStatus, State
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, Decision, PreparedDecision
from clusters.rules.content import content_hash
from community.actions.transition import transition
from community.models import Event, Message
from tests.cast import Cast, make_cast, make_cluster
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def prepared(cast: Cast, **more: Any) -> PreparedDecision:
    cluster = make_cluster(cast, State.SUBMITTED)
    given = {"by": cast.user("coordinator"), "reason": "Not now.", "seen": content_hash(cluster), **more}
    row = prepare_decision(cluster=cluster, verb="decline", announce_at=timezone.now() + timedelta(days=1), **given)
    PreparedDecision.objects.filter(pk=row.pk).update(announce_at=timezone.now() - timedelta(minutes=1))
    return row


def counted(cluster: Cluster) -> tuple[int, int, int]:
    """Return how many decisions, events of a decision and mails to the proposer there are."""
    events = Event.objects.about(cluster).filter(verb__in=["approve", "decline"]).count()
    mails = Message.objects.about_subject(cluster).filter(template__in=["clusters/approve", "clusters/decline"])
    return Decision.objects.filter(cluster=cluster).count(), events, mails.filter(to__member=cluster.proposer).count()


def test_two_clocks_and_a_press_at_once_announce_it_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        row = prepared(cast)
        with meeting((CLUSTER, "judge")):
            at_once(
                partial(announce_due_decisions, timezone.now()),
                partial(announce_due_decisions, timezone.now()),
                partial(announce_decision, prepared=row, by=cast.user("mission_coordinator")),
            )
        assert counted(row.cluster) == (1, 1, 1)
        assert PreparedDecision.objects.get(pk=row.pk).status == PreparedStatus.ANNOUNCED


def test_without_the_locks_it_is_announced_twice(cast: Cast) -> None:
    row = prepared(cast)
    with without_locks("clusters"), meeting((CLUSTER, "judge")):
        at_once(
            partial(announce_decision, prepared=row, by=None),
            partial(announce_decision, prepared=row, by=cast.user("mission_coordinator")),
        )
    assert counted(row.cluster) == (2, 2, 2)


def test_the_clock_and_another_decision_at_once_leave_one_of_both(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(30)):
        row = prepared(cast)
        with meeting((CLUSTER, "judge")):
            at_once(
                partial(announce_due_decisions, timezone.now()),
                partial(transition, row.cluster, "approve", by=cast.user("mission_coordinator")),
            )
        assert counted(row.cluster) == (1, 1, 1)
        row.refresh_from_db()
        state = Cluster.objects.get(pk=row.cluster_id).state
        assert (row.status, state) in {("announced", State.DECLINED), ("superseded", State.APPROVED)}
        assert row.reason == ""


def test_two_who_prepare_at_once_leave_one_prepared(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.SUBMITTED)
        press = partial(
            prepare_decision, cluster=cluster, verb="return", reason="Sharpen it.", seen=content_hash(cluster)
        )
        with meeting((CLUSTER, "judge")):
            results = at_once(*(partial(press, by=cast.user(role)) for role in ("coordinator", "mission_coordinator")))
        assert len(refusals(results)) == 1, results
        assert cluster.prepared_decisions.live().count() == 1
