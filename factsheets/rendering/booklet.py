"""The front of a booklet: its cover, and the contents with links and page numbers. One template, for the PDF only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from factsheets import pictures, sentences
from factsheets.imprint import Imprint
from factsheets.joining import PLACES, Stamp
from factsheets.pdf import Limits, Pdf, Press, render_pdf
from factsheets.rendering.document import Document, frame

#: How often the front is set until its own length, on which all page numbers depend, stays the same.
ROUNDS: Final = 4
#: Five hundred lines take twelve seconds of processor time: a child of its own sets them, and gives its memory back.
LIMITS: Final = Limits(processor_seconds=120, wall_seconds=240.0)
#: So many lines of the contents usually stand on a sheet: a first guess that is right saves a round.
A_SHEET: Final = 21.5


@dataclass(frozen=True)
class Line:
    """A factsheet in the contents: `about` is what stands under its title, `pages` how many it has."""

    title: str
    about: str
    pages: int
    language: str


@dataclass(frozen=True)
class Facts:
    """What a cover says; `address` is where the same selection, or the report, stands in the registry."""

    title: str
    words: str
    language: str
    address: str
    made_at: datetime
    is_report: bool
    is_demo: bool


def set_front(facts: Facts, lines: Sequence[Line]) -> tuple[Pdf, str]:
    """Set cover and contents so that its page numbers are true for the whole; return it with the title of the file.

    Raises:
        PdfUnavailable: it cannot be set now.
    """
    pages = 1 + max(1, ceil(len(lines) / A_SHEET))
    press = Press(LIMITS)
    try:
        for _round in range(ROUNDS):
            document = draw_front(facts, lines, pages_of_front=pages)
            pdf = press.render(
                document.article,
                title=document.title,
                language=document.language,
                created_at=facts.made_at,
                pictures=document.pictures,
            )
            if pdf.pages == pages:
                break
            pages = pdf.pages
    finally:
        press.stop()
    return pdf, document.title


def draw_front(facts: Facts, lines: Sequence[Line], *, pages_of_front: int) -> Document:
    """Draw it in the booklet's language, for a front of so many pages."""
    page, entries = pages_of_front + 1, []
    for number, line in enumerate(lines, 1):
        entries.append({"line": line, "page": page, "url": f"{PLACES}{number}"})
        page += line.pages
    imprint = Imprint(face="", language=facts.language, address=facts.address, is_demo=facts.is_demo)
    with sentences.own_words(facts.language):
        qr_label = gettext("QR code: where these factsheets stand in the registry")
        context: dict[str, Any] = {
            **frame(imprint, facts.title, qr_label=qr_label),
            "facts": facts,
            "entries": entries,
            "pages": page - 1,
            "on": timezone.localdate(facts.made_at),
            "verify_url": settings.SITE_URL + "/factsheets/verify/",
        }
        article = render_to_string("factsheets/booklet/front.html", context)
        title = gettext("Booklet: %(title)s") % {"title": facts.title}
    picture = {"island.svg": pictures.island(facts.title).encode()}
    return Document(SafeString(article), title, sentences.own_language(facts.language), picture)


def about_line(reference: str, version: int, group: str | None, face: str) -> str:
    """Return what stands under a title of the contents, in the active language."""
    words = gettext("version %(version)d") % {"version": version}
    return " · ".join(fact for fact in (reference, words, group, face) if fact)


def number_words(language: str) -> str:
    """Return what stands at the foot of a booklet's sheets, with a place for the number."""
    with sentences.own_words(language):
        return gettext("Booklet page {page}")


def stamp_in(language: str, made_at: datetime) -> Stamp:
    """Return what writes the booklet's page numbers in a language, in the font of all margins.

    Raises:
        PdfUnavailable: its font cannot be set now.
    """
    words = number_words(language)
    letters = " ".join(dict.fromkeys(words.replace("{page}", "0123456789").replace(" ", "")))
    sample = f'<p class="fs-sample">{escape(letters)}</p>'
    return Stamp(words, render_pdf(sample, title="0", language=language, created_at=made_at))
