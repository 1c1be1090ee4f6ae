"""A real Chromium for the tests marked `browser`.

`page` is a fresh page at the live server's address. A test fails when the browser logs
an error, such as a script or style that the content policy stopped, or a script throws.
`open_page(scheme="dark", width=360, javascript=False)` makes further ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from config.machine import tools
from tests import factories as make

# As root Chromium refuses its sandbox, and a machine without network shall not be asked for updates.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: Milliseconds that a page gets on a machine that does other work besides.
WAIT = 15_000
expect.set_options(timeout=WAIT)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, one for all tests; Playwright's loop runs in this thread, so Django is told not to mind."""
    path = tools.chromium()
    if path is None:
        pytest.skip("Chromium is not installed")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open pages of a given colour scheme and size; their errors fail the test at its end.

    Whoever expects an error, such as a refused form's 422, removes it from `page.errors`.
    """
    opened: list[Page] = []

    def open_one(
        *, scheme: str = "light", width: int = 1280, height: int = 900, javascript: bool = True, touch: bool = False
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            color_scheme=scheme,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            has_touch=touch,
            is_mobile=touch,
            locale="en-GB",
        )
        context.set_default_timeout(WAIT)
        page = context.new_page()
        errors: list[str] = []
        page.errors = errors  # type: ignore[attr-defined]

        def hear(message: ConsoleMessage) -> None:
            if message.type == "error":
                errors.append(f"{message.text} {message.location.get('url', '')}")

        page.on("console", hear)
        page.on("pageerror", lambda error: errors.append(str(error)))
        opened.append(page)
        return page

    yield open_one
    found = [error for page in opened for error in page.errors]  # type: ignore[attr-defined]
    for page in opened:
        page.context.close()
    assert found == [], "\n".join(found)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One page, light, 1280 pixels wide."""
    return open_page()


@pytest.fixture
def world() -> dict[str, str]:
    """Make the people of the journey, the group that decides and the result that is transferred."""
    lead_organisation = make.make_lead_organisation("Region of the Gulf", country="EL")
    group = make.make_working_group("WG4", "Ecosystem restoration")
    coordinator = make.make_coordinator(group, "Sofia Renner")
    consents = ("directory",)
    proposer = make.make_member("Claire Astier", organisation=make.make_organisation("Blue Plan"), consents=consents)
    lead = make.make_member("Eleni Markou", organisation=lead_organisation, consents=consents)
    make.make_solution("Flood storage method for marshes", project=make.make_project("WETLAND"))
    return {
        "proposer": proposer.user.email,
        "lead": lead.user.email,
        "coordinator": coordinator.user.email,
    }
