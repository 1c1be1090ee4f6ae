"""What is near is near by the one rule that says where a place lies, whether a list asks it or a suggestion."""

from __future__ import annotations

import pytest

from community.choices import ConsentPurpose, TerritoryLevel
from community.models import Need, PeerExchange, Territory
from community.similar import needs_near_each, solutions_near
from community.similar_exchanges import exchanges_near
from community.similar_people import people_near
from community.surroundings import Places
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def place(code: str, level: TerritoryLevel = TerritoryLevel.NUTS2, **fields: str) -> Territory:
    version = "2021" if level.name.startswith("NUTS") else ""
    return make.make_territory(code, **{"level": level, "nuts_version": version, "country": code[:2], **fields})


@pytest.fixture
def places() -> dict[str, Territory]:
    """Return places of all kinds: in another by code, country or mapping, or only seemingly."""
    made = [
        place("IT", TerritoryLevel.COUNTRY),
        place("ITH3", name="Veneto"),
        place("ITH35", TerritoryLevel.NUTS3),
        place("ITG1"),
        place("ITX3", nuts_version="2024"),
        place("ITH3", nuts_version="2024", name="Veneto anew"),
        place("ME", TerritoryLevel.COUNTRY),
        place("HR03"),
        place("sea-adriatic", TerritoryLevel.SEA, country="", name="Adriatic"),
        place("MED-W", TerritoryLevel.SEA, country=""),
        place("ITH3-lagoon", TerritoryLevel.SITE, country="IT"),
        place("site-delta", TerritoryLevel.SITE, country="HR"),
    ]
    known = {f"{row.code}/{row.nuts_version}": row for row in made}
    for code in ("sea-adriatic/", "site-delta/", "ITX3/2024"):
        known[code].maps_to.add(known["ITH3/2021"])
    known["sea-adriatic/"].maps_to.add(known["HR03/2021"])
    return known


def test_what_is_near_is_what_the_lists_find_in_or_around_a_place(places: dict[str, Territory]) -> None:
    every = Places()
    for own in places.values():
        inside = set(Territory.objects.lying_in(Territory.objects.filter(pk=own.pk).values("pk")))
        around = {
            row for row in places.values() if own in Territory.objects.lying_in(Territory.objects.filter(pk=row.pk))
        }
        assert every.around([own]).here == {row.pk for row in inside | around}, own.code
        assert {row.pk for row in Territory.objects.within(own.code)} <= every.around([own]).here, own.code


def test_the_same_country_is_that_of_the_places_to_which_a_place_is_mapped(places: dict[str, Territory]) -> None:
    found = Places().around([places["ITG1/2021"]])
    same = {code for code, row in places.items() if row.pk in found.country}
    assert same == {"ITH3/2021", "ITH3/2024", "ITH35/2021", "ITX3/2024", "ITH3-lagoon/", "sea-adriatic/", "site-delta/"}


def test_a_sea_is_near_the_regions_to_which_it_is_mapped(places: dict[str, Territory]) -> None:
    sea, region = places["sea-adriatic/"], places["ITH3/2021"]
    solution, need = make.make_solution("Buoys that float"), make.make_need("Which buoys last?")
    solution.tested_in.add(sea)
    need.territories.add(region)
    reasons = ["Both speak of: buoys", "Tested in: Adriatic"]
    [hit] = solutions_near(Need.objects.for_page().get(), None)
    assert (hit.row, hit.reasons) == (solution, reasons)
    [other] = needs_near_each([solution], Need.objects.open())[solution.pk]
    assert (other.row, other.reasons) == (need, reasons)
    offer, asked = make.make_exchange("Buoys for harbours"), make.make_exchange("Which buoys?", is_offer=False)
    offer.territories.add(sea)
    asked.territories.add(region)
    [fit] = exchanges_near(PeerExchange.objects.for_page().get(pk=asked.pk))
    assert (fit.row, fit.reasons[:2]) == (offer, ["Both speak of: buoys", "Same territory: Adriatic"])
    works = make.make_organisation("Harbour", country="HR", territory=sea)
    expert = make.make_member("Expert", organisation=works, consents=(ConsentPurpose.DIRECTORY,), about="Buoys.")
    [person] = people_near(Need.objects.for_page().get(), make.make_member().user, [])
    assert (person.row, person.reasons[0]) == (expert, "Works in: Adriatic")


def test_a_sea_does_not_lie_in_the_country_whose_letters_its_code_begins_with(places: dict[str, Territory]) -> None:
    make.make_solution("Buoys that float").tested_in.add(places["MED-W/"])
    make.make_need("Which buoys last?").territories.add(places["ME/"])
    assert solutions_near(Need.objects.for_page().get(), None) == []
