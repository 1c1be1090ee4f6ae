"""Indicators that must not exceed another one go by its owners; what an administrator sets is read, or refused."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from results.actions.contribution import record_contributions
from results.facts import CooperationFacts
from results.models import Contribution, Indicator
from results.rules.indicators.shape import Terms
from results.rules.indicators.table import RULES, figure_of
from tests import factories as make
from tests.cast import Cast, make_cast
from tests.factories import NOW
from tests.results.making_facts import ALPHA, LEAP, ON, OPEN, Known, takes_part
from tests.results.test_indicators import LIST, adopt, sheet, words

FOLLOWERS = [rule.code for rule in RULES.values() if rule.owners_of]
READERS = [rule.code for rule in RULES.values() if rule.reads_types]
DAYS = st.dates(date(2026, 1, 1), date(2029, 5, 1))
ROWS = st.lists(
    st.builds(
        takes_part,
        st.integers(1, 4),
        st.sampled_from([ALPHA, LEAP, OPEN, None]),
        has_partnership=st.booleans(),
        is_across=st.booleans(),
        document_on=st.none() | DAYS,
        first_on=DAYS,
        last_on=DAYS,
    ),
    max_size=12,
)
TAKEN = st.dictionaries(st.tuples(st.just("organisation"), st.integers(1, 4)), st.integers(1, 3))
VERSIONS = st.sampled_from([1, 2])


@pytest.fixture
def cast() -> Iterator[Cast]:
    with time_machine.travel(NOW, tick=False):
        cast = make_cast()
        for order, code in enumerate(RULES):
            Indicator.objects.update_or_create(code=code, defaults={"labels": {"en": code}, "order": order})
        yield cast


@given(ROWS, ROWS, TAKEN, VERSIONS, VERSIONS)
def test_no_more_organisations_cooperate_after_the_end_than_cooperated_in_any_project(
    rows: list[CooperationFacts],
    present: list[CooperationFacts],
    taken: dict[tuple[str, int], int],
    version: int,
    leader: int,
) -> None:
    known = Known(cooperation=rows, present_cooperation=present)
    owners, versions = {"RCO87": taken}, {"RCO87": leader, "RCR84": version}
    first, after = (
        figure_of(Indicator(code=code, rule_version=versions[code]), known, owners, ON, versions=lambda: versions)
        for code in ("RCO87", "RCR84")
    )
    for project in (None, 1, 2, 3):
        most, some = first.of_project(project), after.of_project(project)
        assert some.documented <= most.documented
        assert some.documented + some.declared <= most.documented + most.declared


def test_an_organisation_of_two_projects_belongs_to_one_of_them_in_both_indicators() -> None:
    """It came to ALPHA first, and to LEAP first among its days after the end."""
    rows = [
        takes_part(1, ALPHA, first_on=date(2026, 1, 1), last_on=date(2029, 3, 1), document_on=date(2028, 5, 1)),
        takes_part(1, LEAP, first_on=date(2026, 2, 1), last_on=date(2028, 4, 1), document_on=date(2028, 4, 1)),
    ]
    known = Known(cooperation=rows)
    for code in ("RCO87", "RCR84"):
        found = RULES[code].figure(known, Terms(ON), {}, version=2)
        assert [(line.key, line.project) for line in found.counted] == [(("organisation", 1), 1)], code


@pytest.mark.django_db
def test_followers_have_no_rows_of_their_own_and_go_by_those_of_the_other_one(cast: Cast) -> None:
    policy = make.make_term("solution_type", "policy")
    strategy = make.make_solution("Zones for reeds", type=policy, website="https://reeds.example/")
    project, other = strategy.project, make.make_project("OTHER")
    for role, country in (("LP", "IT"), ("PP", "EL")):
        make.make_partnership(make.make_organisation(country=country), project, role)
    adopt(cast, "Bay Water", solution=strategy)
    assert record_contributions(NOW) > 0
    codes = set(Contribution.objects.values_list("indicator__code", flat=True))
    assert "RCO83" in codes
    assert codes & set(FOLLOWERS) == set()
    Contribution.objects.filter(indicator__code="RCO83").update(project=other)
    found = {(row["indicator"], row["project"]) for row in sheet(f"{LIST}?format=csv") if row["documented"] == "1"}
    assert {("RCO83", "OTHER"), ("RCR79", "OTHER")} <= found
    assert ("RCR79", project.acronym) not in found


@pytest.mark.django_db
def test_one_that_is_not_shown_is_written_down_for_the_one_that_goes_by_it(cast: Cast) -> None:
    strategy = make.make_solution(type=make.make_term("solution_type", "policy"), website="https://reeds.example/")
    for role, country in (("LP", "IT"), ("PP", "EL")):
        make.make_partnership(make.make_organisation(country=country), strategy.project, role)
    Indicator.objects.exclude(code="RCR79").update(is_shown=False)
    record_contributions(NOW)
    assert set(Contribution.objects.values_list("indicator__code", flat=True)) == {"RCO83"}


@pytest.mark.django_db
def test_rows_that_followers_had_are_dropped(cast: Cast) -> None:
    for number, code in enumerate(RULES, 1):
        Contribution.objects.create(
            indicator=Indicator.objects.get(code=code),
            project=cast.solution.project,
            kind="solution",
            subject_id=number,
            counted_at=NOW - timedelta(days=1),
        )
    import_module("results.migrations.0030_followers_own_nothing").drop_rows(apps, None)
    assert set(Contribution.objects.values_list("indicator__code", flat=True)) == set(RULES) - set(FOLLOWERS)


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["RCO83", "RCR104"])
def test_types_are_left_out_where_the_rule_reads_them_and_refused_elsewhere(cast: Cast, code: str) -> None:
    make.make_term("solution_type", "policy", label="Zanthoxylum type")
    client, row = Client(), Indicator.objects.get(code=code)
    client.force_login(cast.user("admin"))
    typed = {"labels": "en: Name", "left_out_types": "policy", "order": "1", "seen_version": row.version}
    typed |= {"rule_version": str(row.rule_version), "is_shown": "on"}
    page = client.post(reverse("admin:results_indicator_change", args=[row.pk]), typed)
    assert READERS == ["RCO116", "RCR104"]
    assert page.status_code == (302 if code in READERS else 200)
    if code not in READERS:
        assert "Types are left out of RCO116, RCR104." in page.content.decode()
    # Some were entered before that was refused.
    Indicator.objects.filter(pk=row.pk).update(left_out_types=["policy"])
    address = f"/indicators/{code.lower()}/"
    rows = {
        line["indicator"]: line for line in csv.DictReader(words(f"{LIST}?format=csv").lstrip("\ufeff").splitlines())
    }
    assert ("Zanthoxylum type" in words(address)) is (code in READERS)
    assert rows[code]["types_left_out"] == ("Zanthoxylum type" if code in READERS else "")
