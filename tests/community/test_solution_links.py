"""Links of a solution say who holds the rights to what stands there, and under which licence."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client

from community.actions.solution import set_links
from community.catalogue import records
from community.forms.links import LinksField
from community.imports.keep import KeepImport
from community.imports.outgoing import take_out
from community.imports.solution import SolutionImport
from community.imports.table import Report, bring_in
from community.models import File, Solution, SolutionLink, User
from community.rules.solution import lacks
from tests import factories as make
from tests.community.test_import_keep import told

pytestmark = [pytest.mark.django_db]
MANUAL = ("Manual", "https://dune.example/m", "Park of the Cape", "CC BY 4.0")
LINE = "Manual https://dune.example/m | Park of the Cape | CC BY 4.0"
BARE = ("Film", "https://dune.example/f", "", "")


@pytest.fixture
def by() -> User:
    """The administrator who imports."""
    make.make_project("TREASURE")
    return make.make_admin()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (LINE, MANUAL),
        ("https://dune.example/m | Park | MIT", ("https://dune.example/m", "https://dune.example/m", "Park", "MIT")),
        (
            "Dunes | hedges: https://a.example/|b | A & B | MIT",
            ("Dunes | hedges", "https://a.example/|b", "A & B", "MIT"),
        ),
    ],
)
def test_a_line_is_read_as_it_is_written(line: str, words: tuple[str, ...]) -> None:
    field = LinksField()
    assert field.clean(line) == [words]
    assert field.clean(field.prepare_value([words])) == [words]


@pytest.mark.parametrize("behind", ["", " | Park", " |  | MIT", " | Park |", " | | "])
def test_the_form_asks_of_each_link_for_rights_holder_and_licence(behind: str) -> None:
    with pytest.raises(ValidationError, match="Line 2: Write behind the address who holds the rights"):
        LinksField().clean(f"{LINE}\nFilm https://dune.example/f{behind}")
    assert len(LinksField(asks_rights=False).clean(f"Film https://dune.example/f{behind}")) == 1


def test_a_link_that_lacks_them_is_named_before_publication_and_at_the_next_edit(by: User) -> None:
    row = make.make_solution("Dune fences")
    set_links(row, [MANUAL, BARE])
    assert "links" in [one.field for one in lacks(row)]
    client, url = Client(), f"/solutions/{row.pk}/edit/"
    client.force_login(by)
    typed: dict[str, Any] = {"title": "Dune fences", "seen_version": row.version, "links": LINE}
    kept = client.post(url, {**typed, "links": f"{LINE}\nFilm https://dune.example/f"})
    assert (kept.status_code, "Line 2: Write behind the address" in kept.text) == (422, True)
    assert client.post(url, typed).status_code == 302
    assert [link.words for link in row.links.all()] == [MANUAL]
    assert "links" not in [one.field for one in lacks(Solution.objects.get())]


def test_page_and_catalogue_file_say_them() -> None:
    row = make.make_solution("Dune fences")
    set_links(row, [MANUAL])
    assert "Park of the Cape, CC BY 4.0" in " ".join(Client().get(f"/solutions/{row.pk}/").text.split())
    assert next(iter(records([row.pk])))["links"] == [LINE]


def doubts(report: Report) -> list[str]:
    assert [str(one) for one in report.problems] == []
    return [one.column for one in report.doubts if one.column == "links"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_links_come_back_as_they_went_and_a_file_that_does_not_say_it_changes_nothing(by: User, form: str) -> None:
    row = make.make_solution("Dune fences", licence="MIT")
    set_links(
        row, [MANUAL, BARE, ("Plan", "https://dune.example/p", "", "MIT"), ("Map", "https://a.example/", "Park", "")]
    )
    content = take_out(SolutionImport(by), Solution.objects.all(), form)
    again = bring_in(SolutionImport(by), content)
    assert (doubts(again), again.same) == (["links"] * 3, 1)
    old = f"title,project,links\nDune fences,{row.project.code},Manual https://dune.example/m\n"
    bring_in(SolutionImport(by), old.encode())
    assert [link.words for link in row.links.all()] == [MANUAL]


def test_what_everybody_reads_gets_no_link_without_rights_from_a_file(by: User) -> None:
    row = make.make_solution("Dune fences", licence="MIT")
    head = f"title,project,licence,links\nDune fences,{row.project.code},MIT,"
    refused = bring_in(SolutionImport(by), f"{head}Film https://dune.example/f\n".encode())
    assert [one.column for one in refused.problems] == ["links"]
    assert bring_in(SolutionImport(by), f"{head}Film https://dune.example/f | Park | MIT\n".encode()).is_done


def test_keep_says_it_of_no_link_and_is_taken_at_its_word_where_it_does(by: User) -> None:
    link = {"title": "Manual", "url": "https://dune.example/m"}
    first = bring_in(KeepImport(by), told({"title": "One", "licence": "MIT", "links": [link]}))
    assert (doubts(first), SolutionLink.objects.get().words[2:]) == (["links"], ("", ""))
    said = {**link, "rights_holder": "Park of the Cape", "licence": "CC BY 4.0"}
    second = bring_in(KeepImport(by), told({"title": "One", "licence": "MIT", "links": [said]}))
    assert (doubts(second), SolutionLink.objects.get().words) == ([], MANUAL)
    assert bring_in(KeepImport(by), told({"title": "One", "licence": "MIT", "links": [link]})).same == 1
    Solution.objects.update(status="published", published_at=make.NOW)
    links = [link, {"title": "Film", "url": "https://dune.example/f"}]
    third = bring_in(KeepImport(by), told({"title": "One", "summary": "Anew.", "licence": "MIT", "links": links}))
    assert (doubts(third), third.changed, SolutionLink.objects.get().words) == (["links"], 1, MANUAL)


def test_links_that_were_there_get_what_their_solution_says() -> None:
    known, unsure = make.make_solution("One", licence="MIT"), make.make_solution("Two")
    for row, holders in ((known, ["Park"]), (unsure, ["Park", "Port"])):
        set_links(row, [BARE])
        for number, holder in enumerate(holders):
            about = {"kind": "solution", "subject_id": row.pk, "size": 1, "content_type": "text/plain"}
            File.objects.create(
                **about, title=f"File {number}", rights_holder=holder, licence="CC0", sha256=str(number)
            )
    letter = File.objects.create(kind="confirmation", subject_id=1, title="Letter", size=1, visibility="restricted")
    steps = importlib.import_module("community.migrations.0024_rights_that_are_known")
    steps.fill(apps, None)
    steps.mark(apps, None)
    assert [row.links.get().words[2:] for row in (known, unsure)] == [("Park", "MIT"), ("", "")]
    assert File.objects.get(pk=letter.pk).holds_names
