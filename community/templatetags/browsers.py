"""What a browser calls itself, in words that its owner recognises."""

from __future__ import annotations

from typing import Final

from django import template
from django.utils.translation import gettext as _

register = template.Library()

#: Sign in the browser's own line -> name; the first that is found counts, because newer ones also bear the older names.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@register.filter
def browser_name(line: str) -> str:
    """Return "Firefox on Windows"; the line as it is where either is unknown."""
    browser = next((name for sign, name in BROWSERS if sign in line), "")
    system = next((name for sign, name in SYSTEMS if sign in line), "")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if browser and system else line
