"""Rules with domains, over the whole of them: shifting a plan, days of silence, times in nights when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, example, given
from hypothesis import strategies as st

from clusters.choices import MEETING_ZONES, StageStatus
from clusters.models import Cluster, Stage
from clusters.rules.meeting_times import moment_of, span_of
from clusters.rules.reminders import RULES, Person, Silence, decide
from clusters.rules.shift import MAX_DAYS, Shift, shift_of

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
STEPS = st.integers(-MAX_DAYS, MAX_DAYS).filter(bool)


# -- Shifting a plan ---------------------------------------------------------------------------------------------------


@st.composite
def stages(draw: st.DrawFn) -> Stage:
    """Draw a stage as the rules of the roadmap let it be: with dates or without, begun or not."""
    days = sorted(draw(st.lists(DAYS, min_size=2, max_size=2)))
    start, end = (day if draw(st.booleans()) else None for day in days)
    status = draw(st.sampled_from(StageStatus.values))
    begun = start if start and status in (StageStatus.RUNNING, StageStatus.DONE) else None
    return Stage(title="A stage", status=status, planned_start_on=start, planned_end_on=end, actual_start_on=begun)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Cluster, list[Stage], Stage]:
    """Draw a cluster with its stages in order, and the one from which the plan is moved."""
    rows = draw(st.lists(stages(), min_size=1, max_size=6))
    for pk, row in enumerate(rows, 1):
        row.pk, row.position = pk, pk
    first = draw(st.dates(date(2025, 11, 1), date(2026, 2, 1)))
    last = draw(st.dates(date(2027, 11, 1), date(2028, 3, 1)))
    return Cluster(starts_on=first, ends_on=last), rows, draw(st.sampled_from(rows))


def moved(rows: list[Stage], shift: Shift) -> list[Stage]:
    """Return the stages with the days that the shift gives them."""
    new = {line.stage.pk: (line.start, line.end) for line in shift.lines}
    found = []
    for row in rows:
        start, end = new.get(row.pk, (row.planned_start_on, row.planned_end_on))
        facts = {"status": row.status, "actual_start_on": row.actual_start_on, "title": row.title}
        found.append(Stage(pk=row.pk, position=row.pk, planned_start_on=start, planned_end_on=end, **facts))
    return found


def days_of(rows: list[Stage]) -> list[tuple[date | None, date | None]]:
    return [(row.planned_start_on, row.planned_end_on) for row in rows]


@given(plans(), STEPS)
def test_a_shift_moves_what_is_open_from_the_first_on_by_just_these_days(
    plan: tuple[Cluster, list[Stage], Stage], days: int
) -> None:
    cluster, rows, first = plan
    shift = shift_of(cluster, rows, first, days)
    assert [line.stage for line in shift.lines] == rows[first.pk - 1 :]
    for line in shift.lines:
        row, step = line.stage, timedelta(days=days)
        is_over = row.status in (StageStatus.DONE, StageStatus.DROPPED)
        has_begun = row.actual_start_on is not None
        has_days = row.planned_end_on is not None or (row.planned_start_on is not None and not has_begun)
        assert bool(line.stays) == (is_over or not has_days)
        if line.stays:
            assert (line.start, line.end) == (row.planned_start_on, row.planned_end_on)
            continue
        assert line.end == (row.planned_end_on + step if row.planned_end_on else None)
        keeps_start = has_begun or row.planned_start_on is None
        assert line.start == (row.planned_start_on if keeps_start else row.planned_start_on + step)  # type: ignore[operator]


@given(plans(), st.integers(-60, 60).filter(bool))
def test_a_shift_that_is_allowed_stays_within_the_cluster_and_is_undone_by_its_opposite(
    plan: tuple[Cluster, list[Stage], Stage], days: int
) -> None:
    cluster, rows, first = plan
    shift = shift_of(cluster, rows, first, days)
    assume(not shift.problem)
    assert cluster.starts_on is not None
    assert cluster.ends_on is not None
    for line in shift.moving:
        assert line.start is None or line.end is None or line.start <= line.end
        if days > 0:
            assert max(day for day in (line.start, line.end) if day) <= cluster.ends_on
        elif not line.only_end:
            assert min(day for day in (line.start, line.end) if day) >= cluster.starts_on
    after = moved(rows, shift)
    back = shift_of(Cluster(), after, after[first.pk - 1], -days)
    assert (back.problem, days_of(moved(after, back))) == ("", days_of(rows))


@given(plans(), STEPS, STEPS)
def test_a_preview_is_known_by_what_it_rests_on(
    plan: tuple[Cluster, list[Stage], Stage], days: int, other: int
) -> None:
    cluster, rows, first = plan
    seen = shift_of(cluster, rows, first, days).seen
    assert (shift_of(cluster, rows, first, other).seen == seen) == (other == days)
    rows[-1].planned_end_on = (rows[-1].planned_end_on or date(2026, 1, 1)) + timedelta(days=1)
    assert shift_of(cluster, rows, first, days).seen != seen


# -- Silence -----------------------------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(RULES)), DAYS, st.sets(st.integers(-20, 120), min_size=1, max_size=12))
def test_however_rarely_the_clock_runs_each_step_comes_once_and_is_the_newest(
    rule: str, anchor: date, runs: set[int]
) -> None:
    person = Person(1, "Somebody")
    (audience, *_others) = dict.fromkeys(step.to for step in RULES[rule])
    due = {
        day
        for step in RULES[rule]
        if step.to == audience
        for day in range(step.day, 121 if step.every else step.day + 1, step.every or 1)
    }
    waiting, sent = Silence(rule, "cluster:1", anchor, {audience: (person,)}), set[str]()
    last = min(due) - 1
    for age in sorted(runs):
        found = [one for one in decide(waiting, anchor + timedelta(days=age), sent) if one.sends]
        newest = max((day for day in due if day <= age), default=last)
        assert [one.step for one in found] == ([newest] if newest > last else [])
        last = max(last, newest)
        sent.update(one.key for one in found)
        assert not [one for one in decide(waiting, anchor + timedelta(days=age), sent) if one.sends], "run again"


# -- Nights in which clocks change -------------------------------------------------------------------------------------

#: The two nights of 2026 and 2027, and any other day.
NIGHTS = st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)])
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
SMALL_HOURS = st.builds(time, st.integers(0, 4), st.integers(0, 59))
LOCAL = st.tuples(st.one_of(NIGHTS, DAYS), st.one_of(SMALL_HOURS, CLOCKS))


def moments_that_show(day: date, clock: time, zone: str) -> list[datetime]:
    """Return all moments at which clocks in `zone` show this, by trying each offset from UTC around that day."""
    local = datetime.combine(day, clock)
    around = [datetime.combine(day, time(12), tzinfo=UTC) + timedelta(days=shift) for shift in (-2, 2)]
    offsets = {moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for moment in around}
    tried = sorted((local - offset).replace(tzinfo=UTC) for offset in offsets)
    return [moment for moment in tried if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local]


@given(LOCAL, st.sampled_from(MEETING_ZONES))
@example((date(2026, 3, 29), time(2, 30)), "Europe/Brussels")
@example((date(2026, 10, 25), time(2, 30)), "Europe/Brussels")
@example((date(2026, 3, 29), time(1, 30)), "Europe/Lisbon")
@example((date(2026, 10, 25), time(3, 0)), "Asia/Nicosia")
def test_a_time_is_the_moment_that_clocks_show_or_there_is_none(at: tuple[date, time], zone: str) -> None:
    shown = moments_that_show(*at, zone)
    if not shown:
        with pytest.raises(ValidationError):
            moment_of(*at, zone)
        return
    assert (moment_of(*at, zone), moment_of(*at, zone, fold=1)) == (shown[0], shown[-1])


@given(LOCAL, LOCAL, st.sampled_from(MEETING_ZONES))
@example((date(2026, 10, 25), time(2, 45)), (date(2026, 10, 25), time(2, 15)), "Europe/Brussels")
def test_an_end_that_clocks_show_twice_is_the_one_after_the_beginning(
    first: tuple[date, time], last: tuple[date, time], zone: str
) -> None:
    begins, ends = moments_that_show(*first, zone), moments_that_show(*last, zone)
    assume(begins and ends)
    after = [moment for moment in ends if moment > begins[0]]
    assert span_of(first, last, zone) == (begins[0], after[0] if after else ends[-1])
