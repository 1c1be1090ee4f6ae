"""An import enters nobody twice without a word, and finds organisations and solutions by their number first."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings

from community.imports.member import MemberImport
from community.imports.organisation import OrganisationImport
from community.imports.outgoing import take_out
from community.imports.solution import SolutionImport
from community.imports.table import Report, Table, bring_in
from community.models import Event, Member, Organisation, Solution, User
from tests import factories as make
from tests.community.making_sheets import csv_of, sentences
from tests.community.test_imports_round_trip import LINES, NAMES, TEXTS, round_trips, told

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def by() -> User:
    """The administrator who imports."""
    return make.make_admin(name="Admin Person")


def doubts(report: Report) -> list[str]:
    """Return what is doubtful, as a command prints it."""
    return [str(doubt) for doubt in report.doubts]


def bring(table: type[Table], by: User, *rows: tuple[str, ...]) -> Report:
    """Import rows."""
    return bring_in(table(by), csv_of(*rows))


HEADS = ("key", "name", "email")


@pytest.mark.parametrize(
    ("account", "address"), [(False, "anna@park.example"), ({"email": "anna@park.example"}, ""), (False, "")]
)
@pytest.mark.parametrize("name", ["Anna Perić", "PERIC, Anna"])
def test_who_is_probably_there_is_entered_only_by_a_word(account: Any, address: str, name: str, by: User) -> None:
    anna = make.make_member("Anna Perić", account=account, organisation=make.make_organisation("Park"))
    asked = (
        f"Row 2, name: Probably the same as Anna Perić (Park). Write their key, {anna.key}, in the column “key”, or "
        "“new” there for somebody else."
    )
    assert sentences(bring(MemberImport, by, HEADS, ("", name, address))) == [asked]
    assert Member.objects.count() == 2
    same = bring(MemberImport, by, HEADS, (anna.key, name, address))
    assert (sentences(same), same.added, Member.objects.count()) == ([], 0, 2)


def test_somebody_else_of_that_name_is_entered_and_told_as_a_doubt(by: User) -> None:
    anna = make.make_member("Anna Perić", account=False)
    twice = (HEADS, ("New", "Anna Perić", "other@sea.example"))
    report = bring(MemberImport, by, *twice)
    assert (sentences(report), report.added) == ([], 1)
    told = "Anna Perić has this name too, and another address. If they are one person, write the key"
    assert doubts(report) == [f"Row 2, name: {told} {anna.key}."]
    again = bring(MemberImport, by, *twice)
    assert (sentences(again), again.added, again.same) == ([], 0, 1)


def test_two_addresses_may_be_two_persons(by: User) -> None:
    make.make_member("Anna Perić", account={"email": "anna@park.example"})
    report = bring(MemberImport, by, HEADS, ("", "Anna Peric", "anna@sea.example"))
    assert (sentences(report), report.added, len(report.doubts)) == ([], 1, 1)


def test_two_rows_of_one_file_are_probably_one_person(by: User) -> None:
    rows = (HEADS, ("", "Bo Berg", "bo@park.example"), ("", "Berg, Bo", ""))
    words = (
        "Row 3, name: Probably the same as in row 2. Keep one, or write “new” in the column “key” for somebody else."
    )
    assert sentences(bring(MemberImport, by, *rows)) == [words]
    assert bring(MemberImport, by, *rows[:2], ("new", "Berg, Bo", "")).added == 2


def test_a_new_organisation_that_is_like_one_is_told(by: User) -> None:
    park = make.make_organisation("Nature Park of the Cape")
    report = bring(OrganisationImport, by, ("name",), ("Nature Parc of the Cape",), ("Parc of the Cape, Nature",))
    assert (sentences(report), report.added) == ([], 2)
    near = f"Probably the same as “{park.name}”, number {park.pk}. Write that name or number if it is."
    assert doubts(report)[0] == f"Row 2, name: {near}"
    assert "Row 3, name: Probably the same as in row 2." in doubts(report)


def test_an_organisation_is_found_by_its_number_first(by: User) -> None:
    park, sea = make.make_organisation("Park"), make.make_organisation("Sea")
    report = bring(OrganisationImport, by, ("number", "name", "country"), (str(park.pk), "Park of the Cape", "EL"))
    assert (sentences(report), report.changed, report.added) == ([], 1, 0)
    assert doubts(report) == ["Row 2, name: The registry calls it “Park”: it is renamed."]
    park.refresh_from_db()
    assert (park.name, park.country, park.name_key) == ("Park of the Cape", "EL", "park of the cape")
    gone = make.make_organisation("Gone", merged_into=sea)
    rows = [("number", "name"), (str(park.pk), "Sea"), ("x", "New"), (str(gone.pk), "Gone away")]
    twice = [("", "Park of the Cape")]
    assert sentences(bring(OrganisationImport, by, *rows, *twice)) == [
        f"Row 2, name: “Sea” is the organisation with the number {sea.pk}.",
        "Row 3, number: “x” is no number. Leave it empty for a new entry.",
        f"Row 4, number: This organisation was merged into “Sea”, number {sea.pk}.",
        "Row 5: Row 2 means “Park of the Cape” too. Keep one.",
    ]


def test_a_solution_is_found_by_its_number_and_stays_its_projects(by: User) -> None:
    one, other = make.make_project("One"), make.make_project("Other")
    flood = make.make_solution("Flood", project=one)
    heads = ("number", "title", "project")
    report = bring(SolutionImport, by, heads, (str(flood.pk), "Flood storage", one.code))
    assert (sentences(report), report.changed, report.added) == ([], 1, 0)
    assert "Row 2, title: The registry calls it “Flood”: it is renamed." in doubts(report)
    flood.refresh_from_db()
    assert (flood.title, Solution.objects.count()) == ("Flood storage", 1)
    moved = bring(SolutionImport, by, heads, (str(flood.pk), "Flood storage", other.code))
    words = f"Row 2, project: The solution {flood.pk} is a result of One, and stays that."
    assert sentences(moved) == [words]
    new = bring(SolutionImport, by, heads, (str(flood.pk + 7), "Drought", one.code))
    assert (new.added, sentences(new)) == (1, [])
    assert "Row 2, number: Nothing here has this number: the name decides, and a new entry gets its own." in doubts(new)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, short=LINES, title=NAMES, text=TEXTS, summary=LINES)
def test_organisations_and_solutions_come_back_as_they_went(
    name: str, short: str, title: str, text: str, summary: str, by: User
) -> None:
    with transaction.atomic():
        _come_back(name, short, title, text, summary, by)
        transaction.set_rollback(True)  # so that no example finds the rows of another


def _come_back(name: str, short: str, title: str, text: str, summary: str, by: User) -> None:
    organisation = Organisation(name=name, short_name=short, country="EL")
    project = make.make_project("One")
    solution = Solution(title=title, description=text, summary=summary, licence="CC BY 4.0", project=project)
    solution.written_by = by
    try:
        organisation.full_clean()
        solution.full_clean()
    except ValidationError:
        assume(False)
    organisation.save()
    solution.save()
    for table, rows in ((OrganisationImport, Organisation.objects.all()), (SolutionImport, Solution.objects.all())):
        for report in round_trips(table, rows, by):
            assert (told(report), doubts(report)) == (([], [], rows.count(), True), []), table.code
    assert Event.objects.count() == 0


def test_an_export_of_before_a_renaming_is_asked_about_unless_names_are_alike(by: User) -> None:
    park = make.make_organisation("Park")
    content = take_out(OrganisationImport(by), Organisation.objects.all(), "csv")
    Organisation.objects.filter(pk=park.pk).update(name="Cape", name_key="cape")
    report = bring_in(OrganisationImport(by), content, dry_run=True)
    words = f"The number {park.pk} is “Cape” here. Empty the number if that is another one; if it is renamed, write "
    assert sentences(report) == [f"Row 2, name: {words}“{park.pk} renamed” as the number."]
    Organisation.objects.filter(pk=park.pk).update(name="Park of the Cape", name_key="park of the cape")
    report = bring_in(OrganisationImport(by), content, dry_run=True)
    assert (sentences(report), report.added, report.changed, len(report.doubts)) == ([], 0, 1, 1)


def test_a_file_of_another_site_renames_nothing_that_has_its_number(by: User) -> None:
    harbour, flood = make.make_organisation("Harbour authority"), make.make_solution("Flood storage")
    there = (str(harbour.pk), "University of the Islands")
    words = f"Row 2, name: The number {harbour.pk} is “Harbour authority” here. Empty the number if that is another one"
    assert sentences(bring(OrganisationImport, by, ("number", "name"), there))[0].startswith(words)
    heads, code = ("number", "title", "project"), flood.project.code
    refused = sentences(bring(SolutionImport, by, heads, (str(flood.pk), "Co-management rules", code)))
    assert refused[0].startswith(f"Row 2, title: The number {flood.pk} is “Flood storage” here.")
    assert (Organisation.objects.get().name, Solution.objects.get().title) == ("Harbour authority", "Flood storage")
    assert bring(OrganisationImport, by, ("number", "name"), ("", there[1])).added == 1


def test_what_is_marked_as_renamed_is_renamed_and_stays_so(by: User) -> None:
    harbour, flood = make.make_organisation("Harbour authority"), make.make_solution("Flood storage")
    rows = (("number", "name"), (f"{harbour.pk} Renamed", "University of the Islands"))
    report = bring(OrganisationImport, by, *rows)
    assert (sentences(report), report.changed, len(report.doubts)) == ([], 1, 1)
    again = bring(OrganisationImport, by, *rows)
    assert (sentences(again), again.same) == ([], 1)
    heads = ("number", "title", "project")
    assert bring(SolutionImport, by, heads, (f"{flood.pk} renamed", "Rules", flood.project.code)).changed == 1
    assert (Organisation.objects.get().name, Solution.objects.get().title) == ("University of the Islands", "Rules")
