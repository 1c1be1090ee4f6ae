"""Checks of a PDF that validators do not make, or that we want without Java: what a reader needs to be there.

`problems` names in one sentence each what is missing. That a file conforms to PDF/A-3a and PDF/UA-1 to the letter is
for a validator (`tests/factsheets/test_conformity.py`); no validator sees that a link reads as its address, that a
checksum printed in a document is another file's, or that a language got lost on the way from the page.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from factsheets.pdf_text import UNKNOWN, PageText, text_of
from factsheets.sentences import BARE

if TYPE_CHECKING:
    import pikepdf

IDENTIFIERS: Final = {
    "PDF/A-3a": (rb"""pdfaid:part(="|>)3\b""", rb"""pdfaid:conformance(="|>)A\b"""),
    "PDF/UA-1": (rb"""pdfuaid:part(="|>)1\b""",),
}
LANGUAGE: Final = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
#: An address instead of words: with its scheme, or a host with a path.

#: What stands on each page, by the page's object.
Texts = Mapping[tuple[int, int], PageText]


def problems(content: bytes) -> list[str]:
    """Return what is wrong with a PDF of ours, in a stable order; empty when nothing is.

    Raises:
        pikepdf.PdfError: it is no PDF.
    """
    with _opened(content) as file:
        texts = {page.obj.objgen: text_of(page) for page in file.pages}
        return [
            *_catalogue(file),
            *_metadata(file),
            *_structure(file, texts),
            *_marks(file, texts),
            *_links(file),
            *_fonts(file, texts),
            *_attachments(file, texts),
        ]


def languages(content: bytes) -> list[str]:
    """Return the language of the document and of each element that names its own, in reading order."""
    with _opened(content) as file:
        named = [str(one.Lang) for one in _below(file.Root.StructTreeRoot) if "/Lang" in one]
        return [str(file.Root.Lang), *named]


def _opened(content: bytes) -> pikepdf.Pdf:
    logging.getLogger("pikepdf").setLevel(logging.WARNING)
    import pikepdf  # native, so only who checks loads it

    return pikepdf.open(io.BytesIO(content))


def _catalogue(file: pikepdf.Pdf) -> Iterator[str]:
    """Language, tags, title."""
    root = file.Root
    if not LANGUAGE.fullmatch(str(root.get("/Lang", ""))):
        yield "The document's language is not set."
    if not _entry(root, "/MarkInfo", "/Marked"):
        yield "The document is not marked as tagged."
    if not _entry(root, "/ViewerPreferences", "/DisplayDocTitle"):
        yield "A reader would show the file's name instead of its title."
    if not str(file.docinfo.get("/Title", "")).strip():
        yield "The title is missing."


def _metadata(file: pikepdf.Pdf) -> Iterator[str]:
    """One block in plain text, with the title and the identifiers of both standards."""
    metadata = file.Root.get("/Metadata")
    content = metadata.read_bytes() if metadata is not None else b""
    if b"dc:title" not in content:
        yield "The metadata (XMP) does not hold the title."
    if metadata is not None and "/Filter" in metadata:
        yield "The metadata (XMP) is packed, so that programs which do not know PDF cannot read it."
    if content.count(b"<rdf:RDF") > 1:
        yield "The metadata (XMP) has more than one block."
    for standard, patterns in IDENTIFIERS.items():
        if not all(re.search(pattern, content) for pattern in patterns):
            yield f"The metadata (XMP) does not say that the file is {standard}."


def _structure(file: pikepdf.Pdf, texts: Texts) -> Iterator[str]:
    """Headings in order, pictures with words, tables with heads, links with words, languages that exist."""
    if "/StructTreeRoot" not in file.Root:
        yield "There is no structure tree."
        return
    elements = list(_below(file.Root.StructTreeRoot))
    levels = [int(kind[2]) for element in elements if len(kind := str(element.get("/S", ""))) == 3 and kind[1] == "H"]
    if levels.count(1) != 1:
        yield f"There are {levels.count(1)} headings of level 1 instead of one."
    if any(after > before + 1 for before, after in pairwise(levels)):
        yield "A level of headings is skipped."
    for element in elements:
        kind = element.get("/S")
        if kind == "/Figure":
            yield from _figure(element)
        if kind == "/Table":
            yield from _table(element)
        if kind == "/Link" and _is_bare(words := _words(element, texts)):
            yield f"A link reads as an address instead of words: “{words}”."
        if "/Lang" in element and not LANGUAGE.fullmatch(str(element.Lang)):
            yield f"“{element.Lang}” is no language."
    if any(page.get("/Tabs") != "/S" for page in file.pages if "/Annots" in page):
        yield "On a page with links the order of tabs does not follow the structure."


def _figure(figure: Any) -> Iterator[str]:
    """A picture has words, and stands on its sheet."""
    if not str(figure.get("/Alt", "")).strip():
        yield "A picture has no alternative text."
    box, sheet = _entry(figure, "/A", "/BBox"), _entry(figure, "/Pg", "/MediaBox")
    if box is None or sheet is None:
        yield "A picture does not say where it stands."
        return
    left, low, right, high = (float(value) for value in box)
    if not (0 <= left <= right <= float(sheet[2]) + 1 and 0 <= low <= high <= float(sheet[3]) + 1):
        yield "A picture says that it stands beside its sheet."


