"""A report to the community drawn as its document: one template for page and PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters.snapshot_shape import MemberKey
from factsheets import pictures, sentences
from factsheets.choices import Face, IssueKind
from factsheets.exports import table_of_report
from factsheets.imprint import Imprint
from factsheets.models import CopReport
from factsheets.pdf import Attachment, Pdf
from factsheets.rendering.document import Document, DocumentKind, frame, register, set_document, title_of
from factsheets.report_shape import ReportedLine, ReportSnapshot
from factsheets.report_summary import usual_title
from factsheets.summary import Figure, by_kind

Names = Mapping[MemberKey, str]


def draw_report(snapshot: ReportSnapshot, imprint: Imprint, names: Names) -> Document:
    """Draw a report in the language of `imprint`; no person is named in one."""
    with sentences.own_words(imprint.language):
        title = title_of(snapshot["reference"], snapshot["title"], imprint)
        qr_label = gettext("QR code: permanent address of this report, where it can be verified")
        context: dict[str, Any] = {
            **frame(imprint, snapshot["reference"], qr_label=qr_label),
            "document_name": gettext("Report to the community"),
            "s": snapshot,
            "is_report": True,
            "is_usual_title": snapshot["title"] == _usual_title(snapshot),
            "called_like": _called_like(snapshot),
            "figures": figures(snapshot),
            "outcomes_by_kind": by_kind(one["kind"] for line in snapshot["lines"] for one in line.get("counts", [])),
            "leaves_out": snapshot["totals"]["uptakes"] < sum(line["uptakes"] for line in snapshot["lines"]),
            "parts": parts(snapshot["lines"]),
        }
        article = render_to_string("factsheets/report/document.html", context)
    island = pictures.island(snapshot["reference"])
    return Document(SafeString(article), title, imprint.language, {"island.svg": island.encode()})


def _usual_title(snapshot: ReportSnapshot) -> str:
    """Return the title that a report has unless somebody wrote another: in the document's own words."""
    first, last = (date.fromisoformat(snapshot[name]) for name in ("from_on", "until_on"))
    group = snapshot["working_group"]
    return usual_title(first, last, group["code"] if group else "", snapshot["language"])


def _called_like(snapshot: ReportSnapshot) -> ReportedLine | None:
    """Return the only cluster of a report that is called like it, whose language its title is in; else None."""
    alike = [line for line in snapshot["lines"] if line["title"] == snapshot["title"] and line.get("language")]
    return alike[0] if len(alike) == len(snapshot["lines"]) == 1 else None


def draw_preview(report: CopReport, taken: ReportSnapshot) -> Document:
    """Draw a draft as it would be sent now, marked as a preview."""
    address = settings.SITE_URL + reverse("factsheets:report_draft", args=[report.pk])
    return draw_report(taken, Imprint(face="", language=report.language, address=address), {})


def figures(snapshot: ReportSnapshot) -> list[Figure]:
    """Return the figures over all factsheets; documented and declared uptakes are two truths and never added up."""
    total = snapshot["totals"]
    used, documented = total["uptakes"], total["documented"]
    words = ngettext("uptake documented", "uptakes documented", documented)
    if used > documented:
        words = gettext("%(documented)s, %(declared)d declared") % {"documented": words, "declared": used - documented}
    countries = ngettext("%(count)d country", "%(count)d countries", total["countries"]) % {"count": total["countries"]}
    of_countries = ngettext("organisation of %(countries)s", "organisations of %(countries)s", total["organisations"])
    return [
        Figure(str(total["factsheets"]), ngettext("cluster", "clusters", total["factsheets"])),
        Figure(str(total["organisations"]), of_countries % {"countries": countries}),
        Figure(str(total["outcomes"]), ngettext("outcome", "outcomes", total["outcomes"])),
        Figure(str(documented), words),
    ]


def parts(lines: Sequence[ReportedLine]) -> list[tuple[str, list[ReportedLine]]]:
    """Return the lines in two parts with their headings: what came of clusters, and what others set out to do."""
    back = [line for line in lines if line["face"] == Face.BACKWARD]
    ahead = [line for line in lines if line["face"] != Face.BACKWARD]
    found = [(gettext("What came of clusters"), back), (gettext("What clusters set out to do"), ahead)]
    return [(heading, rows) for heading, rows in found if rows]


def _typeset(
    snapshot: ReportSnapshot,
    imprint: Imprint,
    names: Names,
    created_at: datetime,
    attachments: Sequence[Attachment],
) -> tuple[Document, Pdf]:
    document = draw_report(snapshot, imprint, names)
    return document, set_document(document, created_at, attachments)


def _nobody(snapshot: ReportSnapshot) -> set[MemberKey]:
    """Return whom a report names: nobody, it speaks of clusters and organisations."""
    return set()


def _content(snapshot: ReportSnapshot, names: Names) -> Mapping[str, Any]:
    """Return the snapshot as the data file holds it."""
    return {**snapshot}


REPORT = register(
    DocumentKind(
        IssueKind.REPORT,
        draw_report,
        _typeset,
        persons=_nobody,
        content=_content,
        table=table_of_report,
        subject="report",
        data_format="cop-report/1",
        data_label=_("The data of this report"),
    )
)
