"""Pages of the community's nouns: who sees what, in how many queries, and what they say when nothing is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.choices import ConsentPurpose, PartnerRole, SolutionStatus, Vocabulary
from community.models import Member, Need
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

LISTS = ("needs", "solutions", "projects", "organisations", "members", "working_groups")


def signed_in(member: Member | None = None) -> Client:
    """Return a client that is signed in as a member of the community."""
    client = Client()
    client.force_login((member or make.make_member(consents=[ConsentPurpose.DIRECTORY])).user)
    return client


def make_world(number: int) -> dict[str, Any]:
    """Make one of each noun, richly connected."""
    organisation = make.make_organisation(kind=make.make_term(Vocabulary.ORGANISATION_TYPE))
    member = make.make_member(
        organisation=organisation,
        consents=[ConsentPurpose.DIRECTORY, ConsentPurpose.PUBLIC],
        expertise=[make.make_term(Vocabulary.EXPERTISE), make.make_term(Vocabulary.EXPERTISE)],
    )
    project = make.make_project(specific_objective=make.make_term(Vocabulary.OBJECTIVE))
    make.make_partnership(organisation, project, PartnerRole.LP)
    make.make_partnership(project=project)
    need = make.make_need(raised_by=member, organisation=organisation)
    need.territories.set([make.make_territory(), make.make_territory()])
    need.challenges.set([make.make_term(), make.make_term()])
    make.make_me_too(need, organisation=organisation)
    solution = make.make_solution(project=project, type=make.make_term(Vocabulary.SOLUTION_TYPE), contact=member)
    solution.challenges.set([make.make_term()])
    group = make.make_working_group()
    make.make_appointment(member, group)
    return {
        "need": need.pk,
        "solution": solution.pk,
        "project": project.code,
        "organisation": organisation.pk,
        "member": member.key,
        "working_group": group.code,
    }


def queries(client: Client, url: str) -> int:
    """Return how many queries a page costs."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_as_many_queries_for_three_rows_as_for_one(name: str) -> None:
    make_world(1)
    client = signed_in()
    url = reverse(f"community:{name}")
    queries(client, url)
    one = queries(client, url)
    make_world(2), make_world(3)
    assert queries(client, url) == one
    assert one <= 14


@pytest.mark.parametrize("name", ["need", "solution", "project", "organisation", "member", "working_group"])
def test_a_page_costs_as_many_queries_whatever_else_exists(name: str) -> None:
    key = make_world(1)[name]
    make_world(2)  # what stands near a need is looked at only when there is something
    client = signed_in()
    url = reverse(f"community:{name}", args=[key])
    queries(client, url)
    one = queries(client, url)
    make_world(3), make_world(4)
    assert queries(client, url) == one
    assert one <= 20


def test_a_visitor_reads_the_public_lists(client: Client) -> None:
    for name in LISTS:
        assert client.get(reverse(f"community:{name}")).status_code == 200, name


def test_the_directory_names_only_who_agreed() -> None:
    make.make_member("Sofia Renner", consents=[ConsentPurpose.DIRECTORY])
    hidden = make.make_member("Marko Silent", consents=[ConsentPurpose.NAMED])
    client = signed_in()
    text = client.get(reverse("community:members")).text
    assert ("Sofia Renner" in text, "Marko Silent" in text) == (True, False)
    assert client.get(reverse("community:member", args=[hidden.key])).status_code == 404
    assert signed_in(hidden).get(reverse("community:member", args=[hidden.key])).status_code == 200


def test_a_need_names_its_raiser_only_to_those_who_may_know(client: Client) -> None:
    organisation = make.make_organisation("Region of Crete", country="EL")
    need = make.make_need(raised_by=make.make_member("Marko Silent"), organisation=organisation)
    url = reverse("community:need", args=[need.pk])
    text = client.get(url).text
    assert ("Marko Silent" in text, "Region of Crete" in text) == (False, True)
    assert "Marko Silent" not in signed_in().get(url).text
    assert "Marko Silent" in signed_in(need.raised_by).get(url).text
    make.make_consent(need.raised_by, ConsentPurpose.PUBLIC)
    assert "Marko Silent" in client.get(url).text
    assert "Marko Silent" in client.get(reverse("community:needs")).text


