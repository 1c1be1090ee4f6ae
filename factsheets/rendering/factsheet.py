"""A cluster's snapshot drawn as its factsheet: one template for page and PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.pictures import AS_OF, roadmap
from clusters.pictures.snapshot import as_day, drawn_stages
from clusters.snapshot_shape import MemberKey, Snapshot, StageLine
from factsheets import pictures, sentences, summary
from factsheets.choices import Density, Face, IssueKind
from factsheets.exports import table_of_cluster, without_keys
from factsheets.imprint import Imprint
from factsheets.pdf import Attachment, Pdf
from factsheets.rendering.document import Document, DocumentKind, frame, register, set_document, title_of
from factsheets.rendering.fullness import pages_taken
from factsheets.rendering.originals import apart, name_of

#: Units across the roadmap; with 178 mm of paper its smallest words come out at 7 pt.
ROADMAP_WIDTH = 860
#: What a factsheet fits on when it is filled as usual.
USUAL_PAGES = 2
#: What is guessed to fill more than the first and less than the second runs over by less than a page, as sure as a
#: guess can be: the usual setting is not tried first.
SURELY_OVER, SURELY_UNDER = 2.15, 2.85


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

    What fits two pages in no setting is set in the usual one: a reader gains nothing from small print then. A setting
    that is only tried is laid out and not written, and what is surely longer (`pages_taken`) is set smaller at once.

    Raises:
        PdfUnavailable: the PDF cannot be made.
    """
    document = draw_factsheet(snapshot, imprint, names=names)
    if not SURELY_OVER < pages_taken(document.article) < SURELY_UNDER:
        pdf = set_document(document, created_at, attachments, patience, unless_pages=USUAL_PAGES + 1)
        if pdf.pages != USUAL_PAGES + 1:
            return document, pdf
    for density in (Density.TIGHT, Density.DENSE, Density.CLOSE):
        smaller = draw_factsheet(snapshot, imprint, names=names, density=density)
        pdf = set_document(smaller, created_at, attachments, patience, unless_pages=USUAL_PAGES + 1)
        if pdf.pages <= USUAL_PAGES:
            return smaller, pdf
    return document, set_document(document, created_at, attachments, patience)


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
    with sentences.own_words(imprint.language):
        title = title_of(snapshot["reference"], snapshot["title"], imprint)
        context = _context(apart(snapshot, imprint.language), imprint, names or {}, density)
        article = render_to_string("factsheets/factsheet/document.html", context)
    island = pictures.island(snapshot["reference"])
    return Document(SafeString(article), title, imprint.language, {"island.svg": island.encode()})


def _context(snapshot: Snapshot, imprint: Imprint, names: Mapping[MemberKey, str], density: Density) -> dict[str, Any]:
    """Return everything that the template shows; the template only lays it out."""
    need = snapshot["need"]
    is_backward = imprint.face == Face.BACKWARD
    # Where paper is full, the organisations stand in three columns over the whole width, before the roadmap: a picture
    # that does not fit on the first page would leave its end empty.
    is_beside = density != Density.CLOSE and summary.fits_beside(
        snapshot, names, is_backward=is_backward, density=density, language=imprint.language
    )
    qr_label = gettext("QR code: permanent address of this factsheet, where it can be verified")
    return {
        **frame(imprint, snapshot["reference"], qr_label=qr_label),
        "document_name": gettext("Cluster factsheet"),
        "s": snapshot,
        "density": density,
        "is_close": density == Density.CLOSE,
        "is_forward": imprint.face == Face.FORWARD,
        "aims": sentences.aims(snapshot),
        "face_line": sentences.face_line(snapshot, imprint.face),
        "figures": summary.figures(snapshot),
        "outcomes_by_kind": summary.by_kind(line["kind"] for line in snapshot["outcomes"]),
        "projects": summary.projects(snapshot),
        "territories": summary.territories(snapshot),
        "are_plans_long": summary.are_long(snapshot["adoption_plan"], snapshot["out_of_scope"]),
        "are_lessons_long": summary.are_long(snapshot["lessons"], snapshot["next_steps"]),
        "participants_beside": snapshot["participants"] if is_beside else [],
        "participants_below": [] if is_beside else snapshot["participants"],
        "conditions": summary.open_conditions(snapshot),
        "has_actual": any(line["actual_start"] or line["actual_end"] for line in snapshot["stages"]),
        "has_slip": any(line["slip"] is not None for line in snapshot["stages"]),
        "has_expected_day": any(line["on"] for line in snapshot["expected_outcomes"]),
        "has_evidence": any(line["evidence"] or line.get("files") for line in snapshot["outcomes"]),
        "roadmap_wide": _roadmap(snapshot, is_wide=True, is_close=density == Density.CLOSE),
        "roadmap_narrow": _roadmap(snapshot, is_wide=False),
        "names": names,
        "lead_name": names.get(snapshot["lead"]["person"] or "", ""),
        "original_language": name_of(imprint.translated.language) if imprint.translated else "",
        "raiser_name": names.get(need["raised_by_person"] or "", "") if need else "",
    }


def _roadmap(snapshot: Snapshot, *, is_wide: bool, is_close: bool = False) -> SafeString:
    """Draw the roadmap as of the day of the snapshot; "" when no stage has a date."""
    stages: list[StageLine] = [{**line, "title": str(line["title"])} for line in snapshot["stages"]]
    return roadmap(
        drawn_stages(stages),
        ident="roadmap-wide" if is_wide else "roadmap-narrow",
        on=as_day(snapshot["as_of"]),
        title=gettext("Roadmap"),
        start=as_day(snapshot["started_on"] or snapshot["planned_start"]),
        end=as_day(snapshot["ended_on"] or snapshot["planned_end"]),
        wide=is_wide,
        width=ROADMAP_WIDTH if is_wide else 0,
        marker=AS_OF,
        is_close=is_close,
    )


def _draw(snapshot: Snapshot, imprint: Imprint, names: Mapping[MemberKey, str]) -> Document:
    return draw_factsheet(snapshot, imprint, names=names)


def _typeset(
    snapshot: Snapshot,
    imprint: Imprint,
    names: Mapping[MemberKey, str],
    created_at: datetime,
    attachments: Sequence[Attachment],
) -> tuple[Document, Pdf]:
    return set_factsheet(snapshot, imprint, names=names, created_at=created_at, attachments=attachments)


FACTSHEET = register(
    DocumentKind(
        IssueKind.CLUSTER,
        _draw,
        _typeset,
        persons=summary.persons_in,
        content=without_keys,
        table=table_of_cluster,
        subject="cluster",
        data_format="cluster-factsheet/1",
        data_label=_("The data of this factsheet"),
    )
)
