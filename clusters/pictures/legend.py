"""The legend of a roadmap: the signs that stand in the picture, each with its meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clusters.choices import StageStatus
from clusters.pictures.axis import Words
from clusters.pictures.drawing import bar, diamond, joined, line, text
from clusters.pictures.roadmap import DrawnStage, slip_words

Sign = tuple[SafeString, Words, Callable[[DrawnStage, date | None], bool]]


def legend(
    stages: Sequence[DrawnStage] | None = None,
    *,
    on: date | None = None,
    has_today: bool = True,
    marker: Words = "",
    has_first: bool = False,
) -> SafeString:
    """Say in a list how the roadmap of `stages` is read: nothing of what is not in it; without stages, all.

    `on` is the day that the picture took as today, `has_today` whether its red line is on the axis, `marker` the
    name of that line, "today" unless given. `has_first` explains the slip in brackets, where a later baseline was
    frozen.
    """
    samples = [
        (sample, words)
        for sample, words, is_drawn in _signs(has_first)
        if stages is None or any(is_drawn(stage, on) for stage in stages)
    ]
    if has_today:
        today = line("M17 1V17", css="p-today", colour="terracotta", width=1.75)
        samples.append((today, marker or gettext("today")))
    return format_html(
        '<ul class="legend" aria-label="{}">{}</ul>',
        gettext("How to read the picture"),
        format_html_join(
            "",
            '<li><svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true" width="34" height="18" viewBox="0 0 34 18">'
            "{}</svg>{}</li>",
            samples,
        ),
    )


def _signs(has_first: bool) -> Iterator[Sign]:
    """Yield each sign with its words and which stage is drawn with it."""
    yield bar(1, 3, 30, "olive", is_filled=True), gettext("done"), _with_status(StageStatus.DONE)
    running = joined([bar(1, 3, 31, "brand", is_filled=False), bar(1, 3, 16, "brand", is_filled=True)])
    yield running, gettext("running: filled up to today"), _with_status(StageStatus.RUNNING)
    yield bar(1, 3, 31, "brand", is_filled=False), gettext("planned"), _with_status(StageStatus.PLANNED)
    dropped = bar(1, 3, 31, "ink-3", is_filled=False, is_dashed=True)
    yield dropped, gettext("dropped"), _with_status(StageStatus.DROPPED)
    late = bar(1, 3, 31, "terracotta", is_filled=False)
    yield late, gettext("past its planned end"), lambda stage, on: stage.is_late(on)
    point = diamond(17, 9, "brand", is_filled=False, half=7)
    yield point, gettext("up to three days"), lambda stage, on: stage.is_point(on)
    baseline = line("M2 6v6H32V6", css="p-base", colour="control", width=1.25)
    yield baseline, gettext("baseline, as approved"), lambda stage, _on: stage.baseline_end is not None
    words = gettext("later than the baseline")
    if has_first:
        words = gettext("later than the baseline (in brackets: than the first)")
    slip = text(2, 14, gettext("+%(days)d d") % {"days": 9}, css="p-terracotta", colour="terracotta", is_bold=True)
    yield slip, words, lambda stage, on: bool(slip_words(stage, on))


def _with_status(status: StageStatus) -> Callable[[DrawnStage, date | None], bool]:
    return lambda stage, on: stage.status == status and stage.span(on) is not None
