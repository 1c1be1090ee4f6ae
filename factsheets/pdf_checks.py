"""Checks of a PDF that validators do not make, or that we want without Java: what a reader needs to be there.

`problems` names in one sentence each what is missing. The full conformity to PDF/A-3a and PDF/UA-1 is
another matter (margin boxes are still tagged, table heads lack their scope).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pikepdf


def problems(content: bytes) -> list[str]:
    """Return what is wrong with a PDF of ours, in a stable order; empty when nothing is.

    Raises:
        pikepdf.PdfError: it is no PDF.
    """
    import pikepdf  # native, so only who checks loads it

    logging.getLogger("pikepdf").setLevel(logging.WARNING)

    with pikepdf.open(io.BytesIO(content)) as file:
        return [*_catalogue(file), *_structure(file), *_fonts(file), *_attachments(file)]


def _catalogue(file: pikepdf.Pdf) -> Iterator[str]:
    """Language, tags, title, metadata."""
    root = file.Root
    if not str(root.get("/Lang", "")):
        yield "The document's language is not set."
    if not _entry(root, "/MarkInfo", "/Marked"):
        yield "The document is not marked as tagged."
    if not _entry(root, "/ViewerPreferences", "/DisplayDocTitle"):
        yield "A reader would show the file's name instead of its title."
    if not str(file.docinfo.get("/Title", "")).strip():
        yield "The title is missing."
    metadata = root.get("/Metadata")
    if metadata is None or b"dc:title" not in metadata.read_bytes():
        yield "The metadata (XMP) does not hold the title."


def _structure(file: pikepdf.Pdf) -> Iterator[str]:
    """Headings in order, pictures with words, tables with heads."""
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
        if kind == "/Figure" and not str(element.get("/Alt", "")).strip():
            yield "A picture has no alternative text."
        if kind == "/Table":
            yield from _table(element)
    if any(page.get("/Tabs") != "/S" for page in file.pages if "/Annots" in page):
        yield "On a page with links the order of tabs does not follow the structure."


def _table(table: Any) -> Iterator[str]:
    """A table has head cells, and rows of the same width."""
    inner = list(_below(table))
    if not any(element.get("/S") == "/TH" for element in inner):
        yield "A table has no head cells."
    widths = {
        sum(int(_entry(cell, "/A", "/ColSpan") or 1) for cell in _children(row) if cell.get("/S") in ("/TH", "/TD"))
        for row in inner
        if row.get("/S") == "/TR"
    }
    if len(widths) > 1:
        yield f"A table has rows of different widths: {sorted(widths)}."


def _fonts(file: pikepdf.Pdf) -> Iterator[str]:
    """Every font is in the file, and every glyph can be read as text."""
    import pikepdf

    for font in file.objects:
        if not isinstance(font, pikepdf.Dictionary) or font.get("/Type") != "/Font" or "/DescendantFonts" not in font:
            continue
        name = str(font.get("/BaseFont", "?")).lstrip("/")
        if "/ToUnicode" not in font:
            yield f"The text in {name} cannot be extracted."
        for descendant in font.DescendantFonts:
            if not any(_entry(descendant, "/FontDescriptor", key) for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                yield f"The font {name} is not embedded."


def _attachments(file: pikepdf.Pdf) -> Iterator[str]:
    """Every enclosed file says how it belongs to the document."""
    for name, attachment in file.attachments.items():
        if "/AFRelationship" not in attachment.obj:
            yield f"The enclosed file {name} does not say how it belongs to the document."


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
