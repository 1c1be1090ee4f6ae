"""Who may lead, judged wherever a lead comes in; and what is said and done when a lead is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.actions.participation import give_role
from clusters.choices import Capacity, State
from clusters.models import Cluster
from clusters.permissions import capacities, eligible_to_lead
from clusters.rules.checklist import checklist
from community.actions.transition import transition
from community.choices import Standing
from community.models import Member, Partnership
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def leaves_the_organisation(member: Member) -> None:
    member.affiliations.update(until_on=YESTERDAY)


def partnership_ends(member: Member) -> None:
    Partnership.objects.filter(organisation__in=member.affiliations.values("organisation")).update(until_on=YESTERDAY)


def account_is_closed(member: Member) -> None:
    type(member.user).objects.filter(pk=member.user_id).update(is_active=False)


def is_external(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(standing=Standing.EXTERNAL)


def becomes_former(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(standing=Standing.FORMER)


LOSSES: dict[Callable[[Member], None], str] = {
    leaves_the_organisation: "is not an organisation of the named lead today",
    partnership_ends: "The partnership of Region of the Gulf ended",
    account_is_closed: "The named lead is no longer there",
    is_external: "External partners are neither lead nor deputy",
    becomes_former: "The named lead is no longer there",
}
#: Verb -> the state in which it makes somebody lead or lets them begin, and who presses it.
VERBS = {
    "submit": (State.DRAFT, "proposer"),
    "approve": (State.SUBMITTED, "coordinator"),
    "start": (State.APPROVED, "coordinator"),
}


def client_of(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("verb", VERBS)
def test_nobody_is_made_lead_who_may_not_lead_that_day(cast: Cast, verb: str, loss: Callable[[Member], None]) -> None:
    state, role = VERBS[verb]
    cluster = make_cluster(cast, state, starts_on=TODAY)
    loss(cast.member("lead"))
    details = {"conditions": [{"text": "Name partners."}]} if verb == "approve" else {}
    with pytest.raises(Refusal, match=LOSSES[loss]):
        transition(Cluster.objects.get(pk=cluster.pk), verb, by=cast.user(role), **details)
    cluster.refresh_from_db()
    assert cluster.state == state


@pytest.mark.parametrize("loss", [leaves_the_organisation, partnership_ends])
def test_who_may_not_lead_any_more_does_not_accept_to(cast: Cast, loss: Callable[[Member], None]) -> None:
    cluster = make_cluster(cast, State.SUBMITTED, lead_accepted_at=None)
    loss(cast.member("lead"))
    with pytest.raises(Refusal, match=LOSSES[loss]):
        transition(cluster, "accept_lead", by=cast.user("lead"))


@pytest.mark.parametrize("loss", LOSSES)
def test_nobody_is_made_deputy_who_may_not_lead(cast: Cast, loss: Callable[[Member], None]) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    row = cluster.participations.get(member=cast.member("participant"))
    loss(cast.member("participant"))
    with pytest.raises(Refusal):
        give_role(participation=row, by=cast.user("lead"), role="deputy")


@pytest.mark.parametrize("loss", LOSSES)
def test_the_check_list_says_so_before_the_press(cast: Cast, loss: Callable[[Member], None]) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    open_before = [point.code for point in checklist(cluster, TODAY) if not point.is_fulfilled]
    loss(cast.member("lead"))
    fresh = Cluster.objects.get(pk=cluster.pk)
    open_now = [point.code for point in checklist(fresh, TODAY) if not point.is_fulfilled]
    assert len(open_now) == len(open_before) + 1


def test_of_a_day_that_is_past_only_the_papers_are_judged(cast: Cast) -> None:
    lead = cast.member("lead")
    account_is_closed(lead)
    fresh = Member.objects.get(pk=lead.pk)
    assert not eligible_to_lead(fresh, cast.organisation, TODAY)
    assert eligible_to_lead(fresh, cast.organisation, YESTERDAY)


SAID = {
    leaves_the_organisation: "The lead may not lead today",
    partnership_ends: "The lead may not lead today",
    account_is_closed: "The lead is no longer there",
    is_external: "The lead may not lead today",
    becomes_former: "The lead is no longer there",
}


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RUNNING])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_page_says_what_is_wrong_and_who_does_what_to_those_who_work_on_it(
    cast: Cast, loss: Callable[[Member], None], state: str
) -> None:
    cluster = make_cluster(cast, state)
    address = f"/clusters/{cluster.name}/"
    assert SAID[loss] not in client_of(cast, "coordinator").get(address).content.decode()
    loss(cast.member("lead"))
    page = client_of(cast, "coordinator").get(address).content.decode()
    assert SAID[loss] in page
    if SAID[loss].endswith("there"):
        assert ("A coordinator of WG1 adopts it" in page) is (state == State.RUNNING)
        assert ("The proposer names another lead" in page) is (state == State.SUBMITTED)
    assert SAID[loss] not in client_of(cast, "member").get(address).content.decode()


def test_the_page_says_who_acts_as_lead_once_a_coordinator_adopted_it(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    transition(cluster, "step_down", by=cast.user("lead"), reason="A new post.")
    address = f"/clusters/{cluster.name}/"
    assert "A coordinator of WG1 adopts it" in client_of(cast, "deputy_lead").get(address).content.decode()
    transition(cluster, "adopt", by=cast.user("coordinator"), reason="To keep it going.")
    assert "The coordinator who adopted it acts as lead" in client_of(cast, "deputy_lead").get(address).content.decode()


def test_an_appointment_that_ended_gives_no_power_from_the_next_page_on(cast: Cast) -> None:
    proposed, running = make_cluster(cast, State.SUBMITTED), make_cluster(cast, State.RUNNING)
    client = client_of(cast, "coordinator")
    places = (f"/review/{proposed.name}/", f"/clusters/{running.name}/people/invite/", "/review/")
    assert [client.get(place).status_code for place in places] == [200, 200, 200]
    cast.member("coordinator").appointments.update(until_on=YESTERDAY)
    assert [client.get(place).status_code for place in places] == [403, 403, 403]
    for verb, state, cluster in (("decline", State.SUBMITTED, proposed), ("pause", State.RUNNING, running)):
        answer = client.post(f"/clusters/{cluster.name}/{verb}/", {"reason": "Not now."})
        cluster.refresh_from_db()
        assert (answer.status_code, cluster.state) == (403, state)


def test_who_adopted_a_cluster_acts_as_lead_as_long_as_they_coordinate_its_group(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    transition(cluster, "step_down", by=cast.user("lead"), reason="A new post.")
    cluster = transition(cluster, "adopt", by=cast.user("coordinator"), reason="To keep it going.")
    client, invite = client_of(cast, "coordinator"), f"/clusters/{cluster.name}/people/invite/"
    assert client.get(invite).status_code == 200
    cast.member("coordinator").appointments.update(until_on=YESTERDAY)
    assert client.get(invite).status_code == 403
    user = type(cast.user("coordinator")).objects.get(pk=cast.user("coordinator").pk)
    assert not capacities(user, Cluster.objects.get(pk=cluster.pk), TODAY) & {Capacity.LEAD, Capacity.PROPOSER}
    again = transition(cluster, "adopt", by=cast.user("mission_coordinator"), reason="The first one left.")
    assert again.acting_lead == cast.member("mission_coordinator")
