"""How a document falls on its sheets: heads stay with what they head, rows stay whole, heads of tables come again.

Read from the finished file: the structure says what belongs together, the marks say on which sheet it is drawn.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import pikepdf
import pytest
from django.utils.safestring import SafeString

from factsheets.choices import Face
from factsheets.pdf import render_pdf
from factsheets.pdf_text import text_of
from tests.factsheets import gallery, samples
from tests.factsheets.gallery import Dress
from tests.factsheets.ordinary import ordinary_backward

DOCUMENTS = {
    "ordinary": (ordinary_backward, Face.BACKWARD),
    "hard": (samples.hard, Face.BACKWARD),
    "hard and Bulgarian": (samples.hard_and_bulgarian, Face.BACKWARD),
}
EVERY = ["ordinary", "hard", pytest.param("hard and Bulgarian", marks=pytest.mark.slow)]
HEADS = ("/H1", "/H2", "/H3")


class Piece(NamedTuple):
    """Something that is drawn: on which sheet, and in which elements it stands, from the outermost."""

    sheet: int
    within: tuple[Any, ...]
    mark: int

    def inside(self, *kinds: str) -> Any:
        """Return the innermost element of these kinds around it, or None."""
        return next((one for one in reversed(self.within) if one.S in kinds), None)


def pieces(file: pikepdf.Pdf) -> list[Piece]:
    """Return everything that is drawn, in reading order."""
    sheets = {page.obj.objgen: number for number, page in enumerate(file.pages, start=1)}
    return list(_below(file.Root.StructTreeRoot, (), sheets))


def _below(element: Any, within: tuple[Any, ...], sheets: dict[tuple[int, int], int]) -> Iterator[Piece]:
    inner = element.get("/K", [])
    for child in list(inner) if isinstance(inner, pikepdf.Array) else [inner]:
        if isinstance(child, int):
            yield Piece(sheets[element.Pg.objgen], within, child)
        elif "/MCID" in child:
            yield Piece(sheets[child.get("/Pg", element.get("/Pg")).objgen], within, int(child.MCID))
        elif "/S" in child:
            yield from _below(child, (*within, child), sheets)


class Drawn:
    """A document: its page, and what is drawn in its file."""

    def __init__(self, name: str) -> None:
        """Make it."""
        sample, face = DOCUMENTS[name]
        made = gallery.made_of(sample(), Dress("issued", face, "", "en"))
        self.article: str = made.document.article
        self.file = pikepdf.open(io.BytesIO(made.pdf))
        self.pieces = pieces(self.file)
        self._texts = {number: text_of(page) for number, page in enumerate(self.file.pages, start=1)}

    def head(self, table: Any) -> str:
        """Return the words of a table's head, "" when it has none."""
        marks = [
            (one.sheet, one.mark)
            for one in self.pieces
            if one.inside("/THead") is not None and one.inside("/Table").objgen == table.objgen
        ]
        return "".join(self._texts[sheet].marked[mark] for sheet, mark in marks)


@pytest.fixture(scope="module")
def drawn() -> Callable[[str], Drawn]:
    """Return a document of the samples, made once for all tests of this file."""
    return cache(Drawn)


def heads_left_alone(found: list[Piece]) -> list[int]:
    """Return the sheets that end with a heading, whose text or table stands on the next."""
    return [one.sheet for one, after in pairwise(found) if one.inside(*HEADS) and after.sheet != one.sheet]


@pytest.mark.parametrize("name", EVERY)
def test_no_heading_is_left_alone_at_the_end_of_a_sheet(name: str, drawn: Callable[[str], Drawn]) -> None:
    found = drawn(name).pieces
    assert sum(one.inside(*HEADS) is not None for one in found) >= 8
    assert heads_left_alone(found) == []


@pytest.mark.parametrize("body", ["<p>A line of text.</p>", "<table><tbody><tr><th>A row</th></tr></tbody></table>"])
def test_a_heading_at_any_height_stays_with_what_it_heads(body: str) -> None:
    """Sections of one to nine lines, so that on some sheet a heading would come last."""
    sections = "".join(
        f"<section><h2>Section {number}</h2>{body}<ul>{'<li>More.</li>' * (number * 7 % 9)}</ul></section>"
        for number in range(120)
    )
    article = SafeString(f'<article class="fs"><h1>Sections</h1>{sections}</article>')
    pdf = render_pdf(article, title="Sections", language="en", created_at=gallery.AT)
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert len(file.pages) > 10
        assert heads_left_alone(pieces(file)) == []


@pytest.mark.parametrize("name", EVERY)
def test_no_row_is_split_over_two_sheets(name: str, drawn: Callable[[str], Drawn]) -> None:
    """A table is an element of its own on each sheet, so the rest of a split row would be one more row."""
    rows = {one.inside("/TR").objgen for one in drawn(name).pieces if one.inside("/TBody") is not None}
    assert len(rows) == sum(
        body.count("<tr") for body in re.findall(r"<tbody.*?</tbody>", drawn(name).article, re.DOTALL)
    )
    assert len(rows) > 10


@pytest.mark.parametrize("name", EVERY[1:])
def test_the_head_of_a_table_stands_on_each_of_its_sheets(name: str, drawn: Callable[[str], Drawn]) -> None:
    """What goes on from the sheet before begins with the same words."""
    found = drawn(name).pieces
    goes_on = 0
    for before, after in pairwise(found):
        one, other = before.inside("/Table"), after.inside("/Table")
        if one is None or other is None or one.objgen == other.objgen or before.sheet == after.sheet:
            continue
        if drawn(name).head(one):
            assert drawn(name).head(other) == drawn(name).head(one)
            goes_on += 1
    assert goes_on >= 2
