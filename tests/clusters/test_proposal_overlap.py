"""What comes close to a proposal is said beside it."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

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


def test_each_reason_is_named_and_a_lone_theme_place_or_project_is_none(cast: Cast) -> None:
    theme, place = make.make_term(label="Floods"), make.make_territory(name="Kriti")
    project = make.make_project("WETLAND")
    method, other_method = (make.make_solution(title, project=project) for title in ("Method", "Other method"))
    bare = Cluster.objects.create(proposer=cast.member("proposer"), title="Anew", question="Where to?")
    for name, row in (("themes", theme), ("territories", place), ("solutions", method)):
        getattr(bare, name).add(row)

    def shares(title: str, **parts: object) -> None:
        cluster = other(cast, title=title, question="Which?")
        cluster.solutions.clear()
        for name, row in parts.items():
            getattr(cluster, name).add(row)

    shares("Theme alone", themes=theme)
    shares("Place alone", territories=place)
    shares("Project alone", solutions=other_method)
    shares("Theme and place", themes=theme, territories=place)
    shares("Result", solutions=method)
    shares("Project and theme", solutions=other_method, themes=theme)
    found = {hit.row.title: hit.reasons for hit in overlap_of(bare, cast.accounts["proposer"]).clusters}
    assert found == {
        "Theme and place": ["Both on the theme: Floods", "Both in: Kriti"],
        "Result": ["Both work with: Method"],
        "Project and theme": ["Both belong to: WETLAND", "Both on the theme: Floods"],
    }


def test_needs_come_close_by_theme_and_place_too(cast: Cast) -> None:
    theme, place = make.make_term(label="Floods"), make.make_territory(name="Kriti")
    draft = Cluster.objects.create(proposer=cast.member("proposer"))
    draft.themes.add(theme)
    draft.territories.add(place)
    need = make.make_need("Who?")
    need.challenges.add(theme)
    need.territories.add(place)
    found = overlap_of(draft, cast.accounts["proposer"])
    assert [(hit.row, hit.reasons) for hit in found.needs] == [(need, ["Both on the theme: Floods", "Both in: Kriti"])]


def test_it_takes_as_many_queries_with_many_clusters_as_with_one(
    cast: Cast, draft: Cluster, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    draft.themes.add(theme := make.make_term())
    for number in range(5):
        cluster = other(cast, title=f"Flood storage in a wetland {number}")
        cluster.themes.add(theme)
        make.make_need(f"Which wetland is a flood storage {number}?").challenges.add(theme)
    user = cast.accounts["proposer"]
    overlap_of(draft, user)
    with django_assert_max_num_queries(15):
        assert overlap_of(Cluster.objects.get(pk=draft.pk), user).count == 6


def test_who_decides_reads_it_on_the_review_case_with_the_reasons(cast: Cast) -> None:
    proposal = other(cast, State.SUBMITTED, title="Flood storage", question="Does a wetland count?")
    other(cast, title="Flood storage of a wetland", question="Is it?", proposer=cast.member("member"))
    client = Client()
    client.force_login(cast.accounts["coordinator"])
    page = client.get(f"/review/{proposal.name}/").content.decode()
    assert "1 comes close" in page
    assert "Both speak of: storage, wetland, flood" in page
    assert "join instead" not in page
