"""Matches: open needs beside idle solutions and people, in few queries, and the proposal that begins from one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.actions.proposal import create_draft
from clusters.choices import State
from clusters.models import Cluster
from community import search
from community.choices import ConsentPurpose, Vocabulary
from community.models import Message, Need, Solution
from community.similar import solutions_near, solutions_near_each
from community.similar_people import people_near, people_near_each
from results.matches import idle_in_order, matched_needs, matched_solutions, waiting_needs, with_terms
from tests import factories as make
from tests.cast import Cast, make_cluster

pytestmark = [pytest.mark.django_db]


def seagrass() -> tuple[Need, Solution, Solution]:
    """Return a need, an idle solution and one that a cluster works with, both near it; and an expert."""
    place = make.make_territory("EL43", name="Kriti", country="EL", is_programme_region=True)
    make.make_territory("EL", name="Greece", country="EL", level="country", nuts_version="")
    need = make.make_need("How do buoys keep anchors off seagrass meadows?")
    need.territories.add(place)
    idle, used = make.make_solution("Buoys for meadows"), make.make_solution("Anchors off seagrass")
    term = make.make_term(Vocabulary.EXPERTISE, label="Seagrass mapping")
    make.make_member("Expert Person", consents=(ConsentPurpose.DIRECTORY,), expertise=(term,), languages=["el", "de"])
    return need, idle, used


def test_a_need_stands_beside_solutions_and_people_with_reasons(cast: Cast, client: Client) -> None:
    need, idle, used = seagrass()
    make_cluster(cast, State.RUNNING).solutions.add(used)
    match = matched_needs([Need.objects.for_page().get(pk=need.pk)], cast.user("member"))[0]
    said = [(hit.row, hit.reasons) for hit in match.solutions]
    assert said == [
        (used, ["Both speak of: seagrass, anchors"]),
        (idle, ["Both speak of: meadows, buoys"]),
    ]
    assert match.idle == frozenset({idle.pk})
    people = [(hit.row.name, hit.reasons) for hit in match.people]
    assert people == [("Expert Person", ["Expertise: Seagrass mapping", "Speaks: Greek"])]
    assert [hit.row for hit in matched_solutions([idle], None)[0].needs] == [need]
    client.force_login(cast.accounts["member"])
    page = client.get("/coverage/matches/", {"country": "EL"}).text
    [expert] = [hit.row for hit in match.people]
    start, person = f'href="/clusters/propose/?need={need.pk}', f'&amp;person={expert.key}"'
    assert f"{start}&amp;solution={idle.pk}{person}" in page
    assert f"{start}{person}" in page
    assert f"{start}{person}" in client.get(f"/needs/{need.pk}/").text
    assert ("Expert Person" in page, page.count('<span class="chip">idle</span>')) == (True, 1)
    assert f'/solutions/{idle.pk}/"' in client.get("/coverage/matches/idle/", {"q": "buoys"}).text


def test_only_who_may_read_and_propose_sees_people_and_buttons(cast: Cast, client: Client) -> None:
    seagrass()
    client.force_login(cast.accounts["external"])
    page = client.get("/coverage/matches/").text
    assert ("Expert Person" in page, "/clusters/propose/?need=" in page) == (False, False)
    assert "Only members of the community of practice propose clusters." in page


def test_several_needs_are_matched_as_each_alone_in_as_many_queries(cast: Cast) -> None:
    need, _idle, _used = seagrass()
    for number in range(3):
        make.make_need(f"Who maps meadows of seagrass, part {number}?", raised_at=need.raised_at - timedelta(days=1))
    needs, reader = list(waiting_needs(None).for_page()), cast.user("member")
    assert needs[-1].pk == need.pk, "the longest waiting come first"
    solutions = solutions_near_each(needs, reader)
    people = people_near_each(needs, reader, solutions)
    for one in needs:
        assert [(hit.row, hit.reasons) for hit in solutions_near(one, reader)] == [
            (hit.row, hit.reasons) for hit in solutions[one.pk]
        ]
        assert [hit.row for hit in people_near(one, reader, solutions[one.pk])] == [hit.row for hit in people[one.pk]]
    counts = []
    for some in (needs[-1:], needs):
        with CaptureQueriesContext(connection) as captured:
            matched_needs(some, reader)
        counts.append(len(captured))
    assert (counts[0] == counts[1], counts[1] <= 16) == (True, True), counts


@pytest.mark.parametrize(
    ("place", "works", "reason"),
    [
        ("IT", {"code": "ITF3"}, "Works in: Campania"),
        ("ITF33", {"code": "ITF3"}, "Works in: Campania"),
        ("ITF3", {"code": "ITF3"}, "Works in: Campania"),
        ("ITF4", {"code": "ITF3"}, "Works in the same country: Campania"),
        ("IT", {}, "Works in: IT"),
        ("ITF3", {}, "Works in the same country: IT"),
        ("EL43", {"code": "ITF3"}, None),
    ],
)
def test_people_are_near_a_place_inside_or_around_it_or_in_the_same_country(
    place: str, works: dict[str, str], reason: str | None
) -> None:
    known = {
        code: make.make_territory(code, name=name, country=code[:2])
        for code, name in (("IT", "Italy"), ("ITF3", "Campania"), ("ITF33", "Napoli"), ("ITF4", "Puglia"))
    }
    known["EL43"] = make.make_territory("EL43", name="Kriti", country="EL")
    need = make.make_need("Who maps seagrass?")
    need.territories.add(known[place])
    at = make.make_organisation("Park", country="IT", territory=known.get(works.get("code", "")))
    consents = (ConsentPurpose.DIRECTORY,)
    mapper = make.make_member("Near Person", organisation=at, consents=consents, about="Seagrass, every day.")
    search.index(mapper)
    found = people_near(Need.objects.for_page().get(), make.make_member().user, [])
    said = [(hit.row, hit.points, hit.reasons) for hit in found]
    words = "Says of themselves: seagrass"
    assert said == ([(mapper, 2, [reason, words])] if reason else [])


def test_a_proposal_names_the_people_who_were_suggested_and_ticked_and_nobody_else(cast: Cast, client: Client) -> None:
    need, idle, _used = seagrass()
    organisation = make.make_organisation("Park of the Dunes")
    listed, unticked = (
        make.make_member(name, organisation=organisation, consents=(ConsentPurpose.DIRECTORY,))
        for name in ("Listed Person", "Unticked Person")
    )
    silent = make.make_member("Silent Person")
    client.force_login(cast.accounts["member"])
    given = {"need": need.pk, "solution": idle.pk, "person": [listed.key, unticked.key, silent.key, "nobody", "x" * 12]}
    page = client.get("/clusters/propose/", given)
    assert page.context["people"] == [listed, unticked]
    assert "Silent Person" not in page.text
    mails = Message.objects.count()
    sent = {"code": "abcdefgh", "start": f"need:{need.pk}", "person": [listed.key, silent.key]}
    assert client.post("/clusters/propose/", sent).status_code == 302
    [row] = Cluster.objects.get(draft_code="abcdefgh").participations.all()
    assert (row.member, row.organisation, row.role, row.status) == (listed, organisation, "participant", "invited")
    assert Message.objects.count() == mails, "nobody is asked before the approval"
    step = client.get("/clusters/draft-abcdefgh/edit/4/")
    draft = create_draft(by=cast.user("member"), code="", people=[silent, listed])
    assert [one.member for one in draft.participations.all()] == [listed]
    assert step.status_code == 200


def test_a_proposal_takes_the_solution_along(cast: Cast, client: Client) -> None:
    need, idle, _used = seagrass()
    draft = make.make_solution("A draft", status="draft", published_at=None)
    client.force_login(cast.accounts["member"])
    start: dict[str, Any] = {"need": need.pk, "solution": [idle.pk, draft.pk, "x"]}
    page = client.get("/clusters/propose/", start).text
    assert ("Buoys for meadows" in page, f'name="solution" value="{draft.pk}"' in page) == (True, False)
    sent = {"code": "abcdefgh", "start": f"need:{need.pk}", "solution": start["solution"]}
    assert client.post("/clusters/propose/", sent).status_code == 302
    made = Cluster.objects.get(draft_code="abcdefgh")
    assert (made.need, list(made.solutions.all())) == (need, [idle])


def test_each_text_is_read_once_however_many_needs_are_matched_and_no_database_looks_for_words(cast: Cast) -> None:
    seagrass()
    for number in range(3):
        make.make_need(f"Who maps meadows of seagrass, part {number}?")
    needs, reader = list(waiting_needs(None).for_page()), cast.user("member")
    with CaptureQueriesContext(connection) as captured:
        matched_needs(needs, reader)
        matched_solutions(list(with_terms(idle_in_order())), reader)
    asked = [query["sql"] for query in captured]
    looking = [sql for sql in asked if re.search(r'search_text"(::text)? LIKE', sql)]
    reading = [sql for sql in asked if '"search_text"' in sql and "shared_0_0" in sql]
    assert (looking, len(reading)) == ([], 3), "solutions, people, and needs beside idle solutions"


def test_a_word_counts_that_begins_one_of_the_text_and_the_newest_come_first_among_equals(cast: Cast) -> None:
    need = make.make_need("Do buoys anchor?")
    rows = [make.make_solution(f"Anchoring buoys {number}") for number in range(12)]
    make.make_solution("Lifebuoys reanchored")
    found = solutions_near(Need.objects.for_page().get(pk=need.pk), None)
    assert [(hit.row, hit.points) for hit in found] == [(row, 2) for row in rows[:-6:-1]]
