"""Writes a text document (DOCX) with python-docx: the one module that knows the library, which it imports late."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from django.conf import settings

from factsheets import pictures
from factsheets.rendering.editable import Block, Copy, Grid, Picture, Run

#: A4 and its margins, in millimetres.
PAGE: Final = (210, 297)
MARGIN: Final = 20
#: Where the running title begins: its two lines end above the text.
HEADER: Final = 7
#: Heights of the pictures in millimetres: the emblem as high as on the factsheet, above what the law asks for.
HEIGHTS: Final = {"emblem": 13.5, "qr": 17}
#: Millimetres of one sign of the widest usual words, and of the margins of a cell.
SIGN: Final = 2.05
CELL: Final = 4
#: Words of more signs may be broken, and cells of more get no more room than others.
LONG_WORD: Final = 24
LONG_CELL: Final = 60
#: One of the typefaces that the rules of visibility allow for the statement of co-funding; everything is set in it.
TYPEFACE: Final = "Calibri"
#: The style of each kind of block.
STYLES: Final = {
    "title": "Title",
    "heading": "Heading 1",
    "subheading": "Heading 2",
    "question": "Subtitle",
    "point": "List Bullet",
    "text": "Normal",
}
#: What no XML may hold, wherever it was typed or imported.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_docx(copy: Copy, *, made_at: datetime) -> bytes:
    """Return the document: real styles for title, headings, lists and heads of tables, so that it can be worked with.

    The notice stands above the title, at the top of every page and in the properties of the file.
    """
    from docx import Document

    document = Document()
    _drop_thumbnail(document)
    _set_typeface(document)
    _prepare(document, copy, made_at)
    document.add_paragraph(copy.notice, style="Intense Quote")
    beside = None
    for part in copy.parts:
        if isinstance(part, Block):
            _write(beside or document.add_paragraph(style=STYLES[part.kind]), part.runs)
        elif isinstance(part, Grid):
            _table(document, part)
        beside = _picture(document, part, copy.address) if isinstance(part, Picture) else None
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
    section.header_distance = Mm(HEADER)
    section.header.paragraphs[0].text = copy.notice
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), copy.language)
    facts = document.core_properties
    facts.title, facts.subject, facts.comments = _legal(copy.title)[:255], copy.notice[:255], copy.notice[:255]
    facts.language, facts.author, facts.keywords = copy.language, "Cluster Registry", ""
    facts.created = facts.modified = made_at.astimezone(UTC).replace(tzinfo=None)


def _drop_thumbnail(document: Any) -> None:
    """Leave out the picture of the template that the library begins with: folders would show it for this document."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    relations = document.part.package.rels
    for key in [key for key, one in relations.items() if one.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del relations[key]


def _set_typeface(document: Any) -> None:
    """Set all words in one typeface, in place of those of the template's theme."""
    from docx.oxml.ns import qn

    for fonts in list(document.styles.element.iter(qn("w:rFonts"))):
        if any("heme" in name for name in fonts.attrib):
            fonts.getparent().remove(fonts)
    for properties in document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr"):
        properties.get_or_add_rFonts()
        for name in ("w:ascii", "w:hAnsi", "w:cs"):
            properties.rFonts.set(qn(name), TYPEFACE)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _picture(document: Any, picture: Picture, address: str) -> Any:
    """Add the emblem or the QR code, with its words for whoever does not see it.

    Returns:
        The paragraph of the emblem, for the statement that stands beside it; None for the code.
    """
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    emblem = settings.BASE_DIR / "static" / "img" / "eu_emblem.png"
    content = emblem.read_bytes() if picture.name == "emblem" else pictures.qr_png(address)
    paragraph = document.add_paragraph()
    shape = paragraph.add_run().add_picture(BytesIO(content), height=Mm(HEIGHTS[picture.name]))
    shape._inline.docPr.set("descr", picture.words)
    if picture.name != "emblem":
        return None
    middle = OxmlElement("w:textAlignment")
    middle.set(qn("w:val"), "center")
    paragraph._p.get_or_add_pPr().append(middle)
    paragraph.add_run("\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}")
    return paragraph


def _write(paragraph: Any, runs: Iterable[Run], *, is_bold: bool = False) -> None:
    """Add runs to a paragraph, each in its language, links as links."""
    for run in runs:
        made = paragraph.add_run(_legal(run.text))
        made.bold = True if run.is_bold or is_bold else None
        if run.language:
            _speak(made, run.language)
        if run.url:
            _link(paragraph, made, run.url)


def _speak(made: Any, language: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), language)
    made._r.get_or_add_rPr().append(lang)


def _link(paragraph: Any, made: Any, url: str) -> None:
    """Make a link of the run that was added last."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    made.underline = True
    paragraph._p.replace(made._r, link)
    link.append(made._r)


def _table(document: Any, grid: Grid) -> None:
    """Add a table: heads repeat on each page, no row is split, and a row without heads above begins with its head."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    widths = _widths([*([grid.heads] if grid.heads else []), *grid.rows])
    table = document.add_table(rows=0, cols=len(widths), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)  # each new row takes it over
    if grid.heads:
        head = table.add_row()
        head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, runs in zip(head.cells, grid.heads, strict=True):
            _write(cell.paragraphs[0], runs, is_bold=True)
    for row in grid.rows:
        added = table.add_row()
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for at, (cell, runs) in enumerate(zip(added.cells, row, strict=True)):
            _write(cell.paragraphs[0], runs, is_bold=at == 0 and not grid.heads)
    document.add_paragraph()


def _widths(rows: Sequence[Sequence[Sequence[Run]]]) -> list[float]:
    """Return the widths of a table's columns in millimetres, together those of the page between its margins.

    First each gets what its longest word needs, so that none is broken; what is left goes to those that say more.
    Where even the words do not fit, all are narrowed alike.
    """
    columns = range(max(map(len, rows)))
    cells = [["".join(run.text for run in row[at]) for row in rows if at < len(row)] for at in columns]
    longest = [max((len(word) for text in column for word in text.split()), default=0) for column in cells]
    needs = [CELL + SIGN * min(longest[at], LONG_WORD) for at in columns]
    wishes = [CELL + SIGN * min(max(map(len, cells[at]), default=0), LONG_CELL) for at in columns]
    room = PAGE[0] - 2 * MARGIN
    left = room - sum(needs)
    if left < 0:
        return [room * need / sum(needs) for need in needs]
    more = [max(0, wish - need) + 1 for wish, need in zip(wishes, needs, strict=True)]
    return [need + left * one / sum(more) for need, one in zip(needs, more, strict=True)]
