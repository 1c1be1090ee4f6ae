"""A solution with which public clusters work is not hidden again."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters.choices import State
from community.actions.transition import transition
from community.permissions import Refusal
from tests.cast import make_cast, make_cluster

pytestmark = pytest.mark.django_db


def test_what_a_public_cluster_works_with_is_retired_and_not_taken_back() -> None:
    cast = make_cast()
    by = cast.accounts["coordinator"]
    make_cluster(cast, State.SUBMITTED)
    row = transition(cast.solution, "take_back_solution", by=by, reason="It was a slip.")
    assert row.status == "draft"
    row.status = "published"
    row.save()
    make_cluster(cast, State.RUNNING)
    with pytest.raises(Refusal, match="Clusters that everybody sees work with it"):
        transition(cast.solution, "take_back_solution", by=by, reason="It was a slip.")
    client = Client()
    client.force_login(by)
    assert "Retire it instead" in client.get(f"/solutions/{cast.solution.pk}/").content.decode()
    assert transition(cast.solution, "retire_solution", by=by, reason="Another one is better.").status == "retired"
    assert Client().get(f"/solutions/{cast.solution.pk}/").status_code == 200
