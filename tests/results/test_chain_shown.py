"""What the links of a chain show of places, links and files, to whom; and how its data names them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prov.model import ProvDocument

from clusters.actions.merge import merge
from clusters.choices import State
from community.choices import FileVisibility
from community.models import File, Need, SolutionLink
from results.chain.shown import MOST
from results.chain.walk import chain_of
from results.contributions import MOST_PLACES, Node, chain_kinds
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.results.making import make_uptake
from tests.results.test_chain import MOST_QUERIES

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


@pytest.fixture
def need(cast: Cast) -> Need:
    """A whole chain in places: a need, a solution, a cluster and an uptake."""
    crete = make.make_territory("EL43", name="Kriti", country="EL", is_programme_region=True)
    sea = make.make_territory("sea-libyan", level="sea", nuts_version="", country="", name="Libyan Sea")
    need = make.make_need("How does a plan count a wetland?", raised_at=NOW)
    cluster = make_cluster(cast, State.RUNNING, need=need, title="Water for all")
    need.territories.set([sea, crete])
    cluster.territories.set([crete])
    cast.solution.tested_in.set([sea])
    make_uptake(cast, cluster, territory=crete)
    return need


def node(kind: str, pk: int, user: Any = None) -> Node:
    found = chain_of(chain_kinds.get(kind), pk, user)
    assert found is not None
    return found.start


def file_of(cast: Cast, title: str, visibility: str, **fields: Any) -> File:
    return File.objects.create(
        kind="solution", subject_id=cast.solution.pk, title=title, visibility=visibility, size=1, **fields
    )


def prov(address: str) -> ProvDocument:
    """Read a chain's data as another program does, which refuses what is no PROV."""
    content = Client().get(address).content.decode()
    document = ProvDocument.deserialize(content=content, format="json")
    assert ProvDocument.deserialize(content=document.serialize(format="json"), format="json") == document
    assert document.serialize(format="xml"), "relations name what they relate"
    return document


def test_needs_solutions_clusters_and_uptakes_say_where(cast: Cast, need: Need) -> None:
    chain = chain_of(chain_kinds.get("need"), need.pk, None)
    assert chain is not None
    said = {one.kind: list(one.places) for one in chain.nodes if one.places}
    assert said == {
        "need": ["Kriti (EL43)", "Libyan Sea"],
        "cluster": ["Kriti (EL43)"],
        "solution": ["Libyan Sea"],
        "uptake": ["Kriti (EL43)"],
    }
    page = Client().get(f"/chain/need/{need.pk}/").text
    assert (page.count("Kriti (EL43)"), page.count("Libyan Sea")) == (3, 2)
    need.territories.set([make.make_territory() for _number in range(MOST_PLACES + 2)])
    assert "2 more places" in Client().get(f"/chain/need/{need.pk}/").text


def test_a_solution_shows_its_links_and_the_files_that_the_reader_may_fetch(cast: Cast, need: Need) -> None:
    for number, label in enumerate(("Handbook", "Film")):
        SolutionLink.objects.create(
            solution=cast.solution, position=number, label=label, address=f"https://t.example/{number}"
        )
    file_of(cast, "Annex", FileVisibility.PUBLIC)
    file_of(cast, "Budget", FileVisibility.COP)
    file_of(cast, "Letters", FileVisibility.RESTRICTED)
    file_of(cast, "Taken away", FileVisibility.PUBLIC, removed_at=NOW)
    everybody = ["Handbook", "Film", "Annex"]
    told = {
        name: [str(words) for words, _address in node("solution", cast.solution.pk, cast.user(name)).evidence]
        for name in ("visitor", "external", "member")
    }
    assert told == {"visitor": everybody, "external": everybody, "member": [*everybody, "Budget"]}
    for _words, address in node("solution", cast.solution.pk, cast.user("member")).evidence:
        assert address.startswith((f"/solutions/{cast.solution.pk}/files/", "https://t.example/"))
    for number in range(MOST + 2):
        file_of(cast, f"Sheet {number}", FileVisibility.PUBLIC)
    last = node("solution", cast.solution.pk).evidence[-1]
    assert last == ("3 more on its page", f"/solutions/{cast.solution.pk}/")


@pytest.mark.parametrize("role", ["visitor", "member"])
def test_a_chain_that_shows_everything_stays_in_its_budget(cast: Cast, need: Need, role: str) -> None:
    for number in range(3):
        address = f"https://t.example/{number}"
        SolutionLink.objects.create(solution=cast.solution, position=number, label="Film", address=address)
        file_of(cast, f"File {number}", FileVisibility.PUBLIC)
    client = Client()
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    for kind, pk in (("need", need.pk), ("solution", cast.solution.pk)):
        client.get(f"/chain/{kind}/{pk}/")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/chain/{kind}/{pk}/")
        assert len(captured) <= MOST_QUERIES, kind


def test_the_data_names_who_and_where_by_keys_that_stay(cast: Cast, need: Need) -> None:
    document = prov(f"/chain/need/{need.pk}.json")
    other = prov(f"/chain/solution/{cast.solution.pk}.json")
    said, again = document.get_provn(), other.get_provn()
    organisation, project = cast.organisation, cast.solution.project
    for ident, name in (
        (f"m4n:organisation/{organisation.pk}/", organisation.name),
        (f"m4n:project/{project.pk}/", project.acronym),
    ):
        assert f'agent({ident}, [prov:label="{name}"' in said
        assert ident in again, "the same in another file"
    assert 'prov:location="Libyan Sea"' in said
    assert f"wasAttributedTo(m4n:solution/{cast.solution.pk}/, m4n:project/{project.pk}/)" in said
    assert "m4n:agent-" not in said
    assert cast.member("lead").name not in said, "no person stands in it"


def test_an_organisation_called_as_a_project_is_another_agent(cast: Cast, need: Need) -> None:
    name = cast.solution.project.acronym
    cluster = make_cluster(cast, State.RUNNING, need=need)
    make_uptake(cast, cluster, organisation=make.make_organisation(name, is_demo=True))
    assert prov(f"/chain/need/{need.pk}.json").get_provn().count(f'[prov:label="{name}"') == 2


def test_the_data_says_which_cluster_went_on_in_which(cast: Cast, need: Need) -> None:
    merged = make_cluster(cast, State.APPROVED, need=need, title="Reeds for all")
    into = make_cluster(cast, State.RUNNING, title="All waters", started_on=(NOW - timedelta(days=9)).date())
    merge(cluster=merged, into=into, by=cast.user("mission_coordinator"), reason="Both ask the same.")
    for address in (f"/chain/need/{need.pk}.json", f"/chain/cluster/{into.pk}.json"):
        said = prov(address).get_provn()
        assert f"wasInformedBy(m4n:cluster/{into.pk}/, m4n:cluster/{merged.pk}/)" in said
        assert f"wasInformedBy(m4n:cluster/{merged.pk}/" not in said
