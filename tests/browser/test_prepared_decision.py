"""A decision is prepared on the review page, read by a colleague and announced, also without a script; axe reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clusters.actions.prepared import announce_due_decisions
from clusters.choices import State
from clusters.models import Cluster
from community.forms.dates import in_words
from tests.browser.axe import is_wider_than_screen
from tests.browser.person import OpenPage, Person
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.slow  # every day by requests: tests/clusters/test_prepared_decisions.py
def test_one_prepares_and_another_announces(open_page: OpenPage, cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    one = Person(open_page, cast.accounts["coordinator"].email)
    one.go(f"/review/{cluster.name}/")
    one.page.get_by_label("Reason").fill("Another cluster answers this question.")
    one.press("Prepare, announce later…")
    expect(one.page.get_by_label("Reason")).to_have_value("Another cluster answers this question.")
    one.page.get_by_label("Decline").check()
    one.press("Keep it prepared")
    expect(one.page.get_by_text("Nobody is told before one of you announces it.")).to_be_visible()

    proposer = Person(open_page, cast.accounts["proposer"].email)
    proposer.go(f"/clusters/{cluster.name}/")
    expect(proposer.page.get_by_text("prepared")).to_have_count(0)

    other = Person(open_page, cast.accounts["mission_coordinator"].email)
    other.go(f"/review/{cluster.name}/")
    other.page.get_by_role("link", name="Open what is prepared").click()
    expect(other.page.get_by_text("Another cluster answers this question.")).to_be_visible()
    other.check()
    other.press("Announce it now")
    proposer.go(f"/clusters/{cluster.name}/history/")
    expect(proposer.page.get_by_text("announced on")).to_contain_text("by Mission Person.")
    assert Cluster.objects.get(pk=cluster.pk).state == State.DECLINED


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), pytest.param(1280, "light", marks=pytest.mark.slow)])
def test_a_day_and_hour_are_chosen_by_keyboard_and_without_a_script(
    open_page: OpenPage, cast: Cast, width: int, scheme: str
) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    one = Person(open_page, cast.accounts["coordinator"].email, javascript=False, width=width, scheme=scheme)
    page = one.page
    page.goto(f"/clusters/{cluster.name}/prepared/")
    page.get_by_label("Return for changes").focus()
    page.keyboard.press("Space")
    page.get_by_label("Reason").fill("Name the towns.")
    page.get_by_label("by itself, at this moment:").focus()
    page.keyboard.press("Space")
    page.get_by_label("Day of the announcement").focus()
    page.keyboard.type(in_words(timezone.localdate() + timedelta(days=1)))
    page.get_by_label("Hour").fill("10:30")
    page.get_by_role("button", name="Keep it prepared").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Prepared decision", level=1)).to_be_visible()
    assert not is_wider_than_screen(page)
    moment = cluster.prepared_decisions.get().announce_at
    assert moment is not None
    assert f"{timezone.localtime(moment):%H:%M}" == "10:30"
    assert announce_due_decisions(moment) == 1
    page.goto(f"/clusters/{cluster.name}/prepared/")
    assert Cluster.objects.get(pk=cluster.pk).state == State.RETURNED


@pytest.mark.slow
def test_a_member_comments_and_the_proposer_answers(open_page: OpenPage, cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    proposer = Person(open_page, cast.accounts["proposer"].email)
    proposer.go(f"/clusters/{cluster.name}/comments/")
    proposer.page.get_by_label("Ask for comments until").fill(in_words(timezone.localdate() + timedelta(days=8)))
    proposer.press("Set the day")
    member = Person(open_page, cast.accounts["member"].email, width=360)
    member.go(f"/clusters/{cluster.name}/")
    member.page.get_by_role("link", name="8 days left").click()
    member.page.get_by_label("Comment", exact=True).fill("Ask the salt works first.")
    member.press("Write the comment")
    proposer.go(f"/clusters/{cluster.name}/comments/")
    proposer.page.get_by_role("link", name="Answer the comment of Member Person").click()
    proposer.page.get_by_label("Comment", exact=True).fill("We did.")
    proposer.press("Write the answer")
    member.go(f"/clusters/{cluster.name}/comments/")
    expect(member.page.get_by_text("We did.")).to_be_visible()
    assert not is_wider_than_screen(member.page)
