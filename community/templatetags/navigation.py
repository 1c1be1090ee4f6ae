"""The main menu, drawn from what the apps contribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from community import contributions
from community.contributions import NavigationEntry, Words
from community.templatetags.frame import page_address, remembered

register = template.Library()

DESK = "community:desk"
IN_BAR = 6  # as many as stand beside the mark on a desk screen in every language; the rest goes under "More"


@dataclass(frozen=True)
class MenuLink:
    """One link of the menu. `current` is "" or the value of aria-current."""

    label: str
    url: str
    current: str
    count: int = 0


def menu_links(path: str, user: Any, desk_count: int = 0) -> list[MenuLink]:
    """Return the entries that `user` may see and whose address exists, in order.

    The exact page is marked "page", a page beneath it "true". Of several that match, the longest address wins, so that
    /clusters/propose/ does not mark "Clusters" when it has an entry of its own.
    """
    found: list[tuple[NavigationEntry, str]] = []
    for entry in sorted(contributions.navigation, key=lambda entry: entry.order):
        url = page_address(entry.url_name)
        if url and (entry.visible_to is None or entry.visible_to(user)):
            found.append((entry, url))
    marked = _best_match(path, found)
    links = []
    for entry, url in found:
        current = "" if entry is not marked else "page" if path == url else "true"
        links.append(MenuLink(str(entry.label), url, current, desk_count if entry.url_name == DESK else 0))
    return links


def _best_match(path: str, found: list[tuple[NavigationEntry, str]]) -> NavigationEntry | None:
    best, length = None, 0
    for entry, url in found:
        for prefix in (url, *entry.prefixes):
            matches = path == prefix or (prefix != "/" and path.startswith(prefix))
            if matches and len(prefix) > length:
                best, length = entry, len(prefix)
    return best


@register.simple_tag(takes_context=True)
def main_navigation(context: template.Context) -> SafeString:
    """Draw the menu twice: a bar for desk screens, one list behind a button for small ones.

    Reads `desk_count` from the context: how many things wait for the reader. Equal menus are drawn once.
    """
    request = context.get("request")
    user = getattr(request, "user", None)
    links = tuple(menu_links(getattr(request, "path", ""), user, int(str(context.get("desk_count") or 0))))
    return remembered(
        ("menu", get_language(), links), lambda: render_to_string("components/_navigation.html", parts_of_menu(links))
    )


def parts_of_menu(links: tuple[MenuLink, ...]) -> dict[str, Any]:
    """Return what stands in the bar and what goes under "More"; "Waits for me" always stays in the bar."""
    desk = [link for link in links if link.url == page_address(DESK)]
    others = [link for link in links if link not in desk]
    overflow = others[IN_BAR:] if len(others) > IN_BAR + 1 else []
    bar = others[: len(others) - len(overflow)]
    return {"links": links, "bar": bar + desk, "overflow": overflow, "in_overflow": any(e.current for e in overflow)}


@register.simple_tag
def crumb(label: Words, url: str = "") -> SafeString:
    """Draw one step of the way to this page; without an address it is the page itself."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html('<li aria-current="page">{}</li>', label)
