"""The roadmap of a cluster: one row a stage, what was planned, what came, and how far it slipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from clusters.choices import OPEN_STAGES, StageStatus
from clusters.pictures.axis import TODAY, TOP, Axis, Words, axis_over, day_line, grid
from clusters.pictures.drawing import BAR, bar, breadth, diamond, fitted, framed, glyph, joined, line, number, text
from clusters.pictures.palette import PAPER
from community.dates import written

WIDE: Final = 1040
NARROW: Final = 344
#: From one stage to the next in the wide drawing, as usual and where paper is full.
ROW: Final = 38
CLOSE: Final = 31
LABELS: Final = 300  # room for the stages' names, left of the bars in the wide drawing
LEAST_FILL: Final = 0.5
LEAST_WIDTH: Final = 4  # so that a short bar is still seen
DIAMOND_DAYS: Final = 3
EDGE: Final = 10  # so that a diamond on the first day is not cut
_SLIP: Final = 12

GLYPHS: Final = {
    StageStatus.DONE: ("concluded", "olive"),
    StageStatus.RUNNING: ("running", "brand"),
    StageStatus.PLANNED: ("open", "ink-3"),
    StageStatus.DROPPED: ("declined", "ink-3"),
}
LATE: Final = ("warn", "terracotta")


@dataclass(frozen=True)
class DrawnStage:
    """A stage as the picture needs it; any date may be missing. `status` is a `StageStatus`, late is derived.

    `baseline_*` are of the newest baseline; `first_slip` counts days against the first one, None where both agree.
    `waits_for` is the number of the stage that must come first.
    """

    name: str
    status: str
    planned_start: date | None = None
    planned_end: date | None = None
    actual_start: date | None = None
    actual_end: date | None = None
    baseline_start: date | None = None
    baseline_end: date | None = None
    first_slip: int | None = None
    waits_for: int | None = None

    def days(self) -> Iterator[date | None]:
        """Yield every date of the stage, to find how long the axis must be."""
        yield from (self.planned_start, self.planned_end, self.actual_start)
        yield from (self.actual_end, self.baseline_start, self.baseline_end)

    def is_late(self, on: date | None) -> bool:
        """Say whether it is open and past its planned end."""
        end = self.planned_end or self.planned_start
        return on is not None and self.status in OPEN_STAGES and end is not None and end < on

    def is_point(self, on: date | None) -> bool:
        """Say whether it is drawn as a diamond, because it lasts up to three days."""
        span = self.span(on)
        return span is not None and (span[1] - span[0]).days < DIAMOND_DAYS

    def planned(self) -> tuple[date, date] | None:
        """Return the planned span, one given day counting for both ends."""
        return _span(self.planned_start, self.planned_end)

    def slip(self, on: date | None) -> int | None:
        """Return days against the baseline's end, positive when later; None without a baseline or when dropped."""
        if self.baseline_end is None or self.status == StageStatus.DROPPED:
            return None
        end = self.actual_end or (on if self.is_late(on) else self.planned_end)
        return None if end is None else (end - self.baseline_end).days

    def span(self, on: date | None) -> tuple[date, date] | None:
        """Return from when to when the bar runs: what came where it came, else what is planned."""
        planned = self.planned()
        if self.status == StageStatus.DONE:
            planned_start, planned_end = planned or (None, None)
            return _span(self.actual_start or planned_start, self.actual_end or planned_end)
        if planned is None:
            return _span(self.actual_start, self.actual_start)
        start = self.actual_start or planned[0]
        end = planned[1]
        if on is not None and self.is_late(on):
            end = on
        return _span(start, end)


def _span(start: date | None, end: date | None) -> tuple[date, date] | None:
    start, end = start or end, end or start
    if start is None or end is None:
        return None
    return (start, max(start, end))


