"""A one-day cluster from its proposal to its report, in under two minutes of clicking.

Clicking is counted by the keystroke-level model (Card, Moran and Newell 1980): for each press or field a person
thinks (1.35 s), points (1.1 s) and presses (0.2 s). To this comes what the machine takes from the first press to
the last, measured. Typing is not clicking: how long a text takes is the writer's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clusters.choices import State
from clusters.models import Cluster
from community.models import Member
from tests.browser.person import OpenPage, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

THINK, POINT, PRESS = 1.35, 1.1, 0.2


class Clicker(Person):
    """Somebody whose presses are counted, and whose pages are read by axe afterwards."""

    presses = 0
    waited = 0.0

    def check(self) -> None:
        """Leave axe out while the time is taken."""

    def go(self, path: str) -> None:
        """Open a page: one press of a bookmark or a mail's link."""
        self._take(lambda: self.page.goto(path))

    def press(self, name: str) -> None:
        """Press a button or a link, and wait for where it leads."""
        self._take(lambda: Person.press(self, name))

    def fill(self, selector: str, text: str) -> None:
        """Go to a field and write."""
        self._take(lambda: self.page.locator(selector).fill(text))

    def tick(self, selector: str) -> None:
        """Tick a box."""
        self._take(lambda: self.page.locator(selector).first.check())

    def _take(self, deed: Callable[[], object]) -> None:
        began = time.monotonic()
        deed()
        self.waited += time.monotonic() - began
        self.presses += 1

    @property
    def seconds(self) -> float:
        """How long the clicking takes, by the model, and the machine with it."""
        return self.presses * (THINK + POINT + PRESS) + self.waited


def propose_day(lead: Clicker) -> None:
    """Propose a cluster of one day, today, and lead it oneself."""
    today = timezone.localdate().isoformat()
    lead.go("/clusters/propose/")
    lead.press("Start with an empty draft")
    lead.fill("[name=title]", "A morning with those who guard dunes")
    lead.fill("#id_question", "Which fence keeps people off a young dune?")
    lead.fill("#id_need_text", "Three towns fence dunes in three ways.")
    lead.page.get_by_label("Territorial", exact=True).check()
    lead.page.get_by_label("Regional", exact=True).check()
    lead.presses += 2
    lead.press("Save and go to step 2")
    lead.fill("[name=objectives-0-text]", "Compare three fences on one beach.")
    lead.fill("[name=objectives-0-criterion]", "A page with a photograph of each.")
    lead.tick("[name=kind_answer]")
    lead.press("Save and go to step 3")
    lead.fill("[name=starts_on]", today)
    lead.fill("[name=ends_on]", today)
    lead.press("Save and go to step 4")
    lead.tick("[name=working_group]")
    lead.page.get_by_role("button", name="I lead it myself").click()
    expect(lead.page.locator("#lead-chosen")).to_contain_text("Eleni Markou")
    lead.presses += 1
    lead.press("Save and go to step 5")
    lead.page.get_by_label("Flood storage method for marshes").check()
    lead.presses += 1
    lead.fill("[name=adoption_plan]", "The three towns order the fence that held.")
    lead.press("Propose")


@pytest.mark.slow
def test_a_day_from_proposal_to_report_takes_under_two_minutes_of_clicking(
    world: dict[str, str], open_page: OpenPage
) -> None:
    lead = Clicker(open_page, world["lead"])
    coordinator = Clicker(open_page, world["coordinator"])
    propose_day(lead)
    cluster = Cluster.objects.get()
    assert (cluster.state, cluster.lead) == (State.SUBMITTED, Member.objects.get(user__email=world["lead"]))

    coordinator.go("/review/")
    coordinator.press("Review")
    coordinator.press("Approve")
    cluster.refresh_from_db()
    assert cluster.state == State.RUNNING

    lead.go(f"/clusters/{cluster.name}/")
    lead.press("Report the day")
    lead.page.locator("[name=outcomes-0-kind]").select_option("answer")
    lead.presses += 1
    lead.fill("[name=outcomes-0-title]", "Chestnut paling held; wire did not")
    lead.fill("[name^=persons_]", "12")
    lead.fill("[name=lessons]", "Go in winter, when the wind shows which fence holds.")
    lead.press("Conclude and issue the factsheet")
    cluster.refresh_from_db()
    assert cluster.state == State.CONCLUDED
    lead.go(f"/clusters/{cluster.name}/factsheet/")
    expect(lead.page.get_by_role("main")).to_contain_text("Chestnut paling held")
    seconds = lead.seconds + coordinator.seconds
    assert seconds < 120, f"{lead.presses} + {coordinator.presses} presses, {seconds:.0f} s"
    Person.check(lead)
