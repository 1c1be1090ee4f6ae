"""A chain goes on across a merge of clusters: needs, solutions and what came of them are found from both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.actions.merge import merge
from clusters.choices import State
from clusters.models import Cluster
from community.models import Need, Solution
from results.chain.walk import Chain, chain_of
from results.contributions import chain_kinds
from results.coverage import idle_solutions
from results.models import Uptake
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.results.making import make_uptake
from tests.results.test_chain import MOST_QUERIES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class World:
    """A cluster with a need and a solution of its own, merged into one that runs and has an outcome and an uptake."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        self.need: Need = make.make_need("How does a plan count a wetland?", raised_at=NOW)
        self.solution: Solution = make.make_solution("Reed beds")
        self.merged = make_cluster(self.cast, State.APPROVED, need=self.need, title="Reeds for all")
        self.merged.solutions.set([self.solution])
        self.into = make_cluster(self.cast, State.RUNNING, title="Water for all")
        self.uptake: Uptake = make_uptake(self.cast, self.into, solution=self.solution)

    def merge(self) -> None:
        self.merged = merge(
            cluster=self.merged, into=self.into, by=self.cast.user("mission_coordinator"), reason="Both ask the same."
        )


@pytest.fixture
def world() -> World:
    world = World()
    world.merge()
    return world


def chain(kind: str, pk: int) -> Chain:
    found = chain_of(chain_kinds.get(kind), pk, None)
    assert found is not None
    return found


def test_the_solutions_go_along_and_are_not_idle() -> None:
    world = World()
    world.uptake.delete()
    own = set(world.into.solutions.all())
    assert world.solution not in own
    world.merge()
    assert set(world.into.solutions.all()) == own | {world.solution}
    assert set(world.merged.solutions.all()) == {world.solution}
    assert world.solution not in idle_solutions()


def test_each_link_leads_across_the_merge(world: World) -> None:
    outcome = world.into.outcomes.get()
    across = {("cluster", world.merged.pk), ("cluster", world.into.pk)}
    links = {
        "need": world.need.pk,
        "solution": world.solution.pk,
        "cluster": world.merged.pk,
        "outcome": outcome.pk,
        "uptake": world.uptake.pk,
    }
    for kind, pk in links.items():
        found = chain(kind, pk)
        assert across <= {node.ref for node in found.nodes}, kind
        assert [(a.pk, b.pk) for a, b in found.handed_on] == [(world.merged.pk, world.into.pk)], kind
    found = {node.ref for node in chain("cluster", world.merged.pk).nodes}
    assert {("outcome", outcome.pk), ("uptake", world.uptake.pk), ("need", world.need.pk)} <= found
    assert across | {("need", world.need.pk)} <= {node.ref for node in chain("cluster", world.into.pk).nodes}
    for cluster in (world.merged, world.into):
        page = Client().get(f"/chain/cluster/{cluster.pk}/").text
        assert {"Reeds for all", "Water for all"} <= {
            name for name in ("Reeds for all", "Water for all") if name in page
        }


def test_merges_in_a_row_are_followed_to_both_ends_in_as_many_queries(world: World) -> None:
    last = make_cluster(world.cast, State.RUNNING, title="All waters")
    other = make_cluster(world.cast, State.APPROVED)
    by = world.cast.user("mission_coordinator")
    counts = []
    for step in ("one", "more"):
        with CaptureQueriesContext(connection) as captured:
            assert Client().get(f"/chain/cluster/{world.merged.pk}/").status_code == 200
        counts.append(len(captured))
        if step == "one":
            Cluster.objects.filter(pk=world.into.pk).update(state=State.APPROVED)
            for row in (world.into, other):
                merge(cluster=Cluster.objects.get(pk=row.pk), into=last, by=by, reason="Both ask the same.")
    assert counts[1] <= counts[0] <= MOST_QUERIES
    clusters = {node.pk for node in chain("cluster", world.merged.pk).nodes if node.kind == "cluster"}
    assert clusters == {world.merged.pk, world.into.pk, last.pk}
    assert world.solution in last.solutions.all()


def test_a_chain_names_no_cluster_that_the_reader_does_not_see(world: World) -> None:
    hidden = make_cluster(world.cast, State.SUBMITTED, title="Zanthoxylum")
    Cluster.objects.filter(pk=hidden.pk).update(
        state=State.MERGED, state_before=State.SUBMITTED, merged_into=world.into.pk
    )
    assert "Zanthoxylum" not in Client().get(f"/chain/cluster/{world.into.pk}/").text
