"""The page of a cluster's history: filtered by what the address says, cut into pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clusters.choices import State
from clusters.coordination_sentences import INTERNAL_VERBS
from clusters.models import Cluster
from clusters.sentences import SENTENCES
from clusters.tables.history import ABOUT, PER_PAGE, STEPS
from community.events import record
from tests.cast import make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def cluster() -> Cluster:
    return make_cluster(make_cast(), State.RUNNING)


def happen(cluster: Cluster, verb: str, at: datetime, title: str) -> None:
    record(subject=cluster, verb=verb, by=None, at=at, detail={"title": title})


def read(cluster: Cluster, query: str = "") -> tuple[int, str]:
    answer = Client().get(f"/clusters/{cluster.name}/history/{query}")
    return answer.status_code, answer.content.decode()


def test_every_verb_of_the_history_is_about_one_thing() -> None:
    for verb in SENTENCES:
        found = [code for code, (_words, beginnings) in ABOUT.items() if verb.startswith(beginnings)]
        assert len(found) == ("." in verb), verb


def test_it_shows_what_the_events_are_about(cluster: Cluster) -> None:
    happen(cluster, "stage.added", DAY, "Survey of dunes")
    happen(cluster, "outcome.recorded", DAY, "Signed by three towns")
    happen(cluster, "pause", DAY, "")
    _status, everything = read(cluster)
    assert all(words in everything for words in ("Survey of dunes", "Signed by three towns", "paused the cluster"))
    _status, roadmap = read(cluster, "?about=roadmap")
    assert "Survey of dunes" in roadmap
    assert not any(words in roadmap for words in ("Signed by three towns", "paused the cluster"))
    _status, steps = read(cluster, f"?about={STEPS}")
    assert "paused the cluster" in steps
    assert not any(words in steps for words in ("Signed by three towns", "Survey of dunes"))


def test_both_days_of_a_period_are_in_it_by_the_registrys_clock(cluster: Cluster) -> None:
    # The last minute of 1 March and the first of 2 March, where the registry lives.
    happen(cluster, "stage.added", datetime(2026, 3, 1, 21, 59, tzinfo=UTC), "Late on the first")
    happen(cluster, "stage.added", datetime(2026, 3, 1, 22, 1, tzinfo=UTC), "Early on the second")
    for query, is_first, is_second in (
        ("?from=2026-03-01&to=1 March 2026", True, False),
        ("?from=2026-03-02&to=2.3.2026", False, True),
        ("?from=2026-03-01&to=2026-03-02", True, True),
    ):
        _status, page = read(cluster, query)
        assert ("Late on the first" in page, "Early on the second" in page) == (is_first, is_second), query


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?about=weather", "Select a valid choice"),
        ("?from=2026-02-30", "does not exist"),
        ("?from=2026-03-02&to=2026-03-01", "The period ends before it begins"),
    ],
)
def test_a_bad_value_is_named_and_shows_no_rows(query: str, sentence: str, cluster: Cluster) -> None:
    happen(cluster, "stage.added", DAY, "Survey of dunes")
    status, page = read(cluster, query)
    assert status == 200
    assert sentence in page
    assert "Survey of dunes" not in page


def test_a_filter_without_events_says_what_to_do(cluster: Cluster) -> None:
    _status, page = read(cluster, "?about=amendments&from=2001-01-01&to=2001-01-02")
    assert "Nothing like this happened" in page
    assert "2 January 2001" in page  # the chip says the day as pages write it


def test_a_long_history_is_cut_into_pages_that_keep_the_filter(
    cluster: Cluster, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(PER_PAGE + 1):
        happen(cluster, "stage.added", DAY + timedelta(minutes=number), f"Stage number {number}.")
    with django_assert_max_num_queries(9):
        _status, first = read(cluster, "?about=roadmap")
    assert f"Stage number {PER_PAGE}." in first
    assert "Stage number 0." not in first
    assert "about=roadmap&amp;page=2" in first
    _status, second = read(cluster, "?about=roadmap&page=2")
    assert "Stage number 0." in second
    assert f"Stage number {PER_PAGE}." not in second


def test_how_work_is_kept_going_is_for_those_who_work_on_it() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING)
    for number, verb in enumerate(sorted(INTERNAL_VERBS)):
        happen(cluster, verb, DAY + timedelta(minutes=number), "Survey of dunes")
    happen(cluster, "stage.noted", DAY, "Fencing")
    for role in ("visitor", "member", "other_external", "other_coordinator"):
        client = client_of(cast, role)
        for query in ("", "?about=roadmap", "?about=people", "?about=proposal", "?page=2"):
            text = client.get(f"/clusters/{cluster.name}/history/{query}").content.decode()
            for words in (
                "reminded ",
                "took a reminder",
                "took the reminder",
                "looks at the proposal",
                "Survey of dunes",
            ):
                assert words not in text, (role, query)
        assert client.get(f"/clusters/{cluster.name}/history/").context["page_obj"].paginator.count == 1
        assert "reminded those who lead" not in client.get(cluster.get_absolute_url()).content.decode()
    for role in ("lead", "participant", "coordinator", "external"):
        text = client_of(cast, role).get(f"/clusters/{cluster.name}/history/").content.decode()
        assert "reminded those who lead" in text, role
        assert "said who looks at the proposal" in text, role


def test_what_somebody_may_do_is_no_public_matter() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING)
    for verb, name, was, now in (
        ("participation.access_given", "access", "Kingfisher", "Sandpiper"),
        ("participation.role_changed", "role", "Kingfisher", "Sandpiper"),
    ):
        record(subject=cluster, verb=verb, by=None, at=DAY, detail={"changes": {name: [was, now]}})
    address = f"/clusters/{cluster.name}/history/"
    for role, seen in (("visitor", False), ("member", False), ("lead", True), ("participant", True)):
        text = client_of(cast, role).get(address).content.decode()
        assert "gave somebody another role" in text
        assert ("Sandpiper" in text) is seen, role
