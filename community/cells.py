"""Text in the cells of a table that a spreadsheet opens: it never becomes a formula, and comes back as it went.

A spreadsheet reads a cell that begins with = + - @, a tab or a return as a formula, from CSV and after "save as" from
XLSX too. Such a text gets an apostrophe in front; one that has apostrophes there already gets one more, so that taking
one away always gives back what was exported.

Where the comma is the decimal sign, a spreadsheet takes CSV apart at semicolons, whatever the quotation marks say, and
some at tabs: what follows these or a line break may begin a cell of its own, and in CSV gets an apostrophe too.
"""

from __future__ import annotations

import re
from typing import Final

_SIGNS: Final = r"[=+\-@＝＋－＠]"
_DANGEROUS: Final = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
#: Where a cell may begin inside a text, with the space and quotation marks that a spreadsheet takes off.
_BEGINS: Final = r"((?:[;\t\r\n](?:[^\S\t\r\n]|\")*|\A[^\S\t\r\n]+))"
_INSIDE: Final = re.compile(rf"{_BEGINS}(?='*{_SIGNS})")
_GUARDED_INSIDE: Final = re.compile(rf"{_BEGINS}'(?='*{_SIGNS})")
#: No cell of a workbook can hold these, and nothing in the registry should.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def guarded(text: str) -> str:
    """Return `text` as a cell of a workbook may hold it: without control signs, and no formula.

    Inside it stays as it is; only apostrophes that `unguarded` would take for those of a CSV are one more.
    """
    clean = _CONTROL.sub("", text)
    return _in_front(_GUARDED_INSIDE.sub(r"\1''", clean))


def guarded_in_csv(text: str) -> str:
    """Return `text` as a cell of a CSV may hold it: no formula, whatever the spreadsheet takes for a separator."""
    clean = _CONTROL.sub("", text)
    return _in_front(_INSIDE.sub(r"\1'", clean))


def unguarded(cell: str) -> str:
    """Return the text that `guarded` or `guarded_in_csv` made this cell of."""
    return _GUARDED_INSIDE.sub(r"\1", cell[1:] if _GUARDED.match(cell) else cell)


def _in_front(text: str) -> str:
    return f"'{text}" if _DANGEROUS.match(text) else text
