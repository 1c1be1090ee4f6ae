"""What the pages say of a cluster: its actual dates, its need in full, who is named, and why it was returned."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clusters import desk
from clusters.actions.effects import make_lead_participation
from clusters.choices import Capacity, ParticipationRole, ParticipationStatus, State
from clusters.models import Participation
from clusters.sentences import who
from community.actions.transition import transition
from community.models import Event
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def words(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_an_ended_cluster_shows_its_actual_days_and_beneath_what_was_planned(cast: Cast) -> None:
    days = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 10, 16)}
    cluster = make_cluster(cast, State.CONCLUDED, started_on=date(2026, 3, 4), ended_on=date(2026, 5, 9), **days)
    page = words(Client(), f"/clusters/{cluster.name}/")
    assert 'datetime="2026-03-04"' in page
    assert 'datetime="2026-05-09"' in page
    assert "planned from" in page
    assert "planned until" in page
    assert (cluster.began_on, cluster.over_on) == (date(2026, 3, 4), date(2026, 5, 9))


def test_as_long_as_the_days_are_those_planned_they_stand_once(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    page = words(Client(), f"/clusters/{cluster.name}/")
    assert "planned from" not in page
    assert "planned until" not in page


def test_who_decides_reads_the_need_in_the_proposals_own_words_too(cast: Cast) -> None:
    need = make.make_need(question="Who pays for the gauge?")
    cluster = make_cluster(cast, State.SUBMITTED, need=need, need_text="Three deltas lack a gauge.")
    page = words(client_of(cast, "coordinator"), f"/review/{cluster.name}/")
    assert "Who pays for the gauge?" in page
    assert "Three deltas lack a gauge." in page


def test_who_decides_reads_who_is_named_and_the_frame(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED, size_limit=7, language="el")
    cluster.further_working_groups.add(cast.other_group)
    invited = make.make_member(name="Ines Named")
    institute = make.make_organisation(name="Institute of Reeds")
    Participation.objects.create(
        cluster=cluster,
        member=invited,
        organisation=cast.organisation,
        role=ParticipationRole.PARTICIPANT,
        status=ParticipationStatus.INVITED,
    )
    Participation.objects.create(cluster=cluster, organisation=institute, status=ParticipationStatus.WANTED)
    page = words(client_of(cast, "coordinator"), f"/review/{cluster.name}/")
    is_named = "Named, is asked at the approval"
    for said in ("Ines Named", is_named, "Institute of Reeds", "7 persons", "Ελληνικά", cast.other_group.title):
        assert said in page
    assert ">Invited<" not in page, "nobody was asked yet"
    assert cast.member("lead").name in page


def test_of_members_there_are_many(cast: Cast) -> None:
    user = cast.user("member")
    assert who(Event(by=user, role=Capacity.MEMBER), named=False) == "A member"
    assert who(Event(by=user, role=Capacity.COORDINATOR), named=False) == "The coordinator"


def test_the_reason_of_the_last_return_stands_where_the_proposer_works(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    transition(cluster, "return", by=cast.user("coordinator"), reason="Name <a> taker.")
    client = client_of(cast, "proposer")
    for step in range(1, 6):
        page = words(client, f"/clusters/{cluster.name}/edit/{step}/")
        assert "Returned on" in page
        assert "Name &lt;a&gt; taker." in page
    user = cast.user("proposer")
    assert user is not None
    whys = [str(item.why) for item in desk.items(user, timezone.localdate())]
    assert "Returned to you: “Name <a> taker.”" in whys


def test_what_is_proposed_again_no_longer_tells_of_its_return(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    transition(cluster, "return", by=cast.user("coordinator"), reason="Name a taker.")
    cluster.refresh_from_db()
    transition(cluster, "submit", by=cast.user("proposer"))
    assert "Name a taker." not in words(client_of(cast, "proposer"), f"/clusters/{cluster.name}/edit/1/")


def test_a_lead_takes_part_from_the_sites_day_on(cast: Cast, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Athens"
    cluster = make_cluster(cast, State.SUBMITTED, starts_on=None, ends_on=None)
    cluster.participations.all().delete()
    make_lead_participation(cluster, at=datetime(2026, 5, 11, 22, 30, tzinfo=UTC))
    assert cluster.participations.leading().get().from_on == date(2026, 5, 12)
