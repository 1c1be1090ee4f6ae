"""The main job, end to end, in a real browser: propose, accept, return, resubmit, approve, start, conclude, report.

Five people press the buttons that their pages show them. axe reads every page of the way, light and dark, and the
PDF at its end is read with pdftotext.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clusters.choices import State
from clusters.models import Cluster
from tests import factories as make
from tests.browser.axe import is_wider_than_screen, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery"
TITLE = "Salt marsh in the flood plan"
QUESTION = "How does a flood plan count a salt marsh, so that restoring it is paid for?"

OpenPage = Callable[..., Page]


class Person:
    """Somebody with a browser of their own; each page they come to is read by axe."""

    def __init__(self, open_page: OpenPage, address: str, **screen: object) -> None:
        """Sign in."""
        self.page = open_page(**screen)
        self.page.goto("/accounts/login/")
        self.page.get_by_label("E-mail").fill(address)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("main").get_by_role("button", name="Sign in")).to_have_count(0)

    def check(self) -> None:
        """Hold the page to axe in both colour schemes, and to the width of the screen."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            assert violations(self.page) == [], f"{self.page.url} ({scheme})"
        assert not is_wider_than_screen(self.page), self.page.url

    def go(self, path: str) -> None:
        """Open a page and check it."""
        self.page.goto(path)
        self.check()

    def press(self, name: str) -> None:
        """Press a button or a link of that name in the main part, and check where it leads."""
        main = self.page.get_by_role("main")
        button = main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name))
        with self.page.expect_navigation():
            button.first.click()
        self.check()


@pytest.fixture
def world() -> dict[str, str]:
    """Make the people of the journey, the group that decides and the result that is transferred."""
    lead_organisation = make.make_lead_organisation("Region of the Gulf", country="EL")
    group = make.make_working_group("WG4", "Ecosystem restoration")
    coordinator = make.make_coordinator(group, "Sofia Renner")
    consents = ("directory",)
    proposer = make.make_member("Claire Astier", organisation=make.make_organisation("Blue Plan"), consents=consents)
    lead = make.make_member("Eleni Markou", organisation=lead_organisation, consents=consents)
    make.make_solution("Flood storage method for marshes", project=make.make_project("WETLAND"))
    return {
        "proposer": proposer.user.email,
        "lead": lead.user.email,
        "coordinator": coordinator.user.email,
    }


def propose(person: Person) -> None:
    """Fill in the five steps, and propose."""
    page = person.page
    person.go("/clusters/propose/")
    person.press("Start with an empty draft")
    page.get_by_label("Title").fill(TITLE)
    page.locator("#id_question").fill(QUESTION)
    page.locator("#id_need_text").fill("Three regions restore marshes and no plan counts them.")
    page.get_by_label("Territorial", exact=True).check()
    page.get_by_label("Regional", exact=True).check()
    person.press("Save and go to step 2")
    page.locator("[name=objectives-0-text]").fill("Fit the method to two regional plans.")
    page.locator("[name=objectives-0-criterion]").fill("Two annexes that planners have read.")
    page.locator("[name=kind_answer]").check()
    person.press("Save and go to step 3")
    today = timezone.localdate()
    page.locator("[name=starts_on]").fill(today.isoformat())
    page.locator("[name=ends_on]").fill(date(today.year + 1, 6, 30).isoformat())
    page.locator("[name=stages-0-title]").fill("Kick-off with planners")
    page.locator("[name=stages-0-planned_start_on]").fill(today.isoformat())
    page.locator("[name=stages-0-planned_end_on]").fill(today.isoformat())
    page.locator("[name=stages-0-deliverable]").fill("Roadmap, version 1")
    person.press("Save and go to step 4")
    page.locator("[name=working_group]").first.check()
    page.locator("[name=find_lead]").fill("Markou")
    page.get_by_role("button", name="Eleni Markou").or_(page.locator("#found-lead button")).first.click()
    expect(page.locator("#lead-chosen")).to_contain_text("Eleni Markou")
    person.check()
    person.press("Save and go to step 5")
    page.get_by_label("Flood storage method for marshes").check()
    page.locator("[name=adoption_plan]").fill("Two regions put the annex into their next plan.")
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft").click()
    person.press("Propose")


