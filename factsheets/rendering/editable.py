"""A drawn factsheet as plain parts of a text document, for a copy that may be edited.

The parts are read from the article itself, so the copy says what the factsheet says, in its order and its languages,
with the names that may be named today. Pictures stay out but for the emblem and the QR code: the table of stages says
what the roadmap draws. It is not the issued document, and says so on its first page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from django.utils.translation import gettext as _

from clusters.snapshot_shape import MemberKey, Snapshot
from factsheets import sentences
from factsheets.imprint import Imprint
from factsheets.rendering.factsheet import draw_factsheet


@dataclass(frozen=True)
class Run:
    """Words of one kind; `language` where it is another one than the copy's, `url` where they lead somewhere."""

    text: str
    language: str = ""
    is_bold: bool = False
    url: str = ""


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or a point of a list; `kind` is a key of `KINDS`' values."""

    kind: str
    runs: Sequence[Run]


@dataclass(frozen=True)
class Picture:
    """The emblem or the QR code, by `name`, and what it says in words."""

    name: str
    words: str


@dataclass(frozen=True)
class Grid:
    """A table of cells of runs; where `heads` is empty, the first cell of each row is its head."""

    heads: Sequence[Sequence[Run]]
    rows: Sequence[Sequence[Sequence[Run]]]


Part = Block | Picture | Grid


@dataclass(frozen=True)
class Copy:
    """A text document before it is written: `notice` stands above everything else and in its properties.

    `language` is that of its own words and of every run that names no other.
    """

    title: str
    notice: str
    language: str
    address: str
    parts: list[Part]


#: Elements and classes of the article that are a block of their own, and what kind of block.
KINDS: Final[Mapping[str, str]] = {
    "h1": "title",
    "h2": "heading",
    "h3": "subheading",
    "p": "text",
    "li": "point",
    "fs-eu": "text",
    "fs-doc": "text",
    "fs-question": "question",
    "fs-colophon": "text",
}
#: Inside a block these begin a line of their own.
_LINES: Final = frozenset({"fs-more", "fs-person", "fs-programme", "fs-ref"})
#: Pictures that are told by a table, with the words that explain them.
_UNTOLD: Final = frozenset({"fs-island", "fs-wide", "fs-narrow"})
_PICTURES: Final = {"fs-eu": "emblem", "fs-qr": "qr"}
_VOID: Final = frozenset({"br"})


def copy_of(snapshot: Snapshot, imprint: Imprint, names: Mapping[MemberKey, str]) -> Copy:
    """Return the copy of one version in the language of `imprint`, as its factsheet is drawn."""
    document = draw_factsheet(snapshot, imprint, names=names)
    own = sentences.own_language(imprint.language)
    with sentences.own_words(imprint.language):
        notice = _("Copy of version %(version)d, not the issued document; verify at %(address)s") % {
            "version": imprint.version,
            "address": imprint.address,
        }
    reader = _Reader(own)
    reader.feed(document.article)
    reader.close()
    return Copy(str(snapshot["title"]), notice, own, imprint.address, reader.parts)


@dataclass
class _Open:
    """An element that is open: its tag and classes, and what holds for the words inside."""

    tag: str
    classes: frozenset[str]
    language: str
    is_bold: bool
    url: str
    is_silent: bool


