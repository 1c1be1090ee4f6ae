"""After the end: the follow-up asks of each uptake, and "no outcome" can't deny one that is in use."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster
from clusters.notifications.follow_up import PURPOSE
from community.actions.transition import transition
from community.links import mint
from community.models import Event
from community.permissions import Refusal
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import make_follow_up
from tests.results.making import make_uptake

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def ended(cast: Cast) -> Cluster:
    return make_cluster(cast, State.CONCLUDED)


def verbs() -> list[str]:
    return list(Event.objects.filter(kind="uptake").order_by("pk").values_list("verb", flat=True))


def test_the_lead_says_of_each_uptake_what_became_of_it(cast: Cast, ended: Cluster, client: Client) -> None:
    used, over = make_uptake(cast, ended), make_uptake(cast, ended, name="Another Board")
    row = make_follow_up(cast, ended)
    address = f"/clusters/{ended.name}/follow-ups/{row.pk}/"
    client.force_login(cast.user("lead"))
    assert "Flood storage method – Another Board" in client.get(address).content.decode()
    sent = {"answer": "confirmed", "seen_version": 1, f"uptake_{used.pk}": "confirmed", f"uptake_{over.pk}": "stopped"}
    asked = client.post(address, sent)
    assert (asked.status_code, "Say in a sentence" in asked.content.decode()) == (422, True)
    assert client.post(address, {**sent, "note": "The pump broke."}).status_code == 302
    used.refresh_from_db()
    over.refresh_from_db()
    assert (used.state, over.state, over.stopped_on) == ("in_use", "stopped", NOW.date())
    assert verbs()[2:] == ["uptake.found_confirmed", "uptake.found_stopped", "uptake.stopped"]


def test_a_link_that_may_be_passed_on_notes_what_is_disclosed_and_sets_no_step(cast: Cast, ended: Cluster) -> None:
    over, hidden = make_uptake(cast, ended), make_uptake(cast, ended, name="Hidden Board", is_disclosed=False)
    row = make_follow_up(cast, ended)
    _link, token = mint(PURPOSE, subject=row, user=cast.user("lead"), by=None)
    address = f"/follow-up/{token}/"
    assert "Hidden Board" not in Client().get(address).content.decode()
    sent = {"answer": "stopped", "note": "Over.", "seen_version": 1, f"uptake_{over.pk}": "stopped"}
    assert Client().post(address, {**sent, f"uptake_{hidden.pk}": "stopped"}).status_code == 302
    over.refresh_from_db()
    assert (over.state, verbs()[2:]) == ("in_use", ["uptake.found_stopped"])


def test_no_outcome_does_not_deny_an_uptake_in_use(cast: Cast) -> None:
    running = make_cluster(cast, State.RUNNING)
    running.outcomes.all().delete()
    told = {"has_no_outcome": True, "lessons": "Nobody came.", "practitioners_summary": "", "next_steps": ""}
    uptake = make_uptake(cast, running, state="committed")
    uptake.state, uptake.in_use_on = "in_use", NOW.date()
    uptake.save()
    with pytest.raises(Refusal, match="An uptake in use is recorded"):
        transition(running, "conclude", by=cast.user("lead"), at=NOW, **told)


def test_uptakes_go_along_when_their_cluster_is_merged(cast: Cast) -> None:
    cluster, into = make_cluster(cast, State.APPROVED), make_cluster(cast, State.APPROVED)
    moved = make_uptake(cast, cluster, state="aware")
    there = make_uptake(cast, into, name="Another Board", state="aware")
    twin = make_uptake(cast, cluster, organisation=there.organisation, state="aware")
    transition(cluster, "merge", by=cast.user("mission_coordinator"), into=into, reason="The same question.")
    assert {uptake.pk for uptake in into.uptakes.all()} == {moved.pk, there.pk}
    assert [uptake.pk for uptake in cluster.uptakes.all()] == [twin.pk]
