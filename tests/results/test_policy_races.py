"""Two at once with a policy statement: it is adopted once, and what is adopted is what was read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from community.models import Event
from community.permissions import Refusal
from results.actions import policy as actions
from results.models import PolicyStatement, StatementLine, StatementVersion
from results.policy_lifecycle import STATEMENT
from tests.cast import Cast, make_cast
from tests.races import at_once, meanwhile, meeting, without_locks
from tests.results.test_policy import LINE, adopted, discussed

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def adopt_twice(cast: Cast) -> list[Any]:
    statement = discussed(cast)
    press = partial(actions.act, statement=statement, verb="statement.adopted")
    with meeting((STATEMENT, "judge")):
        return at_once(*(partial(press, by=cast.user(who)) for who in ("mission_coordinator", "coordinator_proposer")))


def test_a_statement_that_two_adopt_at_once_is_adopted_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for number in range(rounds(20)):
        results = adopt_twice(cast)
        assert [type(one) for one in results].count(Refusal) == 1
        assert StatementVersion.objects.count() == number + 1
        assert Event.objects.filter(verb="statement.adopted").count() == number + 1


def test_without_the_lock_both_try_to_adopt_it(cast: Cast) -> None:
    """The unique number of a version is what stands behind the lock: then one of them fails instead of being told."""
    with without_locks(PolicyStatement):
        results = adopt_twice(cast)
    assert [isinstance(one, Exception) and not isinstance(one, Refusal) for one in results].count(True) == 1


def drop_and_write(cast: Cast) -> tuple[PolicyStatement, Callable[[], Any], Callable[[], Any]]:
    """Return an adopted statement, what drops its next version, and what adds a line to that."""
    statement, by = adopted(cast), cast.user("coordinator")
    actions.act(statement=statement, verb="statement.revised", by=by)
    drop = partial(actions.act, statement=statement, verb="statement.dropped", by=cast.user("mission_coordinator"))
    return statement, drop, partial(actions.add_line, statement=statement, by=by, text="Written at the same moment.")


def lines_of(statement: PolicyStatement) -> list[str]:
    return list(StatementLine.objects.filter(statement=statement).order_by("pk").values_list("text", flat=True))


def test_nothing_is_written_into_what_was_put_back(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _number in range(rounds(20)):
        statement, drop, write = drop_and_write(cast)
        with meeting((STATEMENT, "judge"), (actions, "can_write")):
            dropped, _line = at_once(drop, write)
        assert dropped.state == "adopted"
        assert lines_of(statement) == [LINE]


def drop_meanwhile(cast: Cast) -> list[str]:
    """Drop the next version while somebody who may adds a line to it; return the lines that stand afterwards."""
    statement, drop, write = drop_and_write(cast)
    with meanwhile((actions, "can_write"), drop) as others:
        write()
    assert others[0].result.state == "adopted"
    return lines_of(statement)


def test_a_line_that_is_being_written_is_put_back_with_the_rest(cast: Cast) -> None:
    assert drop_meanwhile(cast) == [LINE]


def test_without_the_lock_a_line_slips_into_the_adopted_version(cast: Cast) -> None:
    with without_locks(PolicyStatement):
        assert drop_meanwhile(cast) == [LINE, "Written at the same moment."]
