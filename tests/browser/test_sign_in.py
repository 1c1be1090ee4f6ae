"""The way in, in a real browser: the sign-in page, and the links of mails."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from clusters.choices import State
from clusters.models import FollowUp
from clusters.notifications.follow_up import PURPOSE
from community import links
from community.actions.invitation import PURPOSE as INVITATION
from tests import factories as make
from tests.browser.axe import violations
from tests.cast import make_cast, make_cluster
from tests.matrix.places import make_follow_up

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_stranger_is_led_to_the_sign_in_page_and_nothing_is_stopped_by_the_policy(page: Page) -> None:
    page.goto("/accounts/password/change/")
    expect(page).to_have_url("/accounts/login/?next=/accounts/password/change/")
    expect(page.locator("input[type=password]")).to_be_visible()


def test_the_forms_behind_the_links_of_mails_are_accepted_from_a_browser(page: Page) -> None:
    """A policy of "no-referrer" would send them with the origin "null", which is refused as forged."""
    cast = make_cast()
    row = make_follow_up(cast, make_cluster(cast, State.CONCLUDED))
    _link, token = links.mint(PURPOSE, subject=row, user=cast.user("lead"), by=None)
    page.goto(f"/follow-up/{token}/")
    assert violations(page) == []
    page.get_by_label("Confirmed").check()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("button", name="Save the correction")).to_be_visible()
    assert violations(page) == []
    page.goto(reverse("clusters:outcomes", args=[row.cluster.name]))
    assert violations(page) == []
    assert FollowUp.objects.get().answer == "confirmed"
    account = make.make_member("Invited Person", account={"password": None}).user
    _link, token = links.mint(INVITATION, subject=account, user=account, by=None)
    page.goto(f"/join/{token}/")
    page.get_by_label("Password").fill("a heron in the wetland")
    page.get_by_role("button", name="Save the password").click()
    expect(page).to_have_url("/desk/")
