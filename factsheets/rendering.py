"""A snapshot drawn as a document: one template for page and PDF.

The result is a stand-alone article in the document's language. It refers to no file and no address but
its own, so that it stays whole when style sheets, pictures or domains change later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clusters.pictures import AS_OF, DrawnStage, roadmap
from clusters.snapshot_shape import Day, MemberKey, Snapshot, StageLine
from factsheets import pictures, sentences, summary
from factsheets.choices import Face

#: Units across the roadmap; with 178 mm of paper its smallest words come out at 7 pt.
ROADMAP_WIDTH = 860


@dataclass(frozen=True)
class Imprint:
    """What stands on a document but not in its snapshot: version, issuer, address, checksums.

    `address` is what the QR code and the colophon lead to. `replaces` is the version before and the day of
    its issue. `history` is the number and hash of the newest link of the cluster's chain. A preview has
    version 0, no issuer and no checksum.
    """

    face: str
    language: str
    address: str
    version: int = 0
    revision: int = 1
    issued_at: datetime | None = None
    issuer: str = ""
    replaces: tuple[int, date] | None = None
    data_sha256: str = ""
    history: tuple[int, str] | None = None
    is_demo: bool = False

    @property
    def is_preview(self) -> bool:
        """Whether this document is not issued."""
        return self.version == 0


@dataclass(frozen=True)
class Document:
    """A drawn document: the article, its title, and the pictures that only the PDF needs beside it."""

    article: SafeString
    title: str
    language: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def draw_factsheet(
    snapshot: Snapshot, imprint: Imprint, *, names: Mapping[MemberKey, str] | None = None, is_tight: bool = False
) -> Document:
    """Draw a cluster's factsheet in the language of `imprint`.

    `names` are the persons who may be named today; everybody else appears as their organisation only.
    `is_tight` sets a little smaller on paper, for what would run a few lines over a page.
    """
    with translation.override(imprint.language):
        title = _title(snapshot, imprint)
        context = {**_context(snapshot, imprint, names or {}), "is_tight": is_tight}
        article = render_to_string("factsheets/factsheet/document.html", context)
    island = pictures.island(snapshot["reference"])
    return Document(SafeString(article), title, imprint.language, {"island.svg": island.encode()})


def _title(snapshot: Snapshot, imprint: Imprint) -> str:
    values = {"reference": snapshot["reference"], "version": imprint.version, "title": snapshot["title"]}
    if imprint.is_preview:
        return gettext("%(reference)s, preview: %(title)s") % values
    return gettext("%(reference)s, version %(version)d: %(title)s") % values


def _context(snapshot: Snapshot, imprint: Imprint, names: Mapping[MemberKey, str]) -> dict[str, Any]:
    """Return everything that the template shows; the template only lays it out."""
    is_beside = summary.fits_beside(snapshot, is_backward=imprint.face == Face.BACKWARD)
    before_page, _, between_pages = gettext("Page {page} of {pages}").replace("{pages}", "").partition("{page}")
    return {
        "s": snapshot,
        "imprint": imprint,
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
        "roadmap_wide": _roadmap(snapshot, is_wide=True),
        "roadmap_narrow": _roadmap(snapshot, is_wide=False),
        "names": names,
        "lead_name": names.get(snapshot["lead"]["person"] or "", ""),
        "raiser_name": names.get((snapshot["need"] or {}).get("raised_by_person") or "", ""),
        "licence": sentences.LICENCE,
        "shown_address": imprint.address.split("://", 1)[-1],
    }


def _roadmap(snapshot: Snapshot, *, is_wide: bool) -> SafeString:
    """Draw the roadmap as of the day of the snapshot; "" when no stage has a date."""
    return roadmap(
        [_drawn(line) for line in snapshot["stages"]],
        ident="roadmap-wide" if is_wide else "roadmap-narrow",
        on=_date(snapshot["as_of"]),
        title=gettext("Roadmap"),
        start=_date(snapshot["started_on"] or snapshot["planned_start"]),
        end=_date(snapshot["ended_on"] or snapshot["planned_end"]),
        wide=is_wide,
        width=ROADMAP_WIDTH if is_wide else 0,
        marker=AS_OF,
    )


def _drawn(line: StageLine) -> DrawnStage:
    return DrawnStage(
        name=line["title"],
        status=line["status"],
        planned_start=_date(line["planned_start"]),
        planned_end=_date(line["planned_end"]),
        actual_start=_date(line["actual_start"]),
        actual_end=_date(line["actual_end"]),
        baseline_start=_date(line["baseline_start"]),
        baseline_end=_date(line["baseline_end"]),
    )


def _date(day: Day | None) -> date | None:
    return date.fromisoformat(day) if day else None
