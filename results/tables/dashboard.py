"""The dashboard in words: headline figures, and a picture with its table for each of them over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.choices import State
from results.choices import UptakeStep
from results.pictures.columns import Column, columns
from results.rules.dashboard import Quarter, Standing, Story, standing, standings

Words = str | Promise


@dataclass(frozen=True)
class Figure:
    """A headline figure: the number, what it counts, and where its records stand."""

    number: int
    words: str
    url: str


@dataclass(frozen=True)
class Series:
    """How one figure is read from a quarter: its name in files, its words, the filled part and the outlined one."""

    code: str
    title: Words
    hint: Words
    filled: Callable[[Standing], int]
    heads: tuple[Words, ...]
    outlined: Callable[[Standing], int] | None = None

    def numbers(self, row: Standing) -> tuple[int, ...]:
        """Return the numbers of a quarter, under `heads`."""
        return (self.filled(row), self.outlined(row)) if self.outlined else (self.filled(row),)


@dataclass(frozen=True)
class Chart:
    """A picture with its table: rows of quarter, its last day, and numbers under the heads."""

    series: Series
    picture: SafeString
    rows: Sequence[tuple[str, date, tuple[int, ...]]]


@dataclass(frozen=True)
class Dashboard:
    """Everything that the page shows."""

    figures: list[Figure]
    charts: list[Chart]


SERIES: Final = (
    Series(
        "running",
        gettext_lazy("Running clusters"),
        gettext_lazy("Clusters that had begun and not ended on the last day of the quarter."),
        lambda row: row.running,
        (gettext_lazy("Running clusters"),),
    ),
    Series(
        "uptakes",
        gettext_lazy("Uptakes in use"),
        gettext_lazy(
            "Filled: the adopting organisation confirmed it with a document. Outlined: only declared by the cluster."
        ),
        lambda row: row.documented,
        (gettext_lazy("Documented"), gettext_lazy("Declared only")),
        lambda row: row.declared,
    ),
    Series(
        "regions",
        gettext_lazy("Regions reached"),
        gettext_lazy("Regions of the programme in which a cluster was approved, counted once each."),
        lambda row: row.reached,
        (gettext_lazy("Regions reached"),),
    ),
    Series(
        "statements",
        gettext_lazy("Policy statements adopted"),
        gettext_lazy(
            "Statements adopted by a working group and not withdrawn that rest on what came of clusters, each counted "
            "once."
        ),
        lambda row: row.adopted,
        (gettext_lazy("Statements adopted"),),
    ),
)


def dashboard_of(story: Story, on: date) -> Dashboard:
    """Return the page as of a day; without charts before the first cluster began."""
    rows = standings(story, on)
    now = standing(story, Quarter(on.year, (on.month + 2) // 3, on))
    return Dashboard(_figures(now, story.regions), [_chart(series, rows) for series in SERIES] if rows else [])


def _figures(now: Standing, regions: int) -> list[Figure]:
    running = f"{reverse('clusters:list')}?state={State.RUNNING}&state={State.PAUSED}"
    counted = f"{reverse('results:uptake_list')}?step={UptakeStep.IN_USE}&work=standing"
    reached = ngettext("of %(all)d region reached", "of %(all)d regions reached", regions) % {"all": regions}
    return [
        Figure(now.running, ngettext("running cluster", "running clusters", now.running), running),
        Figure(
            now.documented,
            ngettext("uptake documented", "uptakes documented", now.documented),
            f"{counted}&proof=documented",
        ),
        Figure(
            now.declared,
            ngettext("uptake declared only", "uptakes declared only", now.declared),
            f"{counted}&proof=declared",
        ),
        Figure(now.reached, reached, reverse("results:coverage")),
        Figure(
            now.adopted,
            ngettext("policy statement adopted", "policy statements adopted", now.adopted),
            reverse("results:statements"),
        ),
    ]


def _chart(series: Series, rows: Sequence[Standing]) -> Chart:
    bars = [_column(series, row) for row in rows]
    words = _("%(title)s by quarter, now %(number)s. The table holds the same numbers.")
    title = words % {"title": series.title, "number": "+".join(map(str, series.numbers(rows[-1])))}
    table = [(_said(row.quarter), row.quarter.ends_on, series.numbers(row)) for row in reversed(rows)]
    return Chart(series, columns(bars, ident=f"by-{series.code}", title=title), table)


def _column(series: Series, row: Standing) -> Column:
    return Column(row.quarter.year, row.quarter.number, *series.numbers(row))


def _said(quarter: Quarter) -> str:
    return f"Q{quarter.number} {quarter.year}"


#: Columns of the file, under each series that they belong to.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "running": ("running_clusters",),
    "uptakes": ("uptakes_documented", "uptakes_declared_only"),
    "regions": ("regions_reached", "regions"),
    "statements": ("statements_adopted",),
}


def sheet_of(story: Story, on: date, series: str = "") -> tuple[list[str], list[list[Any]]]:
    """Return the numbers of a series, by default of all, as a head and rows for a file; the oldest quarter first."""
    shown = [series] if series in _COLUMNS else list(_COLUMNS)
    head = ["quarter", "ends_on", *(column for code in shown for column in _COLUMNS[code])]
    rows: list[list[Any]] = []
    for row in standings(story, on):
        counted: dict[str, tuple[int, ...]] = {one.code: one.numbers(row) for one in SERIES}
        counted["regions"] += (story.regions,)
        numbers = [number for code in shown for number in counted[code]]
        rows.append([_said(row.quarter), row.quarter.ends_on.isoformat(), *numbers])
    return head, rows
