"""The scheduler: every chore in its rhythm, once, whoever else is running."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from community import contributions
from community.actions.scheduler import enter_chores, tick
from community.contributions import ClockJob
from community.models import ScheduledJob
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    """When the only chore, `tests.chore`, was run; it runs every ten minutes."""
    moments: list[datetime] = []

    def run(at: datetime) -> int:
        moments.append(at)
        return len(moments)

    monkeypatch.setattr(contributions.clock_jobs, "_entries", {"tests.chore": ClockJob("Chore", 10, run)})
    enter_chores()
    return moments


def test_a_chore_runs_in_its_rhythm(runs: list[datetime]) -> None:
    assert tick(at=NOW, owner="a") == {"tests.chore": 1}
    assert tick(at=NOW + timedelta(minutes=9), owner="a") == {}
    assert tick(at=NOW + timedelta(minutes=10), owner="b") == {"tests.chore": 2}
    row = ScheduledJob.objects.get()
    assert (row.last_count, row.failures, row.lease_until, row.lease_owner) == (2, 0, None, "")
    assert row.next_run_at == NOW + timedelta(minutes=20)


def test_a_chore_that_another_scheduler_holds_is_left_alone_until_its_lease_is_over(runs: list[datetime]) -> None:
    ScheduledJob.objects.update(lease_owner="dead", lease_until=NOW + timedelta(minutes=5))
    assert tick(at=NOW, owner="b") == {}
    assert tick(at=NOW + timedelta(minutes=5), owner="b") == {"tests.chore": 1}


def test_two_schedulers_at_once_run_a_chore_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inner: list[dict[str, int]] = []

    def run(at: datetime) -> int:
        inner.append(tick(at=at, owner="second"))
        return 7

    monkeypatch.setattr(contributions.clock_jobs, "_entries", {"tests.chore": ClockJob("Chore", 1, run)})
    enter_chores()
    assert tick(at=NOW, owner="first") == {"tests.chore": 7}
    assert inner == [{}]


def test_a_chore_that_fails_is_noted_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    chores = {"a": ClockJob("A", 5, lambda at: 1 // 0), "b": ClockJob("B", 5, lambda at: 2)}
    monkeypatch.setattr(contributions.clock_jobs, "_entries", chores)
    enter_chores()
    assert tick(at=NOW, owner="x") == {"b": 2}
    tick(at=NOW + timedelta(minutes=5), owner="x")
    row = ScheduledJob.objects.get(code="a")
    assert (row.failures, row.last_error.split(":")[0]) == (2, "ZeroDivisionError")


def test_the_table_follows_what_is_registered(runs: list[datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    chores = {"new": ClockJob("New", 5, lambda at: 1)}
    monkeypatch.setattr(contributions.clock_jobs, "_entries", chores)
    enter_chores()
    assert list(ScheduledJob.objects.values_list("code", "is_enabled")) == [("new", True), ("tests.chore", False)]
    assert tick(at=NOW, owner="x") == {"new": 1}


def test_the_command_looks_once(runs: list[datetime], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("run_scheduler", once=True)
    assert capsys.readouterr().out == "tests.chore: 1\n"


def test_the_chores_of_the_community_are_registered() -> None:
    assert {"community.outbox", "community.jobs", "community.links", "community.seals"} <= set(
        contributions.clock_jobs.codes()
    )