def roadmap(
    stages: Sequence[DrawnStage],
    *,
    ident: str,
    on: date | None,
    title: Words,
    start: date | None = None,
    end: date | None = None,
    wide: bool = True,
    width: float = 0,
    labels: float = LABELS,
    marker: Words = TODAY,
    is_close: bool = False,
) -> SafeString:
    """Draw the stages in time; "" when there are none or nothing has a date.

    Args:
        stages: in the order of the roadmap; they are numbered from 1.
        ident: id of the picture's title, unique on the page.
        on: the day that counts as today; None draws no line and nothing as late.
        title: what the roadmap belongs to; begins the picture's sentence.
        start: first day of the cluster; the axis holds every stage anyway.
        end: last day of the cluster.
        wide: names left of the bars; else above them, for a phone or a column.
        width: units across, 1040 or 344 unless given; text keeps its size, so a column of 640 pixels wants about 660.
        labels: room for the names in the wide drawing.
        marker: words of today's label with `%(day)s`: `TODAY` on pages, `AS_OF` in documents.
        is_close: rows of the wide drawing stand as close as their brackets allow, for paper that is full.
    """
    across = width or (WIDE if wide else NARROW)
    late = [on] if any(stage.is_late(on) for stage in stages) else []
    days = [start, end, *late, *(day for stage in stages for day in stage.days())]
    axis = axis_over(days, x0=labels if wide else EDGE, x1=across - 8)
    if axis is None or not stages:
        return SafeString("")
    height = (CLOSE if is_close else ROW) if wide else 54
    bottom = TOP + len(stages) * height + 6
    rows = joined(
        _row(axis, stage, position=index + 1, y=TOP + 8 + index * height, on=on, wide=wide, across=across)
        for index, stage in enumerate(stages)
    )
    marked = day_line(axis, on, bottom, marker)
    body = joined([grid(axis, bottom), rows, marked] if wide else [grid(axis, bottom), marked, rows])
    return framed(body, width=across, height=bottom + 22, ident=ident, title=_sentence(stages, axis, title))


def _sentence(stages: Sequence[DrawnStage], axis: Axis, title: Words) -> str:
    known = [day for stage in stages for day in stage.days() if day is not None]
    first, last = (min(known), max(known)) if known else (axis.first, axis.last - timedelta(days=1))
    sentence = ngettext(
        "%(title)s: %(count)d stage from %(start)s to %(end)s; %(done)d done. The table holds the same dates.",
        "%(title)s: %(count)d stages from %(start)s to %(end)s; %(done)d done. The table holds the same dates.",
        len(stages),
    )
    return sentence % {
        "title": title,
        "count": len(stages),
        "start": written(first),
        "end": written(last),
        "done": sum(stage.status == StageStatus.DONE for stage in stages),
    }


def _row(
    axis: Axis, stage: DrawnStage, *, position: int, y: float, on: date | None, wide: bool, across: float
) -> SafeString:
    shape, colour = LATE if stage.is_late(on) else GLYPHS[StageStatus(stage.status)]
    parts = [_rule(y, across)] if position > 1 else []
    if wide:
        parts += [
            glyph(shape, colour, 2, y + 2, 16),
            text(26, y + 15, position, css="p-t3", colour="ink-3", size=14, is_bold=True),
            text(48, y + 15, _named(stage, "", axis.x0 - 48 - 10, 15), size=15),
            _bars(axis, stage, y + 3, on),
            _slip_beside(axis, stage, y + 3, on),
        ]
    else:
        slip = slip_words(stage, on)
        room = across - 22 - 6 - (breadth(slip, 13) + 8 if slip else 0)
        parts += [
            glyph(shape, colour, 2, y, 14),
            text(22, y + 12, _named(stage, f"{position}  ", room, 14), css="p-t halo", size=14),
            _bars(axis, stage, y + 20, on),
        ]
        if slip:
            parts += _slip_at_edge(slip, across - 6, y + 12)
    return joined(parts)


def _named(stage: DrawnStage, before: str, room: float, size: float) -> str:
    """Return the stage's name, cut to the room; for which stage an open one waits is never cut off."""
    if stage.waits_for is None or stage.status not in OPEN_STAGES:
        return fitted(f"{before}{stage.name}", room, size)
    words = f" · {gettext('after %(number)d') % {'number': stage.waits_for}}"
    return f"{fitted(f'{before}{stage.name}', room - breadth(words, size), size)}{words}"


