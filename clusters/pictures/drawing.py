"""Elements of a drawing: everything that comes from outside is escaped, numbers are rounded to a tenth."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clusters.pictures.palette import PAPER, css_name
from community.icons import PATHS

FONT: Final = "Source Sans 3"
BAR: Final = 12
RADIUS: Final = 3
_NARROW: Final = frozenset("iljtfrI.,:;'’|!()[]/- ")
_BROAD: Final = frozenset("mwMWØ@%&ωΩΦΨЖШЩЮжшщю")


def number(value: float) -> str:
    """Write a coordinate: at most one decimal, none when it is whole."""
    return f"{round(value, 1):g}"


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Put elements one after the other."""
    return format_html_join("", "{}", ((part,) for part in parts))


def text(
    x: float,
    y: float,
    words: object,
    *,
    css: str = "p-t",
    colour: str = "ink",
    size: float = 13,
    anchor: str = "start",
    is_bold: bool = False,
) -> SafeString:
    """Write words with their base line at y."""
    return format_html(
        '<text class="{}" x="{}" y="{}" font-size="{}"{}{} fill="{}">{}</text>',
        css,
        number(x),
        number(y),
        number(size),
        SafeString(' font-weight="600"') if is_bold else "",
        format_html(' text-anchor="{}"', anchor) if anchor != "start" else "",
        PAPER[colour],
        words,
    )


def line(path: str, *, css: str, colour: str, width: float = 1) -> SafeString:
    """Draw an open path: grid, brackets, the line of today."""
    return format_html(
        '<path class="{}" d="{}" fill="none" stroke="{}" stroke-width="{}"/>', css, path, PAPER[colour], number(width)
    )


def bar(x: float, y: float, width: float, colour: str, *, is_filled: bool, is_dashed: bool = False) -> SafeString:
    """Draw a bar of 12 units with small corners: filled for what is, outlined for what is meant to be."""
    return format_html(
        '<rect class="p-{}-{}" x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{}" stroke="{}"{}/>',
        "f" if is_filled else "o",
        css_name(colour),
        number(x),
        number(y),
        number(width),
        BAR,
        RADIUS,
        PAPER[colour] if is_filled else PAPER["surface"],
        PAPER[colour],
        SafeString(' stroke-dasharray="3 3"') if is_dashed else "",
    )


def diamond(
    x: float, y: float, colour: str, *, is_filled: bool, is_dashed: bool = False, half: float = 8
) -> SafeString:
    """Draw a diamond around a point: something of up to three days."""
    h = number(half)
    return format_html(
        '<path class="p-{}-{}" d="M{} {}l{} {}l-{} {}l-{} -{}z" fill="{}" stroke="{}" stroke-width="1.5"{}/>',
        "f" if is_filled else "o",
        css_name(colour),
        number(x),
        number(y - half),
        *(h, h, h, h, h, h),
        PAPER[colour] if is_filled else PAPER["surface"],
        PAPER[colour],
        SafeString(' stroke-dasharray="3 3"') if is_dashed else "",
    )


@lru_cache(maxsize=256)
def glyph(name: str, colour: str, x: float, y: float, size: float) -> SafeString:
    """Draw an icon of the registry as a part of the picture."""
    body = PATHS[name].replace("currentColor", PAPER[colour])
    return format_html(
        '<g class="p-i-{}" transform="translate({} {}) scale({})" fill="none" stroke="{}" stroke-width="1.6"'
        ' stroke-linecap="round" stroke-linejoin="round">{}</g>',
        css_name(colour),
        number(x),
        number(y),
        f"{size / 20:g}",
        PAPER[colour],
        SafeString(body),
    )


def breadth(words: str, size: float) -> float:
    """Estimate how broad words come out, a little on the safe side, without measuring glyphs."""
    return sum(map(_units, words)) * size


def _units(sign: str) -> float:
    """Return how broad one sign is, in sizes of the letters."""
    if unicodedata.combining(sign) or unicodedata.category(sign) == "Cf":
        return 0
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.05
    if sign in _NARROW:
        return 0.32
    if sign in _BROAD or sign.isupper():
        return 0.7 if sign not in _BROAD else 0.86
    return 0.53


def fitted(words: str, room: float, size: float) -> str:
    """Return the words, cut with an ellipsis when they are broader than the room; one pass, however long they are."""
    plain = " ".join(words.split())
    if breadth(plain, size) <= room:
        return plain
    room -= breadth("…", size)
    widths = accumulate(_units(sign) for sign in plain)
    kept = plain[: next((at for at, width in enumerate(widths) if width * size > room), len(plain))]
    while kept and (unicodedata.combining(plain[len(kept)]) or kept[-1] in "\u200d "):
        kept = kept[:-1]  # never cut inside a letter with its accents
    return f"{kept}…"


def framed(body: SafeString, *, width: float, height: float, ident: str, title: str, role: str = "img") -> SafeString:
    """Wrap elements as a picture with its name."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="pic" role="{}" aria-labelledby="{}" viewBox="0 0 {} {}"'
        ' width="{}" height="{}" font-family="{}"><title id="{}">{}</title>{}</svg>',
        role,
        ident,
        *(number(width), number(height)) * 2,
        FONT,
        ident,
        title,
        body,
    )
