"""Whom the clock asks where people left the community: not them, and before a withdrawal somebody who may keep it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from clusters.actions.clock import withdraw_idle_proposals
from clusters.actions.reminders import plan_reminders, send_reminders, send_todays
from clusters.choices import State
from clusters.models import Cluster
from clusters.rules.lead_asked import asked_of_lead
from clusters.rules.reminders import Why
from community.actions.outbox import send_outbox
from community.actions.standing import make_member, set_standing
from community.actions.transition import transition
from community.choices import ExchangeStatus, MessageState, Standing
from community.models import ExchangeWish, Member, Message, User
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db]

REST = timezone.make_aware(datetime(2026, 2, 1, 10, 0))
GROUP = ["Coordinator Person", "Coordinator_Proposer Person"]


def after(days: int) -> datetime:
    return REST + timedelta(days=days)


@pytest.fixture(autouse=True)
def _mails(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def resting(cast: Cast) -> Cluster:
    """A proposal that was returned on `REST`, with nobody's word since."""
    cluster = make_cluster(cast, State.RETURNED)
    Cluster.objects.filter(pk=cluster.pk).update(updated_at=REST)
    return cluster


def leave(cast: Cast, *roles: str) -> None:
    for role in roles:
        set_standing(member=cast.member(role), standing=Standing.FORMER, by=cast.user("admin"))


def remind(days: int) -> list[str]:
    """Let the clock remind and send so many days after the rest began; return whom it told of the withdrawal by now."""
    with time_machine.travel(after(days), tick=False):
        send_todays(after(days))
        send_outbox(at=after(days) + timedelta(minutes=1))
    told = Message.objects.in_state(MessageState.SENT).filter(template="clusters/withdrawal_ahead")
    return sorted(told.values_list("to__member__name", flat=True))


@pytest.mark.both
def test_coordinators_hear_before_a_proposal_goes_that_everybody_left(cast: Cast, resting: Cluster) -> None:
    leave(cast, "proposer", "lead")
    with time_machine.travel(after(14), tick=False):
        send_reminders(on=after(14).date())
    early = Message.objects.get(template="clusters/reminder", to=cast.user("coordinator"))
    assert (early.params["rule"], early.params["audience"]) == ("orphaned", "coordinators")
    assert remind(84) == GROUP
    sent = {one.to[0]: one for one in mail.outbox if "in a week" in one.subject}
    told = sent[cast.user("coordinator").email]
    assert told.subject.endswith("is withdrawn in a week unless somebody adopts it")
    for words in ("proposer and lead are no longer", "Whoever adopts it before keeps it", "Adopt the proposal"):
        assert words in " ".join(str(told.body).split()), words
    assert "because you coordinate" in told.body
    assert f"{resting.name}/adopt/".replace("/", "%2F") in told.body or f"{resting.name}/adopt/" in told.body
    for words in ("Any change keeps it", "you may decide on this proposal"):
        assert words not in told.body
    assert withdraw_idle_proposals(after(91)) == 1


def test_who_adopts_it_keeps_it_and_is_asked_to_go_on(cast: Cast, resting: Cluster) -> None:
    leave(cast, "proposer", "lead")
    with time_machine.travel(after(84), tick=False):
        send_todays(after(84))
        waiting = Message.objects.filter(params__rule="orphaned", state=MessageState.QUEUED)
        assert waiting.count() == len(GROUP)
        transition(resting, "adopt", by=User.objects.get(pk=cast.user("coordinator").pk), reason="To keep it.")
        assert not waiting.exists(), "what is done is asked of nobody"
    assert withdraw_idle_proposals(after(120)) == 0
    asked = [one for one in plan_reminders(after(98).date()).sends if one.silence.cluster_id == resting.pk]
    assert [(one.silence.rule, one.audience, one.person.name) for one in asked] == [
        ("idle", "lead", "Coordinator Person")
    ]


def test_a_mail_to_who_left_since_announces_nothing(cast: Cast, resting: Cluster) -> None:
    assert remind(83) == ["Lead Person", "Proposer Person"]
    with time_machine.travel(after(85), tick=False):
        leave(cast, "proposer", "lead")
    assert withdraw_idle_proposals(after(95)) == 0, "who was told can keep it no more"
    assert remind(95) == [*GROUP, "Lead Person", "Proposer Person"]
    assert withdraw_idle_proposals(after(97)) == 0
    assert withdraw_idle_proposals(after(103)) == 1


@pytest.mark.parametrize(("role", "left"), [("proposer", "Lead Person"), ("lead", "Proposer Person")])
def test_who_is_left_is_told_alone(cast: Cast, resting: Cluster, role: str, left: str) -> None:
    leave(cast, role)
    assert remind(84) == [left]
    skips = {(one.person.name, one.why) for one in plan_reminders(after(84).date()).skips}
    assert (cast.member(role).name, Why.LEFT) in skips
    assert withdraw_idle_proposals(after(91)) == 1


def test_coordinators_hear_of_it_also_where_the_lead_can_be_told_nothing(cast: Cast, resting: Cluster) -> None:
    lead = make.make_member("Without Account", account=False, organisation=cast.organisation)
    Cluster.objects.filter(pk=resting.pk).update(lead=lead)
    leave(cast, "proposer")
    assert remind(84) == GROUP


@time_machine.travel(NOW, tick=False)
def test_a_named_lead_who_left_is_asked_nothing_by_clock_or_hand(cast: Cast) -> None:
    asked = {"lead_accepted_at": None, "lead_asked_at": NOW - timedelta(days=3)}
    proposal = make_cluster(cast, State.SUBMITTED, state_since=NOW, **asked)
    running = make_cluster(cast, State.RUNNING, ends_on=TODAY)
    assert asked_of_lead(Cluster.objects.get(pk=proposal.pk), TODAY).rule == "lead_asked"
    leave(cast, "lead")
    planned = plan_reminders(TODAY)
    assert {one.why for one in planned.decisions if one.person.name == "Lead Person"} == {Why.LEFT}
    assert not [one for one in send_reminders(on=TODAY).sends if one.silence.rule == "lead_asked"]
    assert "no longer there" in str(asked_of_lead(Cluster.objects.get(pk=proposal.pk), TODAY).why_not)
    people = asked_of_lead(Cluster.objects.get(pk=running.pk), TODAY).people
    assert [person.name for person in people] == ["Deputy_Lead Person"]
    make_member(member=cast.member("lead"), by=cast.user("admin"))
    assert "lead_asked" in {one.silence.rule for one in plan_reminders(TODAY).sends}


@time_machine.travel(NOW, tick=False)
def test_a_side_of_an_exchange_that_left_is_not_asked_what_came_of_it(cast: Cast) -> None:
    row = make.make_exchange("Buoys", by=cast.member("lead"), state_since=NOW - timedelta(days=9))
    ExchangeWish.objects.create(exchange=row, member=cast.member("participant"), said_at=NOW - timedelta(days=3))
    assert row.status == ExchangeStatus.OFFERED
    assert [one.silence.rule for one in plan_reminders(TODAY).sends] == ["exchange_wish"]
    Member.objects.filter(pk=cast.member("lead").pk).update(standing=Standing.FORMER)
    assert [one.why for one in plan_reminders(TODAY).decisions] == [Why.LEFT]
