"""The picture of a chain: a row a link, its words on the left; on the right time, and lines from cause to effect.

Words and lines have a side each, because lines cross every row on their way and would run through the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clusters.pictures.axis import TODAY, TOP, Axis, axis_over, day_line, grid
from clusters.pictures.drawing import breadth, fitted, framed, glyph, joined, line, number, text
from clusters.pictures.palette import PAPER, css_name
from results.chain.walk import Chain
from results.contributions import LinkKind, Node, in_order

WIDE: Final = 1040
#: Words begin here, beside the names of the kinds, and end where the room of the lines begins.
KINDS: Final = 150
LABELS: Final = 540
#: Bold words come out broader than `breadth` says.
BOLDER: Final = 20
ROW: Final = 40
#: So many links of a kind are drawn; the story tells all.
MOST: Final = 5
RADIUS: Final = 9

Place = tuple[float, float]


def drawn(chain: Chain, *, ident: str, on: date) -> SafeString:
    """Draw a chain; "" where fewer than two of its links have a day. The story beside it says the same in words."""
    rows = [(kind, node) for kind in in_order() for node in _chosen(chain, kind)]
    axis = axis_over([on, *(node.on for _kind, node in rows)], x0=LABELS + 24, x1=WIDE - 12)
    if axis is None or len(rows) < 2:
        return SafeString("")
    places = {node.ref: _place(axis, node, index) for index, (_kind, node) in enumerate(rows)}
    bottom = TOP + len(rows) * ROW + 10
    parts = [grid(axis, bottom), _labels(rows), *(_guide(place) for place in places.values())]
    edges = [*chain.edges, *chain.handed_on]
    parts += [_edge(places[a.ref], places[b.ref]) for a, b in edges if a.ref in places and b.ref in places]
    parts += [_link(kind, node, places[node.ref], is_start=node.ref == chain.start.ref) for kind, node in rows]
    parts.append(day_line(axis, on, bottom, TODAY))
    title = _("Time from left to right, from cause to effect downwards. The story holds the same links and days.")
    return framed(joined(parts), width=WIDE, height=bottom + 22, ident=ident, title=title)


def _chosen(chain: Chain, kind: LinkKind) -> Sequence[Node]:
    """Return the dated links of a kind that are drawn, the one that the chain begins with among them, by day."""
    dated = [node for node in chain.story if node.kind == kind.code and node.on is not None]
    first = [node for node in dated if node.ref == chain.start.ref]
    others = [node for node in dated if node.ref != chain.start.ref]
    kept = (first + sorted(others, key=lambda node: node.is_documented is not True))[:MOST]
    return sorted(kept, key=lambda node: (node.on or date.max, node.pk))


def _place(axis: Axis, node: Node, index: int) -> Place:
    return (axis.at(node.on) if node.on else axis.x0, TOP + 24 + index * ROW)


def _labels(rows: Sequence[tuple[LinkKind, Node]]) -> SafeString:
    """Write the kinds beside their first rows."""
    parts, seen = [], set()
    for index, (kind, _node) in enumerate(rows):
        if kind.code not in seen:
            seen.add(kind.code)
            y = TOP + 24 + index * ROW
            parts.append(glyph(kind.icon, kind.colour, 4, y - 10, 20))
            label = fitted(str(kind.label), KINDS - 40 - BOLDER, 14)
            parts.append(text(32, y + 5, label, css="p-t2", colour="ink-2", size=14, is_bold=True))
    return joined(parts)


def _guide(place: Place) -> SafeString:
    """Lead from the words of a row to its link."""
    x, y = place
    return line(f"M{LABELS + 8} {number(y)}H{number(x)}", css="p-row", colour="line")


def _edge(start: Place, end: Place) -> SafeString:
    (x0, y0), (x1, y1) = start, end
    bend = (y0 + y1) / 2
    points = f"M{number(x0)} {number(y0)}C{number(x0)} {number(bend)} {number(x1)} {number(bend)} {number(x1)} "
    return line(f"{points}{number(y1)}", css="p-edge", colour="ink-2", width=1.5)


def _link(kind: LinkKind, node: Node, place: Place, *, is_start: bool) -> SafeString:
    """Draw a link: filled, hollow where only the cluster says it, crossed out where it is not so; the start is bold."""
    x, y = place
    radius = RADIUS + 2 if is_start else RADIUS
    is_filled = node.is_documented is not False and not node.gone
    dot = format_html(
        '<circle class="p-{}-{}" cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="2"/>',
        "f" if is_filled else "o",
        css_name(kind.colour),
        number(x),
        number(y),
        radius,
        PAPER[kind.colour] if is_filled else PAPER["surface"],
        PAPER[kind.colour],
    )
    cross = [_cross(kind, place, radius)] if node.gone else []
    return joined([dot, *cross, *_words(node, y, is_start=is_start)])


def _cross(kind: LinkKind, place: Place, radius: float) -> SafeString:
    """Cross a link out, from rim to rim: its organisation did not confirm it, or it is not in force any more."""
    x, y = place
    half = radius * 0.7
    left, right, top, bottom = (number(end) for end in (x - half, x + half, y - half, y + half))
    path = f"M{left} {top}L{right} {bottom}M{left} {bottom}L{right} {top}"
    return line(path, css=f"p-o-{css_name(kind.colour)}", colour=kind.colour, width=2)


def _words(node: Node, y: float, *, is_start: bool) -> list[SafeString]:
    """Write what a link is, and under it whose and when; cut where the room ends, as the story holds all of it."""
    day = date_format(node.on, "j M Y") if node.on else ""
    room = LABELS - KINDS - (BOLDER if is_start else 0)
    said = fitted(node.title, room, 14)
    below = f"{fitted(node.who, LABELS - KINDS - breadth(f' · {day}', 12.5), 12.5)} · {day}" if node.who else day
    return [
        text(KINDS, y - 1, said, size=14, is_bold=is_start),
        text(KINDS, y + 14, below, css="p-t3", colour="ink-3", size=12.5),
    ]
