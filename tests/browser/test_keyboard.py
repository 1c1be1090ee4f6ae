"""The keyboard alone, without a script: everything that can be pressed is reached, seen and pressed by keys."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from clusters.choices import StageStatus, State
from clusters.models import Cluster, Stage
from tests.browser.keys import tab_to, unreached
from tests.browser.person import PASSWORD, OpenPage
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def enter(page: Page, words: str) -> None:
    """Go to a button or link by Tab, and press Enter."""
    tab_to(page, words=words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def sign_in(page: Page, address: str) -> None:
    """Sign in with keys."""
    page.goto("/accounts/login/")
    tab_to(page, name="login")
    page.keyboard.type(address)
    tab_to(page, name="password")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.fixture
def cast() -> Cast:
    """Everybody whom a cluster knows."""
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    """A cluster under way, with two stages ahead."""
    today = timezone.localdate()
    cluster = make_cluster(cast, State.RUNNING, ends_on=today + timedelta(days=90))
    for position, title in ((2, "Try-out"), (3, "Interviews")):
        Stage.objects.create(
            cluster=cluster,
            position=position,
            title=title,
            planned_start_on=today,
            planned_end_on=today + timedelta(days=9 * position),
        )
    return cluster


@pytest.mark.parametrize("role", [pytest.param(role, marks=pytest.mark.slow) for role in ("lead", "coordinator")])
def test_everything_is_reached_by_tab_and_shows_that_it_is(
    role: str, open_page: OpenPage, cast: Cast, cluster: Cluster
) -> None:
    waiting = make_cluster(cast, State.SUBMITTED)
    page = open_page(javascript=False)
    sign_in(page, cast.user(role).email)
    own = ["", "roadmap/", "people/", "outcomes/", "room/", "amendments/suggest/", "history/"]
    addresses = ["/desk/", "/clusters/", "/needs/raise/", *(f"/clusters/{cluster.name}/{part}" for part in own)]
    if role == "coordinator":
        addresses = ["/review/", "/review/clusters/", f"/review/{waiting.name}/", "/reminders/"]
    wrong = []
    for address in addresses:
        page.goto(address)
        wrong += unreached(page)
    assert wrong == []


def test_a_lead_keeps_the_roadmap_with_keys_alone(open_page: OpenPage, cast: Cast, cluster: Cluster) -> None:
    page = open_page(javascript=False)
    sign_in(page, cast.user("lead").email)
    page.goto(f"/clusters/{cluster.name}/roadmap/")
    interviews = cluster.stages.get(title="Interviews")
    enter(page, "Move stage 3 up, Interviews")
    assert list(cluster.stages.values_list("title", flat=True)) == ["Kick-off", "Interviews", "Try-out"]
    enter(page, "Start stage 2, Interviews")
    interviews.refresh_from_db()
    assert (interviews.status, interviews.actual_start_on) == (StageStatus.RUNNING, date.today())
