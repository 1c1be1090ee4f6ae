"""The platform of a challenge: what stands on it for whom, its numbers, and who hears of what is new."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clusters.choices import State
from clusters.rules.content import content_hash
from community.actions.need import raise_need
from community.actions.platform import follow_platform, unfollow_platform
from community.actions.transition import transition
from community.choices import ConsentPurpose, Vocabulary
from community.models import Message, Term
from community.platforms import organisations_on, people_on, platform_cards
from tests import factories as make
from tests.cast import make_cast, make_cluster

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def shores() -> Term:
    return make.make_term(label="Shores and dunes")


def on(term: Term, row: Any) -> Any:
    """Put a row on a challenge."""
    row.challenges.add(term)
    return row


def test_the_list_counts_what_is_open_on_each_challenge(shores: Term) -> None:
    cast = make_cast()
    empty = make.make_term(label="Woods")
    for row in (make.make_need(), make.make_need(), make.make_need(status="closed"), make.make_solution()):
        on(shores, row)
    on(shores, make.make_exchange())
    for state in (State.RUNNING, State.DRAFT, State.CONCLUDED):
        make_cluster(cast, state).themes.add(shores)
    cards = {card.term: card.numbers for card in platform_cards(None)}
    assert sorted(cards[shores]) == ["1 cluster at work", "1 open exchange", "1 solution", "2 open needs"]
    assert sorted(cards[empty]) == ["0 clusters at work", "0 open exchanges", "0 open needs", "0 solutions"]


def test_organisations_of_all_sources_stand_under_their_type(shores: Term) -> None:
    cast = make_cast()
    town = make.make_term(Vocabulary.ORGANISATION_TYPE, label="Town")
    names = ("Port", "Park", "Sea Institute")
    port, park, institute = (make.make_organisation(name, kind=town) for name in names)
    on(shores, make.make_need(organisation=port))
    on(shores, make.make_exchange(offering_organisation=park))
    solution = on(shores, make.make_solution())
    make.make_partnership(institute, solution.project)
    cluster = make_cluster(cast, State.RUNNING)
    cluster.themes.add(shores)
    found = {group.label: [row.name for row in group.rows] for group in organisations_on(shores, None)}
    assert found == {
        "Town": ["Park", "Port", "Sea Institute"],
        "Type not entered": ["Park of the Cape", "Region of the Gulf"],
    }


def test_people_stand_there_by_their_consent_alone_and_for_members_alone(shores: Term) -> None:
    dunes = make.make_term(Vocabulary.EXPERTISE, label="Dunes")
    shown = make.make_member("Dune Expert", consents=(ConsentPurpose.DIRECTORY,), expertise=(dunes,))
    hidden = make.make_member("Hidden Helper", expertise=(dunes,))
    contact = make.make_member("Contact Person", consents=(ConsentPurpose.DIRECTORY,))
    for person, title in ((contact, "Fences"), (hidden, "Walls")):
        on(shores, make.make_solution(title, contact=person))
    hits = [(hit.row, hit.reasons) for hit in people_on(shores, shown.user)]
    assert hits == [(shown, ["Expertise: Dunes"]), (contact, ["Contact of: Fences"])]
    assert people_on(shores, None) == people_on(shores, make.make_external().user) == []
    admin = make.make_admin()
    assert [hit.row for hit in people_on(shores, admin)] == [shown, contact]
    page = reverse("community:platform", args=[shores.code])
    text = Client().get(page).content.decode()
    assert [name in text for name in ("Dune Expert", "Hidden Helper", "Contact Person")] == [False] * 3


def test_who_follows_hears_once_of_what_is_new_and_no_longer_afterwards(shores: Term) -> None:
    follower, by = make.make_member().user, make.make_member().user
    woods = make.make_term()
    assert [follow_platform(term=term, by=follower) for term in (shores, shores, woods)] == [True, False, True]
    follow_platform(term=shores, by=by)
    raise_need(by=by, question="What holds the dunes?", challenges=[shores, woods])
    cast = make_cast()
    cluster = make_cluster(cast, State.SUBMITTED, title="Dunes")
    cluster.themes.add(shores)
    decide = {"seen": content_hash(cluster), "conditions": [{"text": "Name a taker.", "due_on": None}]}
    transition(cluster, "approve", by=cast.user("coordinator"), reason="Good.", **decide)
    told = Message.objects.filter(template="community/platform_news")
    both = [(follower.pk, "need"), (follower.pk, "cluster"), (by.pk, "cluster")]
    assert [(row.to_id, row.params["what"]) for row in told.order_by("pk")] == both
    assert [unfollow_platform(term=shores, by=follower) for _once in range(2)] == [True, False]
    raise_need(by=by, question="What holds the cliffs?", challenges=[shores])
    assert told.filter(to=follower).count() == 2


def test_what_is_begun_on_a_platform_has_its_challenge_ticked(shores: Term) -> None:
    client = Client()
    client.force_login(make.make_member().user)  # type: ignore[arg-type]
    for name in ("need_create", "exchange_offer", "exchange_ask"):
        page = client.get(reverse(f"community:{name}"), {"challenge": shores.code})
        assert list(page.context["form"]["challenges"].initial) == [shores], name