def _rule(y: float, across: float) -> SafeString:
    return line(f"M0 {number(y - 6)}H{number(across)}", css="p-row", colour="line")


def _bars(axis: Axis, stage: DrawnStage, y: float, on: date | None) -> SafeString:
    """Draw one stage: baseline as a bracket beneath, planned outlined, done and begun filled, overdue in terracotta."""
    parts = [_bracket(axis, stage, y)]
    span = stage.span(on)
    if span is None:
        x = axis.x0 + 4
        return joined([text(x, y + BAR - 2, gettext("no dates yet"), css="p-t3 halo", colour="ink-3"), *parts])
    start, end = span
    x, x1 = axis.at(start), axis.after(end)
    width = max(x1 - x, LEAST_WIDTH)
    late, begun = stage.is_late(on), stage.actual_start is not None
    status = StageStatus(stage.status)
    dropped, done = status == StageStatus.DROPPED, status == StageStatus.DONE
    colour = "olive" if done else "ink-3" if dropped else "terracotta" if late else "brand"
    if stage.is_point(on):
        filled = done or status == StageStatus.RUNNING
        parts.append(diamond((x + x1) / 2, y + BAR / 2, colour, is_filled=filled, is_dashed=dropped))
        return joined(parts)
    parts.append(bar(x, y, width, colour, is_filled=done, is_dashed=dropped))
    reached = (stage.planned_end if late else on) if status == StageStatus.RUNNING or begun else None
    if reached is not None and not done and not dropped and reached >= start:
        part = min(axis.after(reached) if late else axis.noon(reached), x1) - x
        if part >= LEAST_FILL:
            parts.append(bar(x, y, part, "brand", is_filled=True))
    return joined(parts)


def _bracket(axis: Axis, stage: DrawnStage, y: float) -> SafeString:
    span = _span(stage.baseline_start, stage.baseline_end)
    if span is None:
        return SafeString("")
    x = axis.at(span[0])
    x1 = max(axis.after(span[1]), x + LEAST_WIDTH)
    under = number(y + BAR + 3)
    return line(f"M{number(x)} {under}v4H{number(x1)}v-4", css="p-base", colour="control", width=1.25)


def slip_words(stage: DrawnStage, on: date | None) -> str:
    """Return the slip against the newest baseline, and in brackets the one against the first where they differ."""
    slip, first = stage.slip(on), stage.first_slip
    newest = gettext("+%(days)d d") % {"days": slip} if slip is not None and slip > 0 else ""
    if first is None or first <= 0 or first == slip or stage.status == StageStatus.DROPPED:
        return newest
    return f"{newest} ({gettext('+%(days)d d') % {'days': first}})".strip()


def _slip_at_edge(words: str, x: float, y: float) -> list[SafeString]:
    """Write the slip at the right edge, on a ground of its own, because the line of today may pass there."""
    room = breadth(words, 13) + 6
    ground = format_html(
        '<rect class="p-gap" x="{}" y="{}" width="{}" height="17" fill="{}"/>',
        *map(number, (x - room + 2, y - 13, room)),
        PAPER["surface"],
    )
    return [ground, text(x, y, words, css="p-terracotta", colour="terracotta", anchor="end", is_bold=True)]


def _slip_beside(axis: Axis, stage: DrawnStage, y: float, on: date | None) -> SafeString:
    """Write the slip right of the bar, left of it where the right edge is near, else at the end of the names."""
    words, span = slip_words(stage, on), stage.span(on)
    if not words or span is None:
        return SafeString("")
    room = breadth(words, _SLIP) + 8
    left, right = axis.at(span[0]) - 10, axis.after(span[1]) + 10
    x, anchor = (right, "start") if right + room <= axis.x1 + 8 else (max(left, axis.x0 - 4), "end")
    return text(x, y + BAR - 2, words, css="p-terracotta", colour="terracotta", size=_SLIP, anchor=anchor, is_bold=True)
