"""Somebody with a browser of their own, for the journeys: signs in, presses what the pages show, and axe reads each.

lead = Person(open_page, "lead@north.example")
lead.go("/desk/")
lead.press("Accept or decline to lead")
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.axe import is_wider_than_screen, violations

PASSWORD = "correct horse battery"
#: Paths that axe has read in this run, numbers left out.
READ: set[str] = set()

OpenPage = Callable[..., Page]


class Person:
    """Somebody with a browser of their own; each page they come to is read by axe."""

    checked = 0

    def __init__(self, open_page: OpenPage, address: str, **screen: object) -> None:
        """Sign in."""
        self.page = open_page(**screen)
        self.page.goto("/accounts/login/")
        self.page.get_by_label("E-mail").fill(address)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("main").get_by_role("button", name="Sign in")).to_have_count(0)

    def check(self) -> None:
        """Hold the page to axe and to the width of the screen.

        Every day axe reads one page of a kind once a run, light and dark in turn; in the long run every page, each
        time that somebody comes to it, in both schemes.
        """
        assert not is_wider_than_screen(self.page), self.page.url
        is_thorough, kind = os.environ.get("THOROUGH") == "1", re.sub(r"\d+", "0", urlsplit(self.page.url).path)
        if kind in READ and not is_thorough:
            return
        READ.add(kind)
        self.checked += 1
        turn = "light" if self.checked % 2 else "dark"
        for scheme in ("light", "dark") if is_thorough else (turn,):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            assert violations(self.page) == [], f"{self.page.url} ({scheme})"

    def go(self, path: str) -> None:
        """Open a page and check it."""
        self.page.goto(path)
        self.check()

    def press(self, name: str) -> None:
        """Press a button or a link of that name in the main part, and check where it leads."""
        main = self.page.get_by_role("main")
        button = main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name))
        with self.page.expect_navigation():
            button.first.click()
        self.check()
