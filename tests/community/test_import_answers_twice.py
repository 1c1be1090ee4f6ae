"""Two rows of one name or address: an answer that tells them apart is taken, one that makes them the same is not."""

from __future__ import annotations

import pytest
from django.test import Client

from community.models import Member, Organisation, User
from tests import factories as make
from tests.community.making_sheets import csv_of
from tests.community.test_import_answers import PARK, Page

pytestmark = [pytest.mark.django_db]

OTHER = "https://other.example/"
TWICE = "stands in row 2 already"


@pytest.fixture
def park() -> Organisation:
    return make.make_organisation("Park of the Northern Coast", country="EL")


@pytest.fixture
def page(site: Client, park: Organisation) -> Page:
    page = Page(site, "organisations", "organisation")
    page.upload(csv_of(("name", "website"), PARK, (PARK[0].upper(), OTHER)))
    assert page.chosen() == {"answer-2-name": "", "answer-3-name": ""}
    assert (TWICE in page.text, page.text.count("A new one"), 'name="confirm"' in page.text) == (True, 1, False)
    return page


def found() -> set[tuple[str, str]]:
    return set(Organisation.objects.values_list("name", "website"))


def test_the_second_row_means_who_is_there_and_the_first_is_new(page: Page, park: Organisation) -> None:
    page.answer(**{"3_name": str(park.pk)})
    assert TWICE not in page.text
    assert "1 would be added, 1 changed, 0 stay." in page.text
    page.answer("confirm")
    assert found() == {(park.name, OTHER), PARK}


def test_the_first_row_means_who_is_there_and_of_the_second_somebody_says_that_it_is_new(
    page: Page, park: Organisation
) -> None:
    assert "1 row waits for your answer. Nothing is written yet" in page.text
    page.answer(**{"2_name": str(park.pk)})
    assert "Row 2 has this name, too. Say whether this is another one, or leave the row out." in page.text
    assert 'name="confirm"' not in page.text
    page.answer(**{"3_name": "new"})
    assert page.chosen() == {"answer-2-name": str(park.pk), "answer-3-name": "new"}
    assert "1 would be added, 1 changed, 0 stay." in page.text
    page.answer("confirm")
    assert found() == {(park.name, PARK[1]), (PARK[0].upper(), OTHER)}


def test_a_row_that_no_answer_mends_is_to_be_corrected(site: Client, park: Organisation) -> None:
    page = Page(site, "organisations", "organisation")
    page.upload(csv_of(("name", "country"), (PARK[0], "Atlantis")))
    assert ("A new one" in page.text, "waits for your answer" in page.text) == (True, False)
    assert "1 row cannot be taken. Nothing was imported: correct it" in page.text


def test_both_do_not_mean_one_and_both_are_not_new(page: Page, park: Organisation) -> None:
    page.answer(**{"2_name": str(park.pk), "3_name": str(park.pk)})
    assert f"Row 2 means \u201c{park}\u201d too. Keep one." in page.text
    assert (TWICE in page.text, 'name="confirm"' in page.text) == (False, False)
    page.answer(**{"2_name": str(park.pk), "3_name": ""})
    page.answer(**{"2_name": "", "3_name": "new"})
    assert (page.chosen(), 'name="confirm"' in page.text) == ({"answer-2-name": "", "answer-3-name": ""}, False)


def test_a_third_row_may_not_have_the_name_that_the_second_took(site: Client, park: Organisation) -> None:
    page = Page(site, "organisations", "organisation")
    page.upload(csv_of(("name", "website"), PARK, (PARK[0].upper(), OTHER), (PARK[0].lower(), "")))
    page.answer(**{"2_name": str(park.pk), "3_name": ""})
    page.answer(**{"3_name": "new", "4_name": "new"})
    assert "stands in row 3 already" in page.text
    assert 'name="confirm"' not in page.text


@pytest.fixture
def namesakes(site: Client) -> list[Member]:
    return [make.make_member("Anna Peri\u0107", account={"email": f"{name}@park.example"}) for name in ("anna", "ap")]


@pytest.fixture
def people(site: Client, namesakes: list[Member]) -> Page:
    page = Page(site)
    rows = [("Anna Peri\u0107", "shared@home.example", about) for about in ("One", "Two")]
    page.upload(csv_of(("name", "email", "about"), *rows))
    assert page.chosen() == {"answer-2-key": "", "answer-3-key": ""}
    assert (TWICE in page.text, page.text.count("Two persons"), 'name="confirm"' in page.text) == (True, 1, False)
    return page


def abouts() -> set[tuple[str, str]]:
    return {(row.user.email if row.user else "", row.about) for row in Member.objects.exclude(about="")}


def test_of_two_rows_with_one_address_each_means_somebody_who_keeps_their_own(
    people: Page, namesakes: list[Member]
) -> None:
    people.answer(**{"2_key": namesakes[0].key, "3_key": namesakes[1].key})
    assert TWICE not in people.text
    assert "0 would be added, 2 changed" in people.text
    people.answer("confirm")
    assert abouts() == {("anna@park.example", "One"), ("ap@park.example", "Two")}
    assert not User.objects.with_address("shared@home.example").exists()


@pytest.mark.parametrize(("there", "new"), [("2_key", "3_key"), ("3_key", "2_key")])
def test_the_address_is_the_others_where_one_row_means_somebody_who_keeps_theirs(
    people: Page, namesakes: list[Member], there: str, new: str
) -> None:
    people.answer(**{there: namesakes[0].key})
    if there == "2_key":
        assert "Row 2 has shared@home.example, too. Say whether this is somebody else" in people.text
        assert people.text.count("Two persons") == 1, "of the first alone that goes without saying"
    people.answer(**{new: "new"})
    assert "1 would be added, 1 changed" in people.text
    people.answer("confirm")
    one, two = ("One", "Two") if there == "2_key" else ("Two", "One")
    assert abouts() == {("anna@park.example", one), ("shared@home.example", two)}


def test_two_new_persons_do_not_share_an_address(people: Page) -> None:
    people.answer(**{"2_key": "new", "3_key": "new"})
    assert (TWICE in people.text, 'name="confirm"' in people.text) == (True, False)


def test_who_is_asked_nothing_reads_where_to_say_that_they_are_somebody_else(
    site: Client, namesakes: list[Member]
) -> None:
    page, head = Page(site), ("name", "email", "key")
    page.upload(csv_of(head, ("Anna Peri\u0107", "shared@home.example", ""), ("Bo Lund", "shared@home.example", "")))
    page.answer(**{"2_key": namesakes[0].key})
    assert page.chosen() == {"answer-2-key": namesakes[0].key}
    words = "Row 2 has shared@home.example, too. If this is somebody else, write “new” in the column “key”"
    assert (words in page.text, "Say whether this is somebody else" in page.text) == (True, False)
    page.upload(csv_of(head, ("Anna Peri\u0107", "shared@home.example", ""), ("Bo Lund", "shared@home.example", "new")))
    page.answer(**{"2_key": namesakes[0].key})
    assert ("shared@home.example, too" in page.text, 'name="confirm"' in page.text) == (False, True)
