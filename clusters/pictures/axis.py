"""Time as x: an axis over whole months (or days, when little time is shown), its grid and the line of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clusters.pictures.drawing import breadth, joined, line, number, text
from clusters.pictures.palette import PAPER
from community.dates import written

Words = str | Promise

TODAY: Final = _("Today %(day)s")
AS_OF: Final = _("As of %(day)s")

TOP: Final = 40  # rows begin beneath the labels of months and years
SHORT_DAYS: Final = 28  # less than four weeks: the axis shows days
LEAST_DAYS: Final = 14
_DAY: Final = timedelta(days=1)
_STEPS: Final = (1, 2, 3, 6, 12, 24, 60, 120, 300, 600, 1200, 6000, 12000)  # months between two labels
_LABEL: Final = 12  # size of the labels
_ROOM: Final = {"month": 34, "day": 48, "year": 36}


@dataclass(frozen=True)
class Tick:
    """A line of the grid: its day, the words under the year's line, the year to write above."""

    day: date
    label: str
    year: str = ""
    is_strong: bool = False


@dataclass(frozen=True)
class Axis:
    """A scale from `first` (inclusive) to `last` (exclusive) onto x0..x1."""

    first: date
    last: date
    x0: float
    x1: float

    def at(self, day: date) -> float:
        """Return the x where a day begins; days outside stop at the edges."""
        share = (day - self.first).days / (self.last - self.first).days
        return self.x0 + min(max(share, 0.0), 1.0) * (self.x1 - self.x0)

    def after(self, day: date) -> float:
        """Return the x where a day ends."""
        return self.at(day + _DAY) if day < date.max else self.x1

    def noon(self, day: date) -> float:
        """Return the x of the middle of a day, where the line of today stands."""
        return (self.at(day) + self.after(day)) / 2

    def holds(self, day: date) -> bool:
        """Say whether a day lies on the axis."""
        return self.first <= day < self.last

    @property
    def is_short(self) -> bool:
        """Say whether the axis shows days."""
        return self.first.day != 1 or self.last.day != 1

    def ticks(self) -> list[Tick]:
        """Return the lines of the grid, as many labels as there is room for."""
        return list(self._days() if self.is_short else self._months())

    def _days(self) -> Iterator[Tick]:
        pixels = (self.x1 - self.x0) / (self.last - self.first).days
        step = next(step for step in (1, 2, 7, 14, 28) if step * pixels >= _ROOM["day"] or step == 28)
        day, year = self.first, 0
        while day < self.last:
            if step < 7 or day.weekday() == 0:
                shown = str(day.year) if day.year != year else ""
                yield Tick(day, written(day, "without year"), shown, is_strong=bool(shown) and year != 0)
                year = day.year
            day += timedelta(days=step if step < 7 else 1)

    def _months(self) -> Iterator[Tick]:
        opening = _month_number(self.first)
        months = _month_number(self.last) - opening
        step = next((step for step in _STEPS if step * (self.x1 - self.x0) >= _ROOM["month"] * months), _STEPS[-1])
        has_year = False
        for index in range(opening + -opening % step, opening + months, step):
            day = date(index // 12, index % 12 + 1, 1)
            year = ""
            if (day.month == 1 or not has_year) and not self._crowded(day):
                year, has_year = str(day.year), True
            yield Tick(day, written(day, "month") if step < 12 else "", year, is_strong=day.month == 1)

    def _crowded(self, day: date) -> bool:
        """Say whether the next January stands too close for a year to be written at an earlier month."""
        if day.month == 1 or day.year == date.max.year:
            return False
        january = date(day.year + 1, 1, 1)
        return self.holds(january) and self.at(january) - self.at(day) < _ROOM["year"]


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def axis_over(days: Iterable[date | None], *, x0: float, x1: float) -> Axis | None:
    """Return an axis that holds all the days, None when there are none.

    It runs over whole months; under four weeks it shows days, at least a fortnight.
    """
    known = [day for day in days if day is not None]
    if not known:
        return None
    first, last = min(known), max(known)
    if (last - first).days < SHORT_DAYS and date.min.year < first.year and last.year < date.max.year:
        spare = max(3, (LEAST_DAYS - (last - first).days) // 2)
        return Axis(first - timedelta(days=spare), last + timedelta(days=spare + 1), x0, x1)
    closing = date(last.year + last.month // 12, last.month % 12 + 1, 1) if last < date(9999, 12, 1) else date.max
    return Axis(first.replace(day=1), closing, x0, x1)


def grid(axis: Axis, bottom: float) -> SafeString:
    """Draw the lines of the grid with their labels above."""
    parts = []
    for tick in axis.ticks():
        x = axis.at(tick.day)
        parts.append(
            line(
                f"M{number(x)} {TOP}V{number(bottom)}",
                css="p-gridy" if tick.is_strong else "p-grid",
                colour="line",
                width=1.5 if tick.is_strong else 1,
            )
        )
        if tick.label and x + 4 + breadth(tick.label, _LABEL) <= axis.x1 + 8:
            parts.append(text(x + 4, TOP - 6, tick.label, css="p-t3", colour="ink-3", size=_LABEL))
        if tick.year and x + 4 + breadth(tick.year, _LABEL) <= axis.x1 + 8:
            y = TOP - 21 if tick.label else TOP - 6
            parts.append(text(x + 4, y, tick.year, css="p-t2", colour="ink-2", size=_LABEL, is_bold=True))
    return joined(parts)


def day_line(axis: Axis, on: date | None, bottom: float, marker: Words) -> SafeString:
    """Draw the line of today with its label under the axis; nothing when the day is not on it."""
    if on is None or not axis.holds(on):
        return SafeString("")
    x = axis.noon(on)
    words = str(marker) % {"day": written(on, "without year")}
    width = breadth(words, _LABEL) + 14
    left = min(max(x - width / 2, 0), axis.x1 + 8 - width)
    return format_html(
        '{}<rect class="p-todayf" x="{}" y="{}" width="{}" height="18" rx="3" fill="{}"/>{}',
        line(f"M{number(x)} {TOP - 2}V{number(bottom)}", css="p-today", colour="terracotta", width=1.75),
        number(left),
        number(bottom),
        number(width),
        PAPER["terracotta"],
        text(
            left + width / 2,
            bottom + 13,
            words,
            css="p-on",
            colour="surface",
            size=_LABEL,
            anchor="middle",
            is_bold=True,
        ),
    )
