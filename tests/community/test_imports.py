"""Imports: every bad row named with what to do, whole or not at all, and an export comes back without a change."""

from __future__ import annotations

import csv
import io
import time
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from community.choices import Vocabulary
from community.imports.member import MemberImport
from community.imports.organisation import OrganisationImport
from community.imports.outgoing import take_out
from community.imports.project import PartnershipImport, ProjectImport
from community.imports.solution import SolutionImport
from community.imports.table import Table, bring_in
from community.models import Affiliation, Event, Member, Organisation, Partnership, Project, Solution, User
from community.permissions import Refusal
from community.verification import verify_history
from tests import factories as make
from tests.community.making_sheets import csv_of, sentences

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def test_members_come_in_with_account_work_and_one_event_each(by: User) -> None:
    park = make.make_organisation("Park of the Cape", short_name="PoC")
    term = make.make_term(Vocabulary.EXPERTISE, "floods", "Flood storage")
    people = csv_of(
        ("name", "email", "standing", "organisation", "function", "since", "languages", "expertise"),
        (
            "Anna Perić",
            "Anna@Park.example",
            "CoP member",
            "PARK of the cape",
            "Ranger",
            "12 May 2025",
            "en; hr",
            "flood storage",
        ),
        ("Nikos Papas", "", "former", "", "", "", "", ""),
    )
    report = bring_in(MemberImport(by), people)
    assert (sentences(report), report.added, report.is_done) == ([], 2, True)
    anna = Member.objects.get(name="Anna Perić")
    assert anna.user is not None
    assert (anna.user.email, anna.user.has_usable_password(), anna.user.is_active) == ("anna@park.example", False, True)
    work = Affiliation.objects.get(member=anna)
    assert (work.organisation, work.function, work.from_on, work.is_main) == (park, "Ranger", date(2025, 5, 12), True)
    assert (anna.languages, list(anna.expertise.all()), anna.sort_name) == (["en", "hr"], [term], "Perić")
    assert anna.search_text == "anna peric park of the cape poc flood storage"
    assert sorted(Event.objects.values_list("verb", flat=True)) == ["add_member", "add_member"]


def test_every_bad_row_is_named_with_what_to_do_and_nothing_is_written(by: User) -> None:
    make.make_organisation("Park of the Cape")
    people = csv_of(
        ("name", "email", "standing", "organisation", "since"),
        ("Good Person", "good@park.example", "member", "Park of the Cape", "2026-04-30"),
        ("Bad Day", "day@park.example", "member", "Park of the Cape", "2026-04-31"),
        ("Bad Place", "place@park.example", "member", "Park of the Capes", ""),
        ("Bad Standing", "standing@park.example", "boss", "", ""),
        ("Twice", "GOOD@park.example", "member", "", ""),
        ("", "no at sign", "member", "", ""),
    )
    report = bring_in(MemberImport(by), people)
    assert sentences(report) == [
        "Row 3, since: 31 April does not exist. Did you mean 30 April?",
        "Row 4, organisation: No organisation is called “Park of the Capes”. Did you mean “Park of the Cape”?",
        "Row 5, standing: “boss” is not known here. Write one of: member, external, former.",
        "Row 6, email: The same stands in row 2 already: good@park.example. Keep one.",
        "Row 7, name: This is missing.",
        "Row 7, email: “no at sign” is no e-mail address.",
    ]
    assert report.sentence().startswith("5 rows cannot be taken. Nothing was imported")
    assert (Member.objects.count(), User.objects.count(), Event.objects.count()) == (1, 1, 0)


def test_a_dry_run_writes_nothing_and_says_what_would_be(by: User) -> None:
    report = bring_in(MemberImport(by), csv_of(("name",), ("Anna Perić",)), dry_run=True)
    assert (report.added, report.is_done, Member.objects.count()) == (1, False, 1)
    assert report.sentence() == "Nothing is written yet: 1 would be added, 0 changed, 0 stay."


def test_a_member_is_found_by_key_and_by_address_in_any_case(by: User) -> None:
    anna = make.make_member("Anna Perić", account={"email": "anna@park.example"})
    nikos = make.make_member("Nikos Papas", account=False)
    people = csv_of(("key", "name", "email"), ("", "Anna Kovač", "ANNA@PARK.example"), (nikos.key, "Nikos P.", ""))
    report = bring_in(MemberImport(by), people)
    assert (sentences(report), report.changed, report.added) == ([], 2, 0)
    anna.refresh_from_db()
    assert (anna.name, anna.version, anna.search_text) == ("Anna Kovač", 2, "anna kovac")


