"""Figures and their records as CSV and XLSX, ready for the programme's report: each row with its rule and version.

Every text is guarded, so that no cell becomes a formula; numbers and days stay numbers and days in a workbook.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from community.cells import guarded
from community.models import Project

FORMATS: Final = ("csv", "xlsx")
FIGURES: Final = (
    "project",
    "indicator",
    "name",
    "unit",
    "documented",
    "declared",
    "reached",
    "target",
    "target_by",
    "share_percent",
    "as_of",
    "rule_version",
    "rule",
    "types_left_out",
    "not_kept_here",
)
RECORDS: Final = (
    "indicator",
    "owning_project",
    "counts",
    "reason",
    "record",
    "title",
    "detail",
    "cluster",
    "counts_from",
    "amount",
    "address",
    "as_of",
    "rule_version",
    "rule",
)
#: What a cell of a workbook holds at most.
_CELL: Final = 32_767
Row = Sequence[Any]


def figures(rows: Iterable[tuple[Project | None, Any]], on: date) -> Iterator[Row]:
    """Yield a row of `FIGURES` for each (project or None for the whole mission, `IndicatorRow`)."""
    for project, row in rows:
        rule, target = row.rule, row.target
        yield (
            project.acronym if project is not None else _("whole mission"),
            row.indicator.code,
            row.indicator.name,
            rule.unit if rule else "",
            row.figure.documented,
            row.figure.declared,
            row.reached,
            target.value if target else None,
            target.due_on if target else None,
            row.share,
            on,
            row.indicator.rule_version,
            rule.text if rule else "",
            "; ".join(row.types),
            rule.missing if rule else "",
        )


def records(row: Any, lines: Iterable[Any], on: date) -> Iterator[Row]:
    """Yield a row of `RECORDS` for each `ShownRecord` of an `IndicatorRow`."""
    site = settings.SITE_URL.rstrip("/")
    for one in lines:
        line = one.line
        yield (
            row.indicator.code,
            one.project,
            _("counted") if line.is_counted else _("declared") if line.is_declared else _("left out"),
            one.why,
            one.what,
            one.title,
            one.detail,
            line.cluster,
            line.on,
            line.amount,
            f"{site}{one.url}" if one.url else "",
            on,
            row.indicator.rule_version,
            row.rule.text if row.rule else "",
        )


def response(name: str, columns: Sequence[str], rows: Iterable[Row], form: str) -> HttpResponse:
    """Return the file `name` with a head of `columns`.

    Raises:
        KeyError: `form` is none of `FORMATS`.
    """
    answer = _ANSWERS[form](columns, rows)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> HttpResponse:
    """Return CSV in UTF-8 with the mark by which Excel knows it."""
    sheet = StringIO()
    writer = csv.writer(sheet)
    writer.writerow(columns)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return HttpResponse("\ufeff" + sheet.getvalue(), content_type="text/csv; charset=utf-8")


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else guarded(str(value))


def _xlsx(columns: Sequence[str], rows: Iterable[Row]) -> HttpResponse:
    """Return a workbook of one sheet."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("indicators")
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_cell(value) for value in row])
    content = BytesIO()
    book.save(content)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(content.getvalue(), content_type=kind)


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, (int, date)):
        return value
    return guarded(str(value))[:_CELL] or None


_ANSWERS: Final[dict[str, Callable[[Sequence[str], Iterable[Row]], HttpResponse]]] = {"csv": _csv, "xlsx": _xlsx}
