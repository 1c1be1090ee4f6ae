"""Moving the plan of a stage and of all after it by some days: what would move, what stays and why, what forbids it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters.choices import StageStatus
from clusters.models import Cluster, Stage
from clusters.rules.roadmap import FIRST_YEAR, LAST_YEAR, WRONG_YEAR

#: More than any cluster of the programme lasts.
MAX_DAYS = 1000


@dataclass(frozen=True)
class ShiftLine:
    """A stage from the first one on, with the planned days that it would have; `stays` says why it keeps its own."""

    stage: Stage
    number: int
    start: date | None
    end: date | None
    stays: str = ""
    only_end: bool = False


@dataclass(frozen=True)
class Shift:
    """What moving one stage and all after it by `days` (negative: earlier) would do.

    `problem` is the sentence that forbids it, or ""; `wished` the dates of the cluster that would allow it, as the
    form of an amendment takes them; `seen` tells whether the roadmap is still the one that was shown.
    """

    lines: list[ShiftLine]
    days: int
    problem: str
    wished: dict[str, str]
    seen: str

    @property
    def moving(self) -> list[ShiftLine]:
        """The lines that move."""
        return [line for line in self.lines if not line.stays]

    @property
    def amending(self) -> str:
        """The query of an amendment's form that makes room, or ""."""
        return f"?{urlencode(self.wished)}" if self.wished else ""


def shift_of(cluster: Cluster, order: Sequence[Stage], first: Stage, days: int) -> Shift:
    """Return what moving `first` and all after it in `order` by `days` would do; asks the database nothing.

    Done and dropped stages and those without dates are leapt over; of a stage that has begun only the end moves.
    """
    place = [stage.pk for stage in order].index(first.pk)
    lines = [_line(stage, number, days) for number, stage in enumerate(order, 1) if number > place]
    problem, wished = _problem(cluster, [line for line in lines if not line.stays], days)
    return Shift(lines, days, problem, wished, _seen(order, first, days))


def _line(stage: Stage, number: int, days: int) -> ShiftLine:
    start, end = stage.planned_start_on, stage.planned_end_on
    stays = ""
    if stage.status == StageStatus.DONE:
        stays = _("stays: it is done")
    elif stage.status == StageStatus.DROPPED:
        stays = _("stays: it is dropped")
    elif start is None and end is None:
        stays = _("stays: it has no dates")
    elif stage.actual_start_on is not None and end is None:
        stays = _("stays: it has begun, and no end is planned")
    if stays:
        return ShiftLine(stage, number, start, end, stays)
    step = timedelta(days=days)
    has_begun = stage.actual_start_on is not None
    moved_start = start if has_begun or start is None else start + step
    return ShiftLine(stage, number, moved_start, end + step if end else None, only_end=has_begun)


def _problem(cluster: Cluster, moving: Sequence[ShiftLine], days: int) -> tuple[str, dict[str, str]]:
    """Return what forbids the shift and which dates of the cluster would allow it."""
    if not moving:
        return _("No stage from here on is open and has dates, so nothing would move."), {}
    for line in moving:
        if line.start and line.end and line.end < line.start:
            words = _("Stage %(number)d has begun on its planned start and would end before it. Choose fewer days.")
            return words % {"number": line.number}, {}
    firsts, lasts = _days(moving, is_last=False), _days(moving, is_last=True)
    if days > 0 and cluster.ends_on is not None and (last := max(lasts)) > cluster.ends_on:
        words = _("Stage %(number)d would end on %(day)s, after the cluster does (%(end)s).")
        return _outside(words, moving, last, cluster.ends_on), {"ends_on": last.isoformat()}
    if days < 0 and cluster.starts_on is not None and firsts and (first := min(firsts)) < cluster.starts_on:
        words = _("Stage %(number)d would start on %(day)s, before the cluster does (%(end)s).")
        return _outside(words, moving, first, cluster.starts_on), {"starts_on": first.isoformat()}
    if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in (*firsts, *lasts)):
        return WRONG_YEAR % {"first": FIRST_YEAR, "last": LAST_YEAR}, {}
    return "", {}


def _days(moving: Iterable[ShiftLine], *, is_last: bool) -> list[date]:
    """Return the new ends, or the new starts of what has not begun; one given day counts for both."""
    found = []
    for line in moving:
        day = (line.end or line.start) if is_last else (line.end if line.only_end else line.start or line.end)
        if day is not None:
            found.append(day)
    return found


def _outside(words: str, moving: Sequence[ShiftLine], day: date, limit: date) -> str:
    number = next(line.number for line in moving if day in (line.start, line.end))
    sentence = words % {"number": number, "day": date_format(day, "j F Y"), "end": date_format(limit, "j F Y")}
    return f"{sentence} {_('Only an amendment changes the dates of the cluster.')}"


def _seen(order: Sequence[Stage], first: Stage, days: int) -> str:
    """Return a checksum of all that the preview rests on."""
    rows = [
        (stage.pk, stage.status, stage.planned_start_on, stage.planned_end_on, stage.actual_start_on) for stage in order
    ]
    return sha256(repr((first.pk, days, rows)).encode()).hexdigest()[:32]
