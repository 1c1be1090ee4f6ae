"""A cluster's summary and history: who reads what, and how many queries that takes."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clusters.choices import State
from clusters.models import Objective, Outcome, Stage
from community.actions.transition import transition
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of, page
from tests.factories import make_consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("role", ["visitor", "member", "lead", "coordinator", "admin"])
def test_the_summary_page_opens_for_whoever_sees_the_cluster(role: str, state: str, cast: Cast) -> None:
    cluster = make_cluster(cast, state)
    answer = client_of(cast, role).get(f"/clusters/{cluster.name}/")
    assert answer.status_code in (200, 301, 404)
    if answer.status_code == 200:
        assert cluster.question in answer.content.decode()


def test_a_merged_clusters_address_leads_to_the_one_that_took_it_in(cast: Cast) -> None:
    cluster = make_cluster(cast, State.MERGED)
    answer = Client().get(f"/clusters/{cluster.name}/")
    assert (answer.status_code, answer.headers["Location"]) == (301, cluster.merged_into.get_absolute_url())


@pytest.mark.parametrize("rows", [1, 3])
def test_the_summary_takes_at_most_twelve_queries_however_many_rows(
    rows: int, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    for number in range(rows):
        Objective.objects.create(cluster=cluster, position=number + 2, text=f"Objective {number}")
        Stage.objects.create(cluster=cluster, position=number + 2, title=f"Stage {number}")
        Outcome.objects.create(cluster=cluster, kind="networking", title=f"Outcome {number}")
    address = f"/clusters/{cluster.name}/"
    for role in ("visitor", "member"):
        client = client_of(cast, role)
        client.get(address)  # makes the snapshot of this version, which the cache then holds
        with django_assert_max_num_queries(12):
            client.get(address)


def test_a_changed_cluster_is_never_shown_from_an_old_snapshot(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    cache.clear()
    address = f"/clusters/{cluster.name}/"
    client = client_of(cast, "lead")
    client.get(address)
    transition(cluster, "conclude", by=cast.user("lead"), lessons="Ask the harbour master first.")
    assert "Ask the harbour master first." in client.get(address).content.decode()


def readers_of(name: str, address: str, cast: Cast) -> set[str]:
    """Return the roles whose page at `address` holds `name`."""
    roles = ("visitor", "member", "participant")
    return {role for role in roles if name in client_of(cast, role).get(address).content.decode()}


def test_names_are_read_by_those_who_work_on_it_and_else_by_consent(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    address = f"/clusters/{cluster.name}/"
    name = cast.member("lead").name
    seen = readers_of(name, address, cast)
    assert seen == {"participant"}
    make_consent(cast.member("lead"), "directory")
    seen = readers_of(name, address, cast)
    assert seen == {"member", "participant"}
    make_consent(cast.member("lead"), "public")
    assert name in Client().get(address).content.decode()


def test_history_names_the_role_to_the_public_and_the_person_to_who_works_on_it(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    transition(cluster, "pause", by=cast.user("lead"), reason="The harbour is closed.")
    address = f"/clusters/{cluster.name}/history/"
    public = Client().get(address).content.decode()
    inside = client_of(cast, "participant").get(address).content.decode()
    assert "The lead paused the cluster." in public
    assert cast.member("lead").name not in public
    assert f"{cast.member('lead').name} (lead) paused the cluster." in inside
    assert "The harbour is closed." in public


def test_a_reason_written_to_those_who_are_told_is_not_read_by_everybody(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    coordinator, lead = cast.user("coordinator"), cast.user("lead")
    transition(cluster, "return", by=coordinator, reason="It copies another one.")
    transition(cluster, "submit", by=cast.user("proposer"))
    transition(cluster, "approve", by=coordinator, reason="Well asked.")
    transition(cluster, "step_down", by=lead, reason="I am ill.")
    address = f"/clusters/{cluster.name}/"
    for place in (address, f"{address}history/"):
        for role, is_told in (("visitor", False), ("member", False), ("proposer", True), ("coordinator", True)):
            text = client_of(cast, role).get(place).content.decode()
            said = ["It copies another one." in text, "I am ill." in text, "Well asked." in text]
            assert said == [is_told, is_told, True]


@pytest.mark.parametrize(
    ("verb", "state", "is_public"), [("pause", State.RUNNING, True), ("step-down", State.RUNNING, False)]
)
def test_who_gives_a_reason_is_told_who_reads_it(verb: str, state: str, is_public: bool, cast: Cast) -> None:
    cluster = make_cluster(cast, state)
    text = client_of(cast, "lead").get(page(cluster, verb)).content.decode()
    sentences = ("Those who are told read it word for word.", "It stands in the history, where everybody reads it.")
    assert [words in text for words in sentences] == [not is_public, is_public]


def test_lessons_are_points_on_the_page_as_in_the_document(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED, lessons="Short:\n- Begin with <the> form.\n- Ask earlier.")
    text = Client().get(cluster.get_absolute_url()).content.decode()
    assert "<p>Short:</p><ul><li>Begin with &lt;the&gt; form.</li><li>Ask earlier.</li></ul>" in text
