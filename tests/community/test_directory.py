"""The directory: who is found by what, how much of whom is read, and writing to people whose address stays unknown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from community import search
from community.choices import ConsentExtent, ConsentPurpose, PartnerRole, TerritoryLevel, Vocabulary
from community.models import Event, Member, Message, Organisation, Territory, User
from community.rules.contact import MOST_A_DAY, MOST_TO_ONE
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]

DIRECTORY, PUBLIC = (ConsentPurpose.DIRECTORY,), (ConsentPurpose.PUBLIC,)


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)  # type: ignore[arg-type]
    return client


def place(code: str) -> Territory:
    """A country, or a region of the programme, which the filters offer."""
    level = TerritoryLevel.COUNTRY if len(code) == 2 else TerritoryLevel.NUTS2
    is_region = level == TerritoryLevel.NUTS2
    version = "2021" if is_region else ""
    return make.make_territory(code, level=level, nuts_version=version, is_programme_region=is_region)


@pytest.fixture
def reader() -> Member:
    return make.make_member("Rosa Reader")


@pytest.fixture
def crete() -> Organisation:
    """An organisation on Crete, partner of a project that has ended."""
    organisation = make.make_organisation("Region of Crete", country="EL", territory=place("EL43"))
    project = make.make_project("DUNES", ends_on=timezone.localdate() - timedelta(days=400))
    make.make_partnership(organisation, project, role=PartnerRole.LP)
    return organisation


@pytest.fixture
def sofia(crete: Organisation) -> Member:
    """A person of whom the community reads all, and others nothing."""
    expertise = make.make_term(Vocabulary.EXPERTISE, "dunes", "Dunes")
    return make.make_member(
        "Sofía Renner", organisation=crete, consents=DIRECTORY, expertise=(expertise,), languages=["el", "hr"]
    )


@pytest.fixture
def marko(crete: Organisation) -> Member:
    """A person of whom everybody reads name and organisation alone."""
    expertise = make.make_term(Vocabulary.EXPERTISE, "harbours", "Harbours")
    found = make.make_member(
        "Marko Open",
        organisation=crete,
        consents=PUBLIC,
        expertise=(expertise,),
        languages=["sl"],
        about="Knows every harbour.",
    )
    found.affiliations.update(function="Harbour master")
    return found


def names(client: Client, query: str, noun: str = "members") -> list[str]:
    page: Any = client.get(f"/{noun}/?{query}").context["page_obj"]
    return sorted(row.name for row in page)


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("q=renner+sofia", True),
        ("expertise=dunes", True),
        ("language=el", True),
        ("territory=EL", True),
        ("territory=EL43", True),
        ("project=dunes", True),
        ("role=coordinator", True),
        ("expertise=dunes&language=hr&territory=EL43&project=dunes&role=coordinator", True),
        ("language=sl", False),
        ("territory=EL42", False),
        ("project=other", False),
        ("role=external", False),
        ("role=lead", False),
    ],
)
def test_people_are_found_by_what_they_know_where_and_as_what(
    reader: Member, sofia: Member, query: str, is_found: bool
) -> None:
    make.make_project("OTHER")
    place("EL42")
    place("EL")
    make.make_appointment(sofia, make.make_working_group("WG1"))
    assert names(signed_in(reader), query) == (["Sofía Renner"] if is_found else [])


def test_who_agreed_to_public_pages_is_found_by_everybody_by_name_and_organisation_alone(
    reader: Member, sofia: Member, marko: Member
) -> None:
    make.make_appointment(marko, make.make_working_group("WG2"))
    for client in (Client(), signed_in(make.make_external())):
        assert [name for name in names(client, "") if "Person" not in name] == ["Marko Open"]
        assert names(client, "q=marko") == ["Marko Open"]
        page = client.get(f"/members/{marko.key}/")
        assert ("Marko Open" in page.text, "Region of Crete" in page.text) == (True, True)
        assert names(client, "q=crete") == names(client, "q=MARKO"), "by the organisation, too"
        assert names(client, "role=external") == names(client, ""), "standing and role find nobody"
        for kept in ("Harbour", "harbour", "Slovenian", "CoP member", "h-clusters", "Coordinates"):
            assert kept not in page.text
            assert kept not in client.get("/members/").text
        assert names(client, "q=harbour") == [], "what is not shown finds nobody"
        assert names(client, "expertise=dunes&language=el") == names(client, ""), "and is not asked for"
    for query in ("q=harbours", "expertise=harbours", "language=sl", "role=coordinator"):
        assert names(signed_in(reader), query) == [], "the community reads no more of him, either"
    assert signed_in(marko).get(f"/members/{marko.key}/").text.count("Harbour") > 0
    assert names(signed_in(reader), "") == ["Marko Open", "Rosa Reader", "Sofía Renner"]


def test_earlier_words_show_what_they_list_and_in_the_directory_alone(reader: Member, sofia: Member) -> None:
    earlier = make.make_wording(version=7, extent=ConsentExtent.FIRST)
    sofia.consents.update(wording=earlier)
    before = make.make_organisation("Harbour Office")
    make.make_affiliation(sofia, before, until_on=timezone.localdate() - timedelta(days=9))
    sofia.affiliations.exclude(organisation=before).update(function="Adviser")
    make.make_appointment(sofia, make.make_working_group("WG1"))
    Member.objects.filter(pk=sofia.pk).update(about="Swims far.")
    search.index(Member.objects.get(pk=sofia.pk))
    need = make.make_need("How do dunes stay?", raised_by=sofia)
    client, kept = signed_in(reader), ("Swims far", "Harbour Office", "Coordinates", "h-clusters", "h-exchanges")
    page = client.get(f"/members/{sofia.key}/").text
    assert [word for word in ("Adviser", "Region of Crete", "Dunes", "Greek") if word not in page] == []
    assert [word for word in kept if word in page] == []
    found = {query: names(client, query) for query in ("q=dunes+crete", "q=swims", "q=harbour", "role=coordinator")}
    assert found == {"q=dunes+crete": ["Sofía Renner"], "q=swims": [], "q=harbour": [], "role=coordinator": []}
    assert "Renner" not in client.get(f"/needs/{need.pk}/").text
    assert "Swims far" in signed_in(sofia).get(f"/members/{sofia.key}/").text
    make.make_wording(version=8)
    assert "Until you agree to the new words" in signed_in(sofia).get("/account/data/").text
    sofia.consents.update(wording=make.make_wording(version=8))
    assert [word for word in kept[:3] if word not in client.get(f"/members/{sofia.key}/").text] == []
    assert names(client, "q=swims") == names(client, "q=harbour") == names(client, "role=coordinator")
    assert "Renner" in client.get(f"/needs/{need.pk}/").text


def test_who_named_an_organisation_themselves_stands_for_none_of_its_projects(crete: Organisation) -> None:
    make.make_external("Stranger Self", organisation=crete, consents=PUBLIC)
    assert "Stranger Self" not in Client().get("/projects/dunes/").text
    for query in ("project=dunes", "territory=EL43"):
        assert names(Client(), query) == []


def test_names_are_found_without_their_accents_by_everybody(crete: Organisation) -> None:
    make.make_member("Ángela Núñez Παπαδάκη", organisation=crete, consents=PUBLIC)
    for words in ("angela nunez", "ΠΑΠΑΔΑΚΗ", "núñez crete"):
        assert names(Client(), f"q={words}") == ["Ángela Núñez Παπαδάκη"]


def test_who_is_signed_in_and_reads_no_directory_is_not_told_to_sign_in(reader: Member) -> None:
    words = "Members see more after signing in."
    told = [client.get("/members/").content.decode() for client in (Client(), signed_in(make.make_external("Eva Own")))]
    assert [words in text for text in told] == [True, False]
    assert ("Eva Own" in told[1], "and you. Members of the community see more." in told[1]) == (True, True)


def test_a_visitor_is_led_to_sign_in_whether_or_not_somebody_is_there(sofia: Member) -> None:
    for key in (sofia.key, "nobodyatall2"):
        answer: Any = Client().get(f"/members/{key}/")
        assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next=/members/{key}/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("territory=EL", ["Region of Crete"]),
        ("project=dunes", ["Region of Crete"]),
        ("project=dunes&role=LP", ["Region of Crete"]),
        ("project=dunes&role=PP", []),
        ("role=LP", ["Region of Crete"]),
        ("expertise=dunes", ["Region of Crete"]),
        ("language=hr", ["Region of Crete"]),
        ("expertise=harbours", []),
        ("language=sl", []),
    ],
)
def test_organisations_are_found_by_place_project_role_and_what_their_people_show(
    reader: Member, sofia: Member, marko: Member, query: str, found: list[str]
) -> None:
    place("EL")
    elsewhere = make.make_organisation("Elsewhere", country="IT")
    make.make_partnership(elsewhere, make.make_project("dunes2"))
    assert names(signed_in(reader), query, "organisations") == found
    if "expertise" in query or "language" in query:
        assert names(Client(), query, "organisations") == [], "visitors read of nobody's knowledge"


def test_pages_of_projects_and_organisations_name_people_as_far_as_they_agreed(
    reader: Member, sofia: Member, marko: Member, crete: Organisation
) -> None:
    for path in ("/projects/dunes/", f"/organisations/{crete.pk}/"):
        assert ("Sofía Renner" in signed_in(reader).get(path).text, "Marko Open" in Client().get(path).text) == (
            True,
            True,
        )
        assert "Renner" not in Client().get(path).text


def test_a_persons_page_tells_roles_over_time(reader: Member, sofia: Member) -> None:
    row = make.make_appointment(sofia, make.make_working_group("WG1"))
    client = signed_in(reader)
    assert "Coordinates" in client.get(f"/members/{sofia.key}/").text
    type(row).objects.filter(pk=row.pk).update(until_on=timezone.localdate() - timedelta(days=1))
    page = client.get(f"/members/{sofia.key}/").text
    assert ("Coordinated" in page, "Greek, Croatian" in page) == (True, True)


def test_a_member_writes_to_a_member_and_sees_no_address(reader: Member, sofia: Member) -> None:
    client, path = signed_in(reader), f"/members/{sofia.key}/contact/"
    address = sofia.user.email  # type: ignore[union-attr]
    assert path in client.get(f"/members/{sofia.key}/").text
    assert client.post(path, {"text": " "}).status_code == 422
    for _time in range(MOST_TO_ONE):
        assert client.post(path, {"text": "Which <wood> do you take?"}).status_code == 302
    refused = client.post(path, {"text": "Once more, please."})
    assert (refused.status_code, "Once more, please." in refused.text, "Wait for the answer" in refused.text) == (
        422,
        True,
        True,
    )
    mails = Message.objects.filter(template="community/member_message")
    assert [(mail.to, mail.is_secret) for mail in mails] == [(sofia.user, True)] * MOST_TO_ONE
    assert all(event.data == {} for event in Event.objects.of_verbs(["write_to_member"]))
    for page in (client.get(path).text, client.get(f"/members/{sofia.key}/").text):
        assert address not in page


def test_limits_count_all_whom_somebody_writes_to(reader: Member) -> None:
    client = signed_in(reader)
    others = [make.make_member(consents=DIRECTORY) for _number in range(MOST_A_DAY + 1)]
    statuses = [client.post(f"/members/{other.key}/contact/", {"text": "Hello"}).status_code for other in others]
    assert statuses == [302] * MOST_A_DAY + [422]


def test_who_cannot_be_reached_or_is_oneself_is_told(reader: Member) -> None:
    client = signed_in(reader)
    silent = make.make_member("Paper Only", account=False, consents=DIRECTORY)
    page = client.get(f"/members/{silent.key}/").text
    assert "has no account at present" in page
    assert client.get(f"/members/{silent.key}/contact/").status_code == 403
    assert "Write a message" not in client.get(f"/members/{reader.key}/").text
    assert client.post(f"/members/{reader.key}/contact/", {"text": "Hello me"}).status_code == 403
    assert not User.objects.filter(member=silent).exists()
