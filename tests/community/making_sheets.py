"""Files to import, and what is said about them."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import Workbook

from community.imports.table import Report


def csv_of(*rows: tuple[str, ...]) -> bytes:
    """Return a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def xlsx_of(*rows: tuple[Any, ...]) -> bytes:
    """Return a workbook."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def sentences(report: Report) -> list[str]:
    """Return the problems as a command prints them."""
    return [str(problem) for problem in report.problems]
