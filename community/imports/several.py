r"""Several values in one cell: separated by semicolons, and the pieces of one of them by bars.

A value may hold these signs itself: `\;` and `\|` stand for them, and `\\` for a backslash before one of them. Any
other backslash stands for itself, so that cells that were written before read as they did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

_TO_ESCAPE: Final = re.compile(r"[;|]|\\(?=[;|\\]|$)")
_ESCAPED: Final = re.compile(r"\\([;|\\])")
#: A value or piece: what is escaped, or anything but the separator.
_BETWEEN: Final = {sign: re.compile(rf"(?:\\[;|\\]|[^{sign}])*") for sign in ";|"}


def joined(parts: Iterable[Any]) -> str:
    """Return several values in one cell; a tuple is one value of several pieces, the last ones left out if empty."""
    return "; ".join(_with_bars(part) if isinstance(part, tuple) else _escaped(str(part)) for part in parts)


def values_in(cell: str) -> list[str]:
    """Return the values in a cell, empty ones left out."""
    return [_plain(part) for part in _split(cell, ";") if part]


def pieces_in(cell: str) -> list[list[str]]:
    """Return the values in a cell, each by its pieces; empty values left out."""
    return [[_plain(piece) for piece in _split(part, "|")] for part in _split(cell, ";") if part]


def _with_bars(pieces: tuple[Any, ...]) -> str:
    last = max((at for at, piece in enumerate(pieces, 1) if str(piece)), default=0)
    return " | ".join(_escaped(str(piece)) for piece in pieces[:last])


def _escaped(text: str) -> str:
    return _TO_ESCAPE.sub(r"\\\g<0>", text)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _split(text: str, sign: str) -> list[str]:
    """Return what stands between the signs that are not escaped, still escaped, without white space around it."""
    parts, at = [], 0
    while at <= len(text):
        found = _BETWEEN[sign].match(text, at)
        if found is None:
            raise AssertionError("the pattern matches nothing, too")
        parts.append(found.group().strip())
        at = found.end() + 1
    return parts
