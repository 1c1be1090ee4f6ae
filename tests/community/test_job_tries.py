"""Jobs that fail and wait for their next try: what their pages say, and how they are tried again before it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from community import batches, jobs, tasks_api
from community.actions.job import retry_job, stop_job
from community.choices import JobState
from community.dates import written
from community.job_summary import summary_of
from community.models import Job, Message, User
from community.permissions import Refusal
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def asked_by() -> User:
    user = make.make_member("Ana Asks").user
    assert user is not None
    return user


@pytest.fixture
def store() -> Iterator[dict[str, bool]]:
    """What the task `tests.join` does once its items are done: it fails while the disk is full, and then not."""
    state = {"is_full": True}

    def join(job: Job) -> dict[str, Any]:
        found = batches.work_through(job, lambda item: "looked at")
        if state["is_full"]:
            raise OSError(errno.ENOSPC, "No space left on device")
        return found

    tasks_api._functions["tests.join"] = join
    tasks_api._titles["tests.join"] = "Join the dunes"
    tasks_api._then["tests.join"] = "Joining"
    yield state
    for registry in (tasks_api._functions, tasks_api._titles, tasks_api._then):
        del registry["tests.join"]


def asked(by: User, many: int = 2) -> Job:
    """Return a job that waits, with so many items; 0: with none."""
    if not many:
        return jobs.enqueue("tests.join", key="join", by=by)
    needs = [make.make_need(f"Dune {number}") for number in range(1, many + 1)]
    return batches.enqueue_batch("tests.join", key="join", by=by, items=[(need.question, need) for need in needs])


def failed(job: Job, times: int) -> Job:
    """Let the job fail so often, each time when it is due."""
    for _time in range(times):
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
        jobs.run(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("many", [2, 0])
def test_a_page_says_when_a_job_that_failed_is_tried_again_and_tries_it_at_once(
    store: dict[str, bool], asked_by: User, client: Client, many: int
) -> None:
    job = failed(asked(asked_by, many), 3)
    assert job.due_at - timezone.now() > timedelta(minutes=50)
    client.force_login(asked_by)
    local = timezone.localtime(job.due_at)
    words = f"Tried again on {written(local)}, {local:%H:%M}"
    assert summary_of(job, at=timezone.now()).state == words
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert (words in page, "Goes on within a minute" in page, "Try again now" in page) == (True, False, True)
    assert words in client.get("/jobs/").content.decode()
    store["is_full"] = False
    answer = client.post(f"/jobs/{job.pk}/retry/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/jobs/{job.pk}/")
    job.refresh_from_db()
    assert (job.attempts, job.last_error, job.due_at <= timezone.now()) == (0, "", True)
    assert jobs.run(job.pk)


def test_one_that_is_due_or_waits_for_its_first_try_goes_on_by_itself(store: dict[str, bool], asked_by: User) -> None:
    job = asked(asked_by)
    with pytest.raises(Refusal, match="still going on"):
        retry_job(job=job, by=asked_by)
    failed(job, 1)
    now = timezone.now()
    assert summary_of(job, at=job.due_at - timedelta(seconds=50)).state == "Goes on within a minute"
    assert summary_of(job, at=job.due_at + timedelta(seconds=5)).state == "Goes on within a minute"
    with pytest.raises(Refusal, match="still going on"):
        retry_job(job=job, by=asked_by, at=job.due_at)
    assert retry_job(job=job, by=asked_by, at=now).due_at == now


def test_work_that_is_asked_for_anew_waits_no_longer_for_its_next_try(store: dict[str, bool], asked_by: User) -> None:
    job = failed(asked(asked_by), 4)
    later = timezone.now() + timedelta(minutes=30)
    assert jobs.enqueue("tests.join", key="join", due_at=later).due_at == later
    assert jobs.enqueue("tests.join", key="join", due_at=later + timedelta(hours=1)).due_at == later
    assert asked(asked_by) == job
    job.refresh_from_db()
    assert (job.due_at <= timezone.now(), job.attempts) == (True, 4)
    store["is_full"] = False
    assert jobs.run(job.pk)


def test_a_job_that_failed_or_was_stopped_behind_its_items_is_tried_again(
    store: dict[str, bool], asked_by: User, client: Client
) -> None:
    job = failed(asked(asked_by), len(jobs.RETRY_AFTER) + 1)
    assert (job.state, set(job.items.values_list("state", flat=True))) == (JobState.FAILED, {"done"})
    client.force_login(asked_by)
    assert "Try again what failed" in client.get(f"/jobs/{job.pk}/").content.decode()
    assert client.post(f"/jobs/{job.pk}/retry/").status_code == 302
    stop_job(job=job, by=asked_by)
    store["is_full"] = False
    jobs.run(retry_job(job=job, by=asked_by).pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.DONE, {"done": 2, "failed": 0})
    with pytest.raises(Refusal, match="Nothing failed"):
        retry_job(job=job, by=asked_by)


def test_who_waited_long_gets_a_mail_however_short_the_work_was(store: dict[str, bool], asked_by: User) -> None:
    store["is_full"] = False
    job = asked(asked_by)
    Job.objects.update(created_at=timezone.now() - timedelta(minutes=30))
    jobs.run(job.pk)
    assert Message.objects.count() == 1
    Job.objects.update(state=JobState.FAILED)
    again = retry_job(job=job, by=asked_by)
    jobs.run(again.pk)
    assert Message.objects.count() == 1
    Job.objects.update(state=JobState.FAILED)
    again = retry_job(job=job, by=asked_by, at=timezone.now() - timedelta(minutes=2))
    jobs.run(again.pk, at=timezone.now() - timedelta(seconds=5))
    assert Message.objects.count() == 2


def test_the_scheduler_leaves_the_rest_to_its_next_round_after_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    ran: list[int] = []
    left: list[float] = []

    def work(job: Job, *, number: int) -> None:
        assert job.pause_at is not None
        left.append(job.pause_at - clock[0])
        clock[0] += 15
        ran.append(number)

    monkeypatch.setitem(tasks_api._functions, "tests.slow", work)
    for number in range(5):
        jobs.enqueue("tests.slow", key=f"slow {number}", number=number)
    assert jobs.run_due(timezone.now()) == 3
    assert left == [40.0, 25.0, 10.0]
    assert jobs.run_due(timezone.now()) == 2
    assert ran == [0, 1, 2, 3, 4]