def test_what_is_not_visible_is_not_there(client: Client) -> None:
    draft = make.make_solution(status=SolutionStatus.DRAFT, published_at=None)
    unverified = make.make_organisation(is_verified=False)
    for url in (
        reverse("community:solution", args=[draft.pk]),
        reverse("community:organisation", args=[unverified.pk]),
        reverse("community:need", args=[10**18]),
        reverse("community:project", args=["none"]),
        reverse("community:working_group", args=["WG99"]),
        "/needs/99999999999999999999999999/",
    ):
        assert client.get(url).status_code == 404, url
    assert draft.title not in client.get(reverse("community:solutions")).text


def test_a_draft_solution_is_seen_by_its_consortium_and_coordinators() -> None:
    organisation, project = make.make_organisation(), make.make_project()
    make.make_partnership(organisation, project)
    url = reverse(
        "community:solution", args=[make.make_solution(project=project, status="draft", published_at=None).pk]
    )
    assert signed_in(make.make_member(organisation=organisation)).get(url).status_code == 200
    assert signed_in(make.make_coordinator(make.make_working_group())).get(url).status_code == 200
    assert signed_in(make.make_member(account={"is_staff": True})).get(url).status_code == 200
    associated = make.make_organisation()
    make.make_partnership(associated, project, PartnerRole.AP)
    assert signed_in(make.make_member(organisation=associated)).get(url).status_code == 404


def test_the_address_of_a_merged_row_leads_to_the_one_that_stayed(client: Client) -> None:
    last = make.make_organisation("Kept")
    middle = make.make_organisation("Once", merged_into=last)
    first = make.make_organisation("Twice", merged_into=middle)
    answer = client.get(reverse("community:organisation", args=[first.pk]))
    assert (answer.status_code, answer.url) == (301, reverse("community:organisation", args=[last.pk]))
    person = make.make_member(consents=[ConsentPurpose.DIRECTORY])
    merged = make.make_member(account=False, merged_into=person)
    answer = signed_in().get(reverse("community:member", args=[merged.key]))
    assert answer.url == reverse("community:member", args=[person.key])


def test_a_list_is_searched_filtered_and_paged_by_its_address(client: Client) -> None:
    term = make.make_term(code="marine", label="Marine ecosystems")
    for number in range(27):
        make.make_need(f"Who pays for seagrass number {number:02d}?")
    beach = make.make_need("Πώς κρατάμε την παραλία;")
    beach.challenges.set([term])
    url = reverse("community:needs")
    assert "28 needs" in client.get(url).text
    assert "Page 2 of 2" in client.get(url, {"page": "2"}).text
    assert "Page 2 of 2" in client.get(url, {"page": "999"}).text
    assert "Page 1 of 2" in client.get(url, {"page": "x"}).text
    found = client.get(url, {"q": "ΠΑΡΑΛΙΑ"})
    assert (beach.question in found.text, "1 need" in found.text) == (True, True)
    found = client.get(url, {"challenge": "marine", "status": "open"}).text
    assert ("1 need" in found, "Marine ecosystems</b>" in found, 'href="?status=open"' in found) == (True, True, True)
    assert "Nothing matches all filters" in client.get(url, {"q": "forest fire"}).text


@pytest.mark.parametrize("query", ["status=gone", "challenge=%00", "q=a%0Ab", "q=a%00b", "urgency=1", "q=" + "x" * 300])
def test_a_wrong_filter_value_shows_its_error_and_no_rows(client: Client, query: str) -> None:
    make.make_need("Who pays for seagrass?")
    answer = client.get(f"{reverse('community:needs')}?{query}")
    assert (answer.status_code, "errsum" in answer.text, "Who pays" in answer.text) == (200, True, False)


