"""The colours of paper: the light values of `static/css/tokens.css` (a test compares them)."""

from typing import Final

PAPER: Final[dict[str, str]] = {
    "surface": "#FFFFFF",
    "sunken": "#F2EFE6",
    "line": "#DFDACD",
    "control": "#7D7866",
    "ink": "#17262B",
    "ink-2": "#43535A",
    "ink-3": "#5A676A",
    "brand": "#0F5B57",
    "sea": "#1B5A80",
    "olive": "#4A6112",
    "saffron": "#7D5200",
    "terracotta": "#9E3A1B",
    "fig": "#6A3A62",
}


def css_name(colour: str) -> str:
    """Return the colour's name as the classes write it: "ink-3" becomes "ink3"."""
    return colour.replace("-", "")
