"""The harness of the races: parties meet or are held up, and a race that is left to chance fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction

from community.models import Organisation, Term
from tests import factories as make
from tests import races
from tests.races import at_once, beside, meanwhile, meeting, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Counter:
    """A product that counts in an organisation's short name, with or without having looked."""

    @staticmethod
    def read(key: int) -> int:
        row = Organisation.objects.select_for_update(no_key=True).get(pk=key)
        return int(row.short_name)

    @staticmethod
    def write(key: int, number: int) -> None:
        Organisation.objects.filter(pk=key).update(short_name=str(number))


@transaction.atomic
def count(key: int) -> int:
    """Count one more; return the number."""
    number = Counter.read(key) + 1
    Counter.write(key, number)
    return number


@transaction.atomic
def count_slowly(key: int) -> int:
    """Come late to the same, as on a busy machine."""
    time.sleep(1)
    return count(key)


@pytest.fixture
def key() -> int:
    return make.make_organisation(short_name="0").pk


@pytest.mark.parametrize("step", [(Counter, "read"), Organisation])
@pytest.mark.parametrize("late", [count, count_slowly])
def test_the_one_is_held_up_by_the_other_or_both_meet_however_late_one_comes(
    key: int, step: races.Step, late: Callable[[int], int]
) -> None:
    with meeting(step):
        assert sorted(at_once(partial(count, key), partial(late, key))) == [1, 2]
    with without_locks(Organisation), meeting(step):
        assert at_once(partial(count, key), partial(late, key)) == [3, 3]
    with without_locks("community"), meeting(step):
        assert at_once(*[partial(count, key)] * 3) == [4, 4, 4]


def test_a_race_without_a_meeting_is_left_to_chance(key: int) -> None:
    with pytest.raises(AssertionError, match="say with `meeting` where"):
        at_once(partial(count, key), partial(count, key))


@pytest.mark.parametrize("act", [count, lambda key: key])
def test_a_step_that_nobody_or_only_one_passes_any_more_fails(key: int, act: Callable[[int], int]) -> None:
    with pytest.raises(AssertionError, match="did not meet"), meeting((Counter, "read")):
        at_once(partial(act, key), lambda: 0)


def test_a_meeting_at_which_nobody_acts_fails() -> None:
    with pytest.raises(AssertionError, match="nobody acted at once"), meeting((Counter, "read")):
        pass


def test_a_control_whose_locks_still_hold_fails(key: int) -> None:
    with pytest.raises(AssertionError, match="did not meet"), without_locks(Term), meeting((Counter, "read")):
        at_once(partial(count, key), partial(count, key))


def test_who_gives_way_is_said(key: int) -> None:
    @transaction.atomic
    def take() -> bool:
        row = Organisation.objects.select_for_update(skip_locked=True).filter(pk=key).first()
        if row is not None:
            Counter.write(key, 1)
        return row is not None

    with meeting(Organisation, gives_way=True):
        assert sorted(at_once(take, take)) == [False, True]
    with pytest.raises(AssertionError, match="did not meet"), meeting(Organisation):
        at_once(take, take)


def test_what_happens_between_is_done_while_all_stand(key: int) -> None:
    with without_locks(), meeting((Counter, "read"), between=partial(Counter.write, key, 7)):
        assert at_once(partial(count, key), partial(count, key)) == [1, 1]


def test_another_acts_beside_until_it_is_done_or_waits(key: int) -> None:
    with transaction.atomic():
        assert Counter.read(key) == 0
        other = beside(partial(count, key))
        assert not other.is_done
    assert other.join() == 1
    assert beside(partial(count, key)).is_done


def test_another_acts_meanwhile_and_that_nobody_came_by_fails(key: int) -> None:
    with without_locks(), meanwhile((Counter, "read"), partial(count, key)) as others:
        assert count(key) == 1
    assert others[0].result == 1
    with pytest.raises(AssertionError, match="nobody came by read"), meanwhile((Counter, "read"), int):
        pass


def test_who_does_not_come_to_an_end_fails(key: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(races, "LIMIT", 0.2)
    with pytest.raises(AssertionError, match="does not come to an end"), meeting((Counter, "read")):
        at_once(partial(count, key), partial(time.sleep, 2))
