"""Columns by quarter: filled for what is certain, outlined for what is only said, the number at each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from clusters.pictures.drawing import framed, joined, line, number, text
from clusters.pictures.palette import PAPER, css_name

WIDE: Final = 340.0
HIGH: Final = 120.0
EDGE: Final = 6.0
TOP: Final = 22.0
BASE: Final = TOP + HIGH
#: So many quarters are drawn, the newest; the table beside holds all.
MOST: Final = 10
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


def columns(drawn: Sequence[Column], *, ident: str, title: str, colour: str = "brand") -> SafeString:
    """Draw the newest columns over their quarters and years; "" without any."""
    shown = drawn[-MOST:]
    if not shown:
        return SafeString("")
    highest = max(1, *(column.height for column in shown)) if len(shown) > 1 else max(1, shown[0].height)
    pitch = (WIDE - 2 * EDGE) / max(len(shown), 6)
    breadth = min(BROADEST, pitch * 0.72)
    parts = [line(f"M{number(EDGE)} {number(BASE)}H{number(WIDE - EDGE)}", css="p-base", colour="control")]
    for index, column in enumerate(shown):
        centre = EDGE + pitch * (index + 0.5)
        is_first = index == 0 or shown[index - 1].year != column.year
        parts.append(_column(column, centre, breadth, HIGH / highest, colour))
        parts.append(
            text(centre, BASE + 16, f"Q{column.quarter}", css="p-t2", colour="ink-2", size=12.5, anchor="middle")
        )
        if is_first:
            parts.append(text(centre, BASE + 32, column.year, css="p-t2", colour="ink-2", size=12.5, anchor="middle"))
    return framed(joined(parts), width=WIDE, height=BASE + 38, ident=ident, title=title)


def _column(column: Column, centre: float, breadth: float, scale: float, colour: str) -> SafeString:
    """Draw one column with its number above; of two parts both are written, as filled + outlined."""
    left, filled, outlined = centre - breadth / 2, column.filled * scale, column.outlined * scale
    parts = []
    if column.outlined:
        parts.append(_part(left, BASE - filled - outlined, breadth, outlined, colour, is_filled=False))
    if column.filled:
        parts.append(_part(left, BASE - filled, breadth, filled, colour, is_filled=True))
    words = f"{column.filled}+{column.outlined}" if column.outlined else str(column.filled)
    y = BASE - filled - outlined - 5
    parts.append(text(centre, y, words, size=13 if len(words) < 5 else 11, anchor="middle", is_bold=True))
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
