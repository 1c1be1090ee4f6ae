"""What was withdrawn stays withdrawn: writing on brings nothing back, only another adoption makes a version stand."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from clusters.choices import State
from results.actions import policy as actions
from results.dashboard import story_of
from results.models import AdoptedLine, PolicyStatement
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.results.test_policy import LINE, adopted, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def withdrawn(cast: Cast, clock: Any) -> PolicyStatement:
    """Return a statement of which version 1 was adopted, and withdrawn the day after."""
    statement = adopted(cast, make_cluster(cast, State.RUNNING))
    clock.shift(timedelta(days=1))
    by = cast.user("coordinator")
    return actions.act(statement=statement, verb="statement.withdrawn", by=by, reason="A canary reason.")


def written_on(cast: Cast, statement: PolicyStatement) -> PolicyStatement:
    by = cast.user("coordinator")
    return actions.act(statement=statement, verb="statement.reopened", by=by, reason="Another canary.")


def sections(client: Client) -> dict[str, list[str]]:
    """Return the titles of the lists of `/policy/` with what stands in them."""
    context = client.get("/policy/").context
    return {name: [row.title for row in context[name]] for name in ("adopted", "withdrawn", "written")}


def test_writing_on_brings_no_withdrawn_version_back_before_somebody_else_adopts_the_next(
    cast: Cast, clock: Any
) -> None:
    statement = withdrawn(cast, clock)
    for state in ("withdrawn", "draft"):
        if state == "draft":
            statement = written_on(cast, statement)
        assert (state, statement.state) == (state, state)
        assert (list(AdoptedLine.objects.standing()), story_of().adopted) == ([], ())
        page = Client().get(f"/policy/{statement.pk}/").text
        assert "This statement was withdrawn" in page, state
        assert "Version 1 was withdrawn on" in page, state
        assert sections(Client()) == {"adopted": [], "withdrawn": ["Let wetlands count"], "written": []}
        assert "withdrawn on" in Client().get("/policy/").text
        page = signed_in(cast, "coordinator").get(f"/policy/{statement.pk}/").text
        assert ("Version 1 was withdrawn on" in page, "stays what everybody reads" in page) == (True, False)
    by = cast.user("coordinator")
    actions.act(statement=statement, verb="statement.opened", by=by)
    assert not AdoptedLine.objects.standing().exists()
    clock.shift(timedelta(days=1))
    statement = actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    [line] = AdoptedLine.objects.standing()
    assert (line.text, line.version.number) == (LINE, 2)
    assert story_of().adopted == ((NOW + timedelta(days=2)).date(),)
    assert "was withdrawn" not in Client().get(f"/policy/{statement.pk}/").text
    assert sections(Client()) == {"adopted": ["Let wetlands count"], "withdrawn": [], "written": []}


def test_everybody_reads_that_a_withdrawn_statement_is_written_on_but_not_why(cast: Cast, clock: Any) -> None:
    statement = written_on(cast, withdrawn(cast, clock))
    page = Client().get(f"/policy/{statement.pk}/").text
    assert ("wrote on in the withdrawn statement" in page, "canary" in page) == (True, False)


def test_the_next_version_withdrawn_as_a_draft_takes_the_adopted_one_along(cast: Cast, clock: Any) -> None:
    statement = adopted(cast, make_cluster(cast, State.RUNNING))
    by = cast.user("coordinator")
    statement = actions.act(statement=statement, verb="statement.revised", by=by)
    assert AdoptedLine.objects.standing().count() == 1
    statement = actions.act(statement=statement, verb="statement.withdrawn", by=by, reason="It is wrong.")
    first = statement.withdrawn_at
    clock.shift(timedelta(days=1))
    statement = actions.act(statement=written_on(cast, statement), verb="statement.withdrawn", by=by, reason="Still.")
    assert (statement.withdrawn_version, statement.withdrawn_at, first) == (1, NOW, NOW)
    assert not AdoptedLine.objects.standing().exists()


@pytest.mark.parametrize("is_written_on", [True, False])
def test_the_migration_remembers_withdrawals_of_before(cast: Cast, clock: Any, is_written_on: bool) -> None:
    statement = withdrawn(cast, clock)
    if is_written_on:
        clock.shift(timedelta(days=1))
        statement = written_on(cast, statement)
    PolicyStatement.objects.update(withdrawn_version=0, withdrawn_at=None)
    assert AdoptedLine.objects.standing().exists()
    import_module("results.migrations.0025_withdrawn_versions").remember(apps, None)
    statement.refresh_from_db()
    assert (statement.withdrawn_version, statement.withdrawn_at) == (1, NOW + timedelta(days=1))
    assert not AdoptedLine.objects.standing().exists()
