"""Contour lines, land and sea alike: the one ornament of a page, seeded so that a page keeps its own island."""

from __future__ import annotations

from hashlib import sha256
from math import cos, pi, sin
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH: Final = 560
HEIGHT: Final = 300
_LINES: Final = 9
_POINTS: Final = 28

Point = tuple[float, float]


def contours(seed: str) -> SafeString:
    """Draw nested contour lines in the colour of the text around (`.contours` places and fades them)."""
    phases = [byte / 256 * 2 * pi for byte in sha256(seed.encode()).digest()[:4]]
    path = "".join(_smooth(_ring(count, phases)) for count in range(1, _LINES + 1))
    return format_html(
        '<svg class="contours" aria-hidden="true" viewBox="0 0 {} {}" preserveAspectRatio="xMaxYMid slice"'
        ' fill="none" stroke="currentColor"><path stroke-width="1.1" d="{}"/></svg>',
        WIDTH,
        HEIGHT,
        path,
    )


def _ring(count: int, phases: list[float]) -> list[Point]:
    """Return the points of one line, the first being the summit's; lines drift apart like a slope."""
    radius = 14 + count * count * 2.1 + count * 9
    points = []
    for step in range(_POINTS):
        angle = step / _POINTS * 2 * pi
        bend = (
            1
            + 0.16 * sin(2 * angle + phases[0] + count * 0.10)
            + 0.10 * sin(3 * angle + phases[1] - count * 0.14)
            + 0.06 * sin(5 * angle + phases[2] + count * 0.20)
        )
        x = 330 + radius * bend * 1.45 * cos(angle) + count * 5 * cos(phases[3])
        points.append((x, 150 + radius * bend * 0.82 * sin(angle)))
    return points


def _smooth(points: list[Point]) -> str:
    """Join points by curves whose tangents run parallel to their neighbours (Catmull-Rom as Bézier)."""
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for index in range(len(points)):
        before, start = points[index - 1], points[index]
        end, after = points[(index + 1) % len(points)], points[(index + 2) % len(points)]
        path += (
            f"C{start[0] + (end[0] - before[0]) / 6:.0f} {start[1] + (end[1] - before[1]) / 6:.0f}"
            f" {end[0] - (after[0] - start[0]) / 6:.0f} {end[1] - (after[1] - start[1]) / 6:.0f}"
            f" {end[0]:.0f} {end[1]:.0f}"
        )
    return f"{path}z"
