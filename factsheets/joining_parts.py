"""What is changed in a tagged file on its way into a booklet: numbers on its pages, headings, identifiers, links."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from factsheets.pdf_text import letters_of
from factsheets.pdf_writer import PdfWriter

#: A link of the front to this and a number leads to that part.
PLACES: Final = "https://own.invalid/part/"
#: What a file may have that nobody has told us how to join.
_UNKNOWN: Final = ("/AcroForm", "/OCProperties", "/Threads", "/OpenAction", "/AA")
_HEADING: Final = re.compile(r"/H([1-5])")
#: In points: the size of the number, and where it stands from the right and the lower edge of its sheet.
SIZE, RIGHT, FOOT = 7.5, 45.354, 15.0
#: The grey of what stands in margins, as in print/page.css.
GREY: Final = b"0.353 0.404 0.416 rg"
FONT: Final = "/BookletNumber"


class NotJoinable(Exception):
    """A file that cannot be joined; carries why, for the log."""


class Stamp:
    """Writes "Booklet page 12" at the foot of a page, with a font that a small PDF brings.

    That file holds the words and all figures as text in one font, so that each glyph can be read as its letter.
    """

    def __init__(self, words: str, sample: bytes) -> None:
        """Take the font of `sample`; `words` has {page} where the number stands.

        Raises:
            NotJoinable: a letter is missing in the font.
        """
        self.words, self._sample = words, sample
        self.number = 0
        with _opened(sample) as file:
            font = next(iter(file.pages[0].Resources.Font.values()))
            self._codes = {letters: code for code, letters in letters_of(font).items()}
            self._widths = _widths_of(font.DescendantFonts[0])
        if missing := set(words.replace("{page}", "0123456789")) - set(self._codes):
            raise NotJoinable(f"the font of the numbers lacks {sorted(missing)}")

    def put(self, writer: PdfWriter) -> Stamp:
        """Write the font; return this."""
        import pikepdf

        with _opened(self._sample) as file:
            font = next(iter(file.pages[0].Resources.Font.values()))
            found: dict[tuple[int, int], int] = {}

            def written(one: Any) -> int:
                key: tuple[int, int] = one.objgen
                if key in found:
                    return found[key]
                found[key] = number = writer.take()
                is_stream = isinstance(one, pikepdf.Stream)
                content = bytes(one.read_raw_bytes()) if is_stream else b""
                entries = pikepdf.Dictionary(dict((one.stream_dict if is_stream else one).items()))
                if is_stream:
                    entries["/Length"] = len(content)
                said = re.sub(
                    rb"\b(\d+) (\d+) R\b",
                    lambda at: b"%d 0 R" % written(file.get_object(int(at[1]), int(at[2]))),
                    entries.unparse(),
                )
                if is_stream:
                    return writer.put_stream(said, content, number)
                return writer.put(said, number)

            self.number = written(font)
        return self

    def drawn(self, number: int, *, width: float) -> bytes:
        """Return the drawing of a number on a page of that width in points, as an artifact."""
        codes = [self._codes[letter] for letter in self.words.replace("{page}", str(number))]
        long = sum(self._widths.get(code, 1000) for code in codes) * SIZE / 1000
        glyphs = b"".join(b"%04x" % code for code in codes)
        at = b"%.2f %.2f" % (width - RIGHT - long, FOOT)
        return b"/Artifact <</Type /Pagination>> BDC\nq\n%b\nBT\n%b %.1f Tf\n%b Td\n<%b> Tj\nET\nQ\nEMC\n" % (
            GREY,
            FONT.encode(),
            SIZE,
            at,
            glyphs,
        )


def _opened(content: bytes) -> Any:
    import pikepdf

    return pikepdf.open(io.BytesIO(content))


def _widths_of(font: Any) -> dict[int, float]:
    """Return the widths of glyphs in thousandths, as the table W of a font with two bytes a glyph has them."""
    import pikepdf

    found: dict[int, float] = {}
    waiting = list(font.get("/W", []))
    while waiting:
        first, second = int(waiting[0]), waiting[1]
        if isinstance(second, pikepdf.Array):
            found |= {first + step: float(width) for step, width in enumerate(second)}
            waiting = waiting[2:]
        else:
            found |= {code: float(waiting[2]) for code in range(first, int(second) + 1)}
            waiting = waiting[3:]
    return found


def refuse_unknown(file: Any, title: str) -> None:
    """Refuse a file that has what is not joined here.

    Raises:
        NotJoinable: it has; or it has no structure.
    """
    if "/StructTreeRoot" not in file.Root or "/ParentTree" not in file.Root.StructTreeRoot:
        raise NotJoinable(f"“{title}” has no structure")
    found = [key for key in _UNKNOWN if key in file.Root]
    found += [key for key in ("/ClassMap", "/Namespaces") if key in file.Root.StructTreeRoot]
    if found:
        raise NotJoinable(f"“{title}” has {', '.join(found)}")


def pages_of(file: Any) -> list[Any]:
    """Return the pages, each with all that it would inherit from nodes above it."""
    found = []
    for page in file.pages:
        one, above = page.obj, page.obj.get("/Parent")
        while above is not None:
            for key in ("/Resources", "/MediaBox", "/CropBox", "/Rotate"):
                if key in above and key not in one:
                    one[key] = above[key]
            above = above.get("/Parent")
        found.append(one)
    return found


def stamp_page(file: Any, page: Any, stamp: Stamp, number: int, *, lead: Callable[[Any, int], None]) -> None:
    """Draw the number over what stands on a page, whatever state that leaves behind."""
    import pikepdf

    font = file.make_indirect(pikepdf.Dictionary())
    lead(font, stamp.number)
    resources = page.Resources
    if "/Font" not in resources:
        resources["/Font"] = pikepdf.Dictionary()
    resources.Font[FONT] = font
    drawn = page.get("/Contents", pikepdf.Array())
    own = list(drawn) if isinstance(drawn, pikepdf.Array) else [drawn]
    width = float(page.MediaBox[2]) - float(page.MediaBox[0])
    after = file.make_stream(b"Q\n" + stamp.drawn(number, width=width))
    page.Contents = pikepdf.Array([file.make_stream(b"q\n"), *own, after])


def elements_below(root: Any) -> Iterator[Any]:
    """Yield every element of a structure, in reading order, without recursion."""
    import pikepdf

    def under(one: Any) -> list[Any]:
        inner = one.get("/K", [])
        found = list(inner) if isinstance(inner, pikepdf.Array) else [inner]
        return [child for child in reversed(found) if isinstance(child, pikepdf.Dictionary) and "/S" in child]

    waiting = under(root)
    while waiting:
        element = waiting.pop()
        yield element
        waiting += under(element)


def lower(elements: Iterable[Any]) -> None:
    """Put every heading one level down; the sixth stays, for there is no seventh."""
    import pikepdf

    for one in elements:
        if (found := _HEADING.fullmatch(str(one.S))) is not None:
            one.S = pikepdf.Name(f"/H{int(found[1]) + 1}")


def name_ids(elements: Iterable[Any], prefix: str) -> None:
    """Make identifiers of elements, and the cells that name them as their heads, differ from those of other files."""
    import pikepdf

    def named(old: Any) -> Any:
        return pikepdf.String(prefix.encode() + bytes(old))

    for one in elements:
        if "/ID" in one:
            one.ID = named(one.ID)
        said = one.get("/A", [])
        for attributes in list(said) if isinstance(said, pikepdf.Array) else [said]:
            if isinstance(attributes, pikepdf.Dictionary) and "/Headers" in attributes:
                attributes.Headers = pikepdf.Array([named(old) for old in attributes.Headers])


def settle_links(file: Any, pages: Sequence[Any], page_of: Callable[[int], Any]) -> None:
    """Let links to `PLACES` lead to a part, and links by the name of a place to that place itself."""
    import pikepdf

    names = file.Root.get("/Names", {}).get("/Dests")
    known = dict(pikepdf.NameTree(names).items()) if names is not None else {}
    for note in (note for page in pages for note in page.get("/Annots", [])):
        action = note.get("/A", {})
        if action.get("/S") == "/URI" and str(action.URI).startswith(PLACES):
            del note["/A"]
            note["/Dest"] = pikepdf.Array([page_of(int(str(action.URI)[len(PLACES) :])), pikepdf.Name.Fit])
        elif action.get("/S") == "/GoTo" and isinstance(action.D, pikepdf.String):
            action["/D"] = _place(known, action.D)
        elif isinstance(note.get("/Dest"), pikepdf.String):
            note["/Dest"] = _place(known, note.Dest)


def _place(known: dict[str, Any], name: Any) -> Any:
    """Return the place of that name.

    Raises:
        NotJoinable: there is none.
    """
    if str(name) not in known:
        raise NotJoinable(f"a link leads to {name}, which is no place")
    place = known[str(name)]
    return place.D if hasattr(place, "keys") and "/D" in place else place


def references(numbers: Iterable[int]) -> bytes:
    """Return references to objects, in a row."""
    return b" ".join(b"%d 0 R" % number for number in numbers)


def kids_of(element: Any) -> list[Any]:
    """Return the elements right under one, or under the root."""
    return [one for one in inner_of(element) if hasattr(one, "keys")]


def inner_of(element: Any) -> list[Any]:
    """Return what is right under an element: elements, marks, notes."""
    import pikepdf

    inner = element.get("/K", [])
    return list(inner) if isinstance(inner, pikepdf.Array) else [inner]


def holders(file: Any) -> Iterator[Any]:
    """Yield what can belong to the structure by a number: pages, their notes, and drawn forms."""
    import pikepdf

    for one in file.objects:
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            yield one


def stream_of(one: Any) -> tuple[bytes, bytes]:
    """Return the dictionary of a stream and its content as it is stored."""
    import pikepdf

    content = bytes(one.read_raw_bytes())
    entries = pikepdf.Dictionary(dict(one.stream_dict.items()))
    entries["/Length"] = len(content)
    return entries.unparse(), content


def siblings(item: Any) -> Iterator[Any]:
    """Yield a bookmark and those after it on its level."""
    while item is not None:
        yield item
        item = item.get("/Next")


def text(words: str) -> bytes:
    """Return words as a text of a PDF."""
    return b"<feff%b>" % words.encode("utf-16-be").hex().encode()


def raw(content: bytes) -> bytes:
    """Return bytes as a text of a PDF."""
    return b"<%b>" % content.hex().encode()
