"""Clusters in time: one row each on the home page and the register's timeline, and the small bar of a list's row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from clusters.choices import State
from clusters.pictures.axis import TODAY, TOP, Axis, Words, axis_over, day_line, grid
from clusters.pictures.drawing import BAR, bar, diamond, fitted, framed, glyph, joined, line, number, text
from clusters.pictures.palette import PAPER, css_name

WIDE: Final = 1040
NARROW: Final = 344
LABELS: Final = 330
LEAST_WIDTH: Final = 5
DIAMOND_DAYS: Final = 3
EDGE: Final = 10

COLOURS: Final = {
    State.DRAFT: "ink-3",
    State.SUBMITTED: "sea",
    State.RETURNED: "saffron",
    State.APPROVED: "brand",
    State.RUNNING: "brand",
    State.PAUSED: "saffron",
    State.CONCLUDED: "olive",
    State.DECLINED: "terracotta",
    State.DISCONTINUED: "terracotta",
    State.WITHDRAWN: "ink-3",
    State.MERGED: "ink-3",
}
#: Filled up to today; what has ended well is filled whole.
BEGUN: Final = frozenset({State.RUNNING, State.PAUSED, State.DISCONTINUED})


@dataclass(frozen=True)
class DrawnCluster:
    """A cluster as the picture needs it: actual dates where there are some, else planned ones."""

    name: str
    state: str
    start: date | None
    end: date | None
    url: str = ""


def portfolio(
    clusters: Sequence[DrawnCluster],
    *,
    ident: str,
    on: date | None,
    wide: bool = True,
    width: float = 0,
    marker: Words = TODAY,
) -> SafeString:
    """Draw when clusters run; "" when none has a date. Names with an address are links in the wide drawing."""
    across = width or (WIDE if wide else NARROW)
    days = [day for cluster in clusters for day in (cluster.start, cluster.end)]
    axis = axis_over(days, x0=LABELS if wide else EDGE, x1=across - 8)
    if axis is None:
        return SafeString("")
    height = 36 if wide else 50
    bottom = TOP + len(clusters) * height + 6
    rows = joined(
        _row(axis, cluster, y=TOP + 8 + index * height, on=on, wide=wide, across=across, is_first=index == 0)
        for index, cluster in enumerate(clusters)
    )
    marked = day_line(axis, on, bottom, marker)
    body = joined([grid(axis, bottom), rows, marked] if wide else [grid(axis, bottom), marked, rows])
    known = [day for day in days if day is not None]
    sentence = ngettext(
        "When %(count)d cluster runs, from %(start)s to %(end)s. The list holds the same dates.",
        "When %(count)d clusters run, from %(start)s to %(end)s. The list holds the same dates.",
        len(clusters),
    ) % {
        "count": len(clusters),
        "start": date_format(min(known), "j E Y"),
        "end": date_format(max(known), "j E Y"),
    }
    linked = wide and any(cluster.url for cluster in clusters)
    return framed(
        body, width=across, height=bottom + 22, ident=ident, title=sentence, role="group" if linked else "img"
    )


def _row(
    axis: Axis, cluster: DrawnCluster, *, y: float, on: date | None, wide: bool, across: float, is_first: bool
) -> SafeString:
    colour = COLOURS[State(cluster.state)]
    parts = [] if is_first else [line(f"M0 {number(y - 5)}H{number(across)}", css="p-row", colour="line")]
    parts.append(glyph(cluster.state, colour, 1, y + (2 if wide else 0), 16))
    if wide:
        name = text(24, y + 15, fitted(cluster.name, LABELS - 24 - 10, 15), size=15)
        parts.append(format_html('<a class="pl" href="{}">{}</a>', cluster.url, name) if cluster.url else name)
    else:
        parts.append(text(24, y + 12, fitted(cluster.name, across - 30, 14), css="p-t halo", size=14))
    parts.append(_bar(axis, cluster, y + (3 if wide else 20), on, colour))
    return joined(parts)


def _bar(axis: Axis, cluster: DrawnCluster, y: float, on: date | None, colour: str) -> SafeString:
    start, end = cluster.start or cluster.end, cluster.end or cluster.start
    if start is None or end is None:
        return text(axis.x0 + 4, y + BAR - 2, gettext("no dates yet"), css="p-t3 halo", colour="ink-3")
    state = State(cluster.state)
    x, x1 = axis.at(start), axis.after(end)
    width = max(x1 - x, LEAST_WIDTH)
    if (end - start).days < DIAMOND_DAYS:
        filled = state == State.CONCLUDED or state in BEGUN
        return diamond((x + x1) / 2, y + BAR / 2, colour, is_filled=filled)
    parts = [bar(x, y, width, colour, is_filled=state == State.CONCLUDED)]
    if state in BEGUN and on is not None and on >= start:
        parts.append(bar(x, y, max(min(axis.noon(on), x + width) - x, 1), colour, is_filled=True))
    return joined(parts)


def mini(state: str, start: date | None, end: date | None, on: date) -> SafeString:
    """Draw how far through its time a cluster is, 120 x 8, for a list's row; the words stand beside it."""
    code = State(state)
    share = 1.0 if code == State.CONCLUDED else 0.0
    if code in BEGUN and start is not None and end is not None:
        share = min(max((on - start).days / max((end - start).days, 1), 0.0), 1.0)
    colour = COLOURS[code]
    filled = SafeString("")
    if share:
        filled = format_html(
            '<rect class="p-f-{}" x=".75" y=".75" width="{}" height="6.5" rx="3.2" fill="{}"/>',
            css_name(colour),
            number(max(118.5 * share, 6.4)),
            PAPER[colour],
        )
    return format_html(
        '<svg class="mini" aria-hidden="true" viewBox="0 0 120 8" preserveAspectRatio="xMinYMid meet">'
        '<rect class="p-o-{}" x=".75" y=".75" width="118.5" height="6.5" rx="3.2" fill="{}" stroke="{}"/>{}</svg>',
        css_name(colour),
        PAPER["surface"],
        PAPER[colour],
        filled,
    )
