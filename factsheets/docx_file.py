"""Writes a text document (DOCX) with python-docx: the one module that knows the library, which it imports late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from factsheets.rendering.editable import Copy, Grid, Heading, Prose

#: A4 and its margins, in millimetres.
PAGE: Final = (210, 297)
MARGIN: Final = 20
#: What no XML may hold, wherever it was typed or imported.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BULLET: Final = re.compile(r"^\s*[-*•]\s+")


def write_docx(copy: Copy, *, made_at: datetime) -> bytes:
    """Return the document: real styles for title, headings, lists and heads of tables, so that it can be worked with.

    The notice stands above the title, at the top of every page and in the properties of the file.
    """
    from docx import Document

    document = Document()
    _prepare(document, copy, made_at)
    document.add_paragraph(copy.notice, style="Intense Quote")
    document.add_paragraph(_legal(copy.title), style="Title")
    for part in copy.parts:
        if isinstance(part, Heading):
            document.add_heading(_legal(part.text), level=1)
        elif isinstance(part, Prose):
            for text, style in _paragraphs(part.text):
                document.add_paragraph(_legal(text), style=style)
        else:
            _table(document, part)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _prepare(document: Any, copy: Copy, made_at: datetime) -> None:
    """Set page, language, running title and properties."""
    from docx.oxml.ns import qn
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in PAGE)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
    section.header.paragraphs[0].text = copy.notice
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), copy.language)
    facts = document.core_properties
    facts.title, facts.subject, facts.comments = _legal(copy.title)[:255], copy.notice[:255], copy.notice[:255]
    facts.language, facts.author, facts.keywords = copy.language, "Cluster Registry", ""
    facts.created = facts.modified = made_at.astimezone(UTC).replace(tzinfo=None)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _paragraphs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the paragraphs of typed text with their styles: blank lines part them, "- " begins a point of a list."""
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        said: list[str] = []
        for line in block.splitlines():
            if not _BULLET.match(line):
                said.append(line)
                continue
            if said:
                yield " ".join(said), "Normal"
                said = []
            yield _BULLET.sub("", line), "List Bullet"
        if said:
            yield " ".join(said), "Normal"


def _table(document: Any, grid: Grid) -> None:
    """Add a table: heads repeat on each page, and the first cell of a row without heads above it is its head."""
    from docx.oxml import OxmlElement

    columns = len(grid.heads) or len(grid.rows[0])
    table = document.add_table(rows=0, cols=columns, style="Table Grid")
    if grid.heads:
        head = table.add_row()
        head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, words in zip(head.cells, grid.heads, strict=True):
            cell.paragraphs[0].add_run(_legal(words)).bold = True
    for row in grid.rows:
        for at, (cell, words) in enumerate(zip(table.add_row().cells, row, strict=True)):
            cell.paragraphs[0].add_run(_legal(words)).bold = True if at == 0 and not grid.heads else None
    document.add_paragraph()
