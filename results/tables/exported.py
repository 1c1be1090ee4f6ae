"""What long workbooks hold: the uptakes of a list, and the records of an indicator, as an address asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from community.contributions import ExportSource, Selection
from community.models import Project
from results import exports
from results.access import get_indicator
from results.filters import UptakeFilter
from results.models import Uptake
from results.rules.indicators.table import RULES
from results.tables.indicators import Report, shown

WRONG = _("A filter is wrong. Put it right, then export.")
NO_RECORDS = _("There is no such project, or the indicator is not shown any more.")


def select_uptakes(user: Any, data: QueryDict, at: datetime) -> Selection:
    """Return the uptakes that an address asks for, of those that everybody may read; see `ExportSource`."""
    filters = UptakeFilter(data, queryset=Uptake.objects.listed().in_order())
    if not filters.form.is_valid():
        return Selection((), WRONG)
    return Selection(list(filters.rows.values_list("pk", flat=True)))


def records_of(code: str, project: Project | None, at: datetime) -> list[exports.Row]:
    """Return the rows of an indicator's file, which are the same whoever takes it.

    Raises:
        Http404: the indicator is not shown.
    """
    report = Report(None, timezone.localdate(at), project=project)
    row = report.row(get_indicator(code))
    return list(exports.records(row, shown(row.figure.lines, report.facts), report.on))


def _select_records(code: str) -> Callable[[Any, QueryDict, datetime], Selection]:
    def select(user: Any, data: QueryDict, at: datetime) -> Selection:
        """Return the records that an address asks for; see `ExportSource`."""
        asked = data.get("project", "")
        project = Project.objects.visible_to(user).filter(code=asked).first() if asked else None
        if asked and project is None:
            return Selection((), NO_RECORDS)
        try:
            return Selection(records_of(code, project, at))
        except Http404:
            return Selection((), NO_RECORDS)

    return select


def sources() -> Iterator[tuple[str, ExportSource]]:
    """Yield the lists with their codes, which name the files: all uptakes, and the records of each indicator."""
    yield (
        "uptakes",
        ExportSource(_("Uptakes"), "results:uptake_list", select_uptakes, lambda: exports.UPTAKES, exports.uptakes),
    )
    for code in RULES:
        yield (
            code.lower(),
            ExportSource(
                format_lazy("{} {}", _("Records of"), code),
                "results:indicator",
                _select_records(code),
                lambda: exports.RECORDS,
                exports.named_records,
                (code.lower(),),
            ),
        )
