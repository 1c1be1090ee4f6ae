"""Every action that breaks in the middle leaves nothing behind, and what it does stands in the chain."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.actions.meeting import call_meeting
from clusters.choices import State
from clusters.models import ReferenceCounter
from clusters.sentences import SENTENCES
from community.models import Event, EventDetail
from community.verification import verify_history
from tests.append_only import suspended_guards
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.scene_facts import LATER, LATER_END
from tests.clusters.scenes import NAMES, scene_of
from tests.clusters.test_lifecycle_atomic import FRAMES, Break, BreaksAfter, BreaksOnceWritten
from tests.database import changed, contents

pytestmark = [pytest.mark.django_db]


class Back(Exception):
    """What was done is taken back."""


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def statements(press: Callable[[], object]) -> list[str]:
    """Return the statements of a press, which is taken back."""
    connection.queries_log.clear()  # it keeps the newest 9000 of a test, and a long run presses more
    with CaptureQueriesContext(connection) as captured, suppress(Back), transaction.atomic():
        press()
        raise Back
    return [row["sql"] for row in captured if not row["sql"].lstrip().upper().startswith(FRAMES)]


def written(found: list[str], tables: set[str]) -> set[str]:
    """Return the tables into which some of these statements write."""
    writes = [sql for sql in found if not sql.startswith("SELECT")]
    return {table for table in tables if any(f'"{table}"' in sql for sql in writes)}


def breaks(press: Callable[[], object], number: int) -> bool:
    """Press on a machine that fails after so many statements; tell whether it failed."""
    try:
        with transaction.atomic(), connection.execute_wrapper(BreaksAfter(number)):
            press()
            raise Back
    except Break:
        return True
    except Back:
        return False


def test_an_action_that_breaks_after_any_statement_leaves_the_database_as_it_was(cast: Cast, thorough: bool) -> None:
    tables = set(contents())
    for name in NAMES:
        with suppress(Back), transaction.atomic():
            press = scene_of(name, cast)
            if thorough:
                statements(press)  # what people are is asked once and known then
            found = statements(press)
            touched = written(found, tables)
            assert touched, f"{name} writes nothing in its scene"
            besides = () if thorough else tables - touched
            before = contents(besides)
            # Every day the last statement that is reached, where most is written; in the long run each of them.
            last = next(number for number in range(len(found), 0, -1) if breaks(press, number))
            for number in range(1, last + 1) if thorough else [last]:
                assert not thorough or breaks(press, number), (name, number)
                assert changed(before, contents(besides)) == {}, (name, number)
            raise Back


def test_without_its_transaction_an_action_leaves_half_of_what_it_does(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    bare: Any = call_meeting.__wrapped__  # type: ignore[attr-defined]
    facts = {"cluster": cluster, "by": cast.user("lead"), "title": "Wells", "starts_at": LATER, "ends_at": LATER_END}
    before = contents()
    with suppress(Break), connection.execute_wrapper(BreaksOnceWritten()):
        bare(**facts)
    assert "clusters_meeting" in changed(before, contents())


#: Verbs that no press writes: the import's and the clock's, a new draft's, other answers, and one of older records.
ELSEWHERE = {
    "participation.moved_back",
    "meeting.declined",
    "record_afterwards",
    "propose_again",
    "follow_up.asked",
    "follow_up.adapted",
    "follow_up.stopped",
    "follow_up.unknown",
    "follow_up.corrected",
    "participation.became_member",
    "stage.removed",
}


@pytest.mark.slow
def test_each_verb_of_the_history_is_chained_and_its_words_cannot_be_changed(cast: Cast) -> None:
    ReferenceCounter.objects.create(year=timezone.localdate().year, last=900)  # the others are numbered by hand
    for name in sorted(NAMES, key="life.discard".__eq__):  # last: they are numbered by how many there are
        scene_of(name, cast)()
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert sorted(set(SENTENCES) - verbs - ELSEWHERE) == []
    assert list(verify_history()) == []
    told = {(row.event.chain, row.event.number) for row in EventDetail.objects.exclude(body=None)}
    assert len(told) > 60
    with transaction.atomic():
        with suspended_guards():
            EventDetail.objects.exclude(body=None).update(body={"title": "Something else"})
        found = [finding for finding in verify_history() if finding.is_fault]
        transaction.set_rollback(True)
    assert {(fault.chain, fault.number) for fault in found if fault.code == "detail"} == told
