"""The lead's pages in a real browser: rows that open where they stand, nothing typed is lost, axe reads all of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clusters.actions.condition import meet_condition
from clusters.actions.participation import enter, want_organisation
from clusters.actions.roadmap import update_stage
from clusters.actions.roadmap_order import move_stage
from clusters.choices import JoinPolicy, State
from clusters.models import Cluster, Stage
from tests import factories as make
from tests.browser.test_journey import Person
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_condition_actions import make_condition

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    """A running cluster with three stages, one of them late, that takes people in by application."""
    today = timezone.localdate()
    cluster = make_cluster(
        cast,
        State.RUNNING,
        starts_on=today - timedelta(days=90),
        ends_on=today + timedelta(days=60),
        join_policy=JoinPolicy.APPLICATION,
    )
    for position, title, start, end in ((2, "Try-outs", -30, -3), (3, "Workshop", 10, 10)):
        Stage.objects.create(
            cluster=cluster,
            position=position,
            title=title,
            planned_start_on=today + timedelta(days=start),
            planned_end_on=today + timedelta(days=end),
        )
    return cluster


def person(open_page: OpenPage, cast: Cast, role: str, **screen: object) -> Person:
    user = cast.user(role)
    assert user is not None
    return Person(open_page, user.email, **screen)


def forgive(page: Page, status: str) -> None:
    """Take the browser's own word about an answer that the test wanted off the errors."""
    page.errors[:] = [error for error in page.errors if status not in error]  # type: ignore[attr-defined]


def test_rows_open_where_they_stand_and_what_is_typed_in_others_stays(
    open_page: OpenPage, cast: Cast, cluster: Cluster
) -> None:
    first, second, third = cluster.stages.all()
    lead = person(open_page, cast, "lead")
    page = lead.page
    lead.go(f"/clusters/{cluster.name}/roadmap/")
    page.get_by_role("link", name="Edit stage 2").click()
    open_row = page.locator(f"#stage-{second.pk}.editing")
    expect(open_row.get_by_label("Name")).to_be_focused()
    open_row.get_by_role("textbox", name="How it stands").fill("Not saved yet.")

    page.get_by_role("link", name="Edit stage 3").click()
    row = page.locator(f"#stage-{third.pk}")
    expect(row.get_by_label("Name")).to_be_focused()
    row.get_by_label("Planned to").fill("31 April 2027")
    row.get_by_role("button", name="Save stage 3").click()
    expect(row.get_by_role("alert")).to_contain_text("31 April does not exist. Did you mean 30 April?")
    lead.check("a row was refused")
    row.get_by_label("Planned to").fill("30.4.2027")
    row.get_by_role("button", name="Save stage 3").click()
    expect(page.get_by_role("link", name="Edit stage 3")).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("Stage 3 saved. Ends after the cluster does")
    expect(open_row.get_by_role("textbox", name="How it stands")).to_have_value("Not saved yet.")
    forgive(page, "422")

    page.get_by_role("button", name="Move stage 3 up").click()
    expect(page.get_by_role("button", name="Move stage 2 up")).to_be_focused()
    assert [stage.pk for stage in cluster.stages.all()] == [first.pk, third.pk, second.pk]
    expect(open_row.get_by_role("textbox", name="How it stands")).to_have_value("Not saved yet.")
    lead.check("rows changed places")