def test_a_cluster_goes_from_proposal_to_a_reported_factsheet(
    world: dict[str, str], open_page: OpenPage, tmp_path: Path
) -> None:
    proposer = Person(open_page, world["proposer"])
    propose(proposer)
    cluster = Cluster.objects.get()
    assert (cluster.state, cluster.title, cluster.reference) == (
        State.SUBMITTED,
        TITLE,
        f"M4N-CL-{timezone.localdate().year}-01",
    )
    lead = Person(open_page, world["lead"])
    lead.go("/desk/")
    lead.press("Accept or decline to lead")
    lead.press("Accept to lead")

    coordinator = Person(open_page, world["coordinator"])
    coordinator.go("/review/")
    coordinator.press("Review")
    coordinator.page.get_by_label("Reason").fill("Say what is out of scope.")
    coordinator.press("Return for changes")
    cluster.refresh_from_db()
    assert cluster.state == State.RETURNED

    proposer.go("/desk/")
    proposer.press("Change and propose again")
    proposer.go(f"/clusters/{cluster.name}/edit/2/")
    proposer.page.locator("[name=out_of_scope]").fill("Flash floods in built-up areas.")
    with proposer.page.expect_navigation():
        proposer.page.locator("button[name=do][value=save]").click()
    proposer.go(f"/clusters/{cluster.name}/submit/")
    proposer.press("Propose this cluster")

    coordinator.go(f"/review/{cluster.name}/")
    with coordinator.page.expect_navigation():
        coordinator.page.get_by_role("button", name="Approve", exact=True).click()
    coordinator.check()
    cluster.refresh_from_db()
    assert cluster.state == State.APPROVED

    work(lead, cluster)
    read_the_pdf(proposer, cluster, tmp_path)


def work(lead: Person, cluster: Cluster) -> None:
    """Start, complete the stage, record an outcome, conclude."""
    page = lead.page
    lead.go(f"/clusters/{cluster.name}/")
    lead.press("Start")
    lead.press("Start this cluster")
    lead.go(f"/clusters/{cluster.name}/roadmap/")
    page.get_by_role("main").get_by_role("link", name="Done").first.click()
    page.get_by_role("button", name="Mark").first.click()
    expect(page.get_by_role("link", name="Reopen").or_(page.get_by_role("button", name="Reopen")).first).to_be_visible()
    lead.check()
    assert cluster.stages.get().status == "done"
    lead.go(f"/clusters/{cluster.name}/outcomes/add/")
    page.locator("input[name=kind][value=answer]").check()
    page.locator("[name=title]").fill("The annex is written and read by two planning offices")
    lead.press("Record this outcome")
    assert cluster.outcomes.get().kind == "answer"
    lead.go(f"/clusters/{cluster.name}/conclude/")
    page.locator("[name=lessons]").fill("Ask the planners for their form first.")
    lead.press("Conclude this cluster")
    cluster.refresh_from_db()
    assert cluster.state == State.CONCLUDED


def read_the_pdf(reader: Person, cluster: Cluster, folder: Path) -> None:
    """Download the final factsheet, and find in its text what the cluster is."""
    reader.go(f"/clusters/{cluster.name}/factsheet/")
    link = reader.page.get_by_role("link", name="Factsheet, PDF").first.get_attribute("href") or ""
    answer = reader.page.request.get(link)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert f"{cluster.reference}_v2_{timezone.localdate().isoformat()}_en.pdf" in answer.headers["content-disposition"]
    path = folder / "factsheet.pdf"
    path.write_bytes(answer.body())
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    flat = " ".join(text.split())
    for words in (TITLE, "Region of the Gulf", "Kick-off with planners", "The annex is written", "What came of it"):
        assert words in flat, words
