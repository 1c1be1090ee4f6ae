"""Rows of a list as a file: CSV and JSON are written while they are sent, a workbook in one go, a long one by a job."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import IO, Any, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from community.cells import guarded, guarded_in_csv

FORMATS: Final = ("csv", "xlsx", "json")
#: Rows of a workbook that is made while somebody waits for it; a longer one is made by a job.
MOST_AT_ONCE: Final = 5000
#: Rows of the longest workbook: a program for tables opens no much longer one.
MOST_ROWS: Final = 100_000
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a cell of a workbook holds at most.
_CELL: Final = 32_767
_CHUNK: Final = 500
#: Headers of what is written while it is sent: a proxy in front passes it on and gathers nothing.
AS_IT_COMES: Final = {"X-Accel-Buffering": "no"}
_LIST: Final = "; "

Record = dict[str, Any]


def is_at_once(form: str, total: int) -> bool:
    """Tell whether so many rows are handed out in that form to who waits for them."""
    return form != "xlsx" or total <= MOST_AT_ONCE


def file_of(
    records: Iterable[Record], columns: Sequence[str], form: str, *, noun: str, count: int, at: datetime
) -> HttpResponseBase:
    """Return the file of these records; texts that a spreadsheet would take for a formula are guarded.

    Args:
        records: values by column: texts, numbers, days, moments, or lists of texts.
        form: one of `FORMATS`.
        noun: names the file, the sheet and the list in JSON ("clusters").
        count: how many records there are, for JSON.
        at: when it was exported; dates the file's name.

    Raises:
        KeyError: `form` is none of `FORMATS`.
    """
    if form == "csv":
        answer = _csv(records, columns)
    elif form == "json":
        answer = _json(records, noun, count, at)
    elif form == "xlsx":
        answer = _xlsx(records, columns, noun)
    else:
        raise KeyError(form)
    answer["Content-Disposition"] = f'attachment; filename="{file_name(noun, form, at)}"'
    return answer


def file_name(noun: str, form: str, at: datetime) -> str:
    """Return the name under which an export of the moment `at` is saved."""
    return f"{noun}-{timezone.localdate(at).isoformat()}.{form}"


def _text(value: Any) -> str:
    """Return a value as text: days and moments as ISO, lists in one cell, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, list):
        return _LIST.join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


def _csv(records: Iterable[Record], columns: Sequence[str]) -> HttpResponseBase:
    """Return CSV in UTF-8 with the mark by which Excel knows it."""
    writer = csv.writer(_Line())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(columns)
        for record in records:
            yield writer.writerow([guarded_in_csv(_text(record[column])) for column in columns])

    return StreamingHttpResponse(_gathered(lines()), content_type="text/csv; charset=utf-8", headers=AS_IT_COMES)


def _json(records: Iterable[Record], noun: str, count: int, at: datetime) -> HttpResponseBase:
    """Return JSON: when it was exported, how many there are, and a list of objects with plain values."""

    def parts() -> Iterator[str]:
        yield f'{{"exported_at": {json.dumps(at.isoformat(timespec="seconds"))}, "count": {count}, "{noun}": [\n'
        for number, record in enumerate(records):
            plain = {name: value if isinstance(value, list) else _text(value) or None for name, value in record.items()}
            yield (",\n" if number else "") + json.dumps(plain, ensure_ascii=False)
        yield "\n]}\n"

    return StreamingHttpResponse(_gathered(parts()), content_type="application/json", headers=AS_IT_COMES)


def _gathered(parts: Iterable[str]) -> Iterator[bytes]:
    """Yield the parts in pieces worth sending."""
    held: list[str] = []
    for part in parts:
        held.append(part)
        if len(held) == _CHUNK:
            yield "".join(held).encode()
            held = []
    yield "".join(held).encode()


def _xlsx(records: Iterable[Record], columns: Sequence[str], noun: str) -> HttpResponseBase:
    """Return a workbook of one sheet."""
    content = BytesIO()
    write_workbook(content, records, columns, noun)
    return HttpResponse(content.getvalue(), content_type=XLSX)


def write_workbook(out: IO[bytes], records: Iterable[Record], columns: Sequence[str], noun: str) -> None:
    """Write a workbook of one sheet called `noun`; every text is a text, numbers are numbers, dates are dates.

    One record is in memory at a time: openpyxl keeps the rows in a temporary file, which is removed when `records`
    raises, too.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(noun)
    sheet.freeze_panes = "A2"
    heads = [WriteOnlyCell(sheet, value=column) for column in columns]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    try:
        for record in records:
            sheet.append([_cell(record[column]) for column in columns])
    except BaseException:
        sheet.close()
        sheet._writer.cleanup()
        raise
    book.save(out)


def _cell(value: Any) -> Any:
    """Return a value as openpyxl takes it; moments lose their zone, which a workbook cannot hold (they are UTC)."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value if isinstance(value, (int, date)) else guarded(_text(value))[:_CELL] or None
