"""Who kept the record of a cluster and left the community after its end: reads for a month, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from clusters.choices import ENDED_STATES, FINISHED_STATES, Capacity, State
from clusters.models import Cluster, PanelQuestion
from clusters.permissions import can_correct, capacities, sees_names
from clusters.rules.joining import access_of, can_contribute, keeps_people
from clusters.rules.room import can_see_room
from community.actions.standing import make_member, set_standing
from community.actions.transition import transition
from community.choices import Standing
from community.models import Message, User
from community.permissions import Refusal
from results import desk
from results.rules.review import is_peer_reviewer
from results.rules.uptake import can_ask_adopter, can_record
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of
from tests.factories import NOW, TODAY
from tests.matrix.places_panel import make_panel
from tests.results.making import answered, asked, make_uptake

pytestmark = [pytest.mark.django_db]

LED = ("lead", "deputy_lead", "participant")
RIGHTS = {*Capacity} - {Capacity.SHARED_WITH}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def leave(cast: Cast, *roles: str) -> None:
    """Make the people of some roles former members, as an administrator does."""
    for role in roles:
        set_standing(member=cast.member(role), standing=Standing.FORMER, by=cast.user("admin"))
        cast.accounts[role] = User.objects.get(pk=cast.accounts[role].pk)


def fresh(cluster: Cluster) -> Cluster:
    return Cluster.objects.get(pk=cluster.pk)


@pytest.mark.parametrize("role", LED)
@pytest.mark.parametrize("state", sorted(ENDED_STATES))
def test_who_left_holds_nothing_on_a_cluster_that_ended(cast: Cast, state: str, role: str) -> None:
    cluster = make_cluster(cast, state)
    assert capacities(cast.user(role), fresh(cluster), TODAY) & RIGHTS - {Capacity.MEMBER}
    leave(cast, role)
    user = cast.user(role)
    assert not capacities(user, fresh(cluster), TODAY) & RIGHTS
    may = (can_correct, can_record, can_ask_adopter, can_contribute, keeps_people, sees_names, is_peer_reviewer)
    assert [bool(one(user, fresh(cluster))) for one in may] == [False] * len(may)
    assert access_of(user, fresh(cluster)) == ""


@pytest.mark.parametrize("role", ["lead", "deputy_lead"])
def test_who_left_writes_no_figure_of_a_cluster_that_ended(cast: Cast, role: str) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    uptake = make_uptake(cast, cluster)
    outcome = cluster.outcomes.get()
    panel = make_panel(cast)
    Cluster.objects.filter(pk=panel.cluster_id).update(state=State.CONCLUDED, ended_on=TODAY)
    panel = PanelQuestion.objects.get(pk=panel.pk)
    pages = [
        f"/uptakes/{uptake.pk}/ask/",
        f"/uptakes/{uptake.pk}/edit/",
        f"/uptakes/{uptake.pk}/stopped/",
        f"/clusters/{cluster.name}/uptakes/add/",
        f"/clusters/{cluster.name}/correct/",
        f"/clusters/{cluster.name}/outcomes/add/",
        f"/clusters/{cluster.name}/outcomes/{outcome.pk}/edit/",
    ]
    client = client_of(cast, role)
    assert [client.get(page).status_code for page in pages] == [200] * len(pages)
    leave(cast, role)
    for page in pages:
        assert client.get(page).status_code == 403, page
        assert client.post(page, {"reason": "Mine."}).status_code == 403, page
    with pytest.raises(Refusal):
        transition(uptake, "uptake.stopped", by=cast.user(role), reason="Mine.")
    with pytest.raises(Refusal):
        transition(panel, "panel_question.close", by=cast.user(role), what_came="Mine.")
    uptake.refresh_from_db()
    assert uptake.state == "in_use"


def test_coordinators_do_what_they_did(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    uptake = make_uptake(cast, cluster)
    leave(cast, "lead", "deputy_lead")
    for role in ("coordinator", "mission_coordinator"):
        may = (can_correct, can_record, can_ask_adopter)
        assert all(one(cast.user(role), fresh(cluster)) for one in may)
    assert client_of(cast, "coordinator").get(f"/clusters/{cluster.name}/correct/").status_code == 200
    assert transition(uptake, "uptake.stopped", by=cast.user("coordinator"), reason="It broke.").state == "stopped"


@pytest.mark.parametrize("state", sorted(FINISHED_STATES))
def test_what_waits_for_who_left_stands_on_the_desk_of_coordinators(cast: Cast, state: str) -> None:
    cluster = make_cluster(cast, state)
    uptake = make_uptake(cast, cluster)
    for role in ("lead", "deputy_lead", "coordinator"):
        found = [item.url for item in desk.items(cast.user(role), TODAY)]
        assert found == ([f"/uptakes/{uptake.pk}/ask/"] if role != "coordinator" else []), role
    leave(cast, "lead")
    assert [bool(list(desk.items(cast.user(one), TODAY))) for one in ("lead", "deputy_lead", "coordinator")] == [
        False,
        True,
        False,
    ]
    leave(cast, "deputy_lead")
    assert [
        bool(list(desk.items(cast.user(one), TODAY)))
        for one in ("deputy_lead", "coordinator", "mission_coordinator", "other_coordinator")
    ] == [False, True, True, False]


def test_who_left_is_told_of_no_answer_and_coordinators_are(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    _row, path = asked(cast, make_uptake(cast, cluster))
    leave(cast, "lead", "deputy_lead")
    answered(path, "corrected", said="Since May.")
    told = {message.to for message in Message.objects.filter(template__endswith="uptake_answered") if message.to}
    assert cast.user("coordinator") in told
    assert not {cast.user("lead"), cast.user("deputy_lead")} & told


@pytest.mark.parametrize("role", LED)
def test_who_left_reads_the_room_until_thirty_days_after_the_end(cast: Cast, role: str) -> None:
    clusters = [make_cluster(cast, State.CONCLUDED, ended_on=TODAY - timedelta(days=days)) for days in (0, 30, 31)]
    leave(cast, role)
    user = cast.user(role)
    assert [bool(can_see_room(user, fresh(row))) for row in clusters] == [True, True, False]
    assert set(Cluster.objects.with_room_for(user)) == set(clusters[:2])
    page = client_of(cast, role).get(f"/clusters/{clusters[0].name}/room/")
    assert (page.status_code, "/threads/add/" in page.content.decode()) == (200, False)


def test_who_comes_back_keeps_the_record_again(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    leave(cast, "lead")
    assert not can_correct(cast.user("lead"), fresh(cluster))
    make_member(member=cast.member("lead"), by=cast.user("admin"))
    assert can_correct(User.objects.get(pk=cast.user("lead").pk), fresh(cluster))


def test_a_lead_who_left_a_cluster_at_work_stays_until_somebody_adopts_it(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    leave(cast, "lead")
    assert Capacity.LEAD in capacities(cast.user("lead"), fresh(cluster), TODAY)
