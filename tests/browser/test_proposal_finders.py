"""The search boxes of a proposal: typing, Enter and the button find, and the rest of the form stays as it is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clusters.choices import State
from community.choices import TerritoryLevel
from tests import factories as make
from tests.browser.test_journey import Person
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]

#: Step, box, what is typed, where it is found, what is found, and a field typed before with what stands in it.
BOXES = [
    (1, "find_need", "marsh", "#found-need", "Which marsh floods first", "[name=title]"),
    (2, "find_territories", "ellada", "#found-territories", "Elláda", "[name=out_of_scope]"),
    (4, "find_lead", "Lucía", "#found-lead", "Lucía Ferrer", "[name=size_limit]"),
    (4, "find_people", "Lucía", "#found-people", "Lucía Ferrer", "[name=size_limit]"),
    (5, "find_solutions", "storage", "#found-solutions", "storage", "[name=adoption_plan]"),
]


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    make.make_member("Lucía Ferrer", organisation=cast.organisation, consents=("directory",))
    make.make_need("Which marsh floods first?")
    make.make_territory("EL", name="Elláda", level=TerritoryLevel.COUNTRY, nuts_version="")
    return cast


@pytest.mark.parametrize("way", [pytest.param("button", marks=pytest.mark.slow), "enter"])
def test_a_search_finds_and_leaves_what_is_typed_elsewhere(open_page: OpenPage, cast: Cast, way: str) -> None:
    cluster = make_cluster(cast, State.DRAFT, lead=None, lead_organisation=None)
    person = Person(open_page, cast.accounts["proposer"].email)
    page = person.page
    for step, box, typed, place, found, other in BOXES:
        page.goto(f"/clusters/{cluster.name}/edit/{step}/")
        words = "12" if "size" in other else "Typed before, and not saved"
        page.locator(other).fill(words)
        page.locator(f"[name={box}]").fill(typed)
        page.wait_for_timeout(400)  # a moment, in which typing alone begins to search
        page.wait_for_load_state("networkidle")
        expect(page.locator(place)).to_contain_text(found)
        if way == "enter":
            page.locator(f"[name={box}]").press("Enter")
        else:
            page.locator(f'button[value="find:{box.removeprefix("find_")}"]').click()
        page.wait_for_load_state("networkidle")
        expect(page.locator(place)).to_contain_text(found)
        expect(page.locator("#step-form")).to_have_count(1)
        expect(page.locator(other)).to_have_value(words)
        expect(page.locator(".htmx-request")).to_have_count(0)  # a search, or the draft saving itself
    person.check()
    person.go("/help/")  # leaves the form, so that nothing is saved any more when the test ends
    page.wait_for_load_state("networkidle")
