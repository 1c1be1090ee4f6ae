"""Jobs with items: worked through one by one, watched, stopped, tried again, and told by mail when they took long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from community import batches, jobs, tasks_api
from community.actions.job import retry_job, stop_job
from community.actions.outbox import send_outbox
from community.batches import NotDone
from community.choices import ItemState, JobState
from community.job_mails import tell_who_asked
from community.job_summary import summary_of
from community.models import Job, JobItem, Message, Need, User
from community.permissions import Refusal
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]

Do = Callable[[JobItem], str]


@pytest.fixture
def asked_by() -> User:
    user = make.make_member("Ana Asks").user
    assert user is not None
    return user


@pytest.fixture
def does() -> Iterator[dict[str, Do]]:
    """What the task `tests.items` does with an item, under "do"; every item works unless a test says otherwise."""
    how: dict[str, Do] = {"do": lambda item: f"did {item.number}"}
    tasks_api._functions["tests.items"] = lambda job: batches.work_through(job, lambda item: how["do"](item))
    tasks_api._titles["tests.items"] = "Count the dunes"
    yield how
    del tasks_api._functions["tests.items"], tasks_api._titles["tests.items"]


def asked(by: User, many: int = 3) -> Job:
    """Return a job that waits, with so many items."""
    needs = [make.make_need(f"Dune {number}") for number in range(1, many + 1)]
    return batches.enqueue_batch("tests.items", key="items", by=by, items=[(need.question, need) for need in needs])


def job_subject(job: Job) -> Need:
    return Need.objects.get(pk=job.items.get(number=1).subject_id)


def states(job: Job) -> list[tuple[str, str]]:
    return list(job.items.order_by("number").values_list("state", "note"))


def fails_at(number: int, error: Exception) -> Do:
    """Return a way of doing items that fails at one of them."""

    def do(item: JobItem) -> str:
        if item.number == number:
            raise error
        return "done"

    return do


def test_one_failure_stops_no_other_and_what_failed_is_tried_again(does: dict[str, Do], asked_by: User) -> None:
    job = asked(asked_by)
    assert batches.enqueue_batch("tests.items", key="items", by=asked_by, items=[]) == job
    does["do"] = fails_at(2, NotDone("The paper is out."))
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert states(job) == [("done", "done"), ("failed", "The paper is out."), ("done", "done")]
    assert (job.state, job.result, job.done_count, job.total_count) == ("done", {"done": 2, "failed": 1}, 3, 3)
    does["do"] = lambda item: "at last"
    retry_job(job=job, by=asked_by)
    assert summary_of(job, at=timezone.now()).finished == 2
    jobs.run(job.pk)
    assert states(job) == [("done", "done"), ("done", "at last"), ("done", "done")]
    with pytest.raises(Refusal, match="Nothing failed"):
        retry_job(job=job, by=asked_by)


def test_an_error_of_the_program_is_named_without_its_words(does: dict[str, Do], asked_by: User) -> None:
    job = asked(asked_by, 1)
    does["do"] = fails_at(1, ValueError("sofia@cop.example"))
    jobs.run(job.pk)
    (note,) = job.items.values_list("note", flat=True)
    assert ("ValueError" in note, "sofia" in note) == (True, False)


def test_a_job_is_stopped_after_the_item_it_is_at_and_goes_on_when_asked(does: dict[str, Do], asked_by: User) -> None:
    job = asked(asked_by)

    def do(item: JobItem) -> str:
        if item.number == 2:
            stop_job(job=job, by=asked_by)
        return "done"

    does["do"] = do
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, states(job)) == (JobState.CANCELLED, [("done", "done"), ("done", "done"), ("waiting", "")])
    assert Message.objects.count() == 0
    with pytest.raises(Refusal, match="has ended"):
        stop_job(job=job, by=asked_by)
    retry_job(job=job, by=asked_by)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, [state for state, _note in states(job)]) == (JobState.DONE, ["done"] * 3)


def test_one_that_waits_is_stopped_at_once_and_one_without_items_not_at_all(
    does: dict[str, Do], asked_by: User
) -> None:
    job = stop_job(job=asked(asked_by), by=asked_by)
    assert (job.state, jobs.run(job.pk)) == (JobState.CANCELLED, False)
    with pytest.raises(Refusal, match="in one go"):
        stop_job(job=jobs.enqueue("tests.items", key="other", by=asked_by), by=asked_by)
    with pytest.raises(Refusal, match="Only who asked"):
        stop_job(job=job, by=make.make_user())


def test_a_run_whose_time_is_over_leaves_the_rest_to_the_next_one(does: dict[str, Do], asked_by: User) -> None:
    job = asked(asked_by)
    assert jobs.run(job.pk, seconds=0) is False
    job.refresh_from_db()
    assert (job.state, job.attempts, job.done_count) == (JobState.QUEUED, 0, 0)
    assert summary_of(job, at=timezone.now()).state == "Goes on within a minute"
    assert jobs.run_due(timezone.now()) == 1
    assert [state for state, _note in states(job)] == ["done"] * 3


def test_what_kills_every_worker_is_given_up(does: dict[str, Do], asked_by: User) -> None:
    job = asked(asked_by)
    for _death in range(len(jobs.RETRY_AFTER) + 1):
        assert jobs._take(job.pk, timezone.now()) is not None
        Job.objects.update(lease_until=timezone.now())
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.last_error) == (JobState.FAILED, "WorkerDied: its worker died each time")


def test_speed_and_rest_are_those_since_it_was_begun(does: dict[str, Do], asked_by: User) -> None:
    job, now = asked(asked_by, 8), timezone.now()
    items = list(job.items.all())
    for number, item in enumerate(items[:4]):
        item.state = ItemState.DONE
        item.finished_at = now - timedelta(minutes=20 if number == 0 else 1)
        item.save()
    Job.objects.update(state=JobState.RUNNING, begun_at=now - timedelta(minutes=2))
    job.refresh_from_db()
    found = summary_of(job, at=now)
    assert (found.how_far, found.speed, found.minutes_left) == ("4 of 8", 1.5, 3)
    assert found.rest == "about 3 minutes left"


def mails() -> list[tuple[str, Any]]:
    return list(Message.objects.order_by("pk").values_list("template", "to_id"))


def test_who_asked_is_told_of_what_took_longer_than_a_minute(does: dict[str, Do], asked_by: User) -> None:
    jobs.run(asked(asked_by).pk)
    assert mails() == []
    job = asked(asked_by)
    does["do"] = fails_at(1, NotDone("The paper is out."))
    for count in (1, 2):
        long_ago = timezone.now() - timedelta(hours=1)
        Job.objects.update(due_at=long_ago, created_at=long_ago)
        Job.objects.exclude(asked_again_at=None).update(asked_again_at=long_ago)
        jobs.run(job.pk, at=timezone.now() - timedelta(seconds=60 + 30 * count))
        assert mails() == [("community/job_done", asked_by.pk)] * count
        send_outbox(at=timezone.now())
        retry_job(job=job, by=asked_by)
    assert [(one.subject, "2 of 3 were done." in one.body) for one in mail.outbox] == [
        ("Done but for 1: Count the dunes", True)
    ] * 2


@pytest.mark.parametrize(
    ("state", "subject"),
    [
        (JobState.DONE, "Done: Count the dunes"),
        (JobState.FAILED, "Failed: Count the dunes"),
        (JobState.CANCELLED, "Stopped: Count the dunes"),
    ],
)
def test_the_subject_of_the_mail_says_how_it_ended(
    does: dict[str, Do], asked_by: User, state: JobState, subject: str
) -> None:
    job = asked(asked_by)
    begun, ended = timezone.now() - timedelta(minutes=3), timezone.now()
    Job.objects.update(state=state, created_at=begun, begun_at=begun, finished_at=ended)
    job.refresh_from_db()
    tell_who_asked(job)
    send_outbox(at=timezone.now())
    assert [one.subject for one in mail.outbox] == [subject]


def test_the_page_says_how_far_it_is_and_asks_again_while_it_goes_on(
    does: dict[str, Do], asked_by: User, client: Client
) -> None:
    job = asked(asked_by)
    url = f"/jobs/{job.pk}/"
    client.force_login(asked_by)
    page = client.get(url).content.decode()
    assert ("Count the dunes" in page, "0 of 3" in page, 'data-hx-trigger="every 2s"' in page) == (True, True, True)
    part = client.get(url, headers={"HX-Request": "true"})
    assert ("<html" in part.content.decode(), "HX-Refresh" in part) == (False, False)
    does["do"] = fails_at(2, NotDone("The paper is out."))
    jobs.run(job.pk)
    assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = client.get(url).content.decode()
    assert ("Done, but 1 failed" in page, "The paper is out." in page, "every 2s" in page) == (True, True, False)
    assert client.post(f"{url}stop/").status_code == 409
    assert client.post(f"{url}retry/").headers["Location"] == url
    assert client.post(f"{url}retry/").status_code == 409
    assert "Count the dunes" in client.get("/jobs/").content.decode()
    plain = jobs.enqueue("tests.items", key="need", subject=job_subject(job), by=asked_by)
    assert "Dune 1</a>" in client.get(f"/jobs/{plain.pk}/").content.decode()
    assert '<p class="m-0">Dune 1</p>' in client.get("/jobs/").content.decode()
    assert client.get(f"/jobs/{jobs.enqueue('tests.items', key='nobody').pk}/").status_code == 404
