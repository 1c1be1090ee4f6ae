"""The way in, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_stranger_is_led_to_the_sign_in_page_and_nothing_is_stopped_by_the_policy(page: Page) -> None:
    page.goto("/accounts/password/change/")
    expect(page).to_have_url("/accounts/login/?next=/accounts/password/change/")
    expect(page.locator("input[type=password]")).to_be_visible()
