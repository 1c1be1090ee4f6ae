"""axe-core in the page under test: the rules of WCAG 2.2 AA, EN 301 549 and good practice.

    assert violations(page) == []

Run it after every interaction, not only on load. Each violation reads "rule: selector, selector".
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(__file__).parent.parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549", "best-practice"]
_RUN = """rules => axe.run({runOnly: rules}).then(result => result.violations.map(
    violation => violation.id + ": " + violation.nodes.map(node => node.target.join(" ")).join(", ")))"""


@lru_cache(maxsize=1)
def _axe() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands now; [] when nothing is wrong.

    The script is evaluated through the debugging protocol, which the page's content policy does not hinder.
    """
    if not page.evaluate("() => typeof window.axe === 'object'"):
        page.evaluate(_axe())
    found: list[str] = page.evaluate(_RUN, RULES)
    return found


def is_wider_than_screen(page: Page) -> bool:
    """Say whether the page scrolls sideways, which no page may at 320 pixels."""
    wider: bool = page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth")
    return wider
