"""The text of a tagged PDF by the marks that tie it to the structure, read from the glyphs that are drawn.

What a program that reads aloud hears: every glyph by the letters that its font gives for it. Only for files such as
ours: fonts with two bytes a glyph and a table to Unicode; what stands in pictures is told by their alternative text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

#: Stands for a glyph of which the font does not say which letters it draws.
UNKNOWN: Final = "\N{REPLACEMENT CHARACTER}"
_OPERATORS: Final = "BDC BMC EMC Tf Tj TJ"
_PAIRS: Final = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_PAIR: Final = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>")
_RANGES: Final = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_RANGE: Final = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")


@dataclass
class PageText:
    """What is drawn as text on one page: by mark, as artifact (margins, decoration), and outside of both.

    `is_balanced` tells whether each mark that ends has begun, and the other way round.
    """

    marked: dict[int, str] = field(default_factory=dict)
    artifact: str = ""
    loose: str = ""
    is_balanced: bool = True

    def __str__(self) -> str:
        """Return all of it in the order in which it is drawn by kind."""
        return " ".join([*self.marked.values(), self.artifact, self.loose])


def text_of(page: Any) -> PageText:
    """Read one page of a file that pikepdf opened."""
    import pikepdf  # native, so only who checks loads it

    named = page.Resources.get("/Properties", {})
    fonts = {name: letters_of(font) for name, font in page.Resources.get("/Font", {}).items()}
    found, letters = PageText(), dict[int, str]()
    open_marks: list[int | str] = []
    for instruction in pikepdf.parse_content_stream(page, _OPERATORS):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "BDC" | "BMC":
                open_marks.append(_mark(operands, named))
                if isinstance(open_marks[-1], int):
                    found.marked.setdefault(open_marks[-1], "")
            case "EMC" if open_marks:
                open_marks.pop()
            case "EMC":
                found.is_balanced = False
            case "Tf":
                letters = fonts.get(str(operands[0]), {})
            case _:
                _put(found, open_marks, "".join(letters.get(code, UNKNOWN) for code in _codes(operands[0])))
    found.is_balanced = found.is_balanced and not open_marks
    return found


def letters_of(font: Any) -> dict[int, str]:
    """Return the letters of each glyph, by its code, from a font's table to Unicode."""
    table = bytes(font["/ToUnicode"].read_bytes()) if "/ToUnicode" in font else b""
    found: dict[int, str] = {}
    for block in _PAIRS.findall(table):
        found |= {int(code, 16): _letters(letters) for code, letters in _PAIR.findall(block)}
    for block in _RANGES.findall(table):
        for first, last, letters in _RANGE.findall(block):
            for step, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                found[code] = chr(int(letters, 16) + step)
    return found


def _letters(hexadecimal: bytes) -> str:
    return bytes.fromhex(hexadecimal.decode()).decode("utf-16-be")


def _mark(operands: Any, named: Any) -> int | str:
    """Return the number of the mark that begins here, "artifact", or "" for one that ties to nothing.

    A mark has its properties with it, or names a list of them among the page's resources (`named`).
    """
    import pikepdf

    if str(operands[0]) == "/Artifact":
        return "artifact"
    properties: Any = operands[1] if len(operands) > 1 else {}
    if isinstance(properties, pikepdf.Name):
        properties = named.get(str(properties), {})
    return int(properties["/MCID"]) if "/MCID" in properties else ""


def _codes(shown: Any) -> Iterator[int]:
    """Yield the codes of the glyphs of one operator: a string, or strings with distances between them."""
    import pikepdf

    for part in shown if isinstance(shown, pikepdf.Array) else [shown]:
        if isinstance(part, pikepdf.String):
            raw = bytes(part)
            yield from (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))


def _put(found: PageText, open_marks: list[int | str], text: str) -> None:
    """Add text where the innermost mark that says something puts it."""
    mark = next((one for one in reversed(open_marks) if one != ""), None)
    if mark is None:
        found.loose += text
    elif isinstance(mark, int):
        found.marked[mark] += text
    else:
        found.artifact += text
