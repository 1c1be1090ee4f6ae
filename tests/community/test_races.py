"""Two at once, on PostgreSQL: locks hold where the rules need them, and a control shows the race without the lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from community import events, jobs, links, notifications, tasks_api
from community.actions import scheduler
from community.actions.outbox import send_outbox
from community.choices import LinkState
from community.contributions import ClockJob, clock_jobs
from community.events import record
from community.imports.organisation import OrganisationImport
from community.imports.table import bring_in
from community.models import ChainHead, Event, Job, Message, Organisation, ScheduledJob, SignedLink
from community.verification import verify_history
from tests import factories as make
from tests.community.conftest import Postman
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commits wake nobody, so that only the test sends and works."""
    monkeypatch.setattr(tasks_api, "wake", lambda path, *args: None)


def test_a_chain_never_forks_however_many_write_at_once(rounds: Callable[[int], int]) -> None:
    organisation = make.make_organisation()

    def write() -> None:
        with transaction.atomic():
            record(verb="note", subject=organisation, by=None)

    count = rounds(50)
    for _round in range(count):
        with meeting((events, "locked_head")):
            assert at_once(write, write, write) == [None, None, None]
    assert Event.objects.count() == 3 * count
    assert list(verify_history()) == []


def test_control_without_the_lock_on_the_head_writers_collide() -> None:
    organisation = make.make_organisation()
    with transaction.atomic():
        record(verb="begin", subject=organisation, by=None)

    def write() -> None:
        with transaction.atomic():
            record(verb="note", subject=organisation, by=None)

    with without_locks(ChainHead), meeting((events, "locked_head")):
        results = at_once(write, write)
    assert sorted(type(result) for result in results if result is not None) == [IntegrityError]


def test_two_senders_at_once_send_each_mail_once(
    hello_mail: str, postman: type[Postman], quiet: None, rounds: Callable[[int], int]
) -> None:
    user, count = make.make_user(), rounds(20)
    for _round in range(count):
        for number in range(5):
            notifications.queue(hello_mail, to=user, subject=user, name=f"{number}")
        with meeting(Message):
            counts = at_once(*[lambda: send_outbox(at=timezone.now()).sent] * 2)
        assert sum(counts) == 5
    assert len(mail.outbox) == 5 * count
    assert Message.objects.filter(attempts=1, state="sent").count() == 5 * count


def test_a_link_used_twice_at_once_acts_once(rounds: Callable[[int], int]) -> None:
    need = make.make_need()
    for number in range(rounds(50)):
        link, _token = links.mint("join", subject=need, by=None, address=f"a{number}@partner.example")
        with meeting((links, "refuse_closed")):
            results = at_once(*[partial(links.use, link, by=None)] * 2)
        assert sorted(type(result).__name__ for result in results) == ["Refusal", "SignedLink"]
        (refusal,) = refusals(results)
        assert "was used already" in str(refusal)
    assert set(SignedLink.objects.values_list("state", flat=True)) == {LinkState.USED}


def test_the_same_name_twice_at_once_is_one_organisation(rounds: Callable[[int], int]) -> None:
    for number in range(rounds(20)):
        names = (f"Plan Bleu {number}", f"PLAN  bleu {number}")
        with meeting(Organisation):
            results = at_once(*[partial(Organisation.objects.create, name=name) for name in names])
        assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "Organisation"]


@pytest.fixture
def worked() -> Iterator[list[int]]:
    """The jobs that the task `tests.race` worked on."""
    done: list[int] = []
    tasks_api._functions["tests.race"] = lambda job: done.append(job.pk)
    yield done
    del tasks_api._functions["tests.race"]


def test_a_job_asked_for_twice_at_once_is_one_job_and_is_done_once(
    worked: list[int], quiet: None, rounds: Callable[[int], int]
) -> None:
    count = rounds(50)
    for number in range(count):
        with meeting(Job):
            asked = at_once(*[partial(jobs.enqueue, "tests.race", key=f"race:{number}")] * 2)
        assert asked[0] == asked[1]
        with meeting(Job, gives_way=True):
            ran = at_once(*[partial(jobs.run, asked[0].pk)] * 2)
        assert sorted(ran) == [False, True]
    assert (len(worked), Job.objects.count()) == (count, count)


def test_two_schedulers_at_once_run_a_chore_once(monkeypatch: pytest.MonkeyPatch, rounds: Callable[[int], int]) -> None:
    runs: list[Any] = []
    monkeypatch.setattr(clock_jobs, "_entries", {"tests.chore": ClockJob("Chore", 1, lambda at: runs.append(at) or 1)})
    with meeting(ScheduledJob):
        assert at_once(scheduler.enter_chores, scheduler.enter_chores) == [None, None]
    start = timezone.now()
    count = rounds(20)
    for minute in range(count):
        moment = start + timezone.timedelta(minutes=minute)
        with meeting(ScheduledJob, gives_way=True):
            at_once(*[partial(scheduler.tick, at=moment, owner=owner) for owner in ("a", "b")])
    assert len(runs) == count


def test_a_file_that_two_administrators_import_at_once_comes_in_once(rounds: Callable[[int], int], quiet: None) -> None:
    people = [make.make_admin(), make.make_admin()]
    for number in range(rounds(5)):
        content = f"name,country\nInstitute {number},IT\nHarbour {number},EL\n".encode()
        with meeting((OrganisationImport, "begin")):
            reports = at_once(*(partial(bring_in, OrganisationImport(by), content) for by in people))
        assert [report.problems for report in reports] == [[], []], "the second one reads what the first one wrote"
        assert sorted(report.added for report in reports) == [0, 2]
        assert Organisation.objects.filter(name__endswith=f" {number}").count() == 2