def test_a_contradiction_between_key_and_address_is_named(by: User) -> None:
    anna = make.make_member("Anna Perić", account={"email": "anna@park.example"})
    nikos = make.make_member("Nikos Papas", account={"email": "nikos@park.example"})
    people = csv_of(
        ("key", "name", "email"),
        (nikos.key, "Nikos Papas", "anna@park.example"),
        ("nosuchkey000", "Somebody", ""),
        ("", "anna PERIĆ", ""),
        (anna.key, "Anna Perić", "other@park.example"),
    )
    asked = f"Row 4, name: Probably the same as Anna Perić. Write their key, {anna.key}, in the column “key”, or “new” "
    asked += "there for somebody else."
    assert sentences(bring_in(MemberImport(by), people)) == [
        "Row 2, email: This address belongs to Anna Perić.",
        "Row 3, key: No member has this key. Leave it empty for a new member.",
        asked,
        "Row 5, email: The address of an account is changed in the list of accounts, not by an import.",
    ]


def test_another_organisation_ends_the_old_affiliation(by: User) -> None:
    old, new = make.make_organisation("Old place"), make.make_organisation("New place")
    anna = make.make_member("Anna Perić", organisation=old)
    people = csv_of(("key", "name", "organisation", "since"), (anna.key, "Anna Perić", "New place", "1.3.2026"))
    assert sentences(bring_in(MemberImport(by), people)) == []
    rows = (
        Affiliation.objects.filter(member=anna).order_by("from_on").values_list("organisation", "from_on", "until_on")
    )
    assert list(rows) == [(old.pk, date(2024, 1, 1), date(2026, 2, 28)), (new.pk, date(2026, 3, 1), None)]


def everything(by: User) -> dict[Table, Any]:
    """Make rows with difficult texts; return each table with what it exports."""
    park = make.make_organisation('=HYPERLINK("x")', short_name="'+quoted", country="EL")
    make.make_organisation("Κέντρο Φύσης, «Δέλτα»; ΑΕ", website="https://delta.example")
    objective = make.make_term(Vocabulary.OBJECTIVE, "rso24", "RSO2.4")
    first, second = make.make_term(Vocabulary.EXPERTISE), make.make_term(Vocabulary.EXPERTISE)
    project = make.make_project(
        "LocAll4Flood", specific_objective=objective, budget_eur="2500000.50", countries=["IT", "EL"]
    )
    make.make_project("@risk", code="risk", summary="Line one\n- line two", uncertain=["ends_on"], ends_on=None)
    make.make_partnership(park, project, "LP")
    make.make_partnership(park, project, "AP", until_on=date(2025, 1, 1))
    anna = make.make_member(
        "Anna Perić", organisation=park, expertise=(first, second), languages=["en", "el"], about='-1\n"two"'
    )
    anna.affiliations.update(function="+Ranger")
    kind = make.make_term(Vocabulary.SOLUTION_TYPE, "method", "Methodology")
    make.make_solution("=1+1", project=project, type=kind, description="Two\n\nparagraphs")
    make.make_solution("Flood storage", project=project)
    make.make_member("Νίκος Παπάς", account=False)
    return {
        MemberImport(by): Member.objects.all(),
        OrganisationImport(by): Organisation.objects.all(),
        ProjectImport(by): Project.objects.all(),
        PartnershipImport(by): Project.objects.all(),
        SolutionImport(by): Solution.objects.all(),
    }


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_comes_back_without_a_change(by: User, form: str) -> None:
    for table, rows in everything(by).items():
        content = take_out(table, rows, form)
        report = bring_in(type(table)(by), content)
        assert (sentences(report), report.added, report.changed) == ([], 0, 0), table.code
        assert report.same >= 2
    assert Event.objects.count() == 0


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_exported_cell_is_a_formula(by: User, form: str) -> None:
    for table, rows in everything(by).items():
        content = take_out(table, rows, form)
        if form == "csv":
            cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
        else:
            found = [
                cell for row in load_workbook(io.BytesIO(content)).active for cell in row if cell.value is not None
            ]
            assert [cell.data_type for cell in found if cell.data_type == "f"] == []
            cells = [str(cell.value) for cell in found]
        assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")] == []


def test_an_export_restores_a_registry_that_was_emptied(by: User) -> None:
    park = make.make_organisation("Park of the Cape", country="EL")
    project = make.make_project("LocAll4Flood", title="Floods", budget_eur="10.00")
    make.make_partnership(park, project, "LP", from_on=date(2024, 2, 1))
    tables = (OrganisationImport, ProjectImport, PartnershipImport)
    rows = {OrganisationImport: Organisation.objects.all(), ProjectImport: Project.objects.all()}
    files = {table: take_out(table(by), rows.get(table, Project.objects.all()), "xlsx") for table in tables}
    for model in (Partnership, Project, Organisation):
        model.objects.all().delete()
    for table in tables:
        report = bring_in(table(by), files[table])
        assert (sentences(report), report.added) == ([], 1)
    row = Partnership.objects.get()
    assert (row.organisation.name, row.organisation.country, row.project.title) == ("Park of the Cape", "EL", "Floods")
    assert (row.role, row.from_on, str(row.project.budget_eur)) == ("LP", date(2024, 2, 1), "10.00")


