"""An export comes back as it went: whatever the texts, and however a spreadsheet saves the file."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from community.choices import Vocabulary
from community.imports.member import MemberImport
from community.imports.outgoing import take_out
from community.imports.project import ProjectImport
from community.imports.sheet import read_sheet
from community.imports.table import Report, Table, bring_in
from community.models import Event, Member, Message, Project, User
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

SIGNS = st.one_of(
    st.sampled_from("=+-@'\"0;,| \xa0Ωжé日_x＝"), st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"])
)
LINES = st.text(alphabet=SIGNS, max_size=40)
TEXTS = st.text(alphabet=st.one_of(SIGNS, st.sampled_from("\t\n\r")), max_size=40)
NAMES = LINES.filter(str.strip)


@pytest.fixture
def by() -> User:
    """The administrator who imports."""
    return make.make_admin(name="Admin Person")


def with_semicolons(content: bytes) -> bytes:
    """Return a CSV file as a spreadsheet saves it where the comma is the decimal sign."""
    text = io.StringIO()
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def saved_again(content: bytes) -> bytes:
    """Return a workbook as it is after it was opened and saved."""
    out = io.BytesIO()
    load_workbook(io.BytesIO(content)).save(out)
    return out.getvalue()


def round_trips(table: type[Table], rows: Any, by: User) -> list[Report]:
    """Export in every form and import each."""
    plain, book = take_out(table(by), rows, "csv"), take_out(table(by), rows, "xlsx")
    files = (plain, with_semicolons(plain), plain.decode("utf-8-sig").encode("utf-16"), book, saved_again(book))
    return [bring_in(table(by), content) for content in files]


def told(report: Report) -> tuple[list[str], list[Any], int, bool]:
    """Return problems, changes, unchanged rows, and whether it was taken."""
    changes = [(change.title, dict(change.fields)) for change in report.changes if change.what != "same"]
    return [str(problem) for problem in report.problems], changes, report.same, report.is_done


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, sort_name=LINES, about=TEXTS, function=LINES, place=NAMES)
@example(name="=1+1", sort_name="007", about="-one\r\n\r\n@two;\t", function="'+x", place="_x0041_ <&>")
@example(name="'", sort_name="", about="'=\n", function="''", place="0012")
def test_members_come_back_as_they_went(
    name: str, sort_name: str, about: str, function: str, place: str, by: User
) -> None:
    with transaction.atomic():
        _members_come_back(name, sort_name, about, function, place, by)
        transaction.set_rollback(True)  # so that no example finds the rows of another


def _members_come_back(name: str, sort_name: str, about: str, function: str, place: str, by: User) -> None:
    member = Member(name=name, sort_name=sort_name, about=about)
    organisation = make.Organisation(name=place, country="EL")
    try:
        member.full_clean(exclude=["user"])
        organisation.full_clean()
    except ValidationError:
        assume(False)
    member.save()
    organisation.save()
    member.affiliations.create(organisation=organisation, function=function, from_on=date(2024, 1, 1), is_main=True)
    for report in round_trips(MemberImport, Member.objects.all(), by):
        assert told(report) == ([], [], 2, True)
    assert (Event.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=LINES,
    summary=TEXTS,
    source=LINES,
    budget=st.one_of(st.none(), st.decimals(min_value=0, max_value=10**11, places=2)),
    starts_on=st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2199, 12, 31))),
)
@example(title="=cmd|' /C calc'!A0", summary="+1\n-1\n@x", source="0001", budget=Decimal("0.10"), starts_on=None)
def test_projects_come_back_as_they_went(
    title: str, summary: str, source: str, budget: Decimal | None, starts_on: date | None, by: User
) -> None:
    Project.objects.all().delete()
    project = Project(
        code="one", acronym="@One", title=title, summary=summary, source=source, budget_eur=budget, starts_on=starts_on
    )
    try:
        project.full_clean()
    except ValidationError:
        assume(False)
    project.save()
    for report in round_trips(ProjectImport, Project.objects.all(), by):
        assert told(report) == ([], [], 1, True)
    assert Event.objects.count() == 0


def test_a_language_that_stood_there_before_there_was_a_list_comes_back_and_no_other_one(by: User) -> None:
    person = make.make_member("Todor Mladenov", languages=["bg", "ru"], account=False)
    rows = Member.objects.filter(pk=person.pk)
    assert [told(report) for report in round_trips(MemberImport, rows, by)] == [([], [], 1, True)] * 5
    lines = [f"{person.key},Todor Mladenov,RU; en", f"{person.key},Todor Mladenov,co", ",Somebody New,ru"]
    reports = [bring_in(MemberImport(by), f"key,name,languages\n{line}".encode()) for line in lines]
    assert [(report.changed, len(report.problems)) for report in reports] == [(1, 0), (0, 1), (0, 1)]
    person.refresh_from_db()
    assert person.languages == ["ru", "en"]


def test_a_term_whose_label_holds_the_separator_comes_back(by: User) -> None:
    term = make.make_term(Vocabulary.EXPERTISE, "rivers", "Rivers; lakes")
    make.make_member("Anna Perić", expertise=(term, make.make_term(Vocabulary.EXPERTISE, "law", "Law")))
    for report in round_trips(MemberImport, Member.objects.all(), by):
        assert told(report) == ([], [], 2, True)


UNKNOWN = (
    "Row 2, organisation: No organisation is called “Nowhere”. Import the organisations first, or correct the name."
)


def misfit(row: int, has: int, wanted: int) -> str:
    """Return the sentence about a row that does not fit under the heading."""
    return (
        f"Row {row}: This row has {has} cells, the heading has {wanted}. "
        "Look for a separator or a quotation mark too many or too few, or save the table as .xlsx."
    )


def test_cells_of_a_workbook_mean_what_they_show(by: User) -> None:
    project = make.make_project("One", code="one", starts_on=None, budget_eur=None, partner_count=None)
    book = Workbook()
    book.active.append(("code", "acronym", "starts_on", "ends_on", "budget_eur", "partner_count"))
    book.active.append(("one", "One", date(2026, 5, 12), datetime(2027, 1, 31), 2500000.5, 12))
    content = io.BytesIO()
    book.save(content)
    report = bring_in(ProjectImport(by), content.getvalue())
    assert (told(report)[0], report.changed) == ([], 1)
    project.refresh_from_db()
    assert (project.starts_on, project.ends_on, str(project.budget_eur), project.partner_count) == (
        date(2026, 5, 12),
        date(2027, 1, 31),
        "2500000.50",
        12,
    )


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        (
            "name,about\nAnna,one,two\n",
            [misfit(2, 3, 2)],
        ),
        (
            "name;about;function\n\nAnna;one\nBo;two;\n",
            [misfit(3, 2, 3)],
        ),
        (
            "name,,about\nAnna,lost,one\n",
            ["Row 2: “lost” stands in cell 2, whose column has no name. Name the column or empty it."],
        ),
        (
            "name,email\nAnna,anna@park.example\nBo,ANNA@Park.example\n",
            ["Row 3, email: The same stands in row 2 already: anna@park.example. Keep one."],
        ),
        (
            "name,organisation\nAnna,Nowhere\n",
            [UNKNOWN],
        ),
        ("name,since\nAnna,2026-04-31\n", ["Row 2, since: 31 April does not exist. Did you mean 30 April?"]),
        ('\ufeffname\n"Anna\nAda",x\n', [misfit(2, 2, 1)]),
    ],
)
def test_a_bad_row_is_named_with_line_column_value_and_what_to_do(by: User, content: str, sentences: list[str]) -> None:
    report = bring_in(MemberImport(by), content.encode())
    assert [str(problem) for problem in report.problems] == sentences
    assert (report.is_done, Member.objects.count()) == (False, 1)


def test_a_row_below_no_name_is_named_in_a_workbook_too() -> None:
    book = Workbook()
    for row in (("name", None, "about"), ("Anna", None, "one"), ("Bo", "lost", "two"), ("Cy", None, "x", "y")):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    lines = read_sheet(content.getvalue()).lines
    assert [bool(line.problem) for line in lines] == [False, True, True]
