"""The five steps of a proposal, as somebody fills them in."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.person import Person


def fill_in(person: Person, *, title: str, question: str) -> None:
    """Fill in the five steps of a draft that stands open at the first, and save it.

    `Eleni Markou` is found as lead; the method for marshes is ticked among the solutions.
    """
    page = person.page
    page.get_by_label("Title").fill(title)
    page.locator("#id_question").fill(question)
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
    if not person.has_scripts:
        with page.expect_navigation():
            page.locator("[name=find_lead]").press("Enter")
        person.check("lead looked for")
    page.get_by_role("button", name="Eleni Markou").or_(page.locator("#found-lead button")).first.click()
    expect(page.locator("#lead-chosen")).to_contain_text("Eleni Markou")
    person.check("lead named")
    person.press("Save and go to step 5")
    page.get_by_label("Flood storage method for marshes").check()
    page.locator("[name=adoption_plan]").fill("Two regions put the annex into their next plan.")
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft").click()
