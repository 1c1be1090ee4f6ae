"""A result finds its reader: entered, asked for, published by somebody else, found by a misspelt word, asked about."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from community.choices import Vocabulary
from community.models import Message, Solution
from tests import factories as make
from tests.browser.person import OpenPage, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINK = "Manual in Greek https://dune.example/manual | Park of the Cape | CC BY 4.0"
WORDS = {
    "title": "Φράχτες για τις αμμοθίνες",
    "summary": "Fences keep a dune where people walk.",
    "description": "Three rows of chestnut wood.",
    "where_tested": "On two shores.",
    "what_taker_needs": "Wood, and a week of work.",
    "licence": "CC BY 4.0",
    "links": LINK,
}


@pytest.fixture
def people() -> dict[str, Any]:
    """A partner of a project, a coordinator, and a member of neither."""
    for vocabulary in (Vocabulary.CHALLENGE, Vocabulary.SOLUTION_TYPE, Vocabulary.MATURITY):
        make.make_term(vocabulary, vocabulary.value.replace("_", "-"), f"Some {vocabulary.label}")
    project, organisation = make.make_project("DUNES"), make.make_organisation("Park of the Cape")
    make.make_partnership(organisation, project)
    members = {
        "partner": make.make_member("Partner Person", organisation=organisation, consents=("directory",)),
        "coordinator": make.make_coordinator(make.make_working_group("WG1", "Connectivity"), "Coordinator Person"),
        "reader": make.make_member("Reader Person"),
    }
    return {role: str(member.user.email) for role, member in members.items() if member.user is not None}


def test_a_result_is_entered_published_found_and_asked_about(people: dict[str, str], open_page: OpenPage) -> None:
    partner = Person(open_page, people["partner"])
    partner.go("/solutions/")
    partner.press("Enter a solution")
    partner.page.locator("[name=project]").select_option(index=1)
    for name, text in WORDS.items():
        partner.page.locator(f"main [name={name}]").fill(text)
    for name in ("challenges", "type", "maturity"):
        partner.page.locator(f"[name={name}]").first.check()
    partner.press("Enter this solution")
    partner.press("See where to mend it")
    expect(partner.page.get_by_role("main")).to_contain_text("1 thing is missing")
    partner.press("Choose the languages")
    partner.page.get_by_label("Greek").check()
    partner.press("Save the solution")
    partner.press("Ask for publication")
    partner.press("Ask for publication")
    partner.press("Files")
    partner.page.locator("[name=content]").set_input_files(
        {"name": "dunes.txt", "mimeType": "text/plain", "buffer": b"31 dunes"}
    )
    partner.page.locator("[name=title]").fill("Table of dunes")
    partner.page.locator("[name=licence]").fill("CC BY 4.0")
    partner.page.locator("[name=is_free_for_eu_use]").check()
    partner.press("Keep this file")

    coordinator = Person(open_page, people["coordinator"])
    coordinator.go("/desk/")
    coordinator.press("Read and publish")
    coordinator.press("Publish")
    coordinator.press("Publish this solution")
    assert Solution.objects.get().status == "published"

    reader = Person(open_page, people["reader"], width=360)
    reader.go("/solutions/?q=φραχτεσ+αμμοθηνες&view=table")
    expect(reader.page.get_by_role("main")).to_contain_text("Shown is what holds")
    reader.press(WORDS["title"])
    expect(reader.page.get_by_role("main")).to_contain_text("Table of dunes")
    reader.press("Write to the contact")
    reader.page.locator("[name=text]").fill("Which wood do you take?")
    reader.press("Send")
    assert Message.objects.filter(template="community/solution_message").count() == 1
