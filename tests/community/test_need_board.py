"""The needs board: found, sorted and selected; what and who may help stands beside a need with the reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community import search
from community.choices import ConsentPurpose, NeedStatus, Urgency, Vocabulary
from community.models import Member, Need, User
from community.similar import solutions_near
from community.similar_people import people_near
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]

URL = "/needs/"


def listed(query: str, user: User | None = None) -> list[str]:
    """Return the questions on the list in their order."""
    client = Client()
    if user is not None:
        client.force_login(user)
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 200
    return [need.question for need in answer.context["page_obj"]]


def three() -> None:
    """Raise three needs, one after the other."""
    for number, (question, urgency) in enumerate((("A?", "low"), ("B?", "high"), ("C?", "normal"))):
        need = make.make_need(question, urgency=Urgency(urgency), raised_at=make.NOW.replace(day=number + 1))
        for _other in range(2 if question == "C?" else 0):
            make.make_me_too(need)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", ["C?", "B?", "A?"]),
        ("sort=oldest", ["A?", "B?", "C?"]),
        ("sort=wanted", ["C?", "A?", "B?"]),
        ("sort=urgent", ["B?", "C?", "A?"]),
    ],
)
def test_the_address_says_the_order(query: str, order: list[str]) -> None:
    three()
    assert listed(query) == order


@pytest.mark.parametrize("name", ["sort", "status", "territory", "type", "urgency", "challenge"])
def test_a_value_that_cannot_be_shows_its_error_and_no_rows(name: str) -> None:
    three()
    answer = Client().get(URL, {name: "nonsense"})
    assert list(answer.context["page_obj"]) == []
    assert "Select a valid choice. nonsense is not one of the available choices." in answer.text
    assert f'id="div_id_{name}"' in answer.text


def test_unmet_needs_are_listed_with_their_age() -> None:
    # By the calendar: 69 times 24 hours are another day where the clocks were changed in between.
    noon = timezone.localtime().replace(hour=12) - timedelta(days=69)
    make.make_need("Unmet?", raised_at=noon)
    for status in (NeedStatus.TAKEN_UP, NeedStatus.ANSWERED, NeedStatus.CLOSED):
        make.make_need(f"{status}?", status=status)
    assert listed("status=open") == ["Unmet?"]
    assert "69 days ago" in Client().get(URL, {"status": "open"}).text


def test_a_territory_holds_what_lies_in_it_and_a_type_what_is_wanted() -> None:
    country = make.make_territory("EL", level="country", nuts_version="", name="Greece")
    region = make.make_territory("EL43", is_programme_region=True, name="Kriti")
    other = make.make_territory("ITC1", is_programme_region=True)
    wanted = make.make_term(Vocabulary.SOLUTION_TYPE, "method")
    for question, place in (("Crete?", region), ("Greece?", country), ("Piemonte?", other)):
        make.make_need(question).territories.add(place)
    Need.objects.get(question="Crete?").solution_types.add(wanted)
    assert sorted(listed("territory=EL")) == ["Crete?", "Greece?"]
    assert listed("territory=EL43") == ["Crete?"]
    assert listed("type=method&territory=EL") == ["Crete?"]
    assert listed("type=method&territory=ITC1") == []


def test_members_select_open_needs_for_a_proposal_and_visitors_do_not() -> None:
    need, closed = make.make_need(), make.make_need(status=NeedStatus.CLOSED)
    client = Client()
    assert "Propose a cluster for the selected" not in client.get(URL).text
    client.force_login(make.make_member().user)
    page = client.get(URL).text
    assert f'action="{reverse("clusters:create")}"' in page
    assert (f'value="{need.pk}" id="pick-' in page, f'value="{closed.pk}" id="pick-' in page) == (True, False)
    assert 'id="pick-' not in client.get("/").text, "nothing on the home page takes what is selected"


def test_solutions_near_a_need_come_with_their_reasons_nearest_first() -> None:
    theme, kind = make.make_term(label="Seagrass"), make.make_term(Vocabulary.SOLUTION_TYPE, label="Method")
    place = make.make_territory("EL43", name="Kriti")
    need = make.make_need("How do buoys keep anchors off seagrass meadows?")
    need.challenges.add(theme)
    need.solution_types.add(kind)
    need.territories.add(place)
    best = make.make_solution("Buoys for meadows", type=kind)
    best.challenges.add(theme)
    best.tested_in.add(place)
    by_theme_and_type = make.make_solution("Another way", type=kind)
    by_theme_and_type.challenges.add(theme)
    only_theme = make.make_solution("Theme alone")
    only_theme.challenges.add(theme)
    make.make_solution("Buoys in meadows, a draft", status="draft", published_at=None, type=kind)
    found = solutions_near(Need.objects.for_page().get(), AnonymousUser())
    assert [hit.row.title for hit in found] == ["Buoys for meadows", "Another way"]
    assert found[0].reasons == [
        "Both speak of: meadows, buoys",
        "Same challenge: Seagrass",
        "Of the wanted type: Method",
        "Tested in: Kriti",
    ]
    assert found[1].reasons == ["Same challenge: Seagrass", "Of the wanted type: Method"]


def expert(name: str, *consents: str) -> None:
    """Make a person whose expertise a need about seagrass asks for."""
    term = make.make_term(Vocabulary.EXPERTISE, label="Seagrass mapping")
    search.index(make.make_member(name, expertise=(term,), consents=consents))


def test_people_are_suggested_to_members_only_and_only_who_agreed() -> None:
    expert("Listed Person", ConsentPurpose.DIRECTORY)
    expert("Silent Person")
    expert("Public Person", ConsentPurpose.PUBLIC)
    make.make_need("Who maps seagrass from above?")
    need = Need.objects.for_page().get()
    reader = make.make_member().user
    found = people_near(need, reader, [])
    assert [(hit.row.name, hit.reasons) for hit in found] == [("Listed Person", ["Expertise: Seagrass mapping"])]
    for user in (AnonymousUser(), make.make_external().user, make.make_user()):
        assert people_near(need, user, []) == []
    client = Client()
    assert "Listed Person" not in client.get(f"/needs/{need.pk}/").text
    client.force_login(reader)
    page = client.get(f"/needs/{need.pk}/").text
    assert ("Listed Person" in page, "Silent Person" in page, "Public Person" in page) == (True, False, False)


def test_an_administrator_is_suggested_who_agreed_to_it_and_never_oneself() -> None:
    expertise, agreed = (make.make_term(Vocabulary.EXPERTISE, label="Seagrass mapping"),), (ConsentPurpose.DIRECTORY,)
    silent = make.make_member("Silent Person", expertise=expertise)
    make.make_member("Agreed Person", expertise=expertise, consents=agreed)
    admin = make.make_admin(name="Admin Person", expertise=expertise, consents=agreed)
    for person in Member.objects.all():
        search.index(person)
    make.make_need("Who maps seagrass from above?")
    need = Need.objects.for_page().get()
    assert [hit.row.name for hit in people_near(need, admin, [])] == ["Agreed Person"]
    client = Client()
    client.force_login(admin)
    assert silent.key not in client.get(f"/needs/{need.pk}/").text


def test_a_contact_of_a_near_solution_may_help_and_who_has_the_need_is_not_asked() -> None:
    directory = (ConsentPurpose.DIRECTORY,)
    contact = make.make_member("Contact Person", consents=directory)
    need = make.make_need("How do buoys keep anchors off meadows?", raised_by=make.make_member(consents=directory))
    make.make_solution("Buoys for meadows", contact=contact)
    need = Need.objects.for_page().get()
    reader = make.make_member().user
    near = solutions_near(need, reader)
    found = people_near(need, reader, near)
    assert [(hit.row.name, hit.reasons) for hit in found] == [("Contact Person", ["Contact of: Buoys for meadows"])]
    make.make_me_too(need, contact)
    assert people_near(need, reader, near) == []