@pytest.mark.parametrize("name", [name for name in LISTS if name != "members"])
def test_an_empty_list_says_so(client: Client, name: str) -> None:
    assert "empty" in client.get(reverse(f"community:{name}")).text


def test_a_member_raises_a_need_in_the_browser() -> None:
    client = signed_in()
    url = reverse("community:need_create")
    assert client.get(url).status_code == 200
    answer = client.post(url, {"question": "", "urgency": "normal"})
    assert (answer.status_code, "Write your question. One sentence is enough." in answer.text) == (422, True)
    answer = client.post(url, {"question": "Who pays?", "urgency": "high", "status": "closed", "raised_by": "1"})
    need = Need.objects.get()
    assert (answer.url, need.status, need.urgency) == (reverse("community:need", args=[need.pk]), "open", "high")


def test_the_form_is_closed_to_others_with_the_reason(client: Client) -> None:
    url = reverse("community:need_create")
    assert client.get(url).status_code == 302
    for call in (Client.get, Client.post):
        answer = call(signed_in(make.make_external()), url, {"question": "Who pays?", "urgency": "normal"})
        assert (answer.status_code, "This is for members" in answer.text) == (403, True)


def test_a_stale_edit_shows_both_texts_and_loses_neither() -> None:
    need = make.make_need("Who pays?")
    client, url = signed_in(need.raised_by), reverse("community:need_update", args=[need.pk])
    mine = {"question": "Who pays for meadows?", "description": "Mine", "urgency": "low", "seen_version": need.version}
    admin = Client()
    admin.force_login(make.make_admin())
    assert admin.post(url, {**mine, "question": "Who pays for seagrass?"}).status_code == 302
    answer = client.post(url, mine)
    assert answer.status_code == 409
    for text in ("Who pays for meadows?", "seagrass"):
        assert text in answer.text
    assert client.post(url, {**mine, "seen_version": need.version + 1}).status_code == 302
    assert Need.objects.get().question == "Who pays for meadows?"


def test_me_too_is_said_and_taken_back_in_the_browser() -> None:
    need, client = make.make_need(), signed_in()
    page, url = reverse("community:need", args=[need.pk]), reverse("community:need_me_too", args=[need.pk])
    assert client.get(url).status_code == 405
    assert client.post(url, {"note": "The harbour, too"}).status_code == 302
    assert "The harbour, too" in client.get(page).text
    assert client.post(url, {"take_back": "1"}).status_code == 302
    assert need.me_toos.count() == 0
    assert client.post(url, {"note": "a\nb"}).status_code == 422
    assert signed_in(need.raised_by).post(url, {}).status_code == 403


def test_who_raised_a_need_says_how_far_it_has_come() -> None:
    need = make.make_need()
    url = reverse("community:need_status", args=[need.pk])
    assert signed_in().post(url, {"status": "answered"}).status_code == 403
    client = signed_in(need.raised_by)
    assert client.post(url, {"status": "forgotten"}).status_code == 422
    assert client.post(url, {"status": "answered", "note": "Cluster 7 did"}).status_code == 302
    assert "Cluster 7 did" in client.get(reverse("community:need", args=[need.pk])).text


def test_home_counts_what_there_is(client: Client) -> None:
    make_world(1)
    text = client.get(reverse("community:home")).text
    assert "1 open need · 1 solution · 1 project · 2 partner organisations · 1 country" in text
    assert "Needs looking for a cluster" in text


@pytest.mark.parametrize(("who", "expected"), [(lambda: make.make_member(), 200), (lambda: make.make_external(), 200)])
def test_the_desk_is_everybodys(who: Callable[[], Member], expected: int) -> None:
    answer = signed_in(who()).get(reverse("community:desk"))
    assert (answer.status_code, "Nothing waits for you" in answer.text) == (expected, True)


def test_the_desk_of_a_visitor_asks_to_sign_in(client: Client) -> None:
    assert client.get(reverse("community:desk")).status_code == 302
