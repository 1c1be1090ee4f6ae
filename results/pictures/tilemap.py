"""The programme's regions as tiles of one size, each where a map has it; a table beside it says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.pictures.drawing import framed, joined, number

#: Units from tile to tile, and of a tile's side.
PITCH, SIDE = 49.0, 44.0
NARROW_PITCH, NARROW_SIDE = 16.6, 14.8
#: From so many clusters on a tile is darker.
STEPS: Final = (1, 2, 4)
#: Colours on paper by step: fill, stroke, words.
PAPER: Final = (
    ("#FFFFFF", "#BEBBB2", "#5A676A"),
    ("#DCEBE7", "#0F5B57", "#17262B"),
    ("#5E9A93", "#5E9A93", "#07201F"),
    ("#0F4B48", "#0F4B48", "#FFFFFF"),
)
LAND: Final = "#EAE5D6"


@dataclass(frozen=True)
class Tile:
    """One region: where it stands, how many clusters take place there, and the uptakes in it."""

    code: str
    name: str
    column: int
    row: int
    clusters: int
    declared: int = 0
    documented: int = 0
    url: str = ""
    declared_url: str = ""
    documented_url: str = ""

    @property
    def step(self) -> int:
        """How dark the tile is: 0 for no cluster up to 3."""
        return sum(self.clusters >= least for least in STEPS)

    @property
    def words(self) -> str:
        """What the tile says, for who does not see it; it begins with what is written there."""
        clusters = ngettext("%(count)d cluster", "%(count)d clusters", self.clusters) % {"count": self.clusters}
        parts = [f"{self.code}: {clusters}", self.name]
        if self.documented:
            words = ngettext("%(count)d uptake documented", "%(count)d uptakes documented", self.documented)
            parts.append(words % {"count": self.documented})
        if self.declared:
            words = ngettext("%(count)d uptake declared", "%(count)d uptakes declared", self.declared)
            parts.append(words % {"count": self.declared})
        return ", ".join(parts)


def tilemap(tiles: Sequence[Tile], *, ident: str, is_wide: bool = True) -> SafeString:
    """Draw the map; "" without tiles. In the wide drawing a region with a cluster is a link."""
    if not tiles:
        return SafeString("")
    pitch, side, edge = (PITCH, SIDE, 14.0) if is_wide else (NARROW_PITCH, NARROW_SIDE, 4.0)
    around = 7.0 if is_wide else 2.6
    places = {tile.code: (edge + tile.column * pitch, edge + tile.row * pitch) for tile in tiles}
    land = joined(_land(x - around, y - around, side + 2 * around, 9 if is_wide else 3.5) for x, y in places.values())
    ordered = sorted(tiles, key=lambda tile: (tile.row, tile.column))
    draw = _wide if is_wide else _narrow
    body = joined(
        [format_html('<g class="p-land">{}</g>', land), *(draw(tile, *places[tile.code]) for tile in ordered)]
    )
    reached = sum(tile.clusters > 0 for tile in tiles)
    words = _(
        "Tile map of the %(all)d regions: %(some)d take part in a cluster, %(none)d in none."
        " The table holds the same figures."
    )
    return framed(
        body,
        width=max(x for x, _y in places.values()) + side + edge,
        height=max(y for _x, y in places.values()) + side + edge,
        ident=ident,
        title=words % {"all": len(tiles), "some": reached, "none": len(tiles) - reached},
        role="group" if is_wide and any(tile.url for tile in tiles) else "img",
    )


def _land(x: float, y: float, side: float, radius: float) -> SafeString:
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{}"/>',
        *map(number, (x, y, side, side, radius)),
        LAND,
    )


def _square(tile: Tile, x: float, y: float, side: float, radius: float) -> SafeString:
    fill, stroke, _ink = PAPER[tile.step]
    return format_html(
        '<rect class="tile t{}" x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{}" stroke="{}"/>',
        tile.step,
        *map(number, (x, y, side, side, radius)),
        fill,
        stroke,
    )


def _words(tile: Tile, x: float, y: float, words: object, size: float, more: Mapping[str, str]) -> SafeString:
    attributes = format_html(
        "{}", joined(format_html(' {}="{}"', SafeString(key), value) for key, value in more.items())
    )
    return format_html(
        '<text class="t{}t" x="{}" y="{}" font-size="{}" fill="{}"{}>{}</text>',
        tile.step,
        *map(number, (x, y, size)),
        PAPER[tile.step][2],
        attributes,
        words,
    )


def _wide(tile: Tile, x: float, y: float) -> SafeString:
    """Draw code, number and the mark of uptakes: a tick in a disc for documented, a ring for declared only."""
    parts = [_square(tile, x, y, SIDE, 5), _words(tile, x + 6, y + 14, tile.code, 11.5, {})]
    if tile.clusters:
        parts += [SafeString(" "), _words(tile, x + 6, y + 36, tile.clusters, 19, {"font-weight": "600"})]
    parts.append(_mark(tile, x + 24, y + 21))
    body = joined(parts)
    if not tile.url:
        return format_html('<g role="img" aria-label="{}">{}</g>', tile.words, body)
    return format_html('<a href="{}" aria-label="{}" class="tl">{}</a>', tile.url, tile.words, body)


def _mark(tile: Tile, x: float, y: float) -> SafeString:
    ink, ground = PAPER[tile.step][2], PAPER[tile.step][0]
    place = format_html('class="t{}i" transform="translate({} {}) scale(.92)"', tile.step, number(x), number(y))
    if tile.documented:
        return format_html(
            '<g {}><circle cx="10" cy="10" r="7.2" class="ring" fill="{}"/><path d="m6.8 10.3 2.2 2.2 4.2-4.7"'
            ' class="tick" fill="none" stroke="{}" stroke-width="1.8"/></g>',
            place,
            ink,
            ground,
        )
    if tile.declared:
        return format_html(
            '<g {}><circle cx="10" cy="10" r="6.3" class="hollow" fill="none" stroke="{}" stroke-width="1.8"/></g>',
            place,
            ink,
        )
    return SafeString("")


def _narrow(tile: Tile, x: float, y: float) -> SafeString:
    parts = [_square(tile, x, y, NARROW_SIDE, 2.5)]
    if tile.clusters:
        centre = {"font-weight": "600", "text-anchor": "middle"}
        parts.append(_words(tile, x + NARROW_SIDE / 2, y + 11, tile.clusters, 10.5, centre))
    return joined(parts)
