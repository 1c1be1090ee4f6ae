"""How the work grew: what stood at the end of each quarter since the first cluster began. Pure counting, no database.

A cluster runs from the day it began until the day it ended. An uptake stands while it is in use. Regions and
statements only grow: a region is reached from the day of the first approval of a cluster in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Span:
    """From a day on, until the day before another; `until` is None while it lasts."""

    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Tell whether it lasted on that day."""
        return self.since <= on and (self.until is None or self.until > on)


@dataclass(frozen=True)
class Use(Span):
    """An uptake in use; `documented_on` is the day of the adopter's confirmation."""

    documented_on: date | None = None

    def is_documented(self, on: date) -> bool:
        """Tell whether it was documented by that day."""
        return self.documented_on is not None and self.documented_on <= on


@dataclass(frozen=True)
class Story:
    """All that is counted: clusters that ran, uptakes, when each region was reached, when statements were adopted."""

    clusters: Sequence[Span] = ()
    uptakes: Sequence[Use] = ()
    reached: Sequence[date] = ()
    adopted: Sequence[date] = ()
    regions: int = 0


@dataclass(frozen=True)
class Quarter:
    """A quarter of a year, by its last day or, while it lasts, today."""

    year: int
    number: int
    ends_on: date


@dataclass(frozen=True)
class Standing:
    """What stood at the end of a quarter."""

    quarter: Quarter
    running: int
    documented: int
    declared: int
    reached: int
    adopted: int


def quarters(first: date, last: date) -> list[Quarter]:
    """Return the quarters from that of `first` to that of `last`, which ends on `last`; none when `first` is later."""
    found = []
    year, number = first.year, (first.month + 2) // 3
    while date(year, 3 * number - 2, 1) <= last:
        after = date(year + number // 4, 3 * (number % 4) + 1, 1)
        found.append(Quarter(year, number, min(after - timedelta(days=1), last)))
        year, number = after.year, number % 4 + 1
    return found


def standings(story: Story, on: date) -> list[Standing]:
    """Return what stood at the end of each quarter since the first cluster began, up to `on`; none without one."""
    begun = min((span.since for span in story.clusters), default=None)
    return [standing(story, quarter) for quarter in quarters(begun, on)] if begun else []


def standing(story: Story, quarter: Quarter) -> Standing:
    """Return what stood at the end of one quarter; an uptake is declared or documented, never both."""
    on = quarter.ends_on
    used = [use for use in story.uptakes if use.holds(on)]
    documented = sum(use.is_documented(on) for use in used)
    return Standing(
        quarter,
        running=sum(span.holds(on) for span in story.clusters),
        documented=documented,
        declared=len(used) - documented,
        reached=_by(story.reached, on),
        adopted=_by(story.adopted, on),
    )


def _by(days: Iterable[date], on: date) -> int:
    return sum(day <= on for day in days)
