"""An uptake is recorded, confirmed by its adopter without an account, and leads to a line of policy and back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from clusters.choices import State
from community.models import DemoMarker
from results.models import AdoptedLine, PolicyStatement, Uptake
from tests.browser.person import OpenPage, Person
from tests.browser.test_journey_external import Guest, open_mail
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import make_organisation, make_territory
from tests.results.making import is_documented

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(settings: Any, tmp_path: Path) -> Cast:
    """The cast of a demonstration, whose mails are files to be read."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    cache.clear()
    DemoMarker.objects.create()
    return make_cast()


def test_an_uptake_is_confirmed_stands_under_a_policy_line_and_leads_back_in_two_clicks(
    cast: Cast, open_page: OpenPage
) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    make_organisation("Water Board of the Bay")
    make_territory("HR03", name="Jadranska Hrvatska", is_programme_region=True)
    lead = Person(open_page, cast.user("lead").email)
    lead.go(f"/clusters/{cluster.name}/")
    lead.press("Uptakes")
    lead.press("Record an uptake")
    lead.page.get_by_label("Solution").fill("Flood storage method")
    lead.page.get_by_label("Adopting organisation").fill("water b")
    suggested = lead.page.locator("#names-organisation option")
    expect(suggested).to_have_attribute("value", "Water Board of the Bay")
    lead.page.get_by_label("Adopting organisation").fill("Water Board of the Bays")
    lead.page.get_by_label("Territory", exact=False).first.select_option(label="Jadranska Hrvatska")
    lead.page.get_by_label("Interested").check()
    lead.press("Record this uptake")
    lead.page.get_by_label("Water Board of the Bay", exact=True).check()
    lead.press("Record this uptake")
    uptake = cluster.uptakes.get()
    assert (uptake.organisation.name, uptake.state) == ("Water Board of the Bay", "interested")
    lead.press("In use…")
    lead.page.get_by_role("radio", name="Adapted").check()
    lead.press("The organisation uses the solution")
    expect(lead.page.get_by_role("main")).to_contain_text("Say what was adapted, and why.")
    lead.page.locator("[name=adaptation]").fill("Two gauges more.")
    lead.page.locator("[name=evidence_url]").fill("https://water.example/plan")
    lead.press("The organisation uses the solution")
    expect(lead.page.get_by_role("main")).to_contain_text("Declared by the cluster.")
    lead.press("Ask the organisation to confirm…")
    lead.page.get_by_label("E-mail address").fill("mira@water.example")
    lead.press("Ask")

    adopter = Guest(open_page, width=360)
    text = open_mail(adopter, "Does your organisation use")
    link = re.search(r"/confirm/[\w-]+/", text.replace("\n", ""))
    assert link is not None
    adopter.go(link[0])
    adopter.page.get_by_label("Yes, it is so").check()
    adopter.page.get_by_label("Your name").fill("Mira Horvat")
    adopter.page.get_by_label("Your function").fill("Head of water")
    adopter.page.get_by_label("I may speak for").check()
    adopter.press("Send the answer")
    expect(adopter.page.get_by_role("main")).to_contain_text("Add the document that shows it")
    assert adopter.page.get_by_label("Your name").input_value() == "Mira Horvat"
    adopter.page.get_by_label("Number of the document").fill("2026/17")
    adopter.press("Send the answer")
    adopter.press("See the uptake's page")
    for words in ("Documented", "Head of water", "2026/17"):
        expect(adopter.page.get_by_role("main")).to_contain_text(words)
    assert is_documented(uptake)

    lead.go(f"/uptakes/{uptake.pk}/")
    expect(lead.page.get_by_role("main")).to_contain_text("Mira Horvat")
    lead.press("Edit")
    lead.go(f"/uptakes/{uptake.pk}/files/")
    lead.go(f"/uptakes/{uptake.pk}/stopped/")
    lead.go(f"/solutions/{uptake.solution_id}/")
    expect(lead.page.get_by_role("main")).to_contain_text("uptake documented")
    _goes_into_policy(cast, open_page, uptake)
    for page in (lead.page, adopter.page):  # the forms that came back are looked for
        page.errors[:] = [error for error in page.errors if "422" not in error]  # type: ignore[attr-defined]


def _goes_into_policy(cast: Cast, open_page: OpenPage, uptake: Uptake) -> None:
    """Put the uptake under a line; walk from line to result and back, two clicks each, before and after adoption."""
    solution = f"/solutions/{uptake.solution_id}/"
    writer = Person(open_page, cast.user("coordinator").email)
    writer.go("/policy/")
    writer.press("Write a statement")
    writer.page.get_by_label("Title").fill("Let wetlands count")
    writer.press("Begin the draft")
    statement = f"/policy/{PolicyStatement.objects.get().pk}/"
    writer.press("Add a line")
    writer.page.get_by_label("What the line says").fill("Count restored wetlands as flood storage.")
    writer.press("Add the line")
    writer.page.get_by_label("What “Flood storage method” shows here (optional)").fill("A plan counts them.")
    writer.press("Put under the line")
    writer.press("Back to the statement")
    assert _walked(writer, "Flood storage method", "Flood storage method") == [f"/uptakes/{uptake.pk}/", solution]
    writer.go(statement)
    writer.press("Open for discussion…")
    writer.press("Open this statement for discussion")

    other = Person(open_page, cast.user("mission_coordinator").email)
    other.go(statement)
    other.press("Adopt…")
    other.press("Adopt this statement")
    chain = f"/chain/statement_line/{AdoptedLine.objects.get().pk}/"
    assert _walked(other, "From need to line: the chain", "Flood storage method") == [chain, solution]
    assert _walked(other, "Water Board of the Bay", "Let wetlands count") == [f"/uptakes/{uptake.pk}/", statement]
    expect(other.page.locator(":target")).to_contain_text("Count restored wetlands as flood storage.")


def _walked(person: Person, *links: str) -> list[str]:
    """Click one link after the other, with nothing between them; return the paths that each led to."""
    found = []
    for name in links:
        person.press(name)
        found.append(urlsplit(person.page.url).path)
    return found
