"""Who may lead: the organisation's partnership on a day, exactly as the rule is written."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from community.choices import PartnerRole
from community.dates import add_months
from community.models import Partnership
from tests import factories as make
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]

DAY = timedelta(days=1)
END = date(2025, 5, 12)


def leads(on: date = TODAY, **how: Any) -> bool:
    """Tell whether the one partnership entitles to lead on that day."""
    return Partnership.objects.leading(on, **how).exists()


@pytest.mark.parametrize(("role", "expected"), [("LP", True), ("PP", True), ("AP", False)])
def test_lead_and_project_partners_lead_and_associated_partners_do_not(role: str, expected: bool) -> None:
    make.make_partnership(role=role)
    assert leads() is expected


def test_the_roles_are_a_setting(settings: Any) -> None:
    make.make_partnership(role=PartnerRole.AP)
    settings.LEAD_ROLES = ["LP", "PP", "AP"]
    assert leads()
    assert not leads(roles=["LP"])


def test_partners_of_a_governance_project_lead_too() -> None:
    make.make_partnership(project=make.make_governance_project())
    assert leads()


def test_a_partnership_counts_until_twelve_months_after_the_projects_end() -> None:
    make.make_partnership(project=make.make_project(ends_on=END))
    assert leads(add_months(END, 12))
    assert not leads(add_months(END, 12) + DAY)
    assert not leads(END + DAY, months=0)
    assert leads(END, months=0)


def test_the_months_are_a_setting(settings: Any) -> None:
    make.make_partnership(project=make.make_project(ends_on=END))
    settings.LEAD_AFTER_END_MONTHS = 24
    assert leads(add_months(END, 24))


def test_an_end_on_a_leap_day_counts_to_the_last_day_of_february() -> None:
    make.make_partnership(project=make.make_project(ends_on=date(2024, 2, 29)))
    assert leads(date(2025, 2, 28))
    assert not leads(date(2025, 3, 1))


def test_the_day_of_completion_counts_before_the_planned_end() -> None:
    make.make_partnership(project=make.make_project(ends_on=date(2029, 9, 30), completed_on=END))
    assert not leads(add_months(END, 12) + DAY)


def test_an_unknown_end_is_open() -> None:
    make.make_partnership(project=make.make_project(ends_on=None))
    assert leads(date(2040, 1, 1))


def test_a_partnerships_own_end_ends_it_at_once() -> None:
    make.make_partnership(until_on=TODAY)
    assert leads(TODAY)
    assert not leads(TODAY + DAY)


def test_a_partnership_that_has_not_begun_does_not_count() -> None:
    make.make_partnership(from_on=TODAY)
    assert not leads(TODAY - DAY)
    assert leads(TODAY)


def test_a_period_holds_from_its_first_to_its_last_day() -> None:
    member = make.make_member()
    first, last = make.make_organisation(), make.make_organisation()
    make.make_affiliation(member, first, from_on=None, until_on=TODAY)
    make.make_affiliation(member, last, from_on=TODAY + DAY)
    assert member.organisation_on(TODAY) == first
    assert member.organisation_on(TODAY + DAY) == last
    assert member.organisation_on(TODAY + 2 * DAY) == last


def test_the_main_affiliation_comes_before_a_newer_one() -> None:
    member = make.make_member(organisation=make.make_organisation())
    main = make.make_affiliation(member, make.make_organisation(), from_on=date(2020, 1, 1), is_main=True)
    assert member.affiliation_on(TODAY) == main


def test_a_group_is_coordinated_by_those_appointed_on_the_day_absent_ones_too() -> None:
    group, other = make.make_working_group(), make.make_working_group()
    here, absent = make.make_coordinator(group), make.make_member()
    make.make_appointment(absent, group, absent_until=TODAY)
    make.make_appointment(make.make_member(), group, until_on=TODAY - DAY)
    make.make_coordinator(other)
    mission = make.make_coordinator(None)
    assert set(group.coordinators(TODAY)) == {here, absent}
    present = type(group.appointments.get(member=here)).objects.present(TODAY)
    assert set(present.of_group(group).values_list("member", flat=True)) == {here.pk}
    assert present.of_mission().get().member == mission
    assert absent.pk in present.model.objects.present(TODAY + DAY).values_list("member", flat=True)


def test_a_group_is_called_as_it_was_on_the_day() -> None:
    group = make.make_working_group(title="Connectivity of ecosystems")
    row = group.titles.get()
    row.until_on = TODAY
    row.save(update_fields=["until_on"])
    group.titles.create(title="Area-based conservation", from_on=TODAY + DAY)
    assert group.title_on(TODAY) == "Connectivity of ecosystems"
    assert group.title_on(TODAY + DAY) == "Area-based conservation"
    assert group.title_on(date(2000, 1, 1)) == "Connectivity of ecosystems"
