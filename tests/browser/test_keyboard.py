"""The keyboard alone, without a script: everything that can be pressed is reached, seen and pressed by keys."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from clusters.choices import StageStatus, State
from clusters.models import Cluster, Stage
from tests.browser.person import PASSWORD, OpenPage
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Presses of Tab after which a thing counts as out of reach.
FAR = 250

#: What a keyboard must reach: one of each group of radio buttons, and nothing that is hidden or switched off.
REACHABLE = """() => {
  const seen = e => e.checkVisibility({visibilityProperty: true}) && !e.closest("[inert]");
  const groups = new Set();
  let number = 0;
  for (const e of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")) {
    if (e.tabIndex < 0 || e.disabled || e.type === "hidden" || !seen(e)) continue;
    if (e.type === "radio") {
      const group = `${e.form ? [...document.forms].indexOf(e.form) : ""}:${e.name}`;
      if (groups.has(group)) continue;
      groups.add(group);
      e.dataset.keysGroup = group;
    }
    e.dataset.keys = ++number;
  }
  return number;
}"""

#: Which of them has the focus, how it shows, and its words.
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const css = getComputedStyle(e);
  const group = e.type === "radio" && [...document.querySelectorAll("[data-keys-group]")].find(
    other => other.name === e.name && other.form === e.form);
  return {
    key: (group || e).dataset.keys || "",
    words: (e.getAttribute("aria-label") || e.textContent || e.name || "").trim().replace(/\\s+/g, " ").slice(0, 80),
    name: e.getAttribute("name") || "",
    shows: (css.outlineStyle !== "none" && parseFloat(css.outlineWidth) >= 2) || css.boxShadow !== "none",
  };
}"""


def walk(page: Page) -> dict[str, dict[str, Any]]:
    """Press Tab from the top of the page to its end; return what had the focus, by its number.

    Evaluating works without page scripts, because it goes through the debugging protocol.
    """
    found: dict[str, dict[str, Any]] = {}
    for _press in range(FAR):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["key"] in found:
            break
        found[focused["key"]] = focused
    return found


def words_of(page: Page, number: int) -> str:
    """Return the words of what has that number."""
    words: str = page.evaluate(
        "key => (e => (e.textContent || e.name).trim().slice(0, 40))(document.querySelector(`[data-keys='${key}']`))",
        str(number),
    )
    return words


def tab_to(page: Page, *, words: str = "", name: str = "") -> None:
    """Press Tab until something that begins with `words`, or the field `name`, has the focus."""
    for _press in range(FAR):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused and ((words and focused["words"].startswith(words)) or (name and focused["name"] == name)):
            return
    raise AssertionError(f"Tab does not reach {words or name!r} on {page.url}")


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


@pytest.mark.parametrize("role", ["lead", pytest.param("coordinator", marks=pytest.mark.slow)])
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
        there = page.evaluate(REACHABLE)
        found = walk(page)
        missed = sorted(map(int, {str(number) for number in range(1, there + 1)} - found.keys()))
        wrong += [f"{address}: {words_of(page, number)!r} is not reached" for number in missed]
        wrong += [f"{address}: focus does not show on {one['words']!r}" for one in found.values() if not one["shows"]]
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
