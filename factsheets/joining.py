"""Joins tagged PDF files into one that is tagged as a whole: pages, structure trees, bookmarks, enclosed files.

Files of ours are PDF/A-3a and PDF/UA-1 at once, and so is what they are joined to: each becomes a part of one
document, with its own language; its headings go down by one level, because the whole has its own title. One file is
open at a time and is written before the next is read (`factsheets.pdf_writer`), so memory does not grow with the
number of files. What a file has that we do not know how to join is refused, never dropped.
"""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, BinaryIO, Final

from factsheets.joining_parts import (
    PLACES,
    NotJoinable,
    Stamp,
    elements_below,
    holders,
    inner_of,
    kids_of,
    lower,
    name_ids,
    pages_of,
    raw,
    references,
    refuse_unknown,
    settle_links,
    siblings,
    stamp_page,
    stream_of,
    text,
)
from factsheets.pdf_writer import PdfWriter

#: A reference, or a text that may look like one; only the first is replaced.
_REFERENCE: Final = re.compile(rb"\((?:[^\\()]|\\.)*\)|\b(\d+) (\d+) R\b", re.DOTALL)
Key = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """A file to be joined: `title` is its bookmark, `pages` how many it must have."""

    content: bytes
    title: str
    pages: int


@dataclass(frozen=True)
class Joined:
    """What came of it: pages and bytes."""

    pages: int
    size: int


@dataclass
class _Whole:
    """What the parts leave for the catalogue of the whole: numbers of objects, in the order of the parts."""

    pages_root: int
    structure: int
    document: int
    outlines: int
    items: list[int]
    nodes: dict[int, int] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    elements: dict[int, int] = field(default_factory=dict)
    firsts: dict[int, int] = field(default_factory=dict)
    parents: list[int] = field(default_factory=list)
    ids: dict[int, int] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    files: dict[bytes, int] = field(default_factory=dict)
    next_key: int = 0


def join(
    out: BinaryIO,
    front: Part,
    parts: Iterable[Part],
    *,
    count: int,
    stamp: Stamp,
    tell: Callable[[int], None] | None = None,
) -> Joined:
    """Write `front` and then `count` parts into `out` as one file.

    The front gives language, title, metadata and colour profile to the whole; its links to `PLACES` and a number lead
    to the first page of that part, from 1 on. `stamp` writes a number on each page. The same arguments give the same
    bytes. `tell` hears how many parts are done.

    Raises:
        NotJoinable: a part has other pages than it should, or something that cannot be joined.
    """
    writer = PdfWriter(out)
    whole = _Whole(
        pages_root=writer.take(),
        structure=writer.take(),
        document=writer.take(),
        outlines=writer.take(),
        items=[writer.take() for _one in range(count + 1)],
    )
    mark = sha256(front.content)
    stamped = stamp.put(writer)
    page, at = front.pages + 1, 0
    for at, part in enumerate(parts, 1):
        mark.update(sha256(part.content).digest())
        _Copy(writer, whole, part, at, stamped).write(page)
        page += part.pages
        if tell is not None:
            tell(at)
    if at != count:
        raise NotJoinable(f"{at} parts instead of {count}")
    copy = _Copy(writer, whole, front, 0, stamped)
    copy.write(1)
    root, info = copy.catalogue()
    return Joined(page - 1, writer.close(root=root, info=info, identity=mark.digest()[:16]))