class _Reader(HTMLParser):
    """Reads an article of ours: well-formed, and with the classes of the factsheet's templates."""

    def __init__(self, language: str) -> None:
        """Begin before the article, whose own words are in `language`."""
        super().__init__()
        self.language = language
        self.parts: list[Part] = []
        self.open = [_Open("", frozenset(), language, False, "", False)]
        self.runs: list[Run] = []
        self.kind = ""
        self.heads: list[list[Run]] = []
        self.rows: list[list[list[Run]]] = []
        self.is_after_picture = False
        self.picture: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what the element stands for, and remember what holds inside it."""
        if tag == "br":
            self._say("\n")
            return
        given = {name: value or "" for name, value in attrs}
        classes = frozenset(given.get("class", "").split())
        around = self.open[-1]
        is_silent = around.is_silent or tag == "svg" or bool(classes & _UNTOLD) or self._explains(classes)
        self.open.append(
            _Open(
                tag,
                classes,
                given.get("lang") or around.language,
                around.is_bold or tag == "b" or "fs-face" in classes,
                given.get("href", "") if tag == "a" else around.url,
                is_silent,
            )
        )
        if classes & _LINES or (tag == "small" and self._in_table()):
            self._begin_line()
        elif tag in ("td", "th"):
            self.runs = []
        elif (kind := _kind(tag, classes)) and not self._in_table():
            self._end_block()
            self.kind = kind
        elif tag == "title" and around.tag == "svg":
            self.picture = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Pass over shapes of pictures; a line break may be written so, too."""
        if tag in _VOID:
            self._say("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what the element stood for."""
        closed = self.open.pop()
        if tag == "svg":
            name = next((_PICTURES[one] for row in self.open for one in row.classes if one in _PICTURES), "")
            if name and self.picture is not None:
                self.parts.append(Picture(name, "".join(self.picture).strip()))
            self.picture = None
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr" and self._is_inside("tbody"):
            self.rows.append([])
        elif tag == "table":
            self.parts.append(Grid(self.heads, [row for row in self.rows if row]))
            self.heads, self.rows = [], []
        elif _kind(tag, closed.classes) and not self._in_table():
            self._end_block()
        if closed.classes & _UNTOLD:
            self.is_after_picture = True
        elif closed.tag in ("p", "section"):
            self.is_after_picture = False

    def handle_data(self, data: str) -> None:
        """Take words as they are read, in the block or cell that is open."""
        if self.picture is not None and self.open[-1].tag == "title":
            self.picture.append(data)
        elif not self.open[-1].is_silent and (self.kind or self._in_table() or data.strip()):
            self._say(re.sub(r"\s+", " ", data))

    def _explains(self, classes: frozenset[str]) -> bool:
        return "fs-legend" in classes and self.is_after_picture

    def _is_inside(self, tag: str) -> bool:
        return any(row.tag == tag for row in self.open)

    def _in_table(self) -> bool:
        return self._is_inside("table")

    def _say(self, text: str) -> None:
        inside = self.open[-1]
        if inside.is_silent:
            return
        language = inside.language if inside.language != self.language else ""
        url = inside.url if inside.url.startswith(sentences.WEB) else ""
        self.runs.append(Run(text, language, inside.is_bold, url))

    def _begin_line(self) -> None:
        """Go to the next line, unless that was done just now."""
        if not self.runs or self.runs[-1].text != "\n":
            self._say("\n")

    def _end_block(self) -> None:
        if runs := list(_trimmed(self.runs)):
            self.parts.append(Block(self.kind or "text", runs))
        self.runs, self.kind = [], ""

    def _end_cell(self) -> None:
        cell = list(_trimmed(self.runs))
        self.runs = []
        if self._is_inside("thead"):
            self.heads.append(cell)
        else:
            self.rows = self.rows or [[]]
            self.rows[-1].append(cell)


def _kind(tag: str, classes: frozenset[str]) -> str:
    return next((KINDS[one] for one in classes if one in KINDS), KINDS.get(tag, ""))


def _trimmed(runs: Sequence[Run]) -> Iterator[Run]:
    """Yield runs without white space at the ends, around line breaks and twice in a row; none where nothing is said."""
    said = ""
    whole = "".join(run.text for run in runs)
    end = len(whole.rstrip())
    at = 0
    for run in runs:
        text = run.text[: max(0, end - at)]
        at += len(run.text)
        if not said or said[-1].isspace():
            text = text.lstrip(" ") if said else text.lstrip()
        if text:
            said += text
            yield Run(text, run.language, run.is_bold, run.url)
