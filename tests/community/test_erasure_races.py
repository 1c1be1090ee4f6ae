"""Two at once around an erasure: it is done once, and who takes the wish back in time stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from community import ledger
from community.actions import erasure, erasure_letter
from community.actions.erasure import ask_erasure, erase_due, erase_member, withdraw_erasure
from community.actions.erasure_letter import ASKED_HERE, record_letter, remind_of_erasures, withdraw_letter
from community.dates import written
from community.models import Appointment, DataRequest, Event, Member, Message, User
from community.permissions import Refusal
from community.verification import verify_history
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.races import at_once, meeting, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _ledger(tmp_path: Path, settings: Any) -> None:
    settings.ERASURE_LEDGER = tmp_path / "erasures.ledger"


def test_an_administrator_and_the_clock_erase_once() -> None:
    admin, member = make.make_admin(), make.make_member()
    ask_erasure(by=member.user, at=NOW)
    due = NOW + timedelta(days=31)
    with meeting((erasure, "locked")):
        results = at_once(partial(erase_member, member=member, by=admin, at=due), partial(erase_due, due))
    assert not any(isinstance(result, Exception) for result in results), results
    assert Event.objects.filter(verb="erase_member").count() == 1
    assert [entry.key for entry in ledger.entries()] == [member.key]
    assert [finding for finding in verify_history() if finding.is_fault] == []


def test_the_last_two_administrators_or_coordinators_are_not_erased_at_once(rounds: Callable[[int], int]) -> None:
    for number in range(rounds(10)):
        User.objects.filter(is_staff=True).update(is_staff=False)
        Appointment.objects.all().delete()
        people = [make.make_member(account={"is_staff": number % 2 == 0}) for _number in range(2)]
        for member in people if number % 2 else ():
            make.make_appointment(member, None)
        with meeting((erasure, "lock_those_in_charge")):
            results = at_once(*[partial(erase_member, member=member, by=None) for member in people])
        assert len(refusals(results)) == 1, results


def test_asked_twice_at_once_waits_once() -> None:
    member = make.make_member()
    with meeting((erasure, "refuse_obstacles")):
        results = at_once(*[partial(ask_erasure, by=member.user, at=NOW)] * 2)
    assert not any(isinstance(result, Exception) for result in results), results
    assert DataRequest.objects.count() == 1


def test_who_takes_it_back_while_the_clock_runs_is_erased_or_stays_and_the_request_says_which() -> None:
    member = make.make_member()
    ask_erasure(by=member.user, at=NOW)
    due = NOW + timedelta(days=31)
    with meeting((erasure, "refuse_obstacles"), DataRequest):
        results = at_once(partial(erase_due, due), partial(withdraw_erasure, by=member.user, at=due))
    assert not any(isinstance(result, Exception) for result in results), results
    is_erased = Member.objects.get(pk=member.pk).erased_at is not None
    assert DataRequest.objects.get().status == ("done" if is_erased else "withdrawn")


def test_a_letter_that_is_entered_while_the_person_asks_is_one_wish_and_one_mail() -> None:
    admin, member = make.make_admin(), make.make_member()
    letter = partial(record_letter, member=member, came_on=TODAY, by=admin, at=NOW)
    with meeting((erasure, "refuse_obstacles"), (erasure_letter, "refuse_obstacles")):
        results = at_once(letter, partial(ask_erasure, by=member.user, at=NOW), letter)
    (asked,) = DataRequest.objects.all()
    # Who asks after the letter is told of it; a letter that comes after the wish here is not entered, and told so.
    late = [] if asked.recorded_by else [ASKED_HERE % {"day": written(TODAY)}] * 2
    assert [str(refusal) for refusal in refusals(results)] == late, results
    assert {result for result in results if not isinstance(result, Refusal)} == {asked}
    assert Message.objects.filter(template="community/erasure_asked").count() == 1


def test_a_letter_that_is_taken_back_while_the_clock_runs_says_what_became_of_it_and_one_reminder_leaves() -> None:
    admin, member = make.make_admin(), make.make_member()
    asked = record_letter(member=member, came_on=TODAY, by=admin, at=NOW)
    assert asked.due_at is not None
    with meeting((erasure_letter, "tell_of_request")):
        at_once(*[partial(remind_of_erasures, asked.due_at - timedelta(days=1))] * 2)
    assert Message.objects.filter(template="community/erasure_soon").count() == 1
    due = asked.due_at
    with meeting((erasure, "refuse_obstacles"), DataRequest):
        results = at_once(partial(erase_due, due), partial(withdraw_letter, request=asked, by=admin, at=due))
    assert not any(isinstance(result, Exception) for result in results), results
    is_erased = Member.objects.get(pk=member.pk).erased_at is not None
    assert DataRequest.objects.get().status == ("done" if is_erased else "withdrawn")
