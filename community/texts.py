"""Words that administrators add to pages: where they may stand, and how they are drawn.

The words of all places are kept in the cache of the process for a minute, so a page asks the database for none. What is
written is CommonMark; only plain elements come through, whatever was typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import nh3
from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from community.contributions import Words
from community.models import Text

#: Where words may stand, by the code of the text.
PLACES: Final[dict[str, Words]] = {
    "home": _("Home: below the heading"),
    "about": _("What is a cluster: at the end"),
    "help": _("Help and words: below the heading"),
    "propose": _("Propose a cluster: above the examples"),
    "locked-out": _("You cannot sign in: below the heading"),
    "privacy": _("Privacy and my data: below the heading"),
    "processing": _("Record of processing: below the heading"),
    "accessibility": _("Accessibility and contact: below the heading"),
}
KEPT, SECONDS = "community.texts", 60
_ELEMENTS: Final = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h2", "h3", "blockquote", "code"}


@dataclass(frozen=True)
class PageWords:
    """The words of one place: a title, which may be empty, and the rest as HTML that is safe."""

    title: str
    html: SafeString
    language: str


def words_for(place: str) -> PageWords | None:
    """Return what stands at a place in the reader's language, else in English; None where nothing was written."""
    told = cache.get(KEPT)
    if told is None:
        rows = Text.objects.exclude(body="").order_by("pk")
        told = {(row.code, row.language): (row.title, drawn(row.body)) for row in rows}
        cache.set(KEPT, told, SECONDS)
    for language in (get_language() or "en", "en"):
        if (found := told.get((place, language))) is not None:
            return PageWords(found[0], mark_safe(found[1]), language)  # noqa: S308  cleaned by `drawn`
    return None


def drawn(text: str) -> str:
    """Return CommonMark as HTML of plain elements, its links without a referrer."""
    html = MarkdownIt("commonmark", {"html": False}).render(text)
    return nh3.clean(html, tags=_ELEMENTS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"})


def forget() -> None:
    """Show what was changed at once; other processes follow within a minute."""
    cache.delete(KEPT)
