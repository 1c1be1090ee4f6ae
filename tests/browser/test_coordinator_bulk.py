"""A coordinator's presses for many in a real browser, with the keyboard too; axe reads every page on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clusters.choices import State
from clusters.models import Cluster, ReviewAssignment, Stage
from community.choices import MessageState
from community.models import Message
from tests.browser.axe import is_wider_than_screen
from tests.browser.person import Person
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def late(cast: Cast, title: str) -> Cluster:
    today = timezone.localdate()
    cluster = make_cluster(cast, State.RUNNING, title=title, ends_on=today + timedelta(days=40))
    Stage.objects.create(cluster=cluster, position=2, title="Pilot", planned_end_on=today - timedelta(days=7))
    return cluster


class Reader(Person):
    """Somebody whose browser runs no scripts, so that axe can't read along."""

    def check(self) -> None:
        """Hold the page to the width of the screen alone."""
        assert not is_wider_than_screen(self.page), self.page.url


@pytest.mark.parametrize(
    "javascript",
    [
        pytest.param(True, id="with scripts", marks=pytest.mark.slow),
        pytest.param(False, id="without", marks=pytest.mark.slow),
    ],
)
def test_leads_are_reminded_and_proposals_given_out_and_both_taken_back(
    open_page: OpenPage, cast: Cast, javascript: bool
) -> None:
    for title in ("Dunes", "Marsh"):
        late(cast, title)
    proposal = make_cluster(cast, State.SUBMITTED, title="Reef")
    user = cast.user("coordinator")
    coordinator = (Person if javascript else Reader)(open_page, user.email, javascript=javascript, width=360)
    page = coordinator.page
    coordinator.go("/desk/")
    coordinator.press("Do several at once as a coordinator")
    leads = page.get_by_role("region", name="Clusters that wait for those who lead")
    for box in leads.get_by_role("checkbox").all():
        box.focus()
        page.keyboard.press("Space")
    with page.expect_navigation():
        leads.get_by_role("button", name="Remind…").press("Enter")
    coordinator.check()
    expect(page.get_by_role("heading", name="Who gets which mail")).to_be_visible()
    assert Message.objects.count() == 0
    coordinator.press("Send 4 mails")
    expect(page.get_by_role("main")).to_contain_text("Lead Person, Deputy_Lead Person reminded")
    assert Message.objects.in_state(MessageState.QUEUED).count() == 4
    coordinator.press("Take the last press back")
    expect(page.get_by_role("main")).to_contain_text("taken back")
    assert not Message.objects.in_state(MessageState.QUEUED).exists()

    free = page.get_by_role("region", name="Proposals at which nobody looks")
    free.get_by_role("checkbox").check()
    free.get_by_label("Person").select_option(label="Mission Person (mission)")
    with page.expect_navigation():
        free.get_by_role("button", name="Assign…").click()
    coordinator.check()
    coordinator.press("Assign them")
    assert ReviewAssignment.objects.get(cluster=proposal).member == cast.member("mission_coordinator")
    coordinator.go("/review/")
    expect(page.get_by_role("main")).to_contain_text("Mission Person looks at it")
    coordinator.press("Review")
    expect(page.get_by_role("main")).to_contain_text("Who looks at it")
    coordinator.press("Take back")
    expect(page.get_by_role("main")).to_contain_text("Nobody looks at it yet")
    coordinator.press("I look at it")
    assert ReviewAssignment.objects.get(cluster=proposal).member == cast.member("coordinator")
    coordinator.go("/desk/")
    expect(page.get_by_role("region", name="Overdue")).to_contain_text("It is assigned to you.")
