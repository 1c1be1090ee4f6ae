"""Two at once: what the row lock of `transition` is for. Forced on PostgreSQL, with a control that has no lock."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from unittest.mock import patch

import pytest
from django.db import connection, models

from clusters.choices import State
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, Decision
from community.actions.transition import transition
from community.models import Event, Message
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

_LOCK = models.QuerySet.select_for_update


def patience() -> float:
    """Return how many seconds a party waits at the crossing for the other, who may be held up by the lock.

    Where a control has taken the locks away both come: then a slow machine is waited for.
    """
    return 0.4 if models.QuerySet.select_for_update is _LOCK else 4.0


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Run the steps in threads of their own; return what each returned or raised."""
    results: list[object] = [None] * len(steps)

    def run(number: int) -> None:
        try:
            results[number] = steps[number]()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@contextmanager
def meeting_between_reading_and_writing(parties: int = 2) -> Iterator[None]:
    """Let all parties judge the row they read before any of them writes; a locked-out one is not waited for long."""
    barrier = threading.Barrier(parties)
    judge = CLUSTER.judge

    def judge_and_wait(attempt: object) -> object:
        verdict = judge(attempt)  # type: ignore[arg-type]
        with suppress(threading.BrokenBarrierError):
            barrier.wait(patience())
        return verdict

    with patch.object(CLUSTER, "judge", judge_and_wait):
        yield


def decide_at_once(cast: Cast, cluster: Cluster) -> list[object]:
    """Let one coordinator approve and another decline in the same moment."""
    with meeting_between_reading_and_writing():
        return at_once(
            lambda: transition(cluster, "approve", by=cast.user("coordinator")),
            lambda: transition(cluster, "decline", by=cast.user("mission_coordinator"), reason="Not now."),
        )


def test_approve_and_decline_at_once_make_one_decision(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    for _round in range(rounds(50)):
        cluster = make_cluster(cast, State.SUBMITTED)
        results = decide_at_once(cast, cluster)
        refusals = [result for result in results if isinstance(result, Refusal)]
        assert len(refusals) == 1, results
        assert re.search("(approved|declined) this on .* Your press changed nothing", str(refusals[0]))
        assert Decision.objects.filter(cluster=cluster).count() == 1
        assert Event.objects.filter(kind="cluster", subject_id=cluster.pk, verb__in=["approve", "decline"]).count() == 1
        told = Message.objects.filter(kind="cluster", subject_id=cluster.pk, to=cast.user("proposer"))
        assert told.filter(template__in=["clusters/approve", "clusters/decline"]).count() == 1


def test_without_the_lock_the_same_press_makes_two_decisions() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.SUBMITTED)
    with patch.object(models.QuerySet, "select_for_update", lambda rows, **options: rows):
        decide_at_once(cast, cluster)
    assert Decision.objects.filter(cluster=cluster).count() == 2


def test_the_same_button_pressed_twice_makes_one_reference_and_one_event(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.DRAFT)
        press = partial(transition, cluster, "submit", by=cast.user("proposer"))
        results = at_once(press, press)
        assert sum(isinstance(result, Refusal) for result in results) == 1, results
        assert Event.objects.filter(kind="cluster", subject_id=cluster.pk, verb="submit").count() == 1


def test_two_proposals_at_once_get_different_references(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    for _round in range(rounds(20)):
        first, second = make_cluster(cast, State.DRAFT), make_cluster(cast, State.DRAFT)
        at_once(*(partial(transition, draft, "submit", by=cast.user("proposer")) for draft in (first, second)))
        first.refresh_from_db()
        second.refresh_from_db()
        assert None not in (first.reference, second.reference)
        assert first.reference != second.reference


def test_start_and_discontinue_at_once_leave_one_of_both() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.APPROVED)
    with meeting_between_reading_and_writing():
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
