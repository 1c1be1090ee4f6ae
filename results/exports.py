"""Figures with their records, and uptakes, as CSV, XLSX and JSON: each row of a figure with its rule and version.

Every text is guarded, so that no cell becomes a formula; numbers and days stay numbers and days in a workbook. A long
workbook is made by a job (`community.actions.export`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from community.exports import FORMATS as FORMATS
from community.exports import Record, file_of
from community.exports import is_at_once as is_at_once
from community.models import Project
from results.models import Uptake

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
UPTAKES: Final = (
    *("solution", "project", "organisation", "country", "territory", "step", "how", "in_use_on", "proof"),
    *("cluster", "working_group", "address"),
)
_CHUNK: Final = 500
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
            row.text,
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
            row.text,
        )


def uptakes(keys: Sequence[int]) -> Iterator[Record]:
    """Yield what the file says of each uptake, in the order of `keys`; one query for 500."""
    site = settings.SITE_URL.rstrip("/")
    for low in range(0, len(keys), _CHUNK):
        chunk = keys[low : low + _CHUNK]
        rows = Uptake.objects.for_page().select_related("cluster__working_group").in_bulk(chunk)
        for key in chunk:
            if key in rows:
                yield _named(UPTAKES, _uptake(rows[key], site))


def _uptake(row: Any, site: str) -> Row:
    group = row.cluster.working_group
    return (
        row.solution.title,
        row.solution.project.acronym,
        row.organisation.name,
        row.organisation.country,
        row.territory.name if row.territory else "",
        row.get_state_display(),
        row.get_kind_display(),
        row.in_use_on,
        row.proof.value,
        row.cluster.name,
        group.code if group else "",
        f"{site}{reverse('results:uptake', args=[row.pk])}",
    )


def response(name: str, columns: Sequence[str], rows: Iterable[Row], form: str, at: datetime) -> HttpResponseBase:
    """Return the file `name` of rows that are worked out, with a head of `columns`.

    Raises:
        KeyError: `form` is none of `FORMATS`.
    """
    found = [_named(columns, row) for row in rows]
    answer = file_of(found, columns, form, noun="indicators", count=len(found), at=at)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def named_records(rows: Sequence[Row]) -> Iterator[Record]:
    """Yield rows of `RECORDS` by column, as a job writes them."""
    return (_named(RECORDS, row) for row in rows)


def _named(columns: Sequence[str], row: Row) -> Record:
    return dict(zip(columns, row, strict=True))
