"""The rules of indicators: examples computed by hand, in one table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from results.rules.indicators.shape import Reason, Terms
from results.rules.indicators.table import RULES
from tests.results.making_facts import (
    LEAP,
    ON,
    ONE,
    OPEN,
    TERMS,
    Known,
    R,
    figure,
    held,
    made,
    pilot,
    takes_part,
    used,
)

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


@pytest.mark.parametrize("case", EXAMPLES)
def test_a_figure_is_what_was_computed_by_hand(case: str) -> None:
    code, known, documented, declared, reasons = EXAMPLES[case]
    terms = TERMS if code == "RCR104" else Terms(ON)
    found = figure(code, known, terms=terms)
    assert (found.documented, found.declared, dict(found.reasons)) == (documented, declared, reasons)


def test_every_rule_has_an_example() -> None:
    assert {example[0] for example in EXAMPLES.values()} == set(RULES)


@pytest.mark.parametrize(
    ("code", "known", "first", "second"),
    [
        ("RCO116", Known(solutions=[made(1), made(2, has_website=True)]), (1, 1), (2, 0)),
        ("RCO83", Known(solutions=[made(1, type="policy"), made(2, type="policy", has_website=True)]), (1, 1), (2, 0)),
        (
            "RCR79",
            Known(solutions=[made(1, type="policy")], uptakes=[used(1, 1, DAY, type="policy")]),
            (0, 1),
            (1, 0),
        ),
        (
            "RCO87",
            Known(cooperation=[takes_part(1), takes_part(2)], present_cooperation=[takes_part(2)]),
            (1, 0),
            (2, 0),
        ),
        (
            "RCR84",
            Known(cooperation=[takes_part(1, last_on=date(2026, 7, 1), document_on=date(2026, 7, 1))]),
            (0, 0),
            (1, 0),
        ),
        (
            "RCO84",
            Known(pilots=[pilot(1), pilot(2)], present_pilots=[pilot(1, organisations=0), pilot(2)]),
            (1, 0),
            (2, 0),
        ),
    ],
)
def test_what_was_reported_by_the_first_version_can_still_be_made_by_it(
    code: str, known: Known, first: tuple[int, int], second: tuple[int, int]
) -> None:
    found = [figure(code, known, terms=Terms(ON), version=version) for version in (1, 2)]
    assert [(one.documented, one.declared) for one in found] == [first, second]


def test_each_version_has_its_words() -> None:
    told = {code: {str(rule.words(version)) for version in rule.versions} for code, rule in RULES.items()}
    same = {code for code, words in told.items() if len(words) < len(RULES[code].versions)}
    assert same == {"RCR79", "RCR84"}  # both speak of another indicator, which has words of its own for each version


def test_who_is_reached_is_no_partner_anywhere() -> None:
    known = Known(cooperation=[takes_part(1), takes_part(1, OPEN, has_partnership=False)])
    assert figure("RCO87", known).reached == 0
    assert figure("RCO87", Known(cooperation=[takes_part(3, has_partnership=False)])).reached == 1


def test_what_was_recorded_for_a_project_counts_for_no_other() -> None:
    known = Known(cooperation=[takes_part(1), takes_part(1, OPEN)])
    found = figure("RCO87", known, {("organisation", 1): 3})
    assert (found.of_project(1).documented, found.of_project(3).documented) == (0, 1)
    assert found.of_project(1).reasons == [(R.COUNTED_BEFORE, 1)]
    assert [line.counted_for for line in found.of_project(1).left_out] == [3]
    moved = figure("RCR104", Known(uptakes=[used(1, 7, DAY)]), {("solution", 7): 3})
    assert (moved.of_project(1).documented, moved.of_project(3).documented, moved.documented) == (0, 1, 1)
