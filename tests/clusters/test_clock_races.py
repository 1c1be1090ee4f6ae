"""Two machines whose clocks strike at once: everybody is reminded once, and a cluster starts once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from clusters.actions import clock
from clusters.actions import reminders as actions
from clusters.choices import State
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster
from community import notifications
from community.models import Event, Message
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_reminders import make_world
from tests.factories import TODAY
from tests.races import at_once, meeting, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def remind_twice() -> list[object]:
    """Let two machines remind, each of which knows of no reminder yet."""
    remind = partial(actions.send_reminders, on=TODAY)
    with meeting((actions, "plan_reminders")):
        return at_once(remind, remind)


def reminders() -> list[tuple[object, ...]]:
    rows = Message.objects.filter(template="clusters/reminder")
    return sorted((row.to_id, row.kind, row.subject_id, row.params["rule"], row.params["part_id"]) for row in rows)


def test_two_machines_that_remind_at_once_remind_everybody_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    make_world(cast)
    wanted = len(actions.plan_reminders(TODAY).sends)
    for _round in range(rounds(15)):
        Message.objects.all().delete()
        results = remind_twice()
        assert not any(isinstance(result, Exception) for result in results), results
        told = reminders()
        assert len(told) == len(set(told)) == wanted > 5


def test_without_the_key_of_a_reminder_everybody_is_reminded_twice(cast: Cast) -> None:
    make_world(cast)
    wanted, queue = len(actions.plan_reminders(TODAY).sends), notifications.queue

    def without_key(template: str, *, key: str, **facts: Any) -> Any:
        return queue(template, **facts)

    with patch.object(notifications, "queue", without_key):
        remind_twice()
    assert len(reminders()) == 2 * wanted


def one_day(cast: Cast) -> Cluster:
    """An approved cluster of today that has not started."""
    today = timezone.localdate()
    return make_cluster(cast, State.APPROVED, starts_on=today, ends_on=today)


def start_twice() -> list[object]:
    start = partial(clock.start_due_clusters, timezone.now())
    with meeting((CLUSTER, "judge")):
        return at_once(start, start)


def test_a_one_day_cluster_is_started_once_by_two_machines(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        cluster = one_day(cast)
        assert sorted(map(str, start_twice())) == ["0", "1"]
        assert [event.verb for event in Event.objects.about(cluster)] == ["start"]
        assert Cluster.objects.get(pk=cluster.pk).baselines.count() == 1


def test_without_the_lock_it_starts_twice_or_breaks(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    cluster = one_day(cast)
    with without_locks("clusters"):
        results = start_twice()
    starts = Event.objects.about(cluster).filter(verb="start").count()
    # What breaks at one cluster stops no other: the clock notes it.
    assert starts == 2 or "starting failed" in caplog.text, results
