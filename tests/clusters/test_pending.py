"""What is pending on a cluster and on whom it waits: said to everybody who works on it, and to nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clusters.actions.amendment import act, suggest_amendment
from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, Condition, MergeRequest
from clusters.tables.pending import pending_on
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of
from tests.factories import NOW, make_member
from tests.matrix.places import make_condition, make_follow_up, make_invitation

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def said(cluster: Cluster, cast: Cast, role: str) -> list[str]:
    return [row.sentence for row in pending_on(cluster, cast.user(role))]


def ask_in(cluster: Cluster, cast: Cast, name: str, status: str) -> None:
    member = make_member(name, organisation=cast.partner)
    cluster.participations.create(
        member=member, organisation=cast.partner, status=status, asked_at=timezone.now(), asked_by=cast.user("lead")
    )


def test_people_conditions_and_merges_are_counted_with_their_day(cast: Cast) -> None:
    cluster = make_cluster(cast, State.APPROVED)
    ask_in(cluster, cast, "Asker One", ParticipationStatus.REQUESTED)
    ask_in(cluster, cast, "Asker Two", ParticipationStatus.REQUESTED)
    ask_in(cluster, cast, "Guest", ParticipationStatus.INVITED)
    make_invitation(cast, cluster)
    make_condition(cast, cluster)
    met = make_condition(cast, cluster)
    Condition.objects.filter(pk=met.pk).update(met_at=timezone.now(), met_by=cast.user("lead"))
    MergeRequest.objects.create(
        cluster=cluster,
        into=make_cluster(cast, State.APPROVED),
        asked_by=cast.user("mission_coordinator"),
        asked_at=timezone.now(),
        reason="One question.",
    )
    assert said(cluster, cast, "participant") == [
        "2 requests to join wait for the lead.",
        "1 condition of the approval waits for the lead to meet it.",
        "1 condition is reported as met and waits for a coordinator to confirm it.",
        "1 asked merge waits for a coordinator of the other group.",
        "1 invited person has not answered yet.",
        "1 person who was invited by address has not answered yet.",
    ]
    days = [row.since and timezone.localdate(row.since) for row in pending_on(cluster, cast.user("lead"))]
    assert days == [timezone.localdate(), None, *[timezone.localdate()] * 3, timezone.localdate(NOW)]


def test_an_amendment_is_counted_only_for_who_may_read_it(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    amendment = suggest_amendment(
        cluster=cluster, by=cast.user("participant"), wished={"title": "Wetlands"}, reason="Later."
    )
    waits_for_lead = ["1 suggested amendment waits for the lead or a coordinator to put it forward."]
    assert said(cluster, cast, "lead") == said(cluster, cast, "participant") == waits_for_lead
    assert said(cluster, cast, "proposer") == []
    act(amendment=amendment, verb="amendment.proposed", by=cast.user("lead"))
    assert said(cluster, cast, "lead") == ["1 amendment waits for a coordinator to decide."]


def test_a_follow_up_waits_for_who_was_asked(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    make_follow_up(cast, cluster)
    assert said(cluster, cast, "lead") == ["1 follow-up waits for the answer of who was asked."]


def test_it_takes_one_query_and_none_for_strangers(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    ask_in(cluster, cast, "Asker", ParticipationStatus.REQUESTED)
    user = cast.user("lead")
    pending_on(cluster, user)  # the rights of the person are asked once for an instance
    with django_assert_max_num_queries(1):
        assert len(pending_on(cluster, user)) == 1
    assert pending_on(cluster, cast.user("member")) == []


def test_the_page_shows_it_to_who_works_on_the_cluster(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    ask_in(cluster, cast, "Asker", ParticipationStatus.REQUESTED)
    words = "1 request to join waits for the lead."
    assert words in client_of(cast, "participant").get(cluster.get_absolute_url()).content.decode()
    assert words not in client_of(cast, "member").get(cluster.get_absolute_url()).content.decode()
    assert words not in Client().get(cluster.get_absolute_url()).content.decode()
