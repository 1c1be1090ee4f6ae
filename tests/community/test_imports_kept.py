"""Groups, appointments, terms, territories and targets from tables: back as they went, by their keys."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from community.choices import Vocabulary
from community.imports.project import ProjectImport
from community.imports.table import Table, bring_in
from community.imports.vocabulary import TermImport, TerritoryImport
from community.imports.working_group import AppointmentImport, WorkingGroupImport
from community.models import Appointment, Event, Message, Term, Territory, User, WorkingGroup
from results.imports.target import TargetImport
from results.models import Indicator, Target
from tests import factories as make
from tests.community.making_sheets import csv_of, sentences
from tests.community.test_imports_round_trip import round_trips, told

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def by() -> User:
    """The administrator who imports."""
    return make.make_admin(name="Admin Person")


def bring(table: type[Table], by: User, *rows: tuple[str, ...]) -> Any:
    """Import rows."""
    return bring_in(table(by), csv_of(*rows))


def test_everything_comes_back_as_it_went(by: User) -> None:
    term = make.make_term(Vocabulary.CHALLENGE, "one", "=One; two", note="-a", order=12345, is_retired=True)
    Term.objects.filter(pk=term.pk).update(labels={"en": "=One; two", "el": "Ένα: δύο"})
    region = make.make_territory("EL43", is_programme_region=True, column=3, row=4)
    site = make.make_territory("cape-1", level="site", nuts_version="", country="EL", name="'Cape")
    site.maps_to.add(region, make.make_territory("EL42"))
    group = make.make_working_group("WG7", "@Group", about="Line\n-two", order=7, is_active=False)
    make.make_coordinator(group, "Anna Perić")
    make.make_coordinator(None)
    make.make_appointment(make.make_member(), group, until_on=date(2025, 1, 1))
    make.make_appointment(make.make_member(), group, withdrawn_at=timezone.now(), until_on=date(2025, 1, 1))
    indicator = Indicator.objects.all()[0]
    Target.objects.create(indicator=indicator, value=12345, due_on=date(2027, 1, 1), note="=1")
    Target.objects.create(indicator=indicator, project=make.make_project(), value=1, due_on=date(2027, 1, 1))
    kept: dict[type[Table], Any] = {
        TermImport: Term.objects.all(),
        TerritoryImport: Territory.objects.all(),
        WorkingGroupImport: WorkingGroup.objects.all(),
        AppointmentImport: Appointment.objects.filter(withdrawn_at=None),
        TargetImport: Target.objects.all(),
    }
    for table, rows in kept.items():
        for report in round_trips(table, rows.model.objects.all(), by):
            assert (told(report), rows.count() > 0) == (([], [], rows.count(), True), True), table.code
    assert (Event.objects.count(), Message.objects.count()) == (0, 0)


def test_terms_are_entered_and_changed_by_vocabulary_and_code(by: User) -> None:
    heads = ("vocabulary", "code", "labels", "order")
    report = bring(TermImport, by, heads, ("challenge", "mud", "en: Mud\nel: Λάσπη", "3"))
    assert (sentences(report), report.added) == ([], 1)
    report = bring(TermImport, by, heads, ("challenge", "mud", "en: Mud flats", ""))
    row = Term.objects.get(code="mud")
    assert (sentences(report), report.changed, row.labels, row.order) == ([], 1, {"en": "Mud flats"}, 3)
    wrong = bring(TermImport, by, heads, ("nonsense", "a", "Mud", ""), ("challenge", "b c", "el: x", ""))
    assert [one.split(":")[0] for one in sentences(wrong)] == [
        "Row 2, vocabulary",
        "Row 2, vocabulary",
        "Row 2, labels",
        "Row 2, labels",
        "Row 3, labels",
        "Row 3, code",
    ]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (TermImport, {"vocabulary": "challenge", "code": "MUD", "labels": "en: Mud"}),
        (TerritoryImport, {"code": "el43", "nuts_version": "2021", "level": "nuts2", "country": "EL", "name": "Crete"}),
        (WorkingGroupImport, {"code": "wg8", "title": "Seas"}),
        (ProjectImport, {"code": "Loc-All", "acronym": "Other"}),
    ],
)
def test_a_code_in_other_letters_makes_no_second_entry(table: type[Table], row: dict[str, str], by: User) -> None:
    make.make_term(Vocabulary.CHALLENGE, "mud", "Mud")
    make.make_territory("EL43")
    make.make_working_group("WG8", "Seas")
    make.make_project("Loc All")
    known = {"MUD": "mud", "el43": "EL43", "wg8": "WG8", "Loc-All": "loc-all"}[row["code"]]
    report = bring(table, by, tuple(row), tuple(row.values()))
    assert sentences(report) == [f"Row 2, code: “{row['code']}” is not known. Did you mean “{known}”?"]


def test_a_territory_lies_in_one_that_the_same_file_enters(by: User) -> None:
    heads = ("code", "nuts_version", "level", "country", "name", "maps_to")
    rows = (("EL65", "2021", "nuts2", "EL", "Peloponnese", ""), ("reed", "", "site", "EL", "Reed", "EL65/2021"))
    report = bring(TerritoryImport, by, heads, *rows)
    assert (sentences(report), report.added) == ([], 2)
    assert [place.code for place in Territory.objects.get(code="reed").maps_to.all()] == ["EL65"]
    wrong = bring(TerritoryImport, by, heads, ("EL66", "", "nuts2", "EL", "West", ""))
    assert sentences(wrong) == ["Row 2: A region names its NUTS version; a country, site or sea basin has none."]


def test_a_group_is_entered_with_its_title_and_renamed_elsewhere(by: User) -> None:
    report = bring(WorkingGroupImport, by, ("code", "title", "is_active"), ("WG8", "Seas", ""))
    group = WorkingGroup.objects.get(code="WG8")
    assert (sentences(report), group.is_active, [one.title for one in group.titles.all()]) == ([], True, ["Seas"])
    renamed = bring(WorkingGroupImport, by, ("code", "title"), ("WG8", "Oceans"))
    words = "The group is called “Seas”. Write that; a new title is given on the group's page."
    assert sentences(renamed) == [f"Row 2, title: {words}"]


def test_appointments_are_made_ended_and_resumed_by_the_actions(by: User) -> None:
    make.make_coordinator(None)
    group, anna, today = make.make_working_group("WG7"), make.make_member("Anna Perić"), timezone.localdate()
    heads = ("member", "working_group", "from_on", "until_on")
    assert bring(AppointmentImport, by, heads, (anna.key, "wg7", "2026-01-01", "")).added == 1
    assert bring(AppointmentImport, by, heads, (anna.key, "WG7", "2026-01-01", today.isoformat())).changed == 1
    assert bring(AppointmentImport, by, heads, (anna.key, "WG7", "2026-01-01", "")).changed == 1
    verbs = list(Event.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["appoint", "end_appointment", "resume_appointment"]
    assert (Appointment.objects.get(member=anna).working_group, Message.objects.count() > 0) == (group, True)
    assert bring(AppointmentImport, by, heads, (anna.key, "WG7", "2026-01-01", today.isoformat())).changed == 1
    assert bring(AppointmentImport, by, heads[:3], (anna.key, "WG7", "2026-01-01")).same == 1
    assert Appointment.objects.get(member=anna).until_on == today
    own = by.member
    assert own is not None
    external = make.make_external()
    rows = ((own.key, "", "2026-01-01", ""), ("nokey", "WG7", "", ""), (external.key, "WG7", "2026-01-01", ""))
    wrong = sentences(bring(AppointmentImport, by, heads, *rows))
    assert wrong[:3] == [
        "Row 2, member: Your own appointments are changed in their list, which asks for your password.",
        "Row 3, member: No member has this key.",
        "Row 3, from_on: This is missing.",
    ]
    assert wrong[3].startswith("Row 4: ")
    assert not Appointment.objects.filter(member__in=[own, external]).exists()


def test_the_last_coordinator_is_ended_by_no_file(by: User) -> None:
    only = make.make_coordinator(None)
    heads = ("member", "working_group", "from_on", "until_on")
    row = (only.key, "", "2024-01-01", timezone.localdate().isoformat())
    assert len(sentences(bring(AppointmentImport, by, heads, row))) == 1
    assert Appointment.objects.get(member=only).until_on is None


def test_a_target_is_changed_by_indicator_project_and_day(by: User) -> None:
    code = Indicator.objects.all()[0].code
    heads = ("indicator", "project", "value", "due_on")
    assert bring(TargetImport, by, heads, (code.upper(), "", "7", "2027-12-31")).added == 1
    assert bring(TargetImport, by, heads, (code, "", "9", "31.12.2027")).changed == 1
    assert [row.value for row in Target.objects.all()] == [9]
    wrong = bring(TargetImport, by, heads, ("rcr9", "nowhere", "", ""))
    assert len(sentences(wrong)) == 4


def test_the_lists_offer_them(site: Client) -> None:
    for where, code in (
        ("community/term", "terms"),
        ("community/territory", "territories"),
        ("community/workinggroup", "working-groups"),
        ("community/appointment", "appointments"),
        ("results/target", "targets"),
    ):
        assert f"/admin/{where}/import/{code}/" in site.get(f"/admin/{where}/").content.decode()
        assert site.get(f"/admin/{where}/import/{code}/").status_code == 200
        assert site.get(f"/admin/{where}/export/{code}.xlsx").status_code == 200