def test_who_was_slower_keeps_their_words_and_sees_the_others(
    open_page: OpenPage, cast: Cast, cluster: Cluster
) -> None:
    _first, second, third = cluster.stages.all()
    lead = person(open_page, cast, "lead", width=360)
    page = lead.page
    lead.go(f"/clusters/{cluster.name}/roadmap/")
    page.get_by_role("link", name="Edit stage 2").click()
    row = page.locator(f"#stage-{second.pk}")
    expect(row.get_by_label("Name")).to_be_focused()
    row.get_by_role("textbox", name="How it stands").fill("Mine.")
    deputy = cast.user("deputy_lead")
    assert deputy is not None
    update_stage(stage=second, by=deputy, seen_version=1, note="Theirs.", deliverable="Three notes")
    row.get_by_role("button", name="Save stage 2").click()
    expect(row.get_by_role("alert")).to_contain_text("Deputy_Lead Person saved stage 2")
    expect(row.get_by_role("alert")).to_contain_text("Theirs.")
    expect(row.get_by_role("textbox", name="How it stands")).to_have_value("Mine.")
    expect(row.get_by_label("Deliverable")).to_have_value("Three notes")
    lead.check("another was faster")
    row.get_by_role("button", name="Save stage 2").click()
    expect(page.locator("#toasts")).to_contain_text("Stage 2 saved.")
    second.refresh_from_db()
    assert (second.note, second.deliverable) == ("Mine.", "Three notes")

    order = [stage.pk for stage in cluster.stages.all()]
    move_stage(stage=second, by=deputy, up=True, seen_order=order)
    page.get_by_role("button", name="Move stage 3 up").click()
    expect(page.locator("#roadmap").get_by_role("alert")).to_contain_text("Compare both orders, then move again.")
    lead.check()
    page.get_by_role("button", name="Move “Workshop” up from where it is now").click()
    expect(page.locator("#toasts")).to_contain_text("Stage moved: it is number 2 now.")
    assert [stage.pk for stage in cluster.stages.all()] == [second.pk, third.pk, order[0]]
    forgive(page, "409")


@pytest.mark.slow
def test_axe_finds_nothing_on_the_pages_of_the_work(open_page: OpenPage, cast: Cast, cluster: Cluster) -> None:
    member = make.make_member("Nikos Andreou", organisation=make.make_organisation("Harbour"), consents=("directory",))
    row = enter(
        cluster=cluster,
        by=member.user,
        way="ask",
        organisation=member.affiliations.get().organisation,
        message="We run two harbour offices.",
    )
    lead_user = cast.user("lead")
    assert lead_user is not None
    want_organisation(cluster=cluster, by=lead_user, organisation=make.make_organisation("Port community"))
    condition = make_condition(cast, cluster)
    meet_condition(condition=condition, by=lead_user, note="Igoumenitsa.")
    stage, outcome, objective = cluster.stages.all()[1], cluster.outcomes.get(), cluster.objectives.get()
    participant = cluster.participations.get(member=cast.member("participant"))
    paths = {
        "lead": [
            "roadmap/",
            "roadmap/add/",
            *(f"roadmap/{stage.pk}/{verb}/" for verb in ("edit", "complete", "drop", "files")),
            f"roadmap/shift/?stage={stage.pk}&days=3",
            "outcomes/",
            "outcomes/add/",
            f"outcomes/{outcome.pk}/edit/",
            f"outcomes/{outcome.pk}/remove/",
            f"outcomes/objectives/{objective.pk}/measure/",
            "people/",
            "people/invite/?q=har",
            f"people/{row.pk}/answer/",
            f"people/{participant.pk}/role/",
        ],
        "member": ["roadmap/", "outcomes/", "people/", "people/join/"],
        "participant": [f"people/{participant.pk}/leave/"],
        "coordinator": ["", f"conditions/{condition.pk}/confirm/", f"conditions/{condition.pk}/waive/"],
    }
    step = 1 if os.environ.get("THOROUGH") == "1" else 3  # every third page a day, each in the long run
    for role, pages in paths.items():
        who = person(open_page, cast, role)
        for path in pages[::step]:
            who.go(f"/clusters/{cluster.name}/{path}")
    for role, path in (("lead", "/desk/"), ("lead", "/desk/several/"), ("coordinator", "/review/clusters/")):
        for width in (1280, 360):
            person(open_page, cast, role, width=width).go(path)
    phone = person(open_page, cast, "lead", width=360)
    for path in ("roadmap/", f"roadmap/{stage.pk}/edit/", "outcomes/", "people/"):
        phone.go(f"/clusters/{cluster.name}/{path}")
