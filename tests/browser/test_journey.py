"""The main job, end to end, in a real browser: propose, accept, return, resubmit, approve, start, conclude, report.

Five people press the buttons that their pages show them. axe reads every page of the way, and the
PDF at its end is read with pdftotext.
"""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clusters.choices import State
from clusters.models import Cluster
from tests.browser.person import OpenPage, Person
from tests.browser.proposing import fill_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Salt marsh in the flood plan"
QUESTION = "How does a flood plan count a salt marsh, so that restoring it is paid for?"


def propose(person: Person) -> None:
    """Fill in the five steps of an empty draft, and propose; pressed too early it says what is missing."""
    person.go("/clusters/propose/")
    person.press("Start with an empty draft")
    draft = Cluster.objects.get()
    person.page.goto(f"/clusters/{draft.name}/submit/")
    person.check("nothing filled in")
    person.page.goto(f"/clusters/{draft.name}/edit/1/")
    fill_in(person, title=TITLE, question=QUESTION)
    person.press("Propose")


#: The same steps with scripts, and in the long run by plain forms, each page walked by keyboard.
WAYS = [pytest.param(True, id="scripts"), pytest.param(False, id="plain forms", marks=pytest.mark.slow)]


@pytest.mark.parametrize("javascript", WAYS)
def test_a_cluster_goes_from_proposal_to_a_reported_factsheet(
    world: dict[str, str], open_page: OpenPage, tmp_path: Path, javascript: bool
) -> None:
    somebody = partial(Person, open_page, javascript=javascript)
    proposer = somebody(world["proposer"])
    propose(proposer)
    cluster = Cluster.objects.get()
    assert (cluster.state, cluster.title, cluster.reference) == (
        State.SUBMITTED,
        TITLE,
        f"M4N-CL-{timezone.localdate().year}-01",
    )
    lead = somebody(world["lead"])
    lead.go("/desk/")
    lead.page.locator("nav.account summary").last.click()
    expect(lead.page.locator("nav.account details[open] .drop-list")).to_be_visible()
    lead.check("menu open", besides="target-size")  # what the open menu half covers is no target meanwhile
    lead.page.locator("nav.account summary").last.click()
    lead.press("Accept or decline to lead")
    lead.press("Accept to lead")

    coordinator = somebody(world["coordinator"])
    coordinator.go("/review/")
    coordinator.press("Review")
    refused(coordinator, "Return for changes")
    coordinator.go(f"/review/{cluster.name}/")
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


def refused(person: Person, button: str) -> None:
    """Press a button with the form empty: the page comes back, says what is missing, and axe reads that too."""
    person.page.errors.clear()  # type: ignore[attr-defined]
    with person.page.expect_navigation():
        person.page.get_by_role("main").get_by_role("button", name=button).first.click()
    person.check(f"{button}: refused")
    person.page.errors[:] = [line for line in person.page.errors if "422" not in line]  # type: ignore[attr-defined]


def work(lead: Person, cluster: Cluster) -> None:
    """Start, complete the stage, record an outcome, conclude."""
    page = lead.page
    lead.go(f"/clusters/{cluster.name}/")
    lead.press("Start")
    lead.press("Start this cluster")
    lead.go(f"/clusters/{cluster.name}/roadmap/")
    page.get_by_role("main").get_by_role("link", name="Done").first.click()
    expect(page.get_by_role("button", name="Mark").first).to_be_visible()
    lead.check("a row stands open")
    page.get_by_role("button", name="Mark").first.click()
    expect(page.get_by_role("link", name="Reopen").or_(page.get_by_role("button", name="Reopen")).first).to_be_visible()
    lead.check("a stage was marked done")
    assert cluster.stages.get().status == "done"
    lead.go(f"/clusters/{cluster.name}/outcomes/add/")
    refused(lead, "Record this outcome")
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
