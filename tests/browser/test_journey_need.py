"""A need becomes a cluster: raised, shared by others, taken up, proposed, approved, and read where it began."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from clusters.choices import State
from clusters.models import Cluster
from tests.browser.person import OpenPage, Person
from tests.browser.proposing import fill_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUESTION = "How do we keep dune grass alive under a boardwalk?"
ALIKE = "Which planks let light through to the grass below?"


def raise_need(person: Person, question: str) -> str:
    """Raise a need, and return the address of its page."""
    person.go("/needs/")
    person.press("Raise a need")
    person.page.locator("[name=question]").fill(question)
    person.page.locator("[name=urgency]").select_option(index=2)
    person.press("Raise this need")
    return person.page.url


@pytest.mark.slow
def test_two_needs_become_a_cluster_that_their_pages_show(world: dict[str, str], open_page: OpenPage) -> None:
    proposer = Person(open_page, world["proposer"])
    lead = Person(open_page, world["lead"])
    need = raise_need(proposer, QUESTION)
    alike = raise_need(lead, ALIKE)
    lead.go(need)
    lead.page.locator("[name=note]").fill("Ours dies in the second summer.")
    lead.press("Me too")
    expect(lead.page.get_by_role("main")).to_contain_text("Ours dies in the second summer.")

    coordinator = Person(open_page, world["coordinator"])
    coordinator.go("/needs/?q=grass")
    for question in (QUESTION, ALIKE):
        coordinator.page.get_by_label(question).check()
    coordinator.press("Propose a cluster for the selected")
    expect(coordinator.page.get_by_role("main")).to_contain_text("From these 2 needs")

    lead.go("/needs/?q=grass")
    for question in (QUESTION, ALIKE):
        lead.page.get_by_label(question).check()
    lead.press("Propose a cluster for the selected")
    lead.press("Start from these needs")
    asked = lead.page.locator("#id_question").input_value()
    assert asked in (QUESTION, ALIKE)
    fill_in(lead, title="Dune grass under boardwalks", question=asked)
    lead.press("Propose")
    cluster = Cluster.objects.get()
    asked_for = {row.question for row in (cluster.need, *cluster.further_needs.all()) if row is not None}
    assert (cluster.state, asked_for) == (State.SUBMITTED, {QUESTION, ALIKE})

    coordinator.go("/review/")
    coordinator.press("Review")
    coordinator.press("Approve")
    cluster.refresh_from_db()
    assert cluster.state == State.APPROVED
    for page in (need, alike):
        proposer.go(page)
        expect(proposer.page.get_by_role("main")).to_contain_text(cluster.reference or "")
        expect(proposer.page.get_by_role("main")).to_contain_text("Taken up")
    proposer.go("/notifications/")
    expect(proposer.page.get_by_role("main")).to_contain_text(cluster.title)
