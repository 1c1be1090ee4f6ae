"""Background work: one open job a key, done once, found again after a dead worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import transaction
from django.utils import timezone

from community import jobs, request_time, tasks_api
from community.choices import JobState
from community.models import Job
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def ran() -> Iterator[list[dict[str, Any]]]:
    """What the task `tests.note` was called with; an argument `fail` makes it fail."""
    calls: list[dict[str, Any]] = []

    def note(job: Job, **arguments: Any) -> dict[str, Any]:
        calls.append(arguments)
        if arguments.get("fail"):
            raise RuntimeError("no paper")
        if arguments.get("again"):
            jobs.enqueue("tests.note", key=job.key, again=False)
        return {"pages": 2}

    tasks_api._functions["tests.note"] = note
    yield calls
    del tasks_api._functions["tests.note"]


def test_a_job_runs_once_with_its_arguments(ran: list[dict[str, Any]]) -> None:
    need = make.make_need()
    job = jobs.enqueue("tests.note", key="note:1", subject=need, by=need.raised_by.user, version=1)
    assert (jobs.run(job.pk), jobs.run(job.pk)) == (True, False)
    job.refresh_from_db()
    assert (ran, job.state, job.result, job.attempts) == ([{"version": 1}], JobState.DONE, {"pages": 2}, 1)
    assert (job.kind, job.subject_id, job.by) == ("need", need.pk, need.raised_by.user)


def test_an_open_job_of_the_same_key_is_the_same_job(ran: list[dict[str, Any]]) -> None:
    first = jobs.enqueue("tests.note", key="note:1")
    assert jobs.enqueue("tests.note", key="note:1") == first
    jobs.run(first.pk)
    assert jobs.enqueue("tests.note", key="note:1") != first


def test_a_job_asked_for_again_while_it_runs_runs_once_more(ran: list[dict[str, Any]]) -> None:
    job = jobs.enqueue("tests.note", key="note:1", again=True)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.is_wanted_again) == (JobState.QUEUED, True)
    Job.objects.update(arguments={})
    assert jobs.run_due(timezone.now()) == 1
    job.refresh_from_db()
    assert (job.state, len(ran)) == (JobState.DONE, 2)


def test_a_failure_is_noted_tried_again_later_and_given_up_visibly(ran: list[dict[str, Any]]) -> None:
    job = jobs.enqueue("tests.note", key="note:1", fail=True)
    for wait in jobs.RETRY_AFTER:
        assert jobs.run_due(timezone.now()) == 0
        job.refresh_from_db()
        assert (job.state, job.last_error) == (JobState.QUEUED, "RuntimeError")
        assert abs(job.due_at - timezone.now() - wait) < timedelta(seconds=5)
        Job.objects.update(due_at=timezone.now())
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, len(ran)) == (JobState.FAILED, len(jobs.RETRY_AFTER) + 1)


def test_one_failing_job_stops_no_other(ran: list[dict[str, Any]]) -> None:
    jobs.enqueue("tests.note", key="note:1", fail=True)
    jobs.enqueue("tests.unknown", key="note:2")
    jobs.enqueue("tests.note", key="note:3")
    assert jobs.run_due(timezone.now()) == 1


def test_a_job_of_a_dead_worker_is_taken_after_its_lease(ran: list[dict[str, Any]]) -> None:
    job = jobs.enqueue("tests.note", key="note:1")
    taken = jobs._take(job.pk, timezone.now())
    assert taken is not None
    assert jobs.run_due(timezone.now()) == 0
    assert jobs.run_due(timezone.now() + jobs.LEASE) == 1
    with pytest.raises(jobs.LeaseLost):
        jobs.note_progress(taken, 1, 2)
    assert jobs._note_success(taken, {}, timezone.now()) is False


def test_progress_is_shown_and_keeps_the_lease(ran: list[dict[str, Any]]) -> None:
    job = jobs._take(jobs.enqueue("tests.note", key="note:1").pk, timezone.now() - timedelta(minutes=9))
    assert job is None
    job = jobs._take(Job.objects.get().pk, timezone.now())
    assert job is not None
    before = timezone.now()
    jobs.note_progress(job, 3, 9)
    job.refresh_from_db()
    assert (job.done_count, job.total_count) == (3, 9)
    assert job.lease_until is not None
    assert job.lease_until >= before + jobs.LEASE


def test_a_later_job_waits(ran: list[dict[str, Any]]) -> None:
    jobs.enqueue("tests.note", key="note:1", due_at=timezone.now() + timedelta(hours=1))
    assert jobs.run_due(timezone.now()) == 0
    assert jobs.run_due(timezone.now() + timedelta(hours=1)) == 1


def test_two_tasks_cannot_have_one_name(ran: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="registered already"):
        tasks_api.task("tests.note")(lambda job: None)


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_after_the_commit_and_not_after_a_rollback(ran: list[dict[str, Any]]) -> None:
    with transaction.atomic():
        jobs.enqueue("tests.note", key="note:1")
        assert ran == []
    assert ran == [{}]
    with transaction.atomic():
        jobs.enqueue("tests.note", key="note:2")
        transaction.set_rollback(True)
    assert (len(ran), Job.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_fails_no_request(ran: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "RUN_JOB", "community.tasks.not_there")
    jobs.enqueue("tests.note", key="note:1")
    assert ran == []
    assert jobs.run_due(timezone.now()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_works_a_few_seconds_on_all_its_jobs_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five documents that take long hold up nobody who pressed one button: the scheduler finds the rest."""
    clock = [1000.0]
    monkeypatch.setattr(request_time, "SECONDS", 5.0)
    monkeypatch.setattr(request_time, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    ran: list[int] = []

    def work(job: Job, *, number: int) -> None:
        clock[0] += 3
        ran.append(number)

    monkeypatch.setitem(tasks_api._functions, "tests.slow", work)
    request_started.send(None)
    with transaction.atomic():
        for number in range(5):
            jobs.enqueue("tests.slow", key=f"slow {number}", number=number)
    request_finished.send(None)
    assert ran == [0, 1]
    assert Job.objects.due(timezone.now()).count() == 3
    jobs.enqueue("tests.slow", key="outside", number=7)
    assert ran == [0, 1, 7]
    assert jobs.run_due(timezone.now()) == 3
