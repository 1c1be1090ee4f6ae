"""What every kind of document shares: the drawn article, the whole edition, and how one is made of a snapshot.

The result is a stand-alone article in the document's language. It refers to no file and no address but
its own, so that it stays whole when style sheets, pictures or domains change later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clusters.snapshot_shape import MemberKey
from factsheets import pictures, sentences
from factsheets.choices import IssueKind
from factsheets.exports import data_file
from factsheets.imprint import Imprint
from factsheets.pdf import Attachment, Pdf, PdfUnavailable, render_pdf


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
    table: bytes
    pdf: Pdf | None
    problem: PdfUnavailable | None


#: Draws a snapshot; with the names of persons who may be named.
Draw = Callable[[Any, Imprint, Mapping[MemberKey, str]], Document]
#: Draws a snapshot and sets it, with the files that the PDF carries.
Set = Callable[[Any, Imprint, Mapping[MemberKey, str], datetime, Sequence[Attachment]], tuple[Document, Pdf]]


@dataclass(frozen=True)
class DocumentKind:
    """How documents of one kind are made of their snapshots.

    `draw` and `typeset` make article and PDF. `persons` are the keys of all persons in a snapshot, named or not.
    `content` is the snapshot as the data file holds it, with names in place of keys, under the word `subject`;
    `data_format` is the data file's own name and version. `table` is the snapshot as CSV, without a person.
    `data_label` says what the files attached to a PDF are.
    """

    code: IssueKind
    draw: Draw
    typeset: Set
    persons: Callable[[Any], set[MemberKey]]
    content: Callable[[Any, Mapping[MemberKey, str]], Mapping[str, Any]]
    table: Callable[[Any], bytes]
    subject: str
    data_format: str
    data_label: str | Promise


_kinds: Final[dict[str, DocumentKind]] = {}


def register(kind: DocumentKind) -> DocumentKind:
    """Add a kind of document.

    Raises:
        ValueError: there is one of that code already.
    """
    if _kinds.get(kind.code, kind) is not kind:
        raise ValueError(f"documents of kind {kind.code!r} are registered already")
    _kinds[kind.code] = kind
    return kind


def kind_of(code: str) -> DocumentKind:
    """Return how documents of a kind are made.

    Raises:
        KeyError: no document of this kind can be drawn.
    """
    return _kinds[code]


def compose(
    kind: DocumentKind,
    snapshot: Any,
    imprint: Imprint,
    *,
    names: Mapping[MemberKey, str],
    created_at: datetime,
    file_stem: str,
    shown: Any = None,
) -> Composed:
    """Make everything of an edition, in this order: the data, the article that prints its checksums, the PDF with both.

    `file_stem` is what the data files are called inside the PDF, without their endings. `shown` is drawn in place of
    the snapshot, where a translation marks its texts. A PDF that cannot be made is a result, not an error.
    """
    shown = snapshot if shown is None else shown
    data = data_file(
        kind.content(snapshot, names),
        imprint,
        reference=snapshot["reference"],
        data_format=kind.data_format,
        subject=kind.subject,
    )
    table = kind.table(snapshot)
    imprint = replace(imprint, data_sha256=sha256(data).hexdigest(), table_sha256=sha256(table).hexdigest())
    with sentences.own_words(imprint.language):
        label = str(kind.data_label)
    attachments = (Attachment(f"{file_stem}.json", data, label), Attachment(f"{file_stem}.csv", table, label))
    try:
        document, pdf = kind.typeset(shown, imprint, names, created_at, attachments)
    except PdfUnavailable as problem:
        return Composed(kind.draw(shown, imprint, names), data, table, None, problem)
    return Composed(document, data, table, pdf, None)


def set_document(
    document: Document,
    created_at: datetime,
    attachments: Sequence[Attachment],
    patience: float | None = None,
    *,
    unless_pages: int | None = None,
) -> Pdf:
    """Set a drawn document as PDF; one of exactly `unless_pages` pages is laid out only, and has no bytes.

    Raises:
        PdfUnavailable: the PDF cannot be made.
    """
    return render_pdf(
        document.article,
        title=document.title,
        language=document.language,
        created_at=created_at,
        attachments=attachments,
        pictures=document.pictures,
        patience=patience,
        unless_pages=unless_pages,
    )


def frame(imprint: Imprint, reference: str, *, qr_label: str) -> dict[str, Any]:
    """Return what the head and the colophon of every document show, in the active language."""
    before_page, _, between_pages = gettext("Page {page} of {pages}").replace("{pages}", "").partition("{page}")
    return {
        "imprint": imprint,
        "statement": sentences.co_funded(imprint.language),
        "statement_language": sentences.co_funded_language(imprint.language),
        "own_language": sentences.own_language(imprint.language),
        "typed": typed_attribute(imprint.language),
        "programme": settings.PROGRAMME_NAME,
        "programme_words": settings.PROGRAMME_NAME.split(),
        "before_page": before_page,
        "between_pages": between_pages,
        "qr": pictures.qr(imprint.address, qr_label),
        "island": SafeString(pictures.island(reference)),
        "licence": sentences.LICENCE,
        "shown_address": imprint.address.split("://", 1)[-1],
    }


def typed_attribute(language: str) -> SafeString:
    """Return the attribute of what people typed, where the document's own words are in another language than they."""
    return SafeString("") if sentences.own_language(language) == language else format_html(' lang="{}"', language)


def title_of(reference: str, title: str, imprint: Imprint) -> str:
    """Return the title of a document's file in the active language: reference, version and title."""
    values = {"reference": reference, "version": imprint.version, "title": title}
    if imprint.is_preview:
        return gettext("%(reference)s, preview: %(title)s") % values
    return gettext("%(reference)s, version %(version)d: %(title)s") % values
