"""What is done asks nobody any more: neither who wants one mail a week nor who was to be mailed when it was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from clusters.actions.amendment import act, decide_amendment, suggest_amendment
from clusters.actions.condition import confirm_condition, meet_condition
from clusters.actions.participation import answer_invitation, answer_request, enter
from clusters.actions.reminders import send_reminders
from clusters.choices import JoinPolicy, State
from clusters.models import Amendment, Cluster, Condition, Participation
from clusters.notifications.answered import OF_CLUSTER, OF_PART
from clusters.notifications.topics import REMINDERS
from clusters.rules.reminders import RULES
from clusters.sentences import SENTENCES
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.choices import MessageState, Rhythm
from community.models import Message, NotificationPreference, User
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.making_waits import MAKERS
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    rows = [NotificationPreference(user=u, topic=REMINDERS, rhythm=Rhythm.WEEKLY) for u in User.objects.all()]
    NotificationPreference.objects.bulk_create(rows)
    return cast


def _decide(cast: Cast) -> None:
    transition(Cluster.objects.get(), "decline", by=cast.user("coordinator"), reason="Another one does it.", at=later())


def later() -> Any:
    return NOW + timedelta(days=8)


def _accept_lead(cast: Cast) -> None:
    transition(Cluster.objects.get(), "accept_lead", by=cast.user("lead"), at=later())


def _discontinue(cast: Cast) -> None:
    Cluster.objects.update(lessons="Ask the harbour first.")
    transition(Cluster.objects.get(), "discontinue", by=cast.user("coordinator"), reason="It is over.", at=later())


def _confirm(cast: Cast) -> None:
    confirm_condition(condition=Condition.objects.get(), by=cast.user("coordinator"), at=later())


def _answer(cast: Cast) -> None:
    answer_invitation(participation=Participation.objects.get(status="invited"), by=cast.user("member"), accept=False)


def _let_in(cast: Cast) -> None:
    answer_request(participation=Participation.objects.get(status="requested"), by=cast.user("lead"), accept=True)


def _refuse(cast: Cast) -> None:
    decide_amendment(amendment=Amendment.objects.get(), by=cast.user("coordinator"), accepted=["title"], at=later())


def _put_forward(cast: Cast) -> None:
    act(amendment=Amendment.objects.get(), verb="amendment.proposed", by=cast.user("lead"), at=later())


#: By rule: the step that does what is asked.
DONE: dict[str, Callable[[Cast], None]] = {
    "undecided": _decide,
    "lead_asked": _accept_lead,
    "end": _discontinue,
    "condition": _discontinue,
    "condition_met": _confirm,
    "invitation": _answer,
    "request": _let_in,
    "suggestion": _put_forward,
    "amendment": _refuse,
}


@pytest.mark.parametrize("rule", DONE)
def test_who_wants_one_mail_a_week_is_not_asked_for_what_is_done_meanwhile(
    cast: Cast, rule: str, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(NOW, tick=False):
        MAKERS[rule](cast, NOW)
    Message.objects.all().delete()
    with time_machine.travel(later(), tick=False):
        send_reminders(on=TODAY + timedelta(days=8))
        asking = Message.objects.filter(key__startswith=f"reminder:{rule}:")
        waits = list(asking.values_list("state", "rhythm"))
        assert waits, rule
        assert set(waits) == {(MessageState.QUEUED, Rhythm.WEEKLY)}
        DONE[rule](cast)
        assert set(asking.values_list("state", flat=True)) == {MessageState.SUPERSEDED}
    mail.outbox = []
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        send_outbox(at=NOW + timedelta(days=20))
    assert not asking.exclude(state=MessageState.SUPERSEDED).exists()


def asks(template: str) -> set[str]:
    return set(Message.objects.filter(template=f"clusters/{template}").values_list("state", flat=True))


@time_machine.travel(NOW, tick=False)
def test_a_question_that_has_not_left_is_replaced_by_its_answer(cast: Cast) -> None:
    running = make_cluster(cast, State.RUNNING, join_policy=JoinPolicy.APPLICATION)
    enter(cluster=running, by=cast.user("member"), organisation=cast.organisation, way="ask")
    assert asks("participation_asked") == {MessageState.QUEUED}
    _let_in(cast)
    assert asks("participation_asked") == {MessageState.SUPERSEDED}
    assert asks("participation_accepted") == {MessageState.QUEUED}, "the answer itself leaves"
    row = suggest_amendment(cluster=running, by=cast.user("participant"), wished={"title": "New"}, reason="Clearer.")
    act(amendment=row, verb="amendment.proposed", by=cast.user("lead"))
    assert (asks("amendment_suggested"), asks("amendment_proposed")) == (
        {MessageState.SUPERSEDED},
        {MessageState.QUEUED},
    )
    decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["title"])
    assert asks("amendment_proposed") == {MessageState.SUPERSEDED}


@time_machine.travel(NOW, tick=False)
def test_a_decision_that_is_taken_back_lets_the_question_wait_again(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    transition(cluster, "submit", by=cast.user("proposer"))
    asked = Message.objects.filter(template="clusters/submit", params__audience="coordinators")
    assert set(asked.values_list("state", flat=True)) == {MessageState.QUEUED}
    transition(cluster, "decline", by=cast.user("coordinator"), reason="Another one does it.")
    assert set(asked.values_list("state", flat=True)) == {MessageState.SUPERSEDED}
    transition(cluster, "undo", by=cast.user("coordinator"))
    assert set(asked.values_list("state", flat=True)) == {MessageState.QUEUED}


def test_a_condition_that_is_confirmed_asks_no_other_coordinator(cast: Cast) -> None:
    MAKERS["condition"](cast, NOW)
    row = Condition.objects.get()
    meet_condition(condition=row, by=cast.user("lead"), note="The annex is written.")
    assert asks("condition_met") == {MessageState.QUEUED}
    confirm_condition(condition=row, by=cast.user("coordinator"))
    assert asks("condition_met") == {MessageState.SUPERSEDED}


def test_every_row_names_a_verb_and_a_rule_that_there_are() -> None:
    verbs = set(SENTENCES)
    assert {*OF_CLUSTER, *OF_PART} - verbs == set()
    named = {rule for table in (OF_CLUSTER, OF_PART) for row in table.values() for one in row for rule in one.rules}
    assert named - {*RULES, "roadmap"} == set()
