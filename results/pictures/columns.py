"""Columns by quarter: filled for what is certain, outlined for what is only said, the number at each column.

Numbers never run into each other: where they are broad, those of two parts stand on two lines, and where that is not
enough fewer quarters are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from clusters.pictures.drawing import breadth, framed, joined, line, number, text
from clusters.pictures.palette import PAPER, css_name

#: As wide as a card on a screen of 360 pixels has room, so that words there are as big as they are written here.
WIDE: Final = 270.0
HIGH: Final = 120.0
EDGE: Final = 6.0
TOP: Final = 22.0
#: So many quarters are drawn at most, the newest; the table beside holds all.
MOST: Final = 10
#: Of the numbers: their size, how much broader bold figures come out than `breadth` says, the room between two, and
#: from one line to the next.
SIZE: Final = 13.0
BOLDER: Final = 1.12
GAP: Final = 4.0
LEADING: Final = 13.5
#: A column is at most so broad.
BROADEST: Final = 34.0


@dataclass(frozen=True)
class Column:
    """One column: the year and number of its quarter, what is filled and what stands outlined on top."""

    year: int
    quarter: int
    filled: int
    outlined: int = 0

    @property
    def height(self) -> int:
        """Both together."""
        return self.filled + self.outlined


@dataclass(frozen=True)
class Layout:
    """How columns are laid out: how many fit, how far apart, and whether numbers of two parts stand on two lines."""

    number: int
    pitch: float
    is_split: bool

    def fits(self, drawn: Sequence[Column]) -> bool:
        """Tell whether all numbers of the newest columns keep apart."""
        lines = [words for column in drawn[-self.number :] for words in _words(column, is_split=self.is_split)]
        return all(breadth(words, SIZE) * BOLDER <= self.pitch - GAP for words in lines)

    @property
    def base(self) -> float:
        """Where columns stand: below the room of the highest one and its number."""
        return TOP + HIGH + (LEADING if self.is_split else 0)


def layout_of(drawn: Sequence[Column]) -> Layout:
    """Return the layout in which all numbers keep apart: on one line, else on two, else with fewer columns."""
    newest, room = drawn[-MOST:], WIDE - 2 * EDGE
    is_split = any(column.outlined for column in newest)
    # Few columns stand as close as six would, so that they do not look lost, while their numbers allow it.
    tried = [(len(newest), room / max(len(newest), 6), False), (len(newest), room / max(len(newest), 6), is_split)]
    tried += [(shown, room / shown, is_split) for shown in range(len(newest), 0, -1)]
    layouts = [Layout(*one) for one in tried]
    return next((one for one in layouts if one.fits(newest)), layouts[-1])


def _words(column: Column, *, is_split: bool) -> list[str]:
    """Return the number of a column; of two parts both, as filled + outlined, on one line or on two."""
    if not column.outlined:
        return [str(column.filled)]
    if is_split:
        return [str(column.filled), f"+{column.outlined}"]
    return [f"{column.filled}+{column.outlined}"]


def columns(drawn: Sequence[Column], *, ident: str, title: str, colour: str = "brand") -> SafeString:
    """Draw the newest columns over their quarters and years; "" without any."""
    if not drawn:
        return SafeString("")
    layout = layout_of(drawn)
    shown, base = drawn[-layout.number :], layout.base
    scale = HIGH / max(1, *(column.height for column in shown))
    parts = [line(f"M{number(EDGE)} {number(base)}H{number(WIDE - EDGE)}", css="p-base", colour="control")]
    for index, column in enumerate(shown):
        centre = EDGE + layout.pitch * (index + 0.5)
        parts.append(_column(column, centre, layout, scale, colour))
        parts.append(_foot(centre, base + 16, f"Q{column.quarter}"))
        if _begins(shown, index, layout):
            parts.append(_foot(centre, base + 32, str(column.year)))
    return framed(joined(parts), width=WIDE, height=base + 38, ident=ident, title=title)


def _begins(shown: Sequence[Column], index: int, layout: Layout) -> bool:
    """Tell whether a year begins with a column; not one that has a single column beside a year that is told."""
    year = shown[index].year
    if index:
        return shown[index - 1].year != year
    is_close = breadth(str(year), SIZE) + GAP > layout.pitch
    return not (is_close and len(shown) > 1 and shown[1].year != year)


def _foot(x: float, y: float, words: str) -> SafeString:
    return text(x, y, words, css="p-t2", colour="ink-2", size=SIZE, anchor="middle")


def _column(column: Column, centre: float, layout: Layout, scale: float, colour: str) -> SafeString:
    """Draw one column with its number above."""
    broad = min(BROADEST, layout.pitch * 0.72)
    left, filled, outlined = centre - broad / 2, column.filled * scale, column.outlined * scale
    parts = []
    if column.outlined:
        parts.append(_part(left, layout.base - filled - outlined, broad, outlined, colour, is_filled=False))
    if column.filled:
        parts.append(_part(left, layout.base - filled, broad, filled, colour, is_filled=True))
    y = layout.base - filled - outlined - 5
    for words in reversed(_words(column, is_split=layout.is_split)):
        parts.append(text(centre, y, words, size=SIZE, anchor="middle", is_bold=True))
        y -= LEADING
    return joined(parts)


def _part(x: float, y: float, width: float, height: float, colour: str, *, is_filled: bool) -> SafeString:
    return format_html(
        '<rect class="p-{}-{}" x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}" stroke-width="1.5"/>',
        "f" if is_filled else "o",
        css_name(colour),
        *map(number, (x, y, width, height)),
        PAPER[colour] if is_filled else PAPER["surface"],
        PAPER[colour],
    )
