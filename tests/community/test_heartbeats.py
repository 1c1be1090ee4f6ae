"""The signs of life of workers: asked as work is sent, once while nobody answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from community import heartbeats, tasks
from community.choices import JobState
from community.models import Heartbeat, Job
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is handed to the Tasks API."""
    found: list[str] = []
    monkeypatch.setattr(heartbeats, "wake", found.append)
    return found


def test_without_workers_nobody_is_asked(sent: list[str]) -> None:
    assert heartbeats.ask_worker(NOW) == 0
    assert (sent, Heartbeat.objects.exists()) == ([], False)


def test_a_question_is_not_repeated_until_it_is_answered_or_lost(sent: list[str], settings) -> None:
    settings.TASKS_RUN = "database"
    asked = [heartbeats.ask_worker(NOW + timedelta(minutes=minute)) for minute in range(32)]
    assert asked == [1, *[0] * 29, 1, 0]
    heartbeats.note_worker(NOW + timedelta(minutes=32))
    assert heartbeats.ask_worker(NOW + timedelta(minutes=33)) == 1
    assert sent == [heartbeats.ANSWER] * 3


def test_a_worker_that_answers_is_alive_for_five_minutes() -> None:
    tasks.answer.call()
    now = timezone.now()
    assert heartbeats.is_worker_alive(now)
    assert not heartbeats.is_worker_alive(now + timedelta(minutes=6))


def test_a_worker_that_is_at_a_long_job_is_alive() -> None:
    job = Job.objects.create(task="t", key="k", state=JobState.RUNNING, lease_until=NOW + timedelta(minutes=9))
    assert heartbeats.is_worker_alive(NOW)
    Job.objects.filter(pk=job.pk).update(lease_until=NOW - timedelta(minutes=1))
    assert not heartbeats.is_worker_alive(NOW)
