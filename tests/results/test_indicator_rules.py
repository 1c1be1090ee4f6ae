"""The rules of indicators: examples computed by hand in one table, and what holds whatever the facts are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.facts import CooperationFacts, MeetingFacts, PilotFacts, ProjectFacts, SolutionFacts, UptakeFacts
from results.rules.indicators.shape import Figure, Line, Reason, Terms, settled
from results.rules.indicators.table import RULES
from results.rules.indicators.uptakes import last_day

ON = date(2029, 6, 1)
ALPHA = ProjectFacts(1, "alpha", "ALPHA", date(2024, 1, 1), date(2026, 6, 30))
LEAP = ProjectFacts(2, "leap", "LEAP", date(2024, 1, 1), date(2028, 2, 29))
OPEN = ProjectFacts(3, "open", "OPEN", date(2024, 1, 1), None)
TWO = frozenset({"EL", "IT"})
ONE = frozenset({"IT"})
TERMS = Terms(ON, frozenset({"policy"}))
R = Reason


@dataclass
class Known:
    """Facts written out."""

    solutions: Iterable[SolutionFacts] = ()
    uptakes: Iterable[UptakeFacts] = ()
    meetings: Iterable[MeetingFacts] = ()
    cooperation: Iterable[CooperationFacts] = ()
    pilots: Iterable[PilotFacts] = ()


def used(pk: int, solution: int, day: date | None, project: ProjectFacts = ALPHA, **fields: Any) -> UptakeFacts:
    """Return a documented uptake in use since `day`."""
    given = {"type": "methodology", "organisation": f"Org {pk}", "cluster": "M4N-CL-2026-01", "is_documented": True}
    given |= {"title": f"Solution {solution}", "state": "in_use" if day else "committed", "in_use_on": day}
    return UptakeFacts(**{"pk": pk, "solution": solution, "project": project, **given, **fields})


def made(pk: int, **fields: Any) -> SolutionFacts:
    """Return a jointly developed, tested and described solution."""
    given = {"title": f"Solution {pk}", "project": 1, "type": "methodology", "maturity": "validated"}
    given |= {"has_place": True, "has_document": True, "partners": 5, "countries": TWO}
    return SolutionFacts(**{"pk": pk, **given, **fields})


def held(pk: int, kind: str, persons: int, completed: int = 0, **fields: Any) -> MeetingFacts:
    """Return a documented meeting, organised by two organisations of two countries."""
    given = {"cluster": "M4N-CL-2026-01", "project": 1, "held_on": date(2026, 5, 1), "organisers": 2, "countries": TWO}
    return MeetingFacts(
        **{"pk": pk, "kind": kind, "persons": persons, "completed": completed, "has_document": True, **given, **fields}
    )


def takes_part(organisation: int, project: ProjectFacts | None = ALPHA, **fields: Any) -> CooperationFacts:
    """Return an organisation of the partnership that was at a documented meeting in May 2026."""
    given = {"name": f"Org {organisation}", "cluster": "M4N-CL-2026-01", "has_partnership": True}
    given |= {"first_on": date(2026, 3, 1), "last_on": date(2026, 6, 1), "document_on": date(2026, 5, 1)}
    return CooperationFacts(**{"organisation": organisation, "project": project, **given, **fields})


def pilot(pk: int, **fields: Any) -> PilotFacts:
    """Return a pilot that two organisations of two countries carried out."""
    given = {"title": "Pilot", "cluster": "M4N-CL-2026-01", "project": 1, "is_done": True, "done_on": date(2026, 5, 1)}
    return PilotFacts(**{"pk": pk, "organisations": 2, "countries": TWO, "has_document": True, **given, **fields})


DAY = date(2026, 5, 2)
#: Case -> (indicator, facts, documented, declared, reasons of what is left out), computed by hand.
EXAMPLES: dict[str, tuple[str, Known, int, int, dict[Reason, int]]] = {
    "three uptakes of two solutions are two": (
        "RCR104",
        Known(uptakes=[used(1, 7, DAY), used(2, 7, DAY), used(3, 8, DAY)]),
        2,
        0,
        {R.COUNTED_BEFORE: 1},
    ),
    "a declared uptake stands apart, and only once beside a documented one": (
        "RCR104",
        Known(
            uptakes=[
                used(1, 7, DAY, is_documented=False),
                used(2, 7, DAY + timedelta(9)),
                used(3, 8, DAY, is_documented=False),
                used(4, 8, DAY, is_documented=False),
            ]
        ),
        1,
        1,
        {R.COUNTED_BEFORE: 2, R.NO_DOCUMENT: 1},
    ),
    "a policy does not count, nor what is on the way, stopped or kept to its cluster": (
        "RCR104",
        Known(
            uptakes=[
                used(1, 7, DAY, type="policy"),
                used(2, 8, None),
                used(3, 9, DAY, state="stopped"),
                used(4, 10, DAY, is_disclosed=False),
                used(5, 11, ON + timedelta(1), OPEN),
            ]
        ),
        0,
        0,
        {R.TYPE: 1, R.NOT_IN_USE: 2, R.STOPPED: 1, R.NOT_DISCLOSED: 1},
    ),
    "what came through a discontinued cluster does not count, documented or declared": (
        "RCR104",
        Known(
            uptakes=[
                used(1, 7, DAY, is_discontinued=True),
                used(2, 8, DAY, is_discontinued=True, is_documented=False),
                used(3, 8, DAY),
            ]
        ),
        1,
        0,
        {R.DISCONTINUED: 2},
    ),
    "the first and the last day count, those beside them do not": (
        "RCR104",
        Known(
            uptakes=[
                used(1, 1, date(2024, 1, 1)),
                used(2, 2, date(2023, 12, 31)),
                used(3, 3, date(2027, 6, 30)),
                used(4, 4, date(2027, 7, 1)),
            ]
        ),
        2,
        0,
        {R.BEFORE_PROJECT: 1, R.AFTER_YEAR: 1},
    ),
    "who is completed on 29 February has until 28 February": (
        "RCR104",
        Known(uptakes=[used(1, 1, date(2029, 2, 28), LEAP), used(2, 2, date(2029, 3, 1), LEAP)]),
        1,
        0,
        {R.AFTER_YEAR: 1},
    ),
    "an unknown end is open": ("RCR104", Known(uptakes=[used(1, 1, date(2029, 5, 31), OPEN)]), 1, 0, {}),
    "solutions of one partner, of one country, untried, undescribed": (
        "RCO116",
        Known(
            solutions=[
                made(1),
                made(2, partners=1, countries=ONE),
                made(3, countries=ONE),
                made(4, maturity="idea"),
                made(5, has_place=False),
                made(6, has_document=False),
            ]
        ),
        1,
        1,
        {R.NOT_JOINT: 1, R.ONE_COUNTRY: 1, R.NOT_TESTED: 2, R.NO_EVIDENCE: 1},
    ),
    "an organisation counts once, whatever it does where; others are reached": (
        "RCO87",
        Known(
            cooperation=[
                takes_part(1),
                takes_part(1, OPEN, first_on=date(2026, 4, 1)),
                takes_part(2, document_on=None),
                takes_part(3, has_partnership=False),
                takes_part(4, is_across=False),
                takes_part(5, None, has_partnership=False),
            ]
        ),
        1,
        1,
        {R.COUNTED_BEFORE: 1, R.NO_EVIDENCE: 1, R.NO_PARTNERSHIP: 1, R.ONE_COUNTRY: 1, R.NO_OWNER: 1},
    ),
    "after the completion counts from the day after it": (
        "RCR84",
        Known(
            cooperation=[
                takes_part(1, last_on=date(2026, 7, 1), document_on=date(2026, 7, 1)),
                takes_part(2, last_on=date(2026, 7, 1)),
                takes_part(3, last_on=date(2026, 6, 30)),
                takes_part(4, OPEN),
            ]
        ),
        1,
        1,
        {R.NO_EVIDENCE: 1, R.NOT_AFTER: 2},
    ),
    "persons of joint actions, each time": (
        "RCO81",
        Known(meetings=[held(1, "joint_action", 23), held(2, "joint_action", 12), held(3, "training", 40)]),
        35,
        0,
        {},
    ),
    "trainings of one country, to come, cancelled, empty, without a list": (
        "RCO85",
        Known(
            meetings=[
                held(1, "training", 20, 15),
                held(2, "training", 5, countries=ONE),
                held(3, "training", 5, organisers=1),
                held(4, "training", 5, held_on=ON + timedelta(1)),
                held(5, "training", 5, is_cancelled=True),
                held(6, "training", 0),
                held(7, "training", 9, 4, has_document=False),
                held(8, "training", 5, project=None),
            ]
        ),
        20,
        9,
        {R.ONE_COUNTRY: 2, R.NOT_DONE: 1, R.CANCELLED: 1, R.NO_ATTENDANCE: 1, R.NO_EVIDENCE: 1, R.NO_OWNER: 1},
    ),
    "who completed a training": (
        "RCR81",
        Known(meetings=[held(1, "training", 20, 15), held(2, "training", 9, 0), held(3, "joint_action", 9, 9)]),
        15,
        0,
        {R.NOBODY_COMPLETED: 1},
    ),
    "an event counts once, however many came": (
        "RCO115",
        Known(meetings=[held(1, "public_event", 300), held(2, "public_event", 0)]),
        1,
        0,
        {R.NO_ATTENDANCE: 1},
    ),
    "strategies are of type policy": (
        "RCO83",
        Known(solutions=[made(1, type="policy"), made(2), made(3, type="policy", has_document=False)]),
        1,
        1,
        {R.NO_EVIDENCE: 1},
    ),
    "a strategy that RCO83 leaves out is not taken up": (
        "RCR79",
        Known(
            solutions=[made(1, type="policy"), made(2, type="policy", countries=ONE), made(3)],
            uptakes=[used(1, 1, DAY, type="policy"), used(2, 2, DAY, type="policy"), used(3, 3, DAY)],
        ),
        1,
        0,
        {R.ONE_COUNTRY: 1},
    ),
    "pilots that are done by several": (
        "RCO84",
        Known(
            pilots=[
                pilot(1),
                pilot(2, is_done=False),
                pilot(3, countries=ONE),
                pilot(4, has_document=False),
                pilot(5, project=None),
            ]
        ),
        1,
        1,
        {R.NOT_DONE: 1, R.ONE_COUNTRY: 1, R.NO_EVIDENCE: 1, R.NO_OWNER: 1},
    ),
}


def figure(code: str, known: Known, taken: dict[tuple[str, int], int] | None = None, terms: Terms = TERMS) -> Figure:
    """Return the figure of an indicator by the first version of its rule."""
    return RULES[code].figure(known, terms, taken or {}, version=1)


@pytest.mark.parametrize("case", EXAMPLES)
def test_a_figure_is_what_was_computed_by_hand(case: str) -> None:
    code, known, documented, declared, reasons = EXAMPLES[case]
    terms = TERMS if code == "RCR104" else Terms(ON)
    found = figure(code, known, terms=terms)
    assert (found.documented, found.declared, dict(found.reasons)) == (documented, declared, reasons)


def test_every_rule_has_an_example() -> None:
    assert {example[0] for example in EXAMPLES.values()} == set(RULES)


def test_who_is_reached_is_no_partner_anywhere() -> None:
    known = Known(cooperation=[takes_part(1), takes_part(1, OPEN, has_partnership=False)])
    assert figure("RCO87", known).reached == 0
    assert figure("RCO87", Known(cooperation=[takes_part(3, has_partnership=False)])).reached == 1


def test_what_was_recorded_for_a_project_counts_for_no_other() -> None:
    known = Known(cooperation=[takes_part(1), takes_part(1, OPEN)])
    found = figure("RCO87", known, {("organisation", 1): 3})
    assert (found.of_project(1).documented, found.of_project(3).documented) == (0, 1)
    assert found.of_project(1).reasons == [(R.COUNTED_BEFORE, 1)]
    moved = figure("RCR104", Known(uptakes=[used(1, 7, DAY)]), {("solution", 7): 3})
    assert (moved.of_project(1).documented, moved.of_project(3).documented, moved.documented) == (0, 1, 1)


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
