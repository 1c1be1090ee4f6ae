"""The keyboard alone: what it must reach on a page, what it reaches, and whether that shows.

    assert unreached(page) == []

Evaluating works without page scripts, because it goes through the debugging protocol.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

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


#: A page that answered a press may put the focus where the answer stands: go back to where a reader begins.
TOP = """() => {
  const mark = document.createElement("span");
  mark.tabIndex = -1;
  document.body.prepend(mark);
  mark.focus();
  mark.remove();
}"""


def unreached(page: Page) -> list[str]:
    """Return what Tab does not reach on the page, and what has the focus without showing it; [] when nothing is."""
    there = page.evaluate(REACHABLE)
    page.evaluate(TOP)
    found = walk(page)
    missed = sorted(map(int, {str(number) for number in range(1, there + 1)} - found.keys()))
    wrong = [f"{page.url}: {words_of(page, number)!r} is not reached" for number in missed]
    hidden = [one["words"] for one in found.values() if not one["shows"]]
    return wrong + [f"{page.url}: focus does not show on {words!r}" for words in hidden]
