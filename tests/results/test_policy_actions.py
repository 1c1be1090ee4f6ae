"""Every action on policy statements: one transaction, one event once it was opened, a sentence for each verb."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from clusters.choices import State
from community.models import Event
from community.verification import verify_history
from results.actions import policy as actions
from results.actions.policy_comment import comment_on_statement, take_back_statement_comment
from results.models import PolicyStatement
from results.policy_sentences import SENTENCES
from tests.cast import Cast, make_cluster
from tests.clusters.test_every_action_atomic import Back, breaks, statements, written
from tests.database import changed, contents
from tests.results.making import make_uptake
from tests.results.test_policy import discussed

pytestmark = [pytest.mark.django_db, pytest.mark.wide, pytest.mark.usefixtures("clock")]


def presses(cast: Cast) -> dict[str, Callable[[], Any]]:
    """Return a press of each action on a statement under discussion, in an order in which each has what it needs."""
    statement, by = discussed(cast), cast.user("coordinator")
    line, mission, member = statement.lines.get(), cast.user("mission_coordinator"), cast.user("member")
    uptake = make_uptake(cast, make_cluster(cast, State.RUNNING), name="Board of the Cape")
    comment = comment_on_statement(statement=statement, by=member, text="Which ones?")

    def version() -> int:
        return PolicyStatement.objects.get(pk=statement.pk).version

    def verb(name: str, who: Any = by, **more: Any) -> Callable[[], Any]:
        return partial(actions.act, statement=statement, verb=f"statement.{name}", by=who, **more)

    return {
        "begin": partial(actions.begin_statement, working_group=cast.group, by=by, title="Another"),
        "update": lambda: actions.update_statement(statement=statement, by=by, seen_version=version(), audience="All"),
        "add_line": partial(actions.add_line, statement=statement, by=by, text="Pay those who keep them."),
        "update_line": lambda: actions.update_line(line=line, by=by, seen_version=version(), text="Count them."),
        "move_line": partial(actions.move_line, line=line, by=by, up=False),
        "put_under": partial(actions.put_under, line=line, by=by, kind="uptake", subject_id=uptake.pk),
        "update_shows": lambda: actions.update_shows(
            piece=line.evidence.order_by("-pk")[0], by=by, seen_version=version(), shows="It holds."
        ),
        "take_from_under": lambda: actions.take_from_under(piece=line.evidence.order_by("-pk")[0], by=by),
        "remove_line": lambda: actions.remove_line(line=statement.lines.exclude(pk=line.pk)[0], by=by),
        "comment": partial(comment_on_statement, statement=statement, by=member, text="And where?"),
        "take_back_comment": partial(take_back_statement_comment, comment=comment, by=member),
        "taken_back": verb("taken_back"),
        "opened": verb("opened"),
        "adopted": verb("adopted", mission),
        "revised": verb("revised"),
        "dropped": verb("dropped", mission),
        "withdrawn": verb("withdrawn", reason="It is out of date."),
        "reopened": verb("reopened", reason="It is asked for again."),
    }


def test_an_action_on_statements_that_breaks_leaves_the_database_as_it_was(cast: Cast, thorough: bool) -> None:
    tables = set(contents())
    for name, press in presses(cast).items():
        with suppress(Back), transaction.atomic():
            found = statements(press)
            assert written(found, tables), f"{name} writes nothing in its scene"
            besides = () if thorough else tables - written(found, tables)
            before = contents(besides)
            last = next(number for number in range(len(found), 0, -1) if breaks(press, number))
            for number in range(1, last + 1) if thorough else [last]:
                breaks(press, number)
                assert changed(before, contents(besides)) == {}, (name, number)
            raise Back
        press()


def test_each_verb_of_a_statement_has_a_sentence_and_stands_in_the_chain(cast: Cast) -> None:
    for press in presses(cast).values():
        press()
    verbs = set(Event.objects.filter(kind="statement").values_list("verb", flat=True))
    assert verbs == set(SENTENCES)
    assert [finding for finding in verify_history() if finding.is_fault] == []
