"""What lies in a territory: one rule for all lists, and nothing that only begins with the same letters."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from community import search
from community.catalogue import Catalogue
from community.choices import TerritoryLevel
from community.models import Member, Need, Organisation, PeerExchange, Solution, Territory
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def place(code: str, level: TerritoryLevel = TerritoryLevel.NUTS2, **fields: Any) -> Territory:
    fields.setdefault("nuts_version", "2021" if level.name.startswith("NUTS") else "")
    return make.make_territory(code, level=level, country=fields.pop("country", code[:2]), **fields)


@pytest.fixture
def places() -> dict[str, Territory]:
    """Two countries, a region with what lies in it under other codes, a small region, and a site of no region."""
    region = place("ITH3", is_programme_region=True)
    found = {
        "region": region,
        "anew": place("ITX3", nuts_version="2024"),
        "site": place("site-laguna", TerritoryLevel.SITE, country="IT"),
        "small": place("ITH35", TerritoryLevel.NUTS3),
        "italy": place("IT", TerritoryLevel.COUNTRY),
        "slovenia": place("SI", TerritoryLevel.COUNTRY),
        "elsewhere": place("site-lagunaria", TerritoryLevel.SITE, country="HR"),
    }
    for name in ("anew", "site"):
        found[name].maps_to.add(region)
    return found


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("ITH3", {"region", "anew", "site", "small"}),
        ("IT", {"region", "anew", "site", "small", "italy"}),
        ("SI", {"slovenia"}),
        ("site-laguna", {"site"}),
        ("SITE-LAGUNA", set()),
    ],
)
def test_each_list_keeps_what_lies_in_a_territory(places: dict[str, Territory], code: str, names: set[str]) -> None:
    for name, territory in places.items():
        need, exchange, solution = make.make_need(name), make.make_exchange(name), make.make_solution(name)
        need.territories.set([territory])
        exchange.territories.set([territory])
        solution.tested_in.set([territory])
        make.make_member(name, organisation=make.make_organisation(name, country="HR", territory=territory))
    assert {row.question for row in Need.objects.within(code)} == names
    assert {row.topic for row in PeerExchange.objects.within(code)} == names
    assert {row.title for row in Solution.objects.within(code)} == names
    assert {row.name for row in Organisation.objects.within(code)} == names
    assert {row.name for row in Member.objects.within(code)} == names
    assert set(Territory.objects.within(code)) == {places[name] for name in names}


def test_a_word_that_only_retired_solutions_hold_stands_for_what_is_near() -> None:
    one = make.make_solution("Ponds", description="Amphibian ways.")
    other = make.make_solution("Old ponds", description="Amphibien ways.", status="retired")
    for row in (one, other):
        search.index(row)

    def asked(query: str) -> tuple[int, tuple[Any, ...]]:
        catalogue = Catalogue(QueryDict(query), Solution.objects.visible_to(None))
        return catalogue.total, catalogue.query.replaced

    assert asked("q=amphibien") == (1, (("amphibien", ("amphibian",)),))
    assert asked("q=amphibien&status=retired") == (1, ())
    assert asked("q=amphibian&status=retired") == (1, (("amphibian", ("amphibien",)),))
