"""A verb that breaks in the middle, after any of its statements, leaves nothing behind: no row and no mail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction

from clusters.choices import State
from clusters.models import Cluster
from community.actions.transition import transition
from community.models import Job, Message
from tests.cast import Cast, make_cast, make_cluster
from tests.database import changed, contents

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]

#: Statements that frame a transaction rather than do anything in it.
FRAMES = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")

CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "submit": (State.DRAFT, "proposer", {}),
    "approve": (State.SUBMITTED, "coordinator", {"conditions": [{"text": "Name a taker.", "due_on": None}]}),
    "conclude": (State.RUNNING, "lead", {"lessons": "Ask the planners first."}),
}


class Break(Exception):
    """The machine fails."""


class BreaksAfter:
    """Lets `number` statements through and fails right after the last of them."""

    def __init__(self, number: int) -> None:
        self.number, self.count = number, 0

    def __call__(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        result = execute(sql, *arguments)
        if not sql.lstrip().upper().startswith(FRAMES):
            self.count += 1
            if self.count == self.number:
                raise Break(sql)
        return result


def attempt(cast: Cast, cluster: Cluster, verb: str, number: int) -> bool:
    """Do the verb on a machine that fails after `number` statements; tell whether it got through."""
    _state, role, details = CASES[verb]
    try:
        with connection.execute_wrapper(BreaksAfter(number)):
            transition(cluster, verb, by=cast.user(role), **details)
    except Break:
        return False
    return True


@pytest.mark.parametrize("verb", CASES)
def test_a_failure_after_any_statement_leaves_the_database_as_it_was_and_mails_nobody(
    verb: str, thorough: bool
) -> None:
    cast = make_cast()
    cluster = make_cluster(cast, CASES[verb][0])
    before = contents()
    number = 1
    while not attempt(cast, Cluster.objects.get(pk=cluster.pk), verb, number):
        assert changed(before, contents()) == {}, f"after statement {number}"
        number += 1 if thorough else 7  # every day some of them; `test_every_action_atomic` breaks all actions
    assert number > 15, "too few statements for this to show anything"
    assert mail.outbox or Message.objects.exists()
    after = changed(before, contents())
    assert {"clusters_cluster", "community_event", "community_message"} <= set(after)


def test_the_mails_and_the_factsheet_come_only_with_the_commit() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.SUBMITTED)
    mail.outbox = []
    attempt(cast, cluster, "approve", 25)
    assert (mail.outbox, Message.objects.count(), Job.objects.count()) == ([], 0, 0)
    assert attempt(cast, cluster, "approve", 10_000)
    assert mail.outbox != []
    assert Job.objects.get().task == "factsheets.issue"


class BreaksOnceWritten:
    """Fails at the first reading after the cluster's row was written, which rolls nothing back by itself."""

    def __init__(self) -> None:
        self.is_written = False

    def __call__(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if self.is_written and sql.startswith("SELECT"):
            raise Break(sql)
        self.is_written |= sql.startswith('UPDATE "clusters_cluster"')
        return execute(sql, *arguments)


def test_without_the_transaction_the_same_failure_leaves_half_a_decision() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.SUBMITTED)
    before = contents()
    bare: Any = transition.__wrapped__  # type: ignore[attr-defined]
    with transaction.atomic(), suppress(Break), connection.execute_wrapper(BreaksOnceWritten()):
        bare(cluster, "approve", by=cast.user("coordinator"))
    after = changed(before, contents())
    assert "clusters_cluster" in after
    assert "clusters_decision" not in after