def test_a_project_is_found_by_the_code_that_its_acronym_makes_and_its_partners_by_any_case(by: User) -> None:
    make.make_project("BlueSea", code="bluesea")
    make.make_project("Floods", code="OldFloods")
    park = make.make_organisation("Park of the Cape")
    make.make_partnership(park, Project.objects.get(code="OldFloods"))
    report = bring_in(ProjectImport(by), csv_of(("acronym", "title"), ("BlueSéa", "The blue sea")))
    assert (sentences(report), report.changed) == ([], 1)
    assert Project.objects.get(code="bluesea").acronym == "BlueSéa"
    partners = csv_of(("project", "organisation", "role"), ("oldfloods", "Park of the Cape", "LP"))
    report = bring_in(PartnershipImport(by), partners)
    assert (sentences(report), report.changed) == ([], 1)


def test_what_is_wrong_with_projects_and_partners_is_named(by: User) -> None:
    make.make_project("LocAll4Flood", code="locall4flood")
    make.make_organisation("Park of the Cape")
    projects = csv_of(
        ("code", "acronym", "type", "countries", "starts_on", "ends_on", "budget_eur"),
        ("other", "LOCALL4FLOOD", "test", "IT", "2024-01-01", "2025-01-01", "1"),
        ("a", "A", "try", "IT", "2024-01-01", "2023-01-01", "much"),
        ("b", "B", "", "", "2024-05-01", "2023-01-01", ""),
    )
    assert sentences(bring_in(ProjectImport(by), projects)) == [
        "Row 2, acronym: The project locall4flood has this acronym.",
        "Row 3, type: “try” is not known here. Write one of: study, test, transfer, strategic.",
        "Row 3, budget_eur: “much” is no amount. Write it like 2500000.50.",
        "Row 4: The end lies before the start.",
    ]
    partners = csv_of(
        ("project", "organisation", "role"),
        ("nowhere", "Park of the Cape", "PP"),
        ("locall4flood", "Nobody knows this one", "PP"),
        ("locall4flood", "Park of the Cape", "Boss"),
        ("locall4flood", "Park of the Cape", "LP"),
    )
    assert sentences(bring_in(PartnershipImport(by), partners)) == [
        "Row 2, project: No project has the code “nowhere”.",
        (
            "Row 3, organisation: No organisation is called “Nobody knows this one”. "
            "Import the organisations first, or correct the name."
        ),
        "Row 4, role: “Boss” is not known here. Write one of: LP, PP, AP.",
    ]
    assert Partnership.objects.count() == 0


def test_countries_are_those_of_the_programme(by: User) -> None:
    places = csv_of(("name", "country"), ("A", "GR"), ("B", "Italy"), ("C", "el"))
    assert sentences(bring_in(OrganisationImport(by), places)) == [
        "Row 2, country: The programme writes EL for Greece.",
        "Row 3, country: “Italy” is no country. Write its two letters, such as IT or EL.",
    ]


def test_only_an_administrator_imports() -> None:
    with pytest.raises(Refusal):
        bring_in(MemberImport(make.make_member().user), csv_of(("name",), ("Anna",)))


@pytest.mark.slow
def test_five_thousand_members_come_in_under_half_a_minute(by: User) -> None:
    for number in range(50):
        make.make_organisation(f"Organisation Nr {number}")
    rows = [
        (f"Person Nr{number}", f"p{number}@park.example", f"Organisation Nr {number % 50}", "2024-01-01")
        for number in range(5000)
    ]
    started = time.process_time()
    report = bring_in(MemberImport(by), csv_of(("name", "email", "organisation", "since"), *rows))
    took = time.process_time() - started
    assert (sentences(report)[:3], report.added) == ([], 5000)
    assert took < 30, took
    assert [finding for finding in verify_history() if finding.is_fault] == []


def test_commands_import_report_and_end_with_one_when_a_row_is_wrong(
    by: User, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(csv_of(("name",), ("Anna Perić",)))
    call_command("import_members", file, "--dry-run")
    assert "1 would be added" in capsys.readouterr().out
    call_command("import_members", file)
    assert "Imported: 1 added" in capsys.readouterr().out
    assert Member.objects.filter(name="Anna Perić").exists()
    file.write_bytes(csv_of(("name", "since"), ("New Person", "31.4.2026")))
    with pytest.raises(SystemExit) as ended:
        call_command("import_members", file)
    assert ended.value.code == 1
    assert "Row 2, since: 31 April does not exist" in capsys.readouterr().err
    with pytest.raises(CommandError, match="no administrator"):
        call_command("import_members", file, "--by", "nobody@park.example")
