"""What is taken back before its mail left is not asked or told any more: each pair of a verb and its opposite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from clusters.actions.amendment import act, suggest_amendment
from clusters.actions.merge import ask_merge, withdraw_merge
from clusters.actions.participation import enter, invite, leave
from clusters.actions.parting import end_participation
from clusters.actions.room import start_thread, withdraw_comment
from clusters.choices import JoinPolicy, State
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.choices import ConsentPurpose, MessageState
from community.mails import subject_line
from community.models import Message
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


Step = Callable[[], Any]


def lead_accepted(cast: Cast) -> tuple[Step, Step]:
    cluster = make_cluster(cast, State.SUBMITTED, lead_accepted_at=None, lead_asked_at=NOW)
    by = cast.user("lead")
    return lambda: transition(cluster, "accept_lead", by=by), lambda: transition(cluster, "take_back_lead", by=by)


def amendment_suggested(cast: Cast) -> tuple[Step, Step]:
    cluster, by, rows = make_cluster(cast, State.RUNNING), cast.user("participant"), []
    wish = {"cluster": cluster, "by": by, "wished": {"title": "Another title"}, "reason": "It is clearer."}
    return (
        lambda: rows.append(suggest_amendment(**wish)),
        lambda: act(amendment=rows[0], verb="amendment.withdrawn", by=by, reason="Not needed."),
    )


def merge_asked(cast: Cast) -> tuple[Step, Step]:
    cluster, into = (
        make_cluster(cast, State.APPROVED),
        make_cluster(cast, State.APPROVED, working_group=cast.other_group),
    )
    by = cast.user("coordinator")
    return (
        lambda: ask_merge(cluster=cluster, into=into, by=by, reason="Both ask the same."),
        lambda: withdraw_merge(request=cluster.merge_requests.get(), by=by),
    )


def asked_to_join(cast: Cast) -> tuple[Step, Step]:
    cluster, by = make_cluster(cast, State.RUNNING, join_policy=JoinPolicy.APPLICATION), cast.user("member")
    return (
        lambda: enter(cluster=cluster, by=by, way="ask", organisation=cast.organisation),
        lambda: leave(participation=cluster.participations.get(member=cast.member("member")), by=by),
    )


def invited(cast: Cast) -> tuple[Step, Step]:
    cluster, by, person = make_cluster(cast, State.RUNNING), cast.user("lead"), cast.member("member")
    make.make_consent(person, ConsentPurpose.DIRECTORY)
    return (
        lambda: invite(cluster=cluster, by=by, member=person),
        lambda: end_participation(participation=cluster.participations.get(member=person), by=by, seen="invited"),
    )


def said(cast: Cast) -> tuple[Step, Step]:
    cluster, by, rows = make_cluster(cast, State.RUNNING), cast.user("participant"), []
    words = {"title": "Two tables?", "text": "I would not average them.", "mentions": [cast.member("lead")]}
    return (
        lambda: rows.append(start_thread(cluster=cluster, by=by, **words)),  # type: ignore[arg-type]
        lambda: withdraw_comment(comment=rows[0], by=by),
    )


PAIRS = (lead_accepted, amendment_suggested, merge_asked, asked_to_join, invited, said)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
@pytest.mark.parametrize("has_left", [False, True])
def test_a_mail_that_has_not_left_is_replaced_and_one_that_has_stays(
    cast: Cast, pair: Callable[[Cast], tuple[Step, Step]], has_left: bool
) -> None:
    do, take_back = pair(cast)
    do()
    first = set(Message.objects.in_state(MessageState.QUEUED).values_list("pk", flat=True))
    assert first, "somebody is told"
    if has_left:
        assert send_outbox(at=NOW).sent == len(first)
    take_back()
    states = set(Message.objects.filter(pk__in=first).values_list("state", flat=True))
    assert states == {MessageState.SENT if has_left else MessageState.SUPERSEDED}


def test_somebody_elses_request_still_asks(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING, join_policy=JoinPolicy.APPLICATION)
    for role in ("member", "other_lead"):
        enter(cluster=cluster, by=cast.user(role), way="ask", organisation=cast.organisation)
    leave(participation=cluster.participations.get(member=cast.member("member")), by=cast.user("member"))
    asked = Message.objects.filter(template="clusters/participation_asked", state=MessageState.QUEUED)
    assert {row.event.by for row in asked if row.event} == {cast.user("other_lead")}


# -- What a mail wants stands in its subject ---------------------------------------------------------------------------

#: Mails that want something of their reader, by audience: how their subject begins.
WANTED = {
    ("submit", "coordinators"): "Please review",
    ("submit", "lead_to_ask"): "Will you lead",
    ("return", "proposer"): "Please change",
    ("decline_lead", "proposer"): "Please name another lead",
    ("approve", "named_participants"): "Will you take part",
    ("invited", "participant"): "Will you take part",
    ("participation_asked", "lead"): "Please answer: Park of the Cape",
    ("waiting_asks", "lead"): "Please answer: Park of the Cape",
    ("condition_met", "coordinators"): "Please confirm",
    ("review_assigned", "assigned"): "Please look at",
    ("merge_asked", "taking_in"): "Answer: shall",
    ("amendment_suggested", "lead"): "Please put forward or turn down",
    ("amendment_proposed", "new_lead"): "Will you lead",
    ("follow_up", "asked"): "What became of",
}


@pytest.mark.parametrize(("code", "audience"), WANTED)
def test_the_subject_says_what_is_wanted(cast: Cast, code: str, audience: str) -> None:
    cluster = make_cluster(cast, State.RUNNING, title="Dunes")
    words = {"title": cluster.title, "audience": audience, "part": cast.partner.name, "number": 1}
    line = subject_line(f"clusters/{code}", words)
    assert line.startswith(WANTED[code, audience])
    assert "“Dunes”" in line
