"""Who is meant is answered on the page of the preview, or in the file; an answer is about the rows of one file."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from community.admin import sheets
from community.imports.member import MemberImport
from community.imports.preview_file import FOLDER
from community.imports.table import bring_in
from community.models import Member, Organisation, User
from tests import factories as make
from tests.community.making_sheets import csv_of, sentences

pytestmark = [pytest.mark.django_db]

HEAD = ("name", "about")
ROWS = (("Anna Peri\u0107", "Reeds"), ("Maria Rossi", "Dunes"), ("Zo\u00e9 Blanc", "Birds"))
#: What a page says of its selects: name and chosen answer.
SELECT = re.compile(r'<select name="(answer-[^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)" selected>')


@pytest.fixture
def people() -> tuple[Member, Member]:
    return make.make_member("Anna Peri\u0107", account=False), make.make_member("Maria Rossi", account=False)


class Page:
    """The page of an import, as a browser without scripts uses it."""

    def __init__(self, site: Client, what: str = "members", model: str = "member") -> None:
        self.site, self.address = site, reverse(f"admin:community_{model}_import", args=[what])
        self.text = ""

    def upload(self, content: bytes) -> None:
        file = BytesIO(content)
        file.name = "list.csv"
        form = self.text.rpartition('<form method="post" enctype')[2].partition("</form>")[0]
        held = re.findall(r'type="hidden" name="(about|answer-[^"]+)" value="([^"]*)"', form)
        self.sent(file=file, **dict(held))

    def answer(self, press: str = "answer", **answers: str) -> None:
        """Choose in the selects, leave the others as they stand, and press a button."""
        assert f'name="{press}"' in self.text
        about = re.search(r'name="about" value="(\w+)"', self.text)
        assert about is not None
        said = {f"answer-{code.replace('_', '-')}": value for code, value in answers.items()}
        self.sent(**{press: "x", "about": about[1], **self.chosen(), **said})

    def sent(self, **values: Any) -> None:
        self.text = unescape(self.site.post(self.address, values, follow=True).content.decode())

    def chosen(self) -> dict[str, str]:
        """Return what stands in each select."""
        return {name: "".join(CHOSEN.findall(options)) for name, options in SELECT.findall(self.text)}


def test_each_doubtful_row_is_answered_on_the_page_and_imported_so(site: Client, people: tuple[Member, Member]) -> None:
    anna, maria = people
    page = Page(site)
    page.upload(csv_of(HEAD, *ROWS))
    assert page.chosen() == {"answer-2-key": "", "answer-3-key": ""}
    assert 'name="confirm"' not in page.text
    assert page.text.count('<option value="new"') == 2
    assert "Write their key" in page.text, "the file says it, too"
    assert f'<option value="{anna.key}">Anna Peri\u0107, key {anna.key}</option>' in page.text
    page.answer(**{"2_key": anna.key})
    assert page.chosen() == {"answer-2-key": anna.key, "answer-3-key": ""}, "what was answered stays"
    assert 'name="confirm"' not in page.text
    page.answer(**{"3_key": "new"})
    assert page.chosen() == {"answer-2-key": anna.key, "answer-3-key": "new"}
    assert "2 would be added, 1 changed" in page.text
    page.answer("confirm")
    assert "Imported: 2 added, 1 changed" in page.text
    anna.refresh_from_db()
    maria.refresh_from_db()
    assert (anna.about, maria.about) == ("Reeds", "")
    assert Member.objects.filter(name="Maria Rossi").count() == 2


def test_a_row_is_left_out_and_the_second_of_a_file_is_asked_about(site: Client, people: tuple[Member, Member]) -> None:
    page = Page(site)
    page.upload(csv_of(HEAD, ROWS[0], ("New Person", "One"), ("Person New", "Two")))
    assert set(page.chosen()) == {"answer-2-key", "answer-4-key"}
    page.answer(**{"2_key": "left-out", "4_key": "left-out"})
    assert "1 would be added, 0 changed" in page.text
    assert page.text.count("Left out") == 2
    page.answer("confirm")
    assert list(Member.objects.exclude(about="").values_list("name", "about")) == [("New Person", "One")]


def test_an_answer_that_was_not_looked_at_imports_nothing(site: Client, people: tuple[Member, Member]) -> None:
    page = Page(site)
    page.upload(csv_of(HEAD, ROWS[0]))
    page.answer(**{"2_key": "new"})
    page.answer("confirm", **{"2_key": people[0].key})
    assert "You answered otherwise than in the preview." in page.text
    assert Member.objects.exclude(about="").count() == 0
    assert page.chosen() == {"answer-2-key": people[0].key}
    assert "0 would be added, 1 changed" in page.text
    page.answer("confirm")
    assert Member.objects.get(about="Reeds") == people[0]


def test_answers_are_about_one_file_and_wait_for_it(site: Client, people: tuple[Member, Member]) -> None:
    mine, other = csv_of(HEAD, *ROWS), csv_of(HEAD, ("Maria Rossi", "Other"), ("Anna Peri\u0107", "Other"))
    page, beside = Page(site), Page(site)
    page.upload(mine)
    beside.upload(other)
    page.answer(**{"2_key": people[0].key, "3_key": "new"})
    assert "its preview is too old" in page.text
    assert "2 answers are kept: choose the same file again" in page.text
    held = page.text
    page.upload(other)
    assert page.chosen() == {"answer-2-key": "", "answer-3-key": ""}, "they are not about these rows"
    page.text = held
    page.upload(mine)
    assert page.chosen() == {"answer-2-key": people[0].key, "answer-3-key": "new"}
    assert "2 would be added, 1 changed" in page.text


def test_a_file_that_another_press_took_meanwhile_is_not_imported_again(
    site: Client, people: tuple[Member, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(site)
    page.upload(csv_of(HEAD, ROWS[0]))
    page.answer(**{"2_key": "new"})
    look = sheets.kept_preview

    def look_and_be_late(request: Any, table: Any) -> Any:
        found = look(request, table)
        for name in default_storage.listdir(FOLDER)[1]:
            default_storage.delete(f"{FOLDER}/{name}")
        return found

    monkeypatch.setattr(sheets, "kept_preview", look_and_be_late)
    page.answer("confirm")
    assert "This file was imported already" in page.text
    assert Member.objects.exclude(about="").count() == 0


def test_an_answer_that_was_not_offered_is_none(site: Client, people: tuple[Member, Member]) -> None:
    stranger = make.make_member("Nikos Papas")
    page = Page(site)
    page.upload(csv_of(HEAD, ROWS[0]))
    for value in (stranger.key, "x" * 500, "<b>", "\x00"):
        page.answer(**{"2_key": value, "9_name": "new", "2_about": "new"})
        assert page.chosen() == {"answer-2-key": ""}
        assert 'name="confirm"' not in page.text


def test_who_is_meant_keeps_the_address_here(site: Client) -> None:
    anna = make.make_member("Anna Peri\u0107", account={"email": "anna@park.example"})
    page = Page(site)
    page.upload(csv_of(("name", "email", "about"), ("Anna Peri\u0107", "peric@home.example", "Reeds")))
    assert page.chosen() == {"answer-2-key": ""}
    assert "1 would be added" in page.text, "two addresses may be two persons"
    page.answer(**{"2_key": anna.key})
    assert "0 would be added, 1 changed" in page.text
    page.answer("confirm")
    anna.refresh_from_db()
    assert (anna.about, anna.user and anna.user.email) == ("Reeds", "anna@park.example")
    assert not User.objects.with_address("peric@home.example").exists()


def test_two_rows_do_not_mean_one_person_by_answers(site: Client, people: tuple[Member, Member]) -> None:
    page = Page(site)
    page.upload(csv_of(HEAD, ROWS[0], ("Peri\u0107 Anna", "Twice")))
    page.answer(**{"2_key": people[0].key, "3_key": people[0].key})
    assert "The same stands in row 2 already" in page.text
    assert 'name="confirm"' not in page.text


def test_an_organisation_that_is_there_under_another_name_is_chosen_and_keeps_its_name(site: Client) -> None:
    park = make.make_organisation("Park of the Northern Coast", country="EL")
    page = Page(site, "organisations", "organisation")
    page.upload(csv_of(("name", "website"), ("Park of Northern Coast", "https://park.example/")))
    assert page.chosen() == {"answer-2-name": ""}
    page.answer(**{"2_name": str(park.pk)})
    assert "0 would be added, 1 changed" in page.text
    page.answer("confirm")
    assert [(row.name, row.website) for row in Organisation.objects.all()] == [(park.name, "https://park.example/")]


def test_the_file_answers_as_before(by: User, people: tuple[Member, Member]) -> None:
    head = ("key", *HEAD)
    report = bring_in(MemberImport(by), csv_of(head, (people[0].key, *ROWS[0]), ("new", *ROWS[1])))
    assert (sentences(report), report.questions, report.changed, report.added) == ([], [], 1, 1)


PARK = ("Park of Northern Coast", "https://park.example/")
ANNA, AGAIN = ("Anna Peri\u0107", "anna@park.example", "One"), ("Anna Peri\u0107", "Anna@park.example", "Two")


def test_where_all_that_does_something_is_left_out_the_page_says_just_that(
    site: Client, people: tuple[Member, Member]
) -> None:
    page, all_there = Page(site), "Everything in this file stands in the registry already"
    page.upload(csv_of(("key", *HEAD), ("", *ROWS[0]), (people[1].key, people[1].name, people[1].about)))
    page.answer(**{"2_key": "left-out"})
    assert "0 would be added, 0 changed, 1 stay, 1 left out." in page.text
    assert "All that this file would do is left out: there is nothing to import." in page.text
    assert (all_there in page.text, 'name="confirm"' in page.text, page.chosen()) == (
        False,
        False,
        {"answer-2-key": "left-out"},
    )
    page.answer(**{"2_key": "new"})
    assert "1 would be added, 0 changed, 1 stay." in page.text
    page.upload(csv_of(("key", *HEAD), (people[1].key, people[1].name, people[1].about)))
    assert (all_there in page.text, "left out" in page.text) == (True, False)


def test_what_was_left_out_is_counted_when_it_is_done(site: Client, people: tuple[Member, Member]) -> None:
    page = Page(site)
    page.upload(csv_of(HEAD, *ROWS))
    page.answer(**{"2_key": "left-out", "3_key": "new"})
    assert "Nothing is written yet: 2 would be added, 0 changed, 0 stay, 1 left out." in page.text
    page.answer("confirm")
    assert "Imported: 2 added, 0 changed, 0 as they were, 1 left out." in page.text


@pytest.mark.parametrize(("left", "kept"), [("2_key", "3_key"), ("3_key", "2_key")])
def test_of_two_rows_with_one_address_the_other_is_taken_where_one_is_left_out(
    site: Client, people: tuple[Member, Member], left: str, kept: str
) -> None:
    page = Page(site)
    page.upload(csv_of(("name", "email", "about"), ANNA, AGAIN))
    assert "The same stands in row 2 already" in page.text
    page.answer(**{left: "left-out", kept: people[0].key})
    assert "0 would be added, 1 changed, 0 stay, 1 left out." in page.text
    page.answer("confirm")
    people[0].refresh_from_db()
    assert people[0].about == ("Two" if left == "2_key" else "One")


def test_of_two_rows_with_one_organisation_the_second_is_taken_where_the_first_is_left_out(site: Client) -> None:
    make.make_organisation("Park of the Northern Coast", country="EL")
    page = Page(site, "organisations", "organisation")
    page.upload(csv_of(("name", "website"), PARK, (PARK[0].upper(), "https://other.example/")))
    assert "This name stands in row 2 already" in page.text
    page.answer(**{"2_name": "left-out"})
    assert page.chosen() == {"answer-2-name": "left-out", "answer-3-name": ""}
    assert "1 would be added, 0 changed, 0 stay, 1 left out." in page.text
    assert "as in row" not in page.text
    page.answer("confirm")
    assert Organisation.objects.get(website__startswith="https://").name == PARK[0].upper()


@pytest.mark.parametrize("second", ["PARK OF NORTHERN COAST", "Northern Coast, Park of", "Park of Northern Coasts"])
def test_two_new_rows_that_are_like_one_organisation_are_both_asked_about(site: Client, second: str) -> None:
    park = make.make_organisation("Park of the Northern Coast", country="EL")
    page = Page(site, "organisations", "organisation")
    page.upload(csv_of(("name", "website"), PARK, (second, "https://other.example/")))
    assert page.chosen() == {"answer-2-name": "", "answer-3-name": ""}
    numbers = set(re.findall(r'<option value="(\d+)"', page.text))
    assert numbers == {str(park.pk)}, "a row of the file has no number yet"
    assert "in row 2" in page.text
    page.answer(**{"2_name": str(park.pk), "3_name": "left-out"})
    assert "0 would be added, 1 changed, 0 stay, 1 left out." in page.text
    page.answer("confirm")
    assert [(row.name, row.website) for row in Organisation.objects.all()] == [(park.name, PARK[1])]


@pytest.mark.parametrize(
    ("second", "is_refused"), [("Park of northern coast", True), ("Coast, Park of Northern", False)]
)
def test_the_second_of_two_new_rows_of_one_name_can_be_left_out(site: Client, second: str, is_refused: bool) -> None:
    page = Page(site, "organisations", "organisation")
    page.upload(csv_of(("name", "website"), PARK, (second, "https://other.example/")))
    assert page.chosen() == {"answer-3-name": ""}
    assert ('name="confirm"' not in page.text, "Not answered yet" in page.text) == (is_refused, is_refused)
    page.answer(**{"3_name": "left-out"})
    page.answer("confirm")
    assert Organisation.objects.get().website == PARK[1]


def test_a_row_that_is_left_out_has_nothing_to_correct(site: Client, people: tuple[Member, Member]) -> None:
    page = Page(site)
    page.upload(csv_of(("name", "email", "about"), ("Anna Peri\u0107", "no address", "Reeds"), (ROWS[2][0], "", "B")))
    assert "What to correct" in page.text
    page.answer(**{"2_key": "left-out"})
    assert ("What to correct" in page.text, "1 would be added" in page.text) == (False, True)
