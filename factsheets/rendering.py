"""A snapshot drawn as a document: one template for page and PDF.

The result is a stand-alone article in the document's language. It refers to no file and no address but
its own, so that it stays whole when style sheets, pictures or domains change later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clusters.pictures import AS_OF, roadmap
from clusters.pictures.snapshot import as_day, drawn_stages
from clusters.snapshot_shape import MemberKey, Snapshot
from factsheets import pictures, sentences, summary
from factsheets.choices import Density, Face
from factsheets.exports import data_file
from factsheets.imprint import Imprint
from factsheets.pdf import Attachment, Pdf, PdfUnavailable, render_pdf

#: Units across the roadmap; with 178 mm of paper its smallest words come out at 7 pt.
ROADMAP_WIDTH = 860
#: What a factsheet fits on when it is filled as usual.
USUAL_PAGES = 2


@dataclass(frozen=True)
class Document:
    """A drawn document: the article, its title, and the pictures that only the PDF needs beside it."""

    article: SafeString
    title: str
    language: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Composed:
    """A whole edition before it is stored: article, data and PDF, or the problem that stands in for the PDF."""

    document: Document
    data: bytes
    pdf: Pdf | None
    problem: PdfUnavailable | None


def compose(
    snapshot: Snapshot, imprint: Imprint, *, names: Mapping[MemberKey, str], created_at: datetime, file_name: str
) -> Composed:
    """Make everything of an edition, in this order: the data, the article that prints its checksum, the PDF with both.

    `file_name` is what the data file is called inside the PDF. A PDF that cannot be made is a result, not an error.
    """
    data = data_file(snapshot, imprint, names=names)
    imprint = replace(imprint, data_sha256=sha256(data).hexdigest())
    with translation.override(imprint.language):
        attachment = Attachment(file_name, data, gettext("The data of this factsheet"))
    try:
        document, pdf = set_factsheet(snapshot, imprint, names=names, created_at=created_at, attachments=(attachment,))
    except PdfUnavailable as problem:
        return Composed(draw_factsheet(snapshot, imprint, names=names), data, None, problem)
    return Composed(document, data, pdf, None)


def set_factsheet(
    snapshot: Snapshot,
    imprint: Imprint,
    *,
    names: Mapping[MemberKey, str],
    created_at: datetime,
    attachments: Sequence[Attachment] = (),
    patience: float | None = None,
) -> tuple[Document, Pdf]:
    """Draw a factsheet and set it as PDF; what runs over two pages by less than one is set smaller.

    What fits two pages in no setting is set in the usual one: a reader gains nothing from small print then.

    Raises:
        PdfUnavailable: the PDF cannot be made.
    """
    document = draw_factsheet(snapshot, imprint, names=names)
    pdf = _set(document, created_at, attachments, patience)
    if pdf.pages == USUAL_PAGES + 1:
        for density in (Density.TIGHT, Density.DENSE):
            smaller = draw_factsheet(snapshot, imprint, names=names, density=density)
            second = _set(smaller, created_at, attachments, patience)
            if second.pages <= USUAL_PAGES:
                return smaller, second
    return document, pdf


def _set(document: Document, created_at: datetime, attachments: Sequence[Attachment], patience: float | None) -> Pdf:
    return render_pdf(
        document.article,
        title=document.title,
        language=document.language,
        created_at=created_at,
        attachments=attachments,
        pictures=document.pictures,
        patience=patience,
    )


def draw_factsheet(
    snapshot: Snapshot,
    imprint: Imprint,
    *,
    names: Mapping[MemberKey, str] | None = None,
    density: Density = Density.USUAL,
) -> Document:
    """Draw a cluster's factsheet in the language of `imprint`.

    `names` are the persons who may be named today; everybody else appears as their organisation only.
    `density` sets smaller on paper, for what would run over a page.
    """
    with translation.override(imprint.language):
        title = _title(snapshot, imprint)
        context = _context(snapshot, imprint, names or {}, density)
        article = render_to_string("factsheets/factsheet/document.html", context)
    island = pictures.island(snapshot["reference"])
    return Document(SafeString(article), title, imprint.language, {"island.svg": island.encode()})


def _title(snapshot: Snapshot, imprint: Imprint) -> str:
    values = {"reference": snapshot["reference"], "version": imprint.version, "title": snapshot["title"]}
    if imprint.is_preview:
        return gettext("%(reference)s, preview: %(title)s") % values
    return gettext("%(reference)s, version %(version)d: %(title)s") % values


def _context(snapshot: Snapshot, imprint: Imprint, names: Mapping[MemberKey, str], density: Density) -> dict[str, Any]:
    """Return everything that the template shows; the template only lays it out."""
    need = snapshot["need"]
    is_beside = summary.fits_beside(snapshot, names, is_backward=imprint.face == Face.BACKWARD, density=density)
    before_page, _, between_pages = gettext("Page {page} of {pages}").replace("{pages}", "").partition("{page}")
    return {
        "s": snapshot,
        "imprint": imprint,
        "density": density,
        "is_forward": imprint.face == Face.FORWARD,
        "statement": sentences.co_funded(imprint.language),
        "programme": settings.PROGRAMME_NAME,
        "programme_words": settings.PROGRAMME_NAME.split(),
        "aims": sentences.aims(snapshot),
        "face_line": sentences.face_line(snapshot, imprint.face),
        "before_page": before_page,
        "between_pages": between_pages,
        "qr": pictures.qr(
            imprint.address, gettext("QR code: permanent address of this factsheet, where it can be verified")
        ),
        "island": SafeString(pictures.island(snapshot["reference"])),
        "figures": summary.figures(snapshot),
        "projects": summary.projects(snapshot),
        "territories": summary.territories(snapshot),
        "participants_beside": snapshot["participants"] if is_beside else [],
        "participants_below": [] if is_beside else snapshot["participants"],
        "conditions": summary.open_conditions(snapshot),
        "has_actual": any(line["actual_start"] or line["actual_end"] for line in snapshot["stages"]),
        "has_slip": any(line["slip"] is not None for line in snapshot["stages"]),
        "has_expected_day": any(line["on"] for line in snapshot["expected_outcomes"]),
        "has_evidence": any(line["evidence"] for line in snapshot["outcomes"]),
        "roadmap_wide": _roadmap(snapshot, is_wide=True),
        "roadmap_narrow": _roadmap(snapshot, is_wide=False),
        "names": names,
        "lead_name": names.get(snapshot["lead"]["person"] or "", ""),
        "raiser_name": names.get(need["raised_by_person"] or "", "") if need else "",
        "licence": sentences.LICENCE,
        "shown_address": imprint.address.split("://", 1)[-1],
    }


def _roadmap(snapshot: Snapshot, *, is_wide: bool) -> SafeString:
    """Draw the roadmap as of the day of the snapshot; "" when no stage has a date."""
    return roadmap(
        drawn_stages(snapshot["stages"]),
        ident="roadmap-wide" if is_wide else "roadmap-narrow",
        on=as_day(snapshot["as_of"]),
        title=gettext("Roadmap"),
        start=as_day(snapshot["started_on"] or snapshot["planned_start"]),
        end=as_day(snapshot["ended_on"] or snapshot["planned_end"]),
        wide=is_wide,
        width=ROADMAP_WIDTH if is_wide else 0,
        marker=AS_OF,
    )
