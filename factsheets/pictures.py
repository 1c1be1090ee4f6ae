"""Pictures of documents: the island of contour lines and the QR code. The roadmap is `clusters.pictures`."""

from __future__ import annotations

import io
from hashlib import sha256
from math import cos, pi, sin
from typing import Final

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WIDTH: Final = 440
HEIGHT: Final = 300
_STEPS: Final = 28
_RINGS: Final = 6


def island(seed: str, *, colour: str = "#B5D2C9") -> str:
    """Return contour lines as an SVG file: every reference has its own island, always the same."""
    phases = [byte / 255 * 2 * pi for byte in sha256(seed.encode()).digest()[:4]]
    lines = "".join(_ring(ring, phases) for ring in range(1, _RINGS + 1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'fill="none" stroke="{colour}" stroke-width="2"><path d="{lines}"/></svg>'
    )


def _ring(ring: int, phases: list[float]) -> str:
    """Return one closed line, the `ring`-th from the summit, as smooth curves through points."""
    radius = 11 + ring * 13.5 + ring * ring * 1.1
    points = []
    for step in range(_STEPS):
        angle = step / _STEPS * 2 * pi
        bend = (
            1
            + 0.15 * sin(2 * angle + phases[0] + ring * 0.1)
            + 0.1 * sin(3 * angle + phases[1] - ring * 0.14)
            + 0.05 * sin(5 * angle + phases[2] + ring * 0.2)
        )
        points.append(
            (
                WIDTH / 2 + radius * bend * 1.3 * cos(angle) + ring * 4 * cos(phases[3]),
                HEIGHT / 2 + radius * bend * 0.86 * sin(angle) + ring * 2 * sin(phases[3]),
            )
        )
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for at in range(_STEPS):
        before, start, end, after = (points[(at + shift) % _STEPS] for shift in (-1, 0, 1, 2))
        path += (
            f"C{start[0] + (end[0] - before[0]) / 6:.0f} {start[1] + (end[1] - before[1]) / 6:.0f} "
            f"{end[0] - (after[0] - start[0]) / 6:.0f} {end[1] - (after[1] - start[1]) / 6:.0f} "
            f"{end[0]:.0f} {end[1]:.0f}"
        )
    return path + "z"


def qr(address: str, title: str) -> SafeString:
    """Return the QR code of an address as inline SVG; `title` says in words where it leads."""
    code = segno.make(address, error="m", micro=False)
    path = io.BytesIO()
    code.save(path, kind="svg", xmldecl=False, svgns=False, border=0, omitsize=True, dark="#000", lineclass=None)
    text = path.getvalue().decode()
    drawing = text[text.index("<path") : text.rindex("</svg>")]
    size = code.symbol_size(border=0)[0]
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {} {}" shape-rendering="crispEdges">'
        "<title>{}</title>{}</svg>",
        size,
        size,
        title,
        mark_safe(drawing),  # noqa: S308  drawn by segno from the address, numbers only
    )


def qr_png(address: str) -> bytes:
    """Return the QR code of an address as a picture of dots, with the quiet zone around it, for text documents."""
    stream = io.BytesIO()
    segno.make(address, error="m", micro=False).save(stream, kind="png", scale=8, border=4)
    return stream.getvalue()
