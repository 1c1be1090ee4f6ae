"""Conditions of an approval: met by the lead, confirmed or waived by somebody else."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from clusters.actions.condition import can_settle, confirm_condition, meet_condition, waive_condition
from clusters.choices import Capacity, State
from clusters.desk import items
from clusters.models import Cluster, Condition, Decision, DraftWriter
from community.events import record
from community.models import Event, Message
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def condition(cast: Cast) -> Condition:
    """An open condition of a running cluster."""
    return make_condition(cast, make_cluster(cast, State.RUNNING))


@transaction.atomic
def make_condition(cast: Cast, cluster: Cluster) -> Condition:
    event = record(verb="approve", subject=cluster, by=cast.user("coordinator"), at=NOW, role="coordinator")
    decision = Decision.objects.create(
        cluster=cluster,
        verb="approve",
        decided_by=cast.member("coordinator"),
        capacity=Capacity.COORDINATOR,
        working_group=cast.group,
        decided_at=NOW,
        proposer=cluster.proposer,
        lead=cluster.lead,
        content_hash="",
        event=event,
    )
    return Condition.objects.create(cluster=cluster, decision=decision, position=1, text="Name one harbour.")


def told(code: str) -> list[str]:
    return sorted(str(row.to) for row in Message.objects.filter(template=f"clusters/{code}").select_related("to"))


def test_the_lead_says_met_and_a_coordinator_confirms(cast: Cast, condition: Condition) -> None:
    met = meet_condition(condition=condition, by=cast.user("lead"), note="Igoumenitsa.")
    assert (met.met_by, met.met_note, met.is_open) == (cast.user("lead"), "Igoumenitsa.", True)
    assert told("condition_met") == ["Coordinator Person", "Coordinator_Proposer Person"]
    confirmed = confirm_condition(condition=condition, by=cast.user("coordinator"))
    assert (confirmed.confirmed_by, confirmed.is_open) == (cast.user("coordinator"), False)
    assert told("condition_confirmed") == ["Deputy_Lead Person", "Lead Person"]
    verbs = list(Event.objects.about(condition).order_by("number").values_list("verb", "role"))
    assert verbs == [("condition.met", "lead"), ("condition.confirmed", "coordinator")]


def test_a_coordinator_waives_with_a_reason(cast: Cast, condition: Condition) -> None:
    with pytest.raises(Refusal, match="Say why the condition is waived") as caught:
        waive_condition(condition=condition, by=cast.user("coordinator"), reason=" ")
    assert caught.value.code == "reason"
    waived = waive_condition(condition=condition, by=cast.user("coordinator"), reason="No harbour is left.")
    assert (waived.waive_reason, waived.is_open) == ("No harbour is left.", False)
    assert told("condition_waived") == ["Deputy_Lead Person", "Lead Person"]


def test_a_condition_needs_a_note_to_be_met_and_to_be_met_to_be_confirmed(cast: Cast, condition: Condition) -> None:
    with pytest.raises(Refusal, match="Say how the condition was met"):
        meet_condition(condition=condition, by=cast.user("lead"), note="")
    with pytest.raises(Refusal, match="The lead has not said yet"):
        confirm_condition(condition=condition, by=cast.user("coordinator"))


@pytest.mark.parametrize("role", ["lead", "deputy_lead", "coordinator_proposer", "member", "participant", "admin"])
def test_nobody_confirms_their_own(cast: Cast, role: str) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    if role == "coordinator_proposer":
        cluster.proposer = cast.member(role)
        cluster.save()
    condition = make_condition(cast, cluster)
    meet_condition(condition=condition, by=cast.user("lead"), note="Igoumenitsa.")
    for attempt in (
        lambda: confirm_condition(condition=condition, by=cast.user(role)),
        lambda: waive_condition(condition=condition, by=cast.user(role), reason="Enough."),
    ):
        with pytest.raises(Refusal) as caught:
            attempt()
        assert caught.value.code == "forbidden"
    condition.refresh_from_db()
    assert condition.is_open


@pytest.mark.parametrize("role", ["coordinator", "mission_coordinator", "participant", "proposer", "admin"])
def test_only_lead_and_deputy_say_met(cast: Cast, condition: Condition, role: str) -> None:
    with pytest.raises(Refusal) as caught:
        meet_condition(condition=condition, by=cast.user(role), note="It is.")
    assert caught.value.code == "forbidden"


def test_the_second_press_changes_nothing_and_the_other_word_is_refused(cast: Cast, condition: Condition) -> None:
    for _press in range(2):
        meet_condition(condition=condition, by=cast.user("lead"), note="Igoumenitsa.")
    for _press in range(2):
        confirm_condition(condition=condition, by=cast.user("coordinator"))
    with pytest.raises(Refusal, match=r"This condition is confirmed already."):
        waive_condition(condition=condition, by=cast.user("mission_coordinator"), reason="No.")
    assert Event.objects.about(condition).count() == 2


def test_a_settled_condition_lets_the_cluster_conclude(cast: Cast, condition: Condition) -> None:
    from community.actions.transition import transition

    with pytest.raises(Refusal, match="neither confirmed nor waived"):
        transition(condition.cluster, "conclude", by=cast.user("lead"))
    waive_condition(condition=condition, by=cast.user("coordinator"), reason="Done otherwise.")
    assert transition(condition.cluster, "conclude", by=cast.user("lead")).state == State.CONCLUDED


def test_the_summary_shows_buttons_to_who_may_press_them(cast: Cast, condition: Condition) -> None:
    address = condition.cluster.get_absolute_url()
    meet_condition(condition=condition, by=cast.user("lead"), note="Igoumenitsa.")
    pages = {}
    for role in ("coordinator", "lead", "member"):
        client = Client()
        client.force_login(cast.user(role))
        pages[role] = client.get(address).content.decode()
    assert f"conditions/{condition.pk}/confirm/" in pages["coordinator"]
    assert f"conditions/{condition.pk}/" not in pages["lead"]
    assert f"conditions/{condition.pk}/" not in pages["member"]
    assert "Igoumenitsa." in Client().get(address).content.decode()


def test_the_pages_of_a_condition_ask_and_act(cast: Cast, condition: Condition) -> None:
    base = f"{condition.cluster.get_absolute_url()}conditions/{condition.pk}/"
    lead, coordinator = Client(), Client()
    lead.force_login(cast.user("lead"))
    coordinator.force_login(cast.user("coordinator"))
    assert lead.get(base + "met/").status_code == 200
    assert lead.get(base + "confirm/").status_code == 403
    assert lead.post(base + "met/", {"note": ""}).status_code == 422
    assert lead.post(base + "met/", {"note": "Igoumenitsa."}).status_code == 302
    assert coordinator.get(base + "met/").status_code == 403
    assert coordinator.post(base + "waive/", {"reason": ""}).status_code == 422
    assert coordinator.post(base + "confirm/").status_code == 302
    assert coordinator.post(base + "waive/", {"reason": "No."}).status_code == 409
    condition.refresh_from_db()
    assert (condition.confirmed_by, condition.waived_at) == (cast.user("coordinator"), None)


def test_a_condition_under_the_address_of_another_cluster_is_not_there(cast: Cast, condition: Condition) -> None:
    other = make_cluster(cast, State.RUNNING)
    client = Client()
    client.force_login(cast.user("lead"))
    assert client.get(f"{other.get_absolute_url()}conditions/{condition.pk}/met/").status_code == 404


def on_desk(cast: Cast, role: str) -> bool:
    return any(item.verb == "Confirm or waive" for item in items(cast.user(role), timezone.localdate()))


@pytest.mark.parametrize("how", ["as it is", "a deputy coordinates", "nobody of the group may"])
def test_the_desk_asks_exactly_those_who_may_confirm(cast: Cast, condition: Condition, how: str) -> None:
    cluster = condition.cluster
    if how == "a deputy coordinates":
        cluster.participations.filter(role="deputy").update(member=cast.member("coordinator"))
    elif how == "nobody of the group may":
        for role in ("coordinator", "coordinator_proposer"):
            DraftWriter.objects.create(cluster=cluster, member=cast.member(role))
    meet_condition(condition=condition, by=cast.user("lead"), note="Igoumenitsa.")
    asked = {role for role in cast.people if role in cast.accounts and on_desk(cast, role)}
    may = {role for role in cast.people if role in cast.accounts and can_settle(cast.user(role), cluster)}
    assert asked == may
    assert ("stand_in" in asked) == (how == "nobody of the group may")
