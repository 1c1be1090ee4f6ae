"""The look in a real browser: rules of accessibility, small screens, what the one script does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import is_wider_than_screen, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.browser.gallery"),
]

OpenPage = Callable[..., Page]
PAGES = [
    "/about/",
    "/help/",
    "/accessibility/",
    "/privacy/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (320, "dark"),
        (1280, "light"),
        pytest.param(320, "light", marks=pytest.mark.slow),
        pytest.param(1280, "dark", marks=pytest.mark.slow),
    ],
)
def test_every_part_and_page_passes_axe_and_fits_the_screen(
    open_page: OpenPage, scheme: str, width: int, thorough: bool
) -> None:
    page = open_page(scheme=scheme, width=width)
    found: dict[str, Any] = {}
    pages = PAGES if thorough else PAGES[width == 320 :: 2]  # every day one half narrow and dark, the other broad
    for address in ["/gallery/", "/gallery/?bad", "/gallery/?told", *pages]:
        page.goto(address)
        found[address] = (violations(page), is_wider_than_screen(page))
    assert {address: result for address, result in found.items() if result != ([], False)} == {}


def test_the_chosen_appearance_wins_over_the_device(open_page: OpenPage) -> None:
    page = open_page(scheme="light")
    page.goto("/help/")
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 24, 26)"
    assert violations(page) == []
    page.get_by_role("button", name="Device").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 248, 243)"


def test_errors_get_the_focus_and_lead_to_their_fields(page: Page) -> None:
    page.goto("/gallery/?bad")
    expect(page.locator(".errsum")).to_be_focused()
    page.locator(".errsum a").first.click()
    expect(page.locator("#id_criterion")).to_be_focused()
    page.locator(".errsum a", has_text="Expected outcomes").click()
    expect(page.locator("#id_kinds_group")).to_be_focused()


def test_a_refused_form_comes_back_in_place_with_the_focus_on_its_errors(page: Page) -> None:
    page.goto("/gallery/")
    page.locator("#id_text").fill("A sentence")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".errsum")).to_be_focused()
    expect(page.locator("#id_text")).to_have_value("A sentence")
    assert violations(page) == []
    page.errors[:] = [error for error in page.errors if "422" not in error]  # type: ignore[attr-defined]


def test_what_is_swapped_in_gets_the_focus_and_is_read_out(page: Page) -> None:
    page.goto("/gallery/")
    page.get_by_role("button", name="Open stage 4").click()
    expect(page.locator("input[name=n]")).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("Stage 4 is open.")


def test_a_refusal_is_said_on_top_and_leaves_the_page_as_it_was(page: Page) -> None:
    page.goto("/gallery/")
    page.get_by_role("button", name="Do what is forbidden").click()
    expect(page.locator("#refusals")).to_contain_text("Stages 4 and 5 are neither done nor dropped.")
    expect(page.locator("#refusals h1")).to_have_count(0)
    expect(page.get_by_role("button", name="Open stage 4")).to_be_visible()
    assert violations(page) == []
    page.errors[:] = [error for error in page.errors if "403" not in error]  # type: ignore[attr-defined]


def test_characters_are_counted_while_one_types(page: Page) -> None:
    page.goto("/gallery/")
    page.locator("#id_text").fill("Seven!!")
    expect(page.locator("#id_text_counter")).to_have_text("7 of 300 characters")


def test_choices_are_narrowed_by_words_without_accents_and_checked_ones_stay(page: Page) -> None:
    page.goto("/gallery/")
    page.get_by_label("Networking").check()
    page.locator("#narrow").fill("reussie")
    shown = page.locator("#id_kinds_group .tick:visible")
    expect(shown).to_have_count(2)
    expect(shown.nth(1)).to_contain_text("Adoption")


def test_a_disabled_verb_is_reached_by_keyboard_and_says_why(page: Page) -> None:
    page.goto("/gallery/")
    button = page.get_by_role("button", name="Ask to join")
    button.focus()
    expect(button).to_be_focused()
    expect(button).to_have_accessible_description("Joining closed on 31 May. The lead can still invite you.")


def test_the_menu_of_a_small_screen_opens_and_closes_by_keyboard(open_page: OpenPage) -> None:
    page = open_page(width=360)
    page.goto("/help/")
    summary = page.locator("details.menu > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.menu nav")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("details.menu nav")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_page_works_without_any_script(open_page: OpenPage) -> None:
    page = open_page(javascript=False, width=360)
    page.goto("/gallery/?bad")
    expect(page.locator(".errsum")).to_be_visible()
    page.locator("details.menu > summary").click()
    expect(page.locator("details.menu nav")).to_be_visible()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
