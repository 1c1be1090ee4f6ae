"""What comes close to a proposal is said beside it."""

from __future__ import annotations

import pytest

from clusters import search
from clusters.choices import State
from clusters.models import Cluster
from clusters.overlap import overlap_of, telling_words
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.proposal_pages import Writer

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def draft(cast: Cast) -> Cluster:
    return Cluster.objects.create(
        proposer=cast.member("proposer"), title="Flood storage", question="Does a wetland count as flood storage?"
    )


def other(cast: Cast, state: str = State.RUNNING, **fields: object) -> Cluster:
    cluster = make_cluster(cast, state, **fields)
    search.index(cluster)
    return cluster


def titles(draft: Cluster, cast: Cast, role: str = "proposer") -> list[str]:
    return [hit.row.title for hit in overlap_of(draft, cast.accounts[role]).clusters]


def test_the_words_that_tell_are_folded_and_not_common() -> None:
    assert telling_words("How does the Wetland count? ΠΡΌΤΑΣΗ für Überflutung") == [
        "uberflutung",
        "wetland",
        "προταση",
        "count",
    ]


def test_two_telling_words_in_common_come_close_and_one_does_not(cast: Cast, draft: Cluster) -> None:
    other(cast, title="Wetlands that store a flood", question="Who pays?")
    other(cast, title="A wetland of birds", question="Who rings them?")
    assert titles(draft, cast) == ["Wetlands that store a flood"]
    assert [hit.words for hit in overlap_of(draft, cast.accounts["proposer"]).clusters] == [["wetland", "flood"]]


def test_the_closest_come_first_and_three_are_enough(cast: Cast, draft: Cluster) -> None:
    for number in range(4):
        other(cast, title=f"Flood in a wetland {number}", question="Who?")
    other(cast, title="Flood storage counts a wetland", question="Who?")
    assert len(titles(draft, cast)) == 3
    assert titles(draft, cast)[0] == "Flood storage counts a wetland"


def test_what_the_writer_may_not_see_is_not_given_away(cast: Cast, draft: Cluster) -> None:
    hidden = (State.DRAFT, State.DECLINED, State.WITHDRAWN)
    for state in hidden:
        other(
            cast,
            state,
            title="Flood storage of a wetland",
            proposer=cast.member("member"),
            lead=cast.member("other_lead"),
        )
    assert titles(draft, cast) == []
    other(cast, State.SUBMITTED, title="Flood storage, proposed", proposer=cast.member("member"))
    assert titles(draft, cast) == ["Flood storage, proposed"]


def test_open_needs_come_close_too_but_not_the_one_it_answers(cast: Cast, draft: Cluster) -> None:
    own = make.make_need("Which wetland stores a flood?")
    make.make_need("Where does a flood go without a wetland?")
    make.make_need("A flood in a wetland, answered", status="answered")
    draft.need = own
    found = overlap_of(draft, cast.accounts["proposer"])
    assert [hit.row.question for hit in found.needs] == ["Where does a flood go without a wetland?"]
    assert found.count == 1


def test_an_empty_draft_comes_close_to_nothing(cast: Cast) -> None:
    other(cast)
    empty = Cluster.objects.create(proposer=cast.member("proposer"))
    assert overlap_of(empty, cast.accounts["proposer"]).count == 0


def test_it_is_said_where_it_can_change_and_at_the_end_and_after_an_autosave(cast: Cast, draft: Cluster) -> None:
    other(cast, title="Flood storage of a wetland")
    writer = Writer(cast.accounts["proposer"], draft)
    said = [step for step in range(1, 6) if "1 comes close" in writer.page(step)]
    assert said == [1, 2, 5]
    typed = writer.typed(1, title="Birds", question="Where do birds rest?")
    assert "comes close" not in writer.post(1, typed, htmx=True, autosave="1").content.decode()