def _words(element: Any, texts: Texts) -> str:
    """Return what an element and all under it read as."""
    import pikepdf

    inner = element.get("/K", [])
    said = []
    for child in list(inner) if isinstance(inner, pikepdf.Array) else [inner]:
        if isinstance(child, int):
            page = element.get("/Pg")
            said.append(texts[page.objgen].marked.get(child, "") if page is not None else "")
        elif isinstance(child, pikepdf.Dictionary) and "/S" in child:
            said.append(_words(child, texts))
    return "".join(said).strip()


def _is_bare(words: str) -> bool:
    return not words or BARE.fullmatch(words) is not None


def _table(table: Any) -> Iterator[str]:
    """A table has head cells that say what they are the head of, and rows of the same width."""
    inner = list(_below(table))
    heads = [element for element in inner if element.get("/S") == "/TH"]
    if not heads:
        yield "A table has no head cells."
    if any(_entry(head, "/A", "/Scope") is None for head in heads):
        yield "A head cell does not say whether it is the head of its row or of its column."
    widths = {
        sum(int(_entry(cell, "/A", "/ColSpan") or 1) for cell in _children(row) if cell.get("/S") in ("/TH", "/TD"))
        for row in inner
        if row.get("/S") == "/TR"
    }
    if len(widths) > 1:
        yield f"A table has rows of different widths: {sorted(widths)}."


def _marks(file: pikepdf.Pdf, texts: Texts) -> Iterator[str]:
    """All text belongs to an element of the structure, or is an artifact: what repeats in the margins."""
    import pikepdf

    if (root := file.Root.get("/StructTreeRoot")) is None:
        return
    living = {element.objgen for element in _below(root)}
    belongs = dict(pikepdf.NumberTree(root.ParentTree).items()) if "/ParentTree" in root else {}
    for number, page in enumerate(file.pages, start=1):
        text, owners = texts[page.obj.objgen], belongs.get(int(page.get("/StructParents", -1)))
        if not text.is_balanced:
            yield f"On page {number} a mark of the structure begins without an end, or ends without a beginning."
        if text.loose.strip():
            yield f"On page {number} stands text outside of the structure: “{text.loose.strip()[:40]}”."
        owned = [getattr(one, "objgen", None) for one in owners] if isinstance(owners, pikepdf.Array) else []
        if any(mark >= len(owned) or owned[mark] not in living for mark in text.marked):
            yield f"On page {number} stands marked text that belongs to no element of the structure."


def _links(file: pikepdf.Pdf) -> Iterator[str]:
    """Every place that leads somewhere says where in words."""
    for number, page in enumerate(file.pages, start=1):
        for place in page.get("/Annots", []):
            if place.get("/Subtype") == "/Link" and _is_bare(str(place.get("/Contents", ""))):
                yield f"A link on page {number} does not say in words where it leads."


def _fonts(file: pikepdf.Pdf, texts: Texts) -> Iterator[str]:
    """Every font is in the file and has what is drawn with it, and every glyph can be read as text."""
    import pikepdf

    fonts = [one for one in file.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font"]
    described = {one.objgen for font in fonts for one in font.get("/DescendantFonts", [])}
    for font in fonts:
        if font.objgen in described or font.get("/Subtype") == "/Type3":
            continue
        name = str(font.get("/BaseFont", "?")).lstrip("/")
        if "/ToUnicode" not in font:
            yield f"The text in {name} cannot be extracted."
        for described_font in font.get("/DescendantFonts", [font]):
            embedded = ("/FontFile", "/FontFile2", "/FontFile3")
            if not any(_entry(described_font, "/FontDescriptor", key) for key in embedded):
                yield f"The font {name} is not embedded."
        if "/DescendantFonts" in font and font.get("/Encoding") != "/Identity-H":
            yield f"Signs are drawn that the font {name} does not have."
    if any(UNKNOWN in str(text) for text in texts.values()):
        yield "There is a glyph of which its font does not say which letters it draws."


def _attachments(file: pikepdf.Pdf, texts: Texts) -> Iterator[str]:
    """Every enclosed file says how it belongs to the document, which prints the file's checksum."""
    said = "".join("".join(map(str, texts.values())).split())
    known = {one.objgen for one in file.Root.get("/AF", [])}
    for name, attachment in file.attachments.items():
        if "/AFRelationship" not in attachment.obj or attachment.obj.objgen not in known:
            yield f"The enclosed file {name} does not say how it belongs to the document."
        if sha256(attachment.get_file().read_bytes()).hexdigest() not in said:
            yield f"The document does not print the checksum of the enclosed file {name}."


def _entry(holder: Any, *path: str) -> Any:
    """Return what stands at a path of keys, or None where it ends early."""
    for key in path:
        if holder is None:
            return None
        holder = holder.get(key)
    return holder


def _children(element: Any) -> list[Any]:
    import pikepdf

    inner = element.get("/K", [])
    found = list(inner) if isinstance(inner, pikepdf.Array) else [inner]
    return [child for child in found if isinstance(child, pikepdf.Dictionary)]


def _below(element: Any) -> Iterator[Any]:
    """Yield everything under an element, in reading order, without recursing in Python."""
    waiting = list(reversed(_children(element)))
    while waiting:
        child = waiting.pop()
        yield child
        waiting += reversed(_children(child))
