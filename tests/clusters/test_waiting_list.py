"""A full cluster's waiting list: in order of time, and the first asks when a place is free, whatever freed it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clusters.actions.inverses import take_answer_back
from clusters.actions.merge import merge
from clusters.actions.participation import answer_request, enter, leave
from clusters.actions.parting import end_participation
from clusters.actions.places import set_places
from clusters.choices import JoinPolicy, ParticipationStatus, State
from clusters.models import Cluster, Participation
from clusters.permissions import capacities
from clusters.rules.joining import SMALL_GROUP, way_in
from clusters.rules.requirements import UNDO_SECONDS
from community.actions.transition import transition
from community.models import Event, Member, Message
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db]
Status = ParticipationStatus


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def newcomers(count: int) -> list[Member]:
    harbour = make.make_organisation()
    return [make.make_member(organisation=harbour) for _number in range(count)]


def come(cluster: Cluster, who: Member, minute: int, way: str = "wait") -> Participation:
    organisation = who.affiliations.get().organisation
    return enter(cluster=cluster, by=who.user, way=way, organisation=organisation, at=NOW + timedelta(minutes=minute))


def full(cast: Cast, state: str = State.RUNNING, **fields: Any) -> tuple[Cluster, list[Participation]]:
    """Return a cluster in which all four places are taken, and two who wait."""
    cluster = make_cluster(cast, state, size_limit=4, **fields)
    return cluster, [come(cluster, who, minute) for minute, who in enumerate(newcomers(2))]


def statuses(rows: list[Participation]) -> list[str]:
    return [Participation.objects.get(pk=row.pk).status for row in rows]


def part_of(cast: Cast, cluster: Cluster, role: str) -> Participation:
    return cluster.participations.get(member=cast.member(role))


def test_the_first_who_waits_asks_when_a_place_is_free_and_the_next_after_a_refusal(cast: Cast) -> None:
    cluster, rows = full(cast)
    assert statuses(rows) == [Status.WAITING, Status.WAITING]
    leave(participation=part_of(cast, cluster, "participant"), by=cast.user("participant"))
    assert statuses(rows) == [Status.REQUESTED, Status.WAITING]
    assert rows[0].member is not None
    assert Message.objects.filter(template="clusters/waiting_moved_up").get().to == rows[0].member.user
    (third,) = newcomers(1)
    offered = way_in(third.user, cluster)
    assert offered is not None
    assert offered.way == "wait"
    answer_request(participation=rows[0], by=cast.user("lead"), accept=False, reason="Another time.")
    assert statuses(rows) == [Status.DECLINED, Status.REQUESTED]
    assert Event.objects.of_chain(f"cluster:{cluster.pk}").filter(verb="participation.moved_up").count() == 2


def remove(cast: Cast, cluster: Cluster) -> None:
    part = part_of(cast, cluster, "participant")
    end_participation(participation=part, by=cast.user("lead"), seen="active", reason="A new post.")


def step_down(cast: Cast, cluster: Cluster) -> None:
    transition(cluster, "step_down", by=cast.user("lead"), reason="A new post.")


def adopt_from_who_is_gone(cast: Cast, cluster: Cluster) -> None:
    Member.objects.filter(pk=cast.member("lead").pk).update(standing="former")
    transition(cluster, "adopt", by=cast.user("coordinator"), reason="To keep it going.")


def raise_limit(cast: Cast, cluster: Cluster) -> None:
    set_places(cluster=cluster, by=cast.user("lead"), join_policy=cluster.join_policy, size_limit=5)


FREES: dict[str, Callable[[Cast, Cluster], None]] = {
    "removed": remove,
    "stepped down": step_down,
    "adopted": adopt_from_who_is_gone,
    "higher limit": raise_limit,
}


@pytest.mark.parametrize("how", FREES)
def test_one_place_that_becomes_free_lets_one_ask_whatever_freed_it(cast: Cast, how: str) -> None:
    cluster, rows = full(cast)
    FREES[how](cast, cluster)
    assert statuses(rows) == [Status.REQUESTED, Status.WAITING]
    told = Message.objects.filter(template__in=["clusters/waiting_moved_up", "clusters/waiting_asks"])
    assert {row.template for row in told if row.to == rows[0].member.user} == {"clusters/waiting_moved_up"}  # type: ignore[union-attr]
    moved = Event.objects.about(rows[0]).get(verb="participation.moved_up")
    assert (moved.by, moved.role) == (None, "")


def test_without_a_limit_everybody_who_waited_asks_in_the_order_of_time(cast: Cast) -> None:
    cluster, rows = full(cast)
    set_places(cluster=cluster, by=cast.user("deputy_lead"), join_policy=JoinPolicy.APPLICATION, size_limit=None)
    assert statuses(rows) == [Status.REQUESTED, Status.REQUESTED]
    moved = Event.objects.of_chain(f"cluster:{cluster.pk}").filter(verb="participation.moved_up").order_by("number")
    assert [event.subject_id for event in moved] == [row.pk for row in rows]
    said = Event.objects.about(cluster).get(verb="participation.places_set").detail.body["changes"]
    assert said["size_limit"] == {"was": "4", "now": ""}


def test_a_limit_puts_nobody_out_and_is_set_by_the_leads_side_alone(cast: Cast) -> None:
    cluster, rows = full(cast)
    for role, limit, code in (("lead", 3, "state"), ("lead", 1, "requirement"), ("participant", 9, "forbidden")):
        with pytest.raises(Refusal) as refusal:
            set_places(cluster=cluster, by=cast.user(role), join_policy="open", size_limit=limit)
        assert refusal.value.code == code
    set_places(cluster=cluster, by=cast.user("lead"), join_policy="open", size_limit=4)
    assert (statuses(rows), Event.objects.about(cluster).count()) == (["waiting", "waiting"], 0)


def test_who_waited_in_a_cluster_that_is_merged_asks_where_there_is_room(cast: Cast) -> None:
    cluster, rows = full(cast, State.APPROVED)
    into = make_cluster(cast, State.RUNNING, size_limit=5)
    (other,) = newcomers(1)
    asked = come(into, other, 0, way="join")
    mover = cast.user("mission_coordinator")
    late = come(into, newcomers(1)[0], 9)
    merge(cluster=cluster, into=into, by=mover, reason="The same question.")
    assert (statuses([asked]), statuses([*rows, late])) == (["active"], ["waiting"] * 3)
    leave(participation=asked, by=other.user)
    assert statuses([*rows, late]) == ["requested", "waiting", "waiting"], "by the day on which they asked"


def test_a_merge_into_a_cluster_with_places_leaves_nobody_waiting(cast: Cast) -> None:
    cluster, rows = full(cast, State.APPROVED)
    into = make_cluster(cast, State.RUNNING)
    merge(cluster=cluster, into=into, by=cast.user("mission_coordinator"), reason="The same question.")
    assert statuses(rows) == [Status.REQUESTED, Status.REQUESTED]
    assert {Participation.objects.get(pk=row.pk).cluster for row in rows} == {into}


def test_a_lead_steps_down_before_the_first_day(cast: Cast) -> None:
    cluster = make_cluster(cast, State.APPROVED, starts_on=TODAY.replace(year=2099), ends_on=TODAY.replace(year=2100))
    lead = part_of(cast, cluster, "lead")
    Participation.objects.filter(pk=lead.pk).update(from_on=cluster.starts_on)
    step_down(cast, cluster)
    lead.refresh_from_db()
    assert (lead.status, lead.until_on) == (Status.LEFT, lead.from_on)
    assert "lead" not in capacities(cast.user("lead"), Cluster.objects.get(pk=cluster.pk), TODAY)


def test_the_page_shows_the_list_to_the_lead_and_ones_own_number_to_who_waits(cast: Cast) -> None:
    cluster, rows = full(cast)
    assert rows[1].member is not None
    page = f"/clusters/{cluster.name}/people/"
    lead, second, member = client_of(cast, "lead"), client_of(cast, "visitor"), client_of(cast, "member")
    second.force_login(rows[1].member.user)
    assert "Waiting list" in lead.get(page).content.decode()
    own = second.get(page).content.decode()
    assert "as number 2" in own
    assert "Waiting list" not in own
    assert "Put me on the waiting list" in member.get(page).content.decode()
    set_to = lead.post(f"{page}places/", {"join_policy": "open", "size_limit": "5"})
    assert (set_to.status_code, statuses(rows)) == (302, ["requested", "waiting"])
    refused = lead.post(f"{page}places/", {"join_policy": "open", "size_limit": "3"})
    assert refused.status_code == 409
    assert "4 persons take part already" in refused.content.decode()


def test_more_than_a_small_working_group_is_said_to_the_lead_alone(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    page, warning = f"/clusters/{cluster.name}/people/", "More than a small working group"
    for number, who in enumerate(newcomers(SMALL_GROUP - 4)):
        come(cluster, who, number, way="join")
    lead, member = client_of(cast, "lead"), client_of(cast, "member")
    assert warning not in lead.get(page).content.decode(), "exactly twelve are a small group"
    come(cluster, newcomers(1)[0], 60, way="join")
    said = lead.get(page).content.decode()
    assert warning in said
    assert f"{SMALL_GROUP + 1} persons take part; a cluster is meant for {SMALL_GROUP} at most." in said
    assert warning not in member.get(page).content.decode()


WAITING_MAILS = ["clusters/waiting_moved_up", "clusters/waiting_asks"]


def one_place_asked_for(cast: Cast) -> tuple[Cluster, list[Participation]]:
    """Return a full cluster in which the first of three asks for the one place that became free."""
    cluster, rows = full(cast)
    rows.append(come(cluster, newcomers(1)[0], 5))
    leave(participation=part_of(cast, cluster, "participant"), by=cast.user("participant"))
    assert statuses(rows) == ["requested", "waiting", "waiting"]
    Message.objects.all().delete()
    return cluster, rows


def test_taking_a_refusal_back_puts_who_moved_up_back_at_their_place_and_mails_nobody(cast: Cast) -> None:
    cluster, rows = one_place_asked_for(cast)
    since, now = rows[1].asked_at, timezone.now()
    answer_request(participation=rows[0], by=cast.user("lead"), accept=False, reason="Another time.", at=now)
    assert statuses(rows) == ["declined", "requested", "waiting"]
    told = Message.objects.filter(template__in=WAITING_MAILS)
    assert {row.template for row in told} == set(WAITING_MAILS)
    assert {row.due_at for row in told} == {now + timedelta(seconds=UNDO_SECONDS)}
    take_answer_back(participation=rows[0], by=cast.user("lead"), at=now + timedelta(seconds=20))
    assert statuses(rows) == ["requested", "waiting", "waiting"]
    assert set(told.values_list("state", flat=True)) == {"cancelled"}
    assert [row.pk for row in cluster.participations.waiting()] == [rows[1].pk, rows[2].pk]
    rows[1].refresh_from_db()
    assert rows[1].asked_at == since
    assert Event.objects.about(rows[1]).latest("pk").verb == "participation.moved_back"


def test_who_was_answered_meanwhile_stays_and_who_finds_room_moves_up_anew(cast: Cast) -> None:
    _cluster, rows = one_place_asked_for(cast)
    answer_request(participation=rows[0], by=cast.user("lead"), accept=False, reason="Another time.")
    answer_request(participation=rows[1], by=cast.user("lead"), accept=True)
    take_answer_back(participation=rows[0], by=cast.user("lead"))
    assert statuses(rows) == ["requested", "active", "waiting"]
    other, rows = one_place_asked_for(cast)
    answer_request(participation=rows[0], by=cast.user("lead"), accept=False, reason="Another time.")
    set_places(cluster=other, by=cast.user("lead"), join_policy="open", size_limit=5)
    assert statuses(rows) == ["declined", "requested", "requested"]
    take_answer_back(participation=rows[0], by=cast.user("lead"))
    assert statuses(rows) == ["requested", "waiting", "requested"]


def test_the_lead_declines_who_waits_with_a_reason_and_may_take_it_back(cast: Cast) -> None:
    cluster, rows = full(cast)
    rows.append(come(cluster, newcomers(1)[0], 5))
    lead, now = cast.user("lead"), timezone.now()
    Message.objects.all().delete()
    with pytest.raises(Refusal, match="stands on the waiting list"):
        answer_request(participation=rows[0], by=lead, accept=True)
    with pytest.raises(Refusal, match="Say why"):
        answer_request(participation=rows[0], by=lead, accept=False)
    client = client_of(cast, "lead")
    address = f"/clusters/{cluster.name}/people/{rows[0].pk}/answer/"
    assert f'href="{address}"' in client.get(f"/clusters/{cluster.name}/people/").content.decode()
    page = client.get(address).content.decode()
    assert "stands on the waiting list" in page
    assert 'value="accept"' not in page
    since = rows[0].asked_at
    answer_request(participation=rows[0], by=lead, accept=False, reason="No harbour.", at=now)
    assert statuses(rows) == ["declined", "waiting", "waiting"]
    told = Message.objects.get()
    assert (told.template, told.due_at) == ("clusters/participation_declined", now + timedelta(seconds=UNDO_SECONDS))
    take_answer_back(participation=rows[0], by=lead, at=now + timedelta(seconds=20))
    assert statuses(rows) == ["waiting", "waiting", "waiting"]
    told.refresh_from_db()
    assert told.state == "cancelled"
    assert [row.pk for row in cluster.participations.waiting()] == [row.pk for row in rows]
    rows[0].refresh_from_db()
    assert rows[0].asked_at == since
    assert client.post(address, {"answer": "decline", "reason": "No harbour."}).status_code == 302
    assert statuses(rows) == ["declined", "waiting", "waiting"]


def test_an_answer_is_not_taken_back_once_the_person_came_anew(cast: Cast) -> None:
    cluster, rows = full(cast)
    answer_request(participation=rows[0], by=cast.user("lead"), accept=False, reason="No harbour.")
    assert rows[0].member is not None
    come(cluster, rows[0].member, 9)
    with pytest.raises(Refusal, match="Something else happened"):
        take_answer_back(participation=rows[0], by=cast.user("lead"))
