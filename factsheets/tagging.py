"""What a tagged file needs beyond what WeasyPrint writes, so that it is PDF/A-3a and PDF/UA-1 at once.

Two moments, both in the child process of `factsheets.pdf_child`, on the file before it is written (nothing is parsed
or written twice):

* While an element of the page becomes one of the structure, `tagged` takes over what the page says of it and
  WeasyPrint forgets: its language, what a head cell is the head of, whether a list is numbered, a link's words.
* `finish` then turns the margins (running title, page numbers) into artifacts, puts the boxes of pictures into the
  units of the sheet, and makes one block of metadata with both identifiers, in plain text.

WeasyPrint has no door for the first, so `listen` stands before its function; should a later version lose it, the child
does not start, and should it change, the checks of `factsheets.pdf_checks` say what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pydyf
from weasyprint.formatting_structure import boxes
from weasyprint.pdf import tags

#: CSS pixels to points, the unit of a sheet.
POINTS: Final = 0.75
SCOPES: Final = {"row": "/Row", "col": "/Column", "rowgroup": "/Row", "colgroup": "/Column"}
NUMBERING: Final = {"ol": "/Decimal", "ul": "/Disc"}
#: The identifier of PDF/UA, and its description, which PDF/A wants for every schema that it does not know.
IDENTIFIER: Final = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of the standard that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_END: Final = b"</rdf:RDF>"
_CLOSED: Final = b"\nendstream"

Build = Callable[..., Iterator[Any]]


def listen() -> None:
    """Stand before the functions that build WeasyPrint's structure and write its streams; a no-op the second time.

    Raises:
        AttributeError: this version of WeasyPrint builds it otherwise.
    """
    build: Build = tags._build_box_tree
    if getattr(build, "is_ours", False):
        return
    written = pydyf.Stream.data.fget
    pydyf.Stream.data = property(lambda stream: _ended(written(stream)))

    def tagged(box: Any, parent: Any, pdf: Any, *rest: Any) -> Iterator[Any]:
        for element in build(box, parent, pdf, *rest):
            _complete(element, getattr(box, "_box", box), pdf)
            yield element

    tagged.is_ours = True  # type: ignore[attr-defined]
    tags._build_box_tree = tagged


def _complete(element: Any, box: Any, pdf: Any) -> None:
    """Take over what the page says of the element that this box stands for."""
    if box.element is None or isinstance(box, boxes.PageBox) or box.element_tag in ("html", "body"):
        return  # the elements inside, passed on
    given, kind = box.element.attrib, element["S"]
    if language := given.get("lang"):
        element["Lang"] = pydyf.String(language)
    if kind == "/TH":
        group = _at(pdf, _at(pdf, element["P"])["P"])["S"]
        element["A"]["Scope"] = SCOPES.get(given.get("scope", ""), "/Column" if group == "/THead" else "/Row")
    if kind == "/L" and box.element_tag in NUMBERING:
        element["A"] = pydyf.Dictionary({"O": "/List", "ListNumbering": NUMBERING[box.element_tag]})
    if box.link_annotation and (words := given.get("aria-label") or " ".join("".join(box.element.itertext()).split())):
        box.link_annotation["Contents"] = pydyf.String(words)


def _ended(stream: bytes) -> bytes:
    """Return a stream with an end that cannot be mistaken for its content, nor the reverse.

    One of 256 packed streams ends in a carriage return; with the line feed that follows it would read as the end of
    the line, and the stream as shorter than it says it is.
    """
    return stream.removesuffix(_CLOSED) + b"\r" + _CLOSED if stream.endswith(b"\r" + _CLOSED) else stream


def finish(document: Any, pdf: Any) -> None:
    """Complete a file right before it is written; WeasyPrint's `finisher`."""
    root = _at(pdf, pdf.catalog["StructTreeRoot"])
    elements = [one for one in pdf.objects if isinstance(one, pydyf.Dictionary) and one.get("Type") == "/StructElem"]
    living = _living(pdf, root)
    _take_out_margins(pdf, root, living)
    for element in reversed(elements):  # what stands inside, first
        if element.number not in living:
            element.clear()  # nothing leads to it any more
            continue
        if "Lang" in element and _language(element) == _language(_at(pdf, element["P"])):
            del element["Lang"]  # an element of the page became several, one in the other
        if element["S"] == "/Figure":
            _place(element, height=float(_at(pdf, element["Pg"])["MediaBox"][3]))
    metadata = _at(pdf, pdf.catalog["Metadata"])
    text = b"".join(metadata.stream)
    metadata.stream = [text.replace(_END, IDENTIFIER + _END, 1)]
    metadata.compress = False


def _language(element: Any) -> str:
    return element["Lang"].string if "Lang" in element else ""


def _at(pdf: Any, reference: bytes) -> Any:
    """Return the object to which a reference ("12 0 R") leads."""
    return pdf.objects[int(reference.split()[0])]


def _living(pdf: Any, root: Any) -> set[int]:
    """Return the numbers of all elements to which the root of the structure leads."""
    found: set[int] = set()
    waiting = [one for one in root["K"] if isinstance(one, bytes)]
    while waiting:
        element = _at(pdf, waiting.pop())
        if element.number not in found:
            found.add(element.number)
            waiting += [one for one in element.get("K", ()) if isinstance(one, bytes)]
    return found


def _take_out_margins(pdf: Any, root: Any, living: set[int]) -> None:
    """Make artifacts of what is marked as content on a page but belongs to no element: the boxes in its margins."""
    numbers = _at(pdf, root["ParentTree"])["Nums"]
    for key, belongs in zip(numbers[::2], numbers[1::2], strict=True):
        if not isinstance(belongs, pydyf.Array):  # the element of one link
            continue
        lost = {mark for mark, one in enumerate(belongs) if int(one.split()[0]) not in living}
        for mark in lost:
            belongs[mark] = b"null"
        page = _at(pdf, pdf.page_references[key])
        stream = _at(pdf, page["Contents"]).stream
        for at, part in enumerate(stream):
            if isinstance(part, pydyf.Dictionary) and part.get("MCID") in lost:
                stream[at - 1 : at + 1] = ["/Artifact", pydyf.Dictionary({"Type": "/Pagination"})]


def _place(figure: Any, *, height: float) -> None:
    """Write where a picture stands in points from the foot of the sheet, instead of pixels from its head."""
    left, top, right, bottom = (POINTS * float(value) for value in figure["A"]["BBox"])
    box = (left, height - bottom, right, height - top)
    figure["A"]["BBox"] = pydyf.Array([round(value, 3) for value in box])
