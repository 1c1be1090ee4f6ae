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
from tests.browser.keys import unreached

PASSWORD = "correct horse battery"
#: Paths that axe has read in this run, numbers left out.
READ: set[str] = set()

OpenPage = Callable[..., Page]


class Person:
    """Somebody with a browser of their own; each page they come to is read by axe.

    Without scripts (`javascript=False`) each page is walked by keyboard instead, once a kind and state.
    """

    checked = 0
    has_scripts = True

    def __init__(self, open_page: OpenPage, address: str, **screen: object) -> None:
        """Sign in."""
        self.has_scripts = bool(screen.get("javascript", True))
        self.walked: set[str] = set()
        self.page = open_page(**screen)
        self.page.goto("/accounts/login/")
        self.page.get_by_label("E-mail").fill(address)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("main").get_by_role("button", name="Sign in")).to_have_count(0)

    def check(self, state: str = "", besides: str = "") -> None:
        """Hold the page to axe and to the width of the screen; `state` names what was done on it since it was loaded,
        `besides` a rule that does not hold there, for a reason that the caller gives.

        Every day axe reads one page of a kind once a run, light and dark in turn; in the long run every page, each
        time that somebody comes to it, in both schemes.
        """
        assert not is_wider_than_screen(self.page), self.page.url
        is_thorough, kind = os.environ.get("THOROUGH") == "1", re.sub(r"\d+", "0", urlsplit(self.page.url).path)
        kind += f" ({state})" if state else ""
        if not self.has_scripts:
            self._walk(kind)
            return
        if kind in READ and not is_thorough:
            return
        READ.add(kind)
        self.checked += 1
        turn = "light" if self.checked % 2 else "dark"
        for scheme in ("light", "dark") if is_thorough else (turn,):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            found = [line for line in violations(self.page) if line.partition(":")[0] != besides]
            assert found == [], f"{self.page.url} ({scheme}) {state}: {found}"

    def _walk(self, kind: str) -> None:
        """Hold the page to the keyboard, and to being whole: no script swapped a part of it in."""
        if kind not in self.walked:
            self.walked.add(kind)
            assert self.page.locator("html > body main").count() == 1, self.page.url
            found = unreached(self.page)
            assert found == [], f"{kind}: {found}"

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
