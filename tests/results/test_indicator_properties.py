"""What holds for every rule of an indicator, whatever the facts are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from results.facts import CooperationFacts, SolutionFacts, UptakeFacts
from results.rules.indicators.shape import Line, Reason, Terms, settled
from results.rules.indicators.uptakes import last_day
from tests.results.making_facts import ALPHA, LEAP, ONE, OPEN, TWO, Known, figure, made, takes_part, used

DAYS = st.dates(date(2023, 1, 1), date(2031, 12, 31))
PROJECTS = st.sampled_from([ALPHA, LEAP, OPEN])
TYPES = st.sampled_from(["policy", "methodology"])
UPTAKES = st.lists(
    st.builds(
        used,
        st.integers(1, 10**6),
        st.integers(1, 5),
        st.none() | DAYS,
        is_documented=st.booleans(),
        is_disclosed=st.booleans(),
    ),
    max_size=12,
)
SOLUTIONS = st.lists(
    st.builds(
        made,
        st.integers(1, 5),
        type=TYPES,
        has_document=st.booleans(),
        countries=st.sampled_from([ONE, TWO]),
        project=st.integers(1, 3),
    ),
    max_size=5,
    unique_by=lambda row: row.pk,
)
ORGANISATIONS = st.lists(
    st.builds(
        takes_part,
        st.integers(1, 4),
        PROJECTS,
        has_partnership=st.booleans(),
        document_on=st.none() | DAYS,
        last_on=DAYS,
    ),
    max_size=12,
)
TAKEN = st.dictionaries(st.tuples(st.just("solution"), st.integers(1, 5)), st.integers(1, 3))


@given(UPTAKES, TAKEN)
def test_solutions_are_distinct_and_each_rests_on_a_fitting_uptake(
    uptakes: list[UptakeFacts], taken: dict[tuple[str, int], int]
) -> None:
    found = figure("RCR104", Known(uptakes=uptakes), taken)
    fitting = {
        row.solution
        for row in uptakes
        if row.is_disclosed
        and row.is_documented
        and row.in_use_on is not None
        and date(2024, 1, 1) <= row.in_use_on <= date(2027, 6, 30)
    }
    assert {line.key[1] for line in found.counted} == fitting
    assert found.documented == len(fitting)
    assert sum(found.of_project(pk).documented for pk in (1, 2, 3)) == found.documented


@given(st.dates(date(1999, 1, 1), date(2098, 12, 31)))
def test_the_year_ends_on_the_same_day_of_the_next_year(end: date) -> None:
    project = replace(ALPHA, starts_on=None, ends_on=end)
    is_leap_day = (end.month, end.day) == (2, 29)
    last = date(end.year + 1, 2, 28) if is_leap_day else end.replace(year=end.year + 1)
    assert last_day(project) == last
    terms = Terms(date(2100, 1, 1))
    days = [last, last + timedelta(1)]
    known = Known(uptakes=[used(number, number, day, project) for number, day in enumerate(days, 1)])
    assert [line.record[1] for line in figure("RCR104", known, terms=terms).counted] == [1]


@given(ORGANISATIONS)
def test_an_organisation_counts_once_and_only_with_a_partnership(rows: list[CooperationFacts]) -> None:
    found = figure("RCO87", Known(cooperation=rows))
    inside = {row.organisation for row in rows if row.has_partnership and row.document_on is not None}
    said = {row.organisation for row in rows if row.has_partnership} - inside
    outside = {row.organisation for row in rows} - inside - said
    assert (found.documented, found.declared, found.reached) == (len(inside), len(said), len(outside))
    after = figure("RCR84", Known(cooperation=rows))
    assert after.documented + after.declared <= found.documented + found.declared


@given(SOLUTIONS, UPTAKES, TAKEN)
def test_no_more_strategies_are_taken_up_than_were_developed(
    solutions: list[SolutionFacts], uptakes: list[UptakeFacts], taken: dict[tuple[str, int], int]
) -> None:
    known = Known(solutions=solutions, uptakes=uptakes)
    developed, adopted = figure("RCO83", known, taken), figure("RCR79", known, taken)
    for project in (None, 1, 2, 3):
        most, some = developed.of_project(project), adopted.of_project(project)
        assert some.documented <= most.documented
        assert some.documented + some.declared <= most.documented + most.declared


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), st.sampled_from([None, *Reason])), max_size=12), TAKEN)
def test_a_key_counts_once_for_one_project(
    given_lines: list[tuple[int, int, Reason | None]], taken: dict[tuple[str, int], int]
) -> None:
    lines = [
        Line(("solution", key), ("uptake", number), "", project, reason=reason)
        for number, (key, project, reason) in enumerate(given_lines)
    ]
    found = settled(lines, taken)
    valued = [line.key for line in found.lines if line.is_counted or line.is_declared]
    assert len(valued) == len(set(valued))
    assert {line.key for line in found.counted} == {line.key for line in lines if line.reason is None}
    assert all(line.project == taken.get(line.key, line.project) for line in found.counted)
    assert settled(reversed(lines), taken) == found
