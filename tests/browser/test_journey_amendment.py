"""What was approved changes: an amendment accepted in part, and a lead handed over, each by those who press it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clusters.choices import State
from clusters.models import Cluster
from tests.browser.person import OpenPage, Person
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDER = "How does any plan count any wetland, anywhere, as storage?"


@pytest.fixture
def cast() -> Cast:
    """Everybody whom a cluster knows."""
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    """A cluster that runs for another three months."""
    return make_cluster(cast, State.RUNNING, ends_on=timezone.localdate() + timedelta(days=90))


def sign_in(open_page: OpenPage, cast: Cast, role: str) -> Person:
    """Open a browser of the person who plays `role`."""
    return Person(open_page, cast.user(role).email)


@pytest.mark.slow  # every day by requests: tests/clusters/test_amendment_pages.py
def test_an_amendment_is_accepted_in_part(open_page: OpenPage, cast: Cast, cluster: Cluster) -> None:
    question, end = cluster.question, timezone.localdate() + timedelta(days=120)
    participant = sign_in(open_page, cast, "participant")
    participant.go(f"/clusters/{cluster.name}/amendments/")
    participant.press("Suggest an amendment")
    participant.page.locator("[name=question]").fill(WIDER)
    participant.page.locator("[name=ends_on]").fill(end.isoformat())
    participant.page.locator("[name=reason]").fill("Two more plans are written in spring.")
    participant.press("Suggest it to the lead")

    other = sign_in(open_page, cast, "member")
    other.go(f"/clusters/{cluster.name}/amendments/")
    expect(other.page.get_by_role("main")).not_to_contain_text(WIDER)

    lead = sign_in(open_page, cast, "lead")
    lead.go("/desk/")
    lead.press("Put forward or turn down")
    lead.press("Put forward")
    lead.press("Put this amendment forward")

    coordinator = sign_in(open_page, cast, "coordinator")
    coordinator.go("/desk/")
    coordinator.press("Decide on the amendment")
    if coordinator.page.get_by_role("checkbox").count() == 0:
        coordinator.press("Decide…")
    coordinator.page.locator("#id_accepted_question").uncheck()
    coordinator.press("Accept what is ticked")
    coordinator.page.errors.pop()  # type: ignore[attr-defined]  # the 422 that is looked for
    expect(coordinator.page.get_by_role("main")).to_contain_text("Say why the rest is refused")
    assert not coordinator.page.locator("#id_accepted_question").is_checked()
    coordinator.page.locator("[name=reason]").fill("The question would lose its coast.")
    coordinator.press("Accept what is ticked")

    now = Cluster.objects.get(pk=cluster.pk)
    assert (now.question, now.ends_on) == (question, end)
    participant.go(f"/clusters/{cluster.name}/amendments/1/")
    expect(participant.page.get_by_role("main")).to_contain_text("The question would lose its coast.")
    other.go(f"/clusters/{cluster.name}/amendments/")
    expect(other.page.get_by_role("main")).to_contain_text("Accepted in part")
    expect(other.page.get_by_role("main")).not_to_contain_text(WIDER)


@pytest.mark.slow  # every day by requests: tests/clusters/test_amendment_pages.py
def test_a_lead_hands_the_cluster_over(open_page: OpenPage, cast: Cast, cluster: Cluster) -> None:
    lead = sign_in(open_page, cast, "lead")
    lead.go(f"/clusters/{cluster.name}/amendments/")
    lead.press("Hand the lead over")
    lead.page.get_by_label("Participant Person, Region of the Gulf").check()
    lead.page.locator("[name=reason]").fill("A new post in another department.")
    lead.press("Put it forward")

    coordinator = sign_in(open_page, cast, "coordinator")
    coordinator.go(f"/clusters/{cluster.name}/amendments/1/")
    expect(coordinator.page.get_by_role("main")).to_contain_text("Waits for the lead to be to accept.")

    follower = sign_in(open_page, cast, "participant")
    follower.go("/desk/")
    follower.press("Accept or decline to lead")
    follower.press("Accept to lead")
    follower.press("Lead this cluster")

    coordinator.go(f"/clusters/{cluster.name}/amendments/1/decide/")
    coordinator.press("Accept what is ticked")
    now = Cluster.objects.get(pk=cluster.pk)
    assert now.lead == cast.member("participant")
    follower.go(f"/clusters/{cluster.name}/")
    expect(follower.page.get_by_role("link", name="Update the roadmap").first).to_be_visible()
    lead.go(f"/clusters/{cluster.name}/")
    expect(lead.page.get_by_role("main").get_by_role("link", name="Update the roadmap")).to_have_count(0)
