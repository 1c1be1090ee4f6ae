"""A table as it goes out: CSV or XLSX, no cell a formula, importable again without a change."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from community.cells import guarded, guarded_in_csv
from community.imports.table import Table

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def take_out(table: Table, queryset: Any, form: str) -> bytes:
    """Return the rows of a queryset as a file ("csv" or "xlsx")."""
    if form == "csv":
        return as_csv(table.columns, table.lines(queryset))
    rows = ([guarded(str(line[name])) for name in table.columns] for line in table.lines(queryset))
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(str(table.code))
    sheet.append(list(table.columns))
    for cells in rows:
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def as_csv(columns: Iterable[str], lines: Iterable[Mapping[str, Any]]) -> bytes:
    """Return lines as CSV in UTF-8, with the mark by which spreadsheets know it; the same lines give the same bytes."""
    names, text = list(columns), io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(names)
    writer.writerows([guarded_in_csv(str(line[name])) for name in names] for line in lines)
    return text.getvalue().encode("utf-8-sig")
