"""A table as it comes in: CSV or XLSX, never bigger than it may be, every cell a text.

Limits are checked before anything is unpacked: a workbook is a zip archive, and a small one can hold gigabytes.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from community.cells import guarded, unguarded

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 60
MOST_SIGNS: Final = 12_000
#: What a workbook may become when it is unpacked, in all and beside what it was.
MOST_UNPACKED: Final = 120 * 1024 * 1024
MOST_RATIO: Final = 120
MOST_PARTS: Final = 400
_DECLARES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


class Unreadable(Exception):
    """A file that is no table that can be read; the sentence says what to do."""


@dataclass(frozen=True)
class Line:
    """One row of a table: its number in the file (the heading is 1), and its cells by column.

    `problem` says why the cells cannot be told to columns; such a row is not taken.
    """

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table: its columns as they are headed, and its rows without the empty ones."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def read_sheet(content: bytes) -> Sheet:
    """Return the table in a file; what it is shows in its first bytes, whatever its name says.

    Raises:
        Unreadable: too big, damaged, no table, or a column twice.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(
            _("The file is larger than %(most)s MB. Split it and import the parts one after the other.")
            % {"most": MOST_BYTES // 1024 // 1024}
        )
    rows = _workbook(content) if content.startswith(b"PK\x03\x04") else _comma_separated(content)
    return _as_sheet(rows)


def _as_sheet(rows: Iterable[tuple[int, list[str], int | None]]) -> Sheet:
    """Take the first row that is not empty as the heading; a row is number, cells, and how many it had in a CSV."""
    columns: tuple[str, ...] = ()
    lines: list[Line] = []
    for number, cells, width in rows:
        if not any(cells):
            continue
        if not columns:
            columns = _heading(cells)
            continue
        if len(lines) >= MOST_ROWS:
            raise Unreadable(
                _("The file has more than %(most)s rows. Split it and import the parts one after the other.")
                % {"most": MOST_ROWS}
            )
        named = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
        problem = _misfit(columns, cells, width)
        lines.append(Line(number, {name: named.get(name, "") for name in columns if name}, problem))
    if not columns:
        raise Unreadable(_("The file is empty. Its first row names the columns."))
    return Sheet(tuple(name for name in columns if name), tuple(lines))


def _misfit(columns: tuple[str, ...], cells: list[str], width: int | None) -> str:
    """Return why a row does not fit under the heading, or nothing; a cell that nobody reads would be lost."""
    if len(cells) > len(columns) or (width is not None and width < len(columns)):
        sentence = _(
            "This row has %(has)s cells, the heading has %(wanted)s. Look for a separator or a quotation mark "
            "too many or too few, or save the table as .xlsx."
        )
        has = len(cells) if len(cells) > len(columns) else width
        return sentence % {"has": has, "wanted": len(columns)}
    for place, (name, cell) in enumerate(zip(columns, cells, strict=False), 1):
        if cell and not name:
            sentence = _("“%(text)s” stands in cell %(place)s, whose column has no name. Name the column or empty it.")
            return sentence % {"text": cell[:60], "place": place}
    return ""


def _heading(cells: list[str]) -> tuple[str, ...]:
    names = tuple(re.sub(r"[\s-]+", "_", cell.strip().lower()) for cell in cells)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise Unreadable(_("The column “%(name)s” stands there twice. Keep one.") % {"name": twice[0]})
    return names


def _comma_separated(content: bytes) -> Iterator[tuple[int, list[str], int | None]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        except UnicodeDecodeError:
            text = ""
        if not text:
            raise Unreadable(
                _("The file is neither a workbook (.xlsx) nor CSV in UTF-8. Save it as one of these.")
            ) from None
    if "\x00" in text:
        raise Unreadable(_("The file is neither a workbook (.xlsx) nor CSV in UTF-8. Save it as one of these."))
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    csv.field_size_limit(131_072)
    before = 0
    try:
        for cells in reader:
            number, before = before + 1, reader.line_num
            width = len(cells)
            yield number, [_clean(cell) for cell in _narrow(cells)], width
    except csv.Error as error:
        raise Unreadable(
            _("Row %(row)s cannot be read as CSV (%(error)s). Look for a quotation mark that is never closed.")
            % {"row": before + 1, "error": error}
        ) from error


def _workbook(content: bytes) -> Iterator[tuple[int, list[str], int | None]]:
    """Yield the rows of the first sheet, its cells' values instead of their formulas."""
    _refuse_bomb(content)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()
        _refuse_unknown_results(content, sheet.title)
        blank = 0
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1), 1):
            taken = _narrow([_clean(_text_of(cell)) for cell in cells])
            blank = 0 if any(taken) else blank + 1
            if blank > MOST_ROWS:
                break
            yield number, taken, None
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(_("The workbook is damaged or protected. Open it and save it again as .xlsx.")) from error


