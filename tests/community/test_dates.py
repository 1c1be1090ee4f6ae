"""Months: arithmetic at the ends of months and of the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.dates import add_months, earliest_end


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(9999, 12, 31), 1, date.max),
        (date(1, 1, 1), -1, date.min),
    ],
)
def test_months_are_added_within_the_calendar(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(end=st.dates(), on=st.dates(), months=st.integers(0, 120))
def test_the_earliest_end_says_the_same_as_adding_months(end: date, on: date, months: int) -> None:
    assert (end >= earliest_end(on, months)) == (add_months(end, months) >= on)


@given(on=st.dates(min_value=date(1000, 1, 1)), months=st.integers(0, 120))
def test_a_day_before_the_earliest_end_is_too_early(on: date, months: int) -> None:
    assert add_months(earliest_end(on, months) - timedelta(days=1), months) < on