class _Copy:
    """One part on its way into the whole; the front is number 0 and comes last, for it links to all others."""

    def __init__(self, writer: PdfWriter, whole: _Whole, part: Part, number: int, stamp: Stamp) -> None:
        """Open the part.

        Raises:
            NotJoinable: it is no PDF, or has something that cannot be joined.
        """
        import pikepdf  # native, so only who joins loads it

        try:
            self.file = pikepdf.open(io.BytesIO(part.content))
        except pikepdf.PdfError as error:
            raise NotJoinable(f"“{part.title}” is no PDF: {error}") from error
        self.writer, self.whole, self.part, self.number, self.stamp = writer, whole, part, number, stamp
        self.numbers: dict[Key, int] = {}
        self.waiting: deque[Key] = deque()

    def write(self, first_page: int) -> None:
        """Write all of it; `first_page` is the number of its first page in the whole."""
        root = self.file.Root
        refuse_unknown(self.file, self.part.title)
        pages = pages_of(self.file)
        if len(pages) != self.part.pages:
            raise NotJoinable(f"“{self.part.title}” has {len(pages)} pages instead of {self.part.pages}")
        node, element = self.writer.take(), self.writer.take()
        self.whole.nodes[self.number], self.whole.elements[self.number] = node, element
        self.whole.counts[self.number] = len(pages)
        structure = root.StructTreeRoot
        top = kids_of(structure)
        is_wrapped = len(top) == 1 and top[0].get("/S") == "/Document" and len(kids_of(top[0])) == len(inner_of(top[0]))
        sole = top[0] if is_wrapped else None
        self.lead(structure, element)
        if sole is not None:
            self.lead(sole, element)
        self._prepare(pages, node, first_page, structure)
        self.whole.firsts[self.number] = self.ref(pages[0])
        kids = " ".join(f"{self.ref(page)} 0 R" for page in pages)
        self.put(node, f"<< /Type /Pages /Parent {self.whole.pages_root} 0 R /Kids [{kids}] /Count {len(pages)} >>")
        inner = b" ".join(self.said(kid) for kid in (inner_of(sole) if sole is not None else top))
        head = b"<< /Type /StructElem /S /Part /P %d 0 R /Lang %b /T %b /K [" % (
            self.whole.document,
            root.Lang.unparse(),
            text(self.part.title),
        )
        self.writer.put(head + inner + b"] >>", element)
        self._parents(structure)
        self._bookmarks(pages[0])
        self._files()
        self._drain()
        if self.number:
            self.file.close()

    def _prepare(self, pages: Sequence[Any], node: int, first_page: int, structure: Any) -> None:
        """Change the open file where the whole differs: parents, numbers of marks, identifiers, headings, links."""
        base = self.whole.next_key
        for at, page in enumerate(pages):
            self.lead(page.Parent, node)
            stamp_page(self.file, page, self.stamp, first_page + at, lead=self.lead)
        settle_links(self.file, pages, self._page_of)
        every = list(elements_below(structure))
        name_ids(every, f"{self.number:05d}-")
        if self.number:
            lower(every)
        for holder in holders(self.file):
            for key in ("/StructParent", "/StructParents"):
                if key in holder:
                    holder[key] = int(holder[key]) + base
        named = sorted((bytes(one.ID), one) for one in every if "/ID" in one)
        if named:
            pairs = b" ".join(raw(name) + b" %d 0 R" % self.ref(one) for name, one in named)
            limits = raw(named[0][0]) + b" " + raw(named[-1][0])
            self.whole.ids[self.number] = self.writer.put(b"<< /Limits [%b] /Names [%b] >>" % (limits, pairs))
        for name, meant in structure.get("/RoleMap", {}).items():
            if self.whole.roles.setdefault(name, str(meant)) != str(meant):
                raise NotJoinable(f"“{self.part.title}” means something else by {name}")

    def _page_of(self, number: int) -> Any:
        """Return what stands in this file for the first page of another part."""
        import pikepdf

        stand_in = self.file.make_indirect(pikepdf.Dictionary())
        self.lead(stand_in, self.whole.firsts[number])
        return stand_in

    def _parents(self, structure: Any) -> None:
        """Write which element each mark belongs to, under numbers of the whole."""
        import pikepdf

        base, entries = self.whole.next_key, sorted(pikepdf.NumberTree(structure.ParentTree).items())
        if not entries:
            return
        said = b" ".join(b"%d " % (base + int(key)) + self.said(value) for key, value in entries)
        first, last = base + int(entries[0][0]), base + int(entries[-1][0])
        self.whole.parents.append(self.writer.put(b"<< /Limits [%d %d] /Nums [%b] >>" % (first, last, said)))
        self.whole.next_key = last + 1

    def _bookmarks(self, first: Any) -> None:
        """Write the part's bookmark with its own ones under it; where it has one top alone, that one is the part's."""
        items, own = self.whole.items, self.whole.items[self.number]
        outlines: Any = self.file.Root.get("/Outlines", {})
        place = self.said(self.file.make_indirect(self._top_of(first)))
        if "/First" in outlines:
            self.lead(outlines, own)
            if outlines.First.objgen == outlines.Last.objgen:
                outlines = outlines.First
                self.lead(outlines, own)
                place = self.said(outlines.Dest) if "/Dest" in outlines else place
        entries = [b"/Title " + text(self.part.title), b"/Parent %d 0 R" % self.whole.outlines, b"/Dest " + place]
        if "/First" in outlines:
            inner = sum(1 + max(0, int(one.get("/Count") or 0)) for one in siblings(outlines.First))
            entries += [b"/First " + self.said(outlines.First), b"/Last " + self.said(outlines.Last)]
            entries.append(b"/Count -%d" % inner)
        entries += [b"/Prev %d 0 R" % items[self.number - 1]] if self.number else []
        entries += [b"/Next %d 0 R" % items[self.number + 1]] if self.number + 1 < len(items) else []
        self.writer.put(b"<< " + b" ".join(entries) + b" >>", own)

    def _top_of(self, page: Any) -> Any:
        import pikepdf

        return pikepdf.Array([page, pikepdf.Name.XYZ, 0, page.MediaBox[3], 0])

    def _files(self) -> None:
        """Take the enclosed files along, each under a name that no other one has."""
        for name, attachment in self.file.attachments.items():
            key = name.encode()
            if key in self.whole.files:
                key = f"{self.number}-{name}".encode()
            self.whole.files[key] = self.ref(attachment.obj)

    def lead(self, one: Any, number: int) -> None:
        """Let references to an object of the file lead to an object of the whole that is written otherwise."""
        self.numbers[one.objgen] = number

    def ref(self, one: Any) -> int:
        """Return the number that an object of the file has in the whole; it is written in its turn."""
        return self._number(one.objgen)

    def _number(self, key: Key) -> int:
        """Return the number of an object by its key in the file; a stream that refers to nothing is written at once.

        One that is the same to the byte as an earlier one is that one: profiles, and pictures that all files share.
        """
        import pikepdf

        if key in self.numbers:
            return self.numbers[key]
        one = self.file.get_object(*key)
        if isinstance(one, pikepdf.Stream):
            head, content = stream_of(one)
            if not any(found[1] is not None for found in _REFERENCE.finditer(head)):
                self.numbers[key] = self.writer.put_once(head, content)
                return self.numbers[key]
        self.numbers[key] = self.writer.take()
        self.waiting.append(key)
        return self.numbers[key]

    def said(self, one: Any) -> bytes:
        """Return how an object is written where it is referred to or stands inside another one."""
        return self.translated(one.unparse()) if hasattr(one, "unparse") else str(one).encode()

    def translated(self, content: bytes) -> bytes:
        """Return the text of an object with references that are true in the whole."""

        def led(found: re.Match[bytes]) -> bytes:
            if found[1] is None:
                return found[0]
            return b"%d 0 R" % self._number((int(found[1]), int(found[2])))

        return _REFERENCE.sub(led, content)

    def put(self, number: int, content: str) -> None:
        """Put an object that is put together here."""
        self.writer.put(content.encode(), number)

    def _drain(self) -> None:
        """Write every object to which something that was written refers."""
        import pikepdf

        while self.waiting:
            key = self.waiting.popleft()
            one = self.file.get_object(*key)
            if isinstance(one, pikepdf.Stream):
                head, content = stream_of(one)
                self.writer.put_stream(self.translated(head), content, self.numbers[key])
            else:
                self.writer.put(self.translated(one.unparse(resolved=True)), self.numbers[key])

    def catalogue(self) -> tuple[int, int]:
        """Write what stands over all parts; return the numbers of the catalogue and the document information."""
        whole, writer, root = self.whole, self.writer, self.file.Root
        order = sorted(whole.nodes)
        kids = references(whole.nodes[at] for at in order)
        pages = sum(whole.counts.values())
        writer.put(b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, pages), whole.pages_root)
        parts = references(whole.elements[at] for at in order)
        writer.put(
            b"<< /Type /StructElem /S /Document /P %d 0 R /Lang %b /K [%b] >>"
            % (whole.structure, root.Lang.unparse(), parts),
            whole.document,
        )
        writer.put(self._structure(), whole.structure)
        items = whole.items
        writer.put(
            b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (items[0], items[-1], len(items)),
            whole.outlines,
        )
        files = sorted(whole.files.items())
        names = b" ".join(raw(name) + b" %d 0 R" % number for name, number in files)
        catalogue = writer.put(
            b"<< /Type /Catalog /Lang %b /Pages %d 0 R /StructTreeRoot %d 0 R /Outlines %d 0 R"
            b" /MarkInfo <</Marked true>> /ViewerPreferences <</DisplayDocTitle true>> /PageMode /UseOutlines"
            b" /Metadata %b /OutputIntents %b"
            b" /AF [%b] /Names <</EmbeddedFiles <</Names [%b]>>>> >>"
            % (
                root.Lang.unparse(),
                whole.pages_root,
                whole.structure,
                whole.outlines,
                self.said(root.Metadata),
                self.said(root.OutputIntents),
                references(number for _name, number in files),
                names,
            )
        )
        info = self.ref(self.file.trailer.Info)
        self._drain()
        self.file.close()
        return catalogue, info

    def _structure(self) -> bytes:
        """Return the root of the structure: its trees of marks and identifiers, each in the order of its keys."""
        whole = self.whole
        said = [b"/Type /StructTreeRoot /K [%d 0 R]" % whole.document]
        said.append(b"/ParentTree <</Kids [%b]>> /ParentTreeNextKey %d" % (references(whole.parents), whole.next_key))
        if whole.ids:
            said.append(b"/IDTree <</Kids [%b]>>" % references(whole.ids[at] for at in sorted(whole.ids)))
        if whole.roles:
            roles = " ".join(f"{name} {meant}" for name, meant in sorted(whole.roles.items()))
            said.append(b"/RoleMap <<%b>>" % roles.encode())
        return b"<< " + b" ".join(said) + b" >>"


__all__ = ["PLACES", "Joined", "NotJoinable", "Part", "Stamp", "join"]