def _refuse_unknown_results(content: bytes, title: str) -> None:
    """Refuse a formula whose result the file does not hold: it would be read as an empty cell.

    Raises:
        Unreadable: names the first such cell.
    """
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(b"<f>" in (part := archive.read(name)) or b"<f " in part for name in sheets):
            return
    both: list[Any] = [
        load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)[title] for data_only in (False, True)
    ]
    for sheet in both:
        sheet.reset_dimensions()
    for formulas, results in zip(*(sheet.iter_rows(max_col=MOST_COLUMNS) for sheet in both), strict=True):
        for cell, result in zip(formulas, results, strict=True):
            if cell.data_type == "f" and result.value is None:
                raise Unreadable(
                    _(
                        "Cell %(cell)s holds a formula, and the file does not hold its result. Open the workbook, "
                        "save it again, and import that."
                    )
                    % {"cell": cell.coordinate}
                )


def _refuse_bomb(content: bytes) -> None:
    """Look at the directory of the archive before anything is unpacked.

    Raises:
        Unreadable: it would unpack to too much, or its XML declares entities.
    """
    too_much = _("The workbook unpacks to more than may be read. Copy the rows into a new one.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
                raise Unreadable(too_much)
            for part in parts:
                if part.file_size > 1_000_000 and part.file_size > MOST_RATIO * max(1, part.compress_size):
                    raise Unreadable(too_much)
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        if _DECLARES.search(stream.read(2048)):
                            raise Unreadable(too_much)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Unreadable(_("The workbook is damaged or protected. Open it and save it again as .xlsx.")) from error


def _narrow(cells: list[str]) -> list[str]:
    """Drop empty cells at the end.

    Raises:
        Unreadable: more columns hold something than may.
    """
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise Unreadable(
            _("The table has more than %(most)s columns. Remove what is not asked for.") % {"most": MOST_COLUMNS}
        )
    return cells


def _clean(cell: str) -> str:
    """Return a cell's text without space around it, as it was before an export guarded it."""
    plain = _plain(cell)
    if len(plain) > MOST_SIGNS:
        raise Unreadable(_("A cell holds more than %(most)s signs. Shorten it.") % {"most": MOST_SIGNS})
    return plain


def _plain(cell: str) -> str:
    """Take the apostrophes first: space in front may be what one of them stands behind."""
    return unguarded(cell).replace("\r\n", "\n").replace("\r", "\n").strip()


def read_json(content: bytes) -> Any:
    """Return what a JSON file in UTF-8 tells.

    Raises:
        ValueError: it is no JSON, or a text in it holds half a sign (a lone surrogate), which no database takes.
        RecursionError: it is nested too deep.
    """
    told = json.loads(content.decode("utf-8-sig"))
    json.dumps(told, ensure_ascii=False).encode()
    return told


def as_read(text: str) -> str:
    """Return a text as an import reads the cell that an export makes of it."""
    return _plain(guarded(text.strip()))


def _text_of(value: Any) -> str:
    """Return the value of a workbook's cell as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
