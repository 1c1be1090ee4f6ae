"""What an import of solutions leaves alone: how far a solution has come is decided on its own page, by its verbs."""

from __future__ import annotations

import pytest
from django.utils import timezone

from community.imports.organisation import OrganisationImport
from community.imports.outgoing import take_out
from community.imports.project import ProjectImport
from community.imports.solution import SolutionImport
from community.imports.table import Report, bring_in
from community.models import Solution, User
from tests import factories as make

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def by() -> User:
    """The administrator who imports."""
    return make.make_admin(name="Admin Person")


def bring(by: User, *lines: str) -> Report:
    return bring_in(SolutionImport(by), "\n".join(lines).encode())


def told(report: Report) -> list[str]:
    return [str(one) for one in [*report.problems, *report.doubts]]


@pytest.mark.parametrize("status", ["draft", "submitted", "published", "retired"])
def test_a_solution_keeps_its_status_where_the_cell_is_empty_or_says_the_same(by: User, status: str) -> None:
    row = make.make_solution("Dune fences", project=make.make_project("DUNES"), licence="MIT")
    Solution.objects.filter(pk=row.pk).update(status=status, published_at=timezone.now())
    for number, cell in enumerate(("", status), 1):
        report = bring(by, "title,project,summary,status", f"Dune fences,DUNES,Words {number},{cell}")
        assert (told(report), report.changed) == ([], 1)
        row.refresh_from_db()
        assert (row.status, row.summary) == (status, f"Words {number}")
    for form in ("csv", "xlsx"):
        again = bring_in(SolutionImport(by), take_out(SolutionImport(by), Solution.objects.all(), form))
        assert (told(again), again.same) == ([], 1)


@pytest.mark.parametrize("cell", ["draft", "retired", "submitted"])
def test_another_status_is_refused_with_the_page_where_it_is_changed(by: User, cell: str) -> None:
    row = make.make_solution("Dune fences", project=make.make_project("DUNES"), licence="MIT")
    report = bring(by, "title,project,status", f"Dune fences,DUNES,{cell}")
    refused = (
        "Row 2, status: An import leaves the status as it is: “published”. Write that or empty the cell; the status is "
        f"changed on the page of the solution, /solutions/{row.pk}/."
    )
    assert told(report) == [refused]
    row.refresh_from_db()
    assert row.status == "published"


def test_a_new_solution_is_entered_as_a_draft_whatever_the_file_says(by: User) -> None:
    make.make_project("DUNES")
    lines = ["title,project,licence,status", "One,DUNES,MIT,published", "Two,DUNES,MIT,draft", "Three,DUNES,MIT,"]
    report = bring(by, *lines)
    assert (told(report), report.added) == (
        ["Row 2, status: It is entered as a draft: a coordinator publishes it on its page."],
        3,
    )
    assert set(Solution.objects.values_list("status", "published_at")) == {("draft", None)}
    assert not bring(by, "title,project,status", "Four,DUNES,ready").is_done


def test_an_empty_cell_changes_neither_the_family_of_a_project_nor_who_is_confirmed(by: User) -> None:
    project, place = make.make_governance_project("C4N"), make.make_organisation("Park of the Cape")
    assert bring_in(ProjectImport(by), b"acronym,family,theme\nC4N,,Nature\n").changed == 1
    assert bring_in(OrganisationImport(by), b"name,is_verified,short_name\nPark of the Cape,,PoC\n").changed == 1
    project.refresh_from_db()
    place.refresh_from_db()
    assert (project.family, project.theme, place.is_verified, place.short_name) == ("governance", "Nature", True, "PoC")
    assert bring_in(OrganisationImport(by), b"name,is_verified\nPark of the Cape,no\n").changed == 1
    assert bring_in(ProjectImport(by), b"acronym,family\nNEW,\n").added == 1


def test_a_row_says_at_once_all_that_is_wrong_with_it_whoever_refuses_it(by: User) -> None:
    make.make_project("DUNES")
    heading = "title,project,type,website,summary,licence"
    report = bring(by, heading, f"Dune fences,DUNES,bogus,no address,{'long ' * 200},MIT")
    assert sorted(problem.column for problem in report.problems) == ["summary", "type", "website"]
    assert Solution.objects.count() == 0
    row = make.make_solution("Dune walls", project=make.make_project("WALLS"), licence="MIT")
    report = bring(by, heading, "Dune walls,WALLS,bogus,no address,Short,MIT")
    assert sorted(problem.column for problem in report.problems) == ["type", "website"]
    assert bring(by, heading, "Dune walls,WALLS,bogus,https://dunes.example,Short,MIT").problems[0].column == "type"
    row.refresh_from_db()
    assert (row.website, row.summary) == (Solution.objects.get(pk=row.pk).website, row.summary)
