"""Text in the cells of a table that a spreadsheet opens: it never becomes a formula, and comes back as it went.

A spreadsheet reads a cell that begins with = + - @, a tab or a return as a formula, from CSV and after "save as" from
XLSX too. Such a text gets an apostrophe in front; one that has apostrophes there already gets one more, so that taking
one away always gives back what was exported.
"""

from __future__ import annotations

import re
from typing import Final

_DANGEROUS: Final = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
#: No cell of a workbook can hold these, and nothing in the registry should.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def guarded(text: str) -> str:
    """Return `text` as a cell may hold it: without control signs, and no formula."""
    clean = _CONTROL.sub("", text)
    return f"'{clean}" if _DANGEROUS.match(clean) else clean


def unguarded(cell: str) -> str:
    """Return the text that `guarded` made this cell of."""
    return cell[1:] if _GUARDED.match(cell) else cell
