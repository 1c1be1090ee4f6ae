"""An offer finds somebody: offered from a platform, wished for, agreed on, reported; axe reads each page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from community.models import PeerExchange, WorkingGroup
from tests import factories as make
from tests.browser.person import OpenPage, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOPIC = "Two days with the wardens of a marsh"


@pytest.mark.slow
def test_an_offer_finds_somebody_and_a_group_keeps_a_liaison(world: dict[str, str], open_page: OpenPage) -> None:
    term = make.make_term(label="Marshes and rivers")
    make.make_exchange("Which wardens of a marsh show their work?", is_offer=False).challenges.add(term)
    offering, wishing = Person(open_page, world["lead"]), Person(open_page, world["proposer"])
    offering.go("/platforms/")
    offering.press("Marshes and rivers")
    offering.press("Follow")
    offering.press("Offer help")
    offering.page.get_by_label("Visit").check()
    offering.page.locator("[name=topic]").fill(TOPIC)
    offering.press("Offer this")
    expect(offering.page.get_by_role("main")).to_contain_text("Requests that it fits")

    wishing.go("/exchanges/")
    wishing.press(TOPIC)
    wishing.page.locator("[name=note]").fill("Two of us would come.")
    wishing.press("I would like to")

    offering.go("/desk/")
    offering.press("Agree with somebody")
    offering.press("Agree with somebody…")
    offering.press("Agree on this exchange")
    expect(offering.page.get_by_role("main")).to_contain_text("Claire Astier")
    wishing.go(f"/exchanges/{PeerExchange.objects.get(topic=TOPIC).pk}/")
    wishing.press("It took place…")
    wishing.page.locator("[name=came]").fill("Nine sluices were counted.")
    wishing.press("Say what came of this exchange")
    offering.go("/exchanges/?status=done")
    expect(offering.page.get_by_role("main")).to_contain_text(TOPIC)

    coordinator = Person(open_page, world["coordinator"])
    coordinator.go(f"/working-groups/{WorkingGroup.objects.get().code}/")
    coordinator.press("Enter a liaison")
    coordinator.page.locator("[name=network]").fill("Forum of harbours")
    coordinator.press("Save the liaison")
    coordinator.press("End…")
    coordinator.press("End it")
    expect(coordinator.page.get_by_role("main")).to_contain_text("Forum of harbours")
