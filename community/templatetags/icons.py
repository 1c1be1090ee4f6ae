"""`{% icon %}`: an icon of the registry as inline SVG."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from community.icons import PATHS

register = template.Library()

_STROKE = SafeString(
    'fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"'
)


@register.simple_tag
def icon(name: str, size: int = 20, title: str = "", css_class: str = "") -> SafeString:
    """Draw an icon; hidden from screen readers because a word stands beside it.

    `title` is for the rare icon that stands alone: it becomes the icon's name. An unknown name draws the open ring,
    so that a new state never breaks a page.
    """
    body = SafeString(PATHS.get(name, PATHS["open"]))
    role = format_html('role="img" aria-label="{}"', title) if title else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="ico{}" {} width="{}" height="{}" viewBox="0 0 20 20" {}>{}</svg>',
        f" {css_class}" if css_class else "",
        role,
        size,
        size,
        _STROKE,
        body,
    )
