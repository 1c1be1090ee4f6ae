"""The frame around every page, drawn once and remembered: it costs more than most pages' own content.

A part of the frame depends on language, appearance, programme and whether this is a demo, never on the reader or the
address. What does depend on them (address to return to, csrf token of who is signed in) stands once a page in the form
`#frame`, which the buttons of the frame refer to by `form="frame" formaction="…"`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MOST_PARTS: Final = 1000
_parts: dict[Hashable, SafeString] = {}
_addresses: dict[tuple[str, str], str] = {}


def remembered(key: Hashable, draw: Callable[[], SafeString]) -> SafeString:
    """Return what was drawn for the key before; draw it afresh while templates are being worked on (`DEBUG`)."""
    if settings.DEBUG:
        return draw()
    if key not in _parts:
        if len(_parts) >= MOST_PARTS:
            _parts.clear()
        _parts[key] = draw()
    return _parts[key]


def page_address(name: str) -> str:
    """Return the address of a page without arguments, "" while no app has it; looked up once."""
    key = (get_urlconf() or settings.ROOT_URLCONF, name)
    if key not in _addresses:
        try:
            _addresses[key] = reverse(name)
        except NoReverseMatch:
            _addresses[key] = ""
    return _addresses[key]


@register.simple_tag(takes_context=True)
def frame_part(context: template.Context, name: str) -> SafeString:
    """Draw a template of the frame; it sees only `theme`, `demo` and `programme_name`."""
    shown = {
        "theme": str(context.get("theme") or ""),
        "demo": bool(context.get("demo")),
        "programme_name": settings.PROGRAMME_NAME,
    }
    key = (name, get_language(), get_urlconf() or settings.ROOT_URLCONF, *shown.values())
    drawn = context.template.engine.get_template(name)  # type: ignore[union-attr]
    return remembered(key, lambda: drawn.render(template.Context(shown)))
