"""An adopted policy statement drawn as its document: one template for page and PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.snapshot_shape import MemberKey
from factsheets import pictures, sentences
from factsheets.choices import IssueKind
from factsheets.exports import table_of_statement
from factsheets.imprint import Imprint
from factsheets.pdf import Attachment, Pdf
from factsheets.rendering.document import Document, DocumentKind, frame, register, set_document, title_of
from factsheets.rendering.originals import InLanguage
from results.statement_shape import StatementSnapshot

Names = Mapping[MemberKey, str]


def draw_statement(snapshot: StatementSnapshot, imprint: Imprint, names: Names) -> Document:
    """Draw a statement in the language of `imprint`; no person is named in one."""
    with sentences.own_words(imprint.language):
        title = title_of(snapshot["reference"], snapshot["title"], imprint)
        qr_label = gettext("QR code: permanent address of this statement, where it can be verified")
        context: dict[str, Any] = {
            **frame(imprint, snapshot["reference"], qr_label=qr_label),
            "document_name": gettext("Policy statement"),
            "s": {**snapshot, "audience": _audience(snapshot, imprint.language)},
            "is_statement": True,
            "sources": _sources(snapshot),
        }
        article = render_to_string("factsheets/statement/document.html", context)
    island = pictures.island(snapshot["reference"])
    return Document(SafeString(article), title, imprint.language, {"island.svg": island.encode()})


def _audience(snapshot: StatementSnapshot, language: str) -> str:
    """Return for whom a statement is, which stands inside a sentence of the document's own words."""
    is_apart = sentences.own_language(language) != language and snapshot["audience"]
    return InLanguage(snapshot["audience"], language) if is_apart else snapshot["audience"]


def _sources(snapshot: StatementSnapshot) -> list[tuple[str, str, str | None]]:
    """Return the clusters on which the lines rest, each once, in the order of the lines.

    Reference, title, and the ISO day on which the cluster was discontinued.
    """
    pieces = [one for line in snapshot["lines"] for one in line["evidence"]]
    found = {one["cluster"]: (one["cluster_title"], one.get("discontinued_on")) for one in pieces}
    return [(reference, title, day) for reference, (title, day) in found.items()]


def _typeset(
    snapshot: StatementSnapshot,
    imprint: Imprint,
    names: Names,
    created_at: datetime,
    attachments: Sequence[Attachment],
) -> tuple[Document, Pdf]:
    document = draw_statement(snapshot, imprint, names)
    return document, set_document(document, created_at, attachments)


def _nobody(snapshot: StatementSnapshot) -> set[MemberKey]:
    """Return whom a statement names: nobody, it speaks for its working group."""
    return set()


def _content(snapshot: StatementSnapshot, names: Names) -> Mapping[str, Any]:
    """Return the snapshot as the data file holds it."""
    return {**snapshot}


STATEMENT = register(
    DocumentKind(
        IssueKind.STATEMENT,
        draw_statement,
        _typeset,
        persons=_nobody,
        content=_content,
        table=table_of_statement,
        subject="statement",
        data_format="policy-statement/1",
        data_label=_("The data of this statement"),
    )
)
