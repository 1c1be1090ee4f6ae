"""The register as a file: exactly the clusters that the page shows under its filters, in the same order.

Organisations only, no person: a file travels further than consent does. CSV and JSON are written while they are sent,
so they have no limit; a workbook is made in memory and has one.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from clusters.models import Cluster, ClusterLevel, ExpectedOutcome, Outcome, Participation
from community.cells import guarded

FORMATS: Final = ("csv", "xlsx", "json")
#: Rows of a workbook; CSV has no limit.
MOST_IN_WORKBOOK: Final = 5000
#: What a cell of a workbook holds at most.
_CELL: Final = 32_767
_CHUNK: Final = 500
_LIST: Final = "; "

#: Columns of the cluster itself: name in the file -> field.
_OWN: Final = {
    "reference": "reference",
    "title": "title",
    "question": "question",
    "state": "state",
    "working_group": "working_group__code",
    "focus": "focus",
    "planned_start": "starts_on",
    "planned_end": "ends_on",
    "actual_start": "started_on",
    "actual_end": "ended_on",
    "lead_organisation": "lead_organisation__name",
    "lead_country": "lead_organisation__country",
    "owning_project": "owning_project__acronym",
    "changed_at": "updated_at",
}
#: Columns with several values, each from rows beside the cluster.
_LISTS: Final = (
    "levels",
    "themes",
    "territories",
    "solutions",
    "organisations",
    "countries",
    "expected_outcomes",
    "outcomes",
)
COLUMNS: Final = (*_OWN, *_LISTS, "address")

Record = dict[str, Any]


def response(keys: Sequence[int], form: str, *, at: datetime) -> HttpResponseBase:
    """Return the file of the clusters with those keys, in their order; `at` dates its name.

    Raises:
        KeyError: `form` is none of `FORMATS`.
        ValueError: there are more than such a file holds (see `fits`).
    """
    if not fits(form, len(keys)):
        raise ValueError(f"{len(keys)} clusters do not fit into {form}")
    answer = _ANSWERS[form](keys, at)
    answer["Content-Disposition"] = f'attachment; filename="clusters-{at.date().isoformat()}.{form}"'
    return answer


def fits(form: str, total: int) -> bool:
    """Tell whether so many clusters can be exported in that form."""
    return form != "xlsx" or total <= MOST_IN_WORKBOOK


def records(keys: Sequence[int]) -> Iterator[Record]:
    """Yield what the file says of each cluster, in the order of `keys`; nine queries for 500."""
    for low in range(0, len(keys), _CHUNK):
        chunk = keys[low : low + _CHUNK]
        rows = Cluster.objects.filter(pk__in=chunk).order_by()
        own = {row["pk"]: row for row in rows.values("pk", "draft_code", *_OWN.values())}
        lists = {name: _values(chunk, name) for name in _LISTS}
        for key in chunk:
            if key in own:
                yield _record(own[key], {name: found.get(key, []) for name, found in lists.items()})


def _record(row: Record, lists: dict[str, list[str]]) -> Record:
    name = row["reference"] or f"draft-{row['draft_code']}"
    page = reverse("clusters:detail", args=[name])
    return {
        **{column: row[field] for column, field in _OWN.items()},
        "reference": name,
        **lists,
        "address": f"{settings.SITE_URL.rstrip('/')}{page}",
    }


def _values(keys: Sequence[int], name: str) -> dict[int, list[str]]:
    """Return the values of a column by cluster, each once, in their order."""
    rows, column = _sources()[name]
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for key, value in rows.filter(cluster__in=keys).order_by("pk").values_list("cluster_id", column):
        if value:
            found[key][str(value)] = None
    return {key: list(values) for key, values in found.items()}


def _sources() -> dict[str, tuple[Any, str]]:
    """Return, for each column with several values, the rows and the field that hold them."""
    active = Participation.objects.active()
    return {
        "levels": (ClusterLevel.objects.all(), "level"),
        "themes": (Cluster.themes.through._default_manager.all(), "term__code"),
        "territories": (Cluster.territories.through._default_manager.all(), "territory__code"),
        "solutions": (Cluster.solutions.through._default_manager.all(), "solution__title"),
        "organisations": (active, "organisation__name"),
        "countries": (active, "organisation__country"),
        "expected_outcomes": (ExpectedOutcome.objects.all(), "kind"),
        "outcomes": (Outcome.objects.all(), "kind"),
    }


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


def _csv(keys: Sequence[int], at: datetime) -> HttpResponseBase:
    """Return CSV in UTF-8 with the mark by which Excel knows it."""
    writer = csv.writer(_Line())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(COLUMNS)
        for record in records(keys):
            yield writer.writerow([guarded(_text(record[column])) for column in COLUMNS])

    return StreamingHttpResponse(_gathered(lines()), content_type="text/csv; charset=utf-8")


def _json(keys: Sequence[int], at: datetime) -> HttpResponseBase:
    """Return JSON: when it was exported, how many there are, and a list of objects with plain values."""

    def parts() -> Iterator[str]:
        yield f'{{"exported_at": {json.dumps(at.isoformat(timespec="seconds"))}, "count": {len(keys)}, "clusters": [\n'
        for number, record in enumerate(records(keys)):
            plain = {name: value if isinstance(value, list) else _text(value) or None for name, value in record.items()}
            yield (",\n" if number else "") + json.dumps(plain, ensure_ascii=False)
        yield "\n]}\n"

    return StreamingHttpResponse(_gathered(parts()), content_type="application/json")


def _gathered(parts: Iterable[str]) -> Iterator[bytes]:
    """Yield the parts in pieces worth sending."""
    held: list[str] = []
    for part in parts:
        held.append(part)
        if len(held) == _CHUNK:
            yield "".join(held).encode()
            held = []
    yield "".join(held).encode()


def _xlsx(keys: Sequence[int], at: datetime) -> HttpResponseBase:
    """Return a workbook of one sheet; every text is a text, dates are dates."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet("clusters")
    sheet.freeze_panes = "A2"
    heads = [WriteOnlyCell(sheet, value=column) for column in COLUMNS]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for record in records(keys):
        sheet.append([_cell(record[column]) for column in COLUMNS])
    content = BytesIO()
    book.save(content)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(content.getvalue(), content_type=kind)


def _cell(value: Any) -> Any:
    """Return a value as openpyxl takes it; moments lose their zone, which a workbook cannot hold (they are UTC)."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value if isinstance(value, date) else guarded(_text(value))[:_CELL] or None


_ANSWERS: Final[dict[str, Callable[[Sequence[int], datetime], HttpResponseBase]]] = {
    "csv": _csv,
    "json": _json,
    "xlsx": _xlsx,
}
