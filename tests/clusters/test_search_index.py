"""The search index: kept by the database, whoever writes the text, and the same on both databases."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection, migrations
from django.db.migrations.state import ProjectState
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusters import search
from clusters.choices import State
from clusters.models import Cluster, Objective, Participation
from clusters.querysets.words import query_words, words_of
from clusters.search_index import TRIGGERS, KeepSearchIndex
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def found(query: str) -> set[int]:
    return set(Cluster.objects.matching(query).values_list("pk", flat=True))


def test_words_are_found_by_their_beginning_without_case_or_accents(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING, title="Πρόταση για τις ακτές", question="Perić: čamci?")
    search.index(cluster)
    for query in ("προταση", "ΠΡΌΤ", "peric camci", "Perić", "camci προταση"):
        assert found(query) == {cluster.pk}, query
    assert found("peric zostera") == set()
    assert found("ροταση") == set()


def test_a_single_letter_is_a_word_of_its_own(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING, title="Plan B for dunes")
    other = make_cluster(cast, State.RUNNING, title="Beaches")
    search.index(cluster)
    search.index(other)
    assert found("b") == {cluster.pk}
    assert found("be") == {other.pk}


def test_the_text_holds_what_the_page_says_in_words_and_no_persons_name(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING, lessons="Ask the harbour master")
    search.index(cluster)
    text = Cluster.objects.get(pk=cluster.pk).search_text
    head, question, rest = text.split("\n")
    assert head == "nature based solutions for flood regulation"
    assert question == "how does a flood plan count a coastal wetland as storage"
    words = set(rest.split())
    assert {"m4n", "annexes", "kick", "harbour", "gulf", "cape", "wg1", "method"} <= words
    assert not {"lead", "proposer", "person", "participant"} & words


def test_an_organisation_that_only_was_invited_is_not_found(cast: Cast) -> None:
    cluster = make_cluster(cast, State.APPROVED)
    Participation.objects.filter(cluster=cluster, organisation=cast.partner).update(status="invited")
    search.index(cluster)
    assert found("cape") == set()


def test_indexing_again_writes_nothing_when_nothing_changed(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    search.index(cluster)
    changed = Cluster.objects.get(pk=cluster.pk).updated_at
    search.index(cluster)
    assert Cluster.objects.get(pk=cluster.pk).updated_at == changed


def test_a_changed_text_is_found_by_its_new_words_only(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING, title="Seagrass")
    search.index(cluster)
    assert found("seagrass") == {cluster.pk}
    cluster.title = "Posidonia"
    cluster.save(update_fields=["title"])
    search.index(cluster)
    assert (found("seagrass"), found("posidonia")) == (set(), {cluster.pk})


def test_rows_written_in_bulk_are_in_the_index_and_deleted_ones_leave_it(cast: Cast) -> None:
    common = {"proposer": cast.member("proposer"), "state": State.DRAFT}
    made = Cluster.objects.bulk_create([Cluster(title=f"T{n}", search_text=f"bulk w{n}", **common) for n in range(3)])
    assert found("bulk") == {row.pk for row in made}
    Cluster.objects.filter(pk=made[0].pk).update(search_text="elsewhere")
    made[1].delete()
    assert found("bulk") == {made[2].pk}
    assert found("elsewhere") == {made[0].pk}


def test_rebuilding_gives_the_same_as_indexing_one_by_one(cast: Cast) -> None:
    clusters = [make_cluster(cast, state) for state in (State.DRAFT, State.RUNNING, State.CONCLUDED)]
    for cluster in clusters:
        search.index(cluster)
    expected = list(Cluster.objects.order_by("pk").values_list("search_text", flat=True))
    Cluster.objects.update(search_text="")
    sizes: list[int] = []
    assert search.rebuild(tell=sizes.append) == 3
    assert sum(sizes) == 3
    assert list(Cluster.objects.order_by("pk").values_list("search_text", flat=True)) == expected


@pytest.mark.parametrize("count", [1, 3])
def test_the_texts_of_many_take_as_many_queries_as_of_one(
    count: int, cast: Cast, django_assert_num_queries: object
) -> None:
    pks = [make_cluster(cast, State.RUNNING).pk for _ in range(count)]
    Objective.objects.create(cluster_id=pks[0], position=2, text="Second")
    with django_assert_num_queries(9):
        assert len(search.texts_of(pks)) == count


def test_title_then_question_then_the_rest_and_a_reference_before_all(cast: Cast) -> None:
    rest = make_cluster(cast, State.RUNNING, title="One", question="Which?", adoption_plan="lagoon")
    question = make_cluster(cast, State.RUNNING, title="Two", question="Which lagoon?")
    title = make_cluster(cast, State.RUNNING, title="Lagoon", question="Which?")
    begun = make_cluster(cast, State.RUNNING, title="Lagoons", question="Which?")
    for cluster in (rest, question, title, begun):
        search.index(cluster)
    assert search.ranked(Cluster.objects.matching("lagoon"), "lagoon") == [title.pk, begun.pk, question.pk, rest.pk]
    assert rest.reference
    assert search.ranked(Cluster.objects.matching(rest.reference), rest.reference.lower())[0] == rest.pk


def test_the_sites_search_finds_what_the_person_sees(cast: Cast) -> None:
    shown, hidden = make_cluster(cast, State.RUNNING), make_cluster(cast, State.DRAFT)
    for cluster in (shown, hidden):
        search.index(cluster)
    hit = (str(shown), shown.get_absolute_url(), shown.question)
    assert search.find(cast.user("member"), "flood", 5) == [hit]  # type: ignore[arg-type]
    assert len(search.find(cast.user("proposer"), "flood", 5)) == 2  # type: ignore[arg-type]
    assert search.find(cast.user("member"), "!!", 5) == []  # type: ignore[arg-type]


@pytest.mark.sqlite
def test_the_triggers_are_there_after_all_migrations() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'clusters_search_%'")
        assert sorted(row[0] for row in cursor.fetchall()) == sorted(TRIGGERS)
        cursor.execute("INSERT INTO clusters_search(clusters_search) VALUES ('integrity-check')")


@pytest.mark.django_db(transaction=True)
def test_the_index_can_be_taken_away_and_made_again(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    search.index(cluster)
    operation, state = KeepSearchIndex(), ProjectState()
    with connection.schema_editor() as editor:
        operation.database_backwards("clusters", editor, state, state)
        operation.database_forwards("clusters", editor, state, state)
        operation.database_forwards("clusters", editor, state, state)
    assert found("flood") == {cluster.pk}
    last: list[migrations.RunPython] = import_module("clusters.migrations.0003_search_index").Migration.operations
    assert isinstance(last[-1], KeepSearchIndex)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=30))
def test_no_query_breaks_the_search(query: str, cast: Cast) -> None:
    list(Cluster.objects.matching(query.replace("\x00", " ")))


WORDS = st.text(alphabet="abz09éß", min_size=1, max_size=4)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.lists(WORDS, max_size=4).map(" ".join), min_size=1, max_size=4), query=st.lists(WORDS, max_size=3)
)
def test_the_index_finds_what_reading_every_text_finds(texts: list[str], query: list[str], cast: Cast) -> None:
    Cluster.objects.all().delete()
    proposer = cast.member("proposer")
    rows = Cluster.objects.bulk_create(
        [Cluster(proposer=proposer, search_text=" ".join(words_of(text))) for text in texts]
    )
    asked = query_words(" ".join(query))

    def holds(text: str, word: str) -> bool:
        return any(other == word or (len(word) > 1 and other.startswith(word)) for other in text.split())

    expected = {row.pk for row in rows if all(holds(row.search_text, word) for word in asked)}
    assert found(" ".join(query)) == expected
    assert set(Cluster.objects.matching(" ".join(query), is_common=True).values_list("pk", flat=True)) == expected
