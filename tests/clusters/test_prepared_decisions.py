"""A decision is prepared and announced later: until then nobody but those who may decide sees a trace of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from clusters.actions.prepared import (
    announce_decision,
    announce_due_decisions,
    take_back_decision,
)
from clusters.choices import PreparedStatus, State
from clusters.models import Cluster, Decision
from clusters.sentences import history
from community import contributions
from community.actions.outbox import send_outbox
from community.actions.scheduler import enter_chores, tick
from community.actions.transition import transition
from community.models import Appointment, Event, Message
from community.permissions import Refusal
from tests.cast import ROLES, Cast, make_cluster
from tests.clusters.preparing import (
    CANARY,
    DECIDERS,
    LATER,
    OTHERS,
    change,
    prepare,
    press,
    read,
    state_of,
    told,
)
from tests.clusters.test_lifecycle_pages import client_of
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.wide]

#: In which state the cluster of the tests stands.
STATE = State.SUBMITTED


@pytest.mark.parametrize(
    ("verb", "announce_at"), [("decline", None), pytest.param("approve", LATER, marks=pytest.mark.slow)]
)
def test_whoever_may_not_decide_reads_the_same_as_if_nothing_was_prepared(
    cast: Cast, cluster: Cluster, verb: str, announce_at: datetime | None, thorough: bool
) -> None:
    others = [role for role in ROLES if role not in DECIDERS] if thorough else OTHERS
    clients = {role: client_of(cast, role) for role in others}
    before, events = read(clients, cluster), Event.objects.count()
    conditions = [{"text": CANARY, "due_on": None}] if verb == "approve" else []
    row = prepare(cast, cluster, verb, conditions=conditions, announce_at=announce_at)
    assert read(clients, cluster) == before
    assert (state_of(cluster), Event.objects.count()) == (State.SUBMITTED, events)
    assert told("decision_prepared") == ["Coordinator_Proposer Person"], "and no other mail"
    assert Message.objects.count() == 1
    found = read({"coordinator_proposer": client_of(cast, "coordinator_proposer")}, cluster)
    seen = {page for (_role, page), text in found.items() if CANARY in text or "Coordinator Person prepared" in text}
    assert f"/clusters/{cluster.name}/prepared/" in seen
    assert row.status == PreparedStatus.WAITING


def test_a_party_who_coordinates_the_group_reads_nothing_of_it(cast: Cast) -> None:
    theirs = make_cluster(cast, State.SUBMITTED, proposer=cast.member("coordinator_proposer"))
    client = client_of(cast, "coordinator_proposer")
    before = read({"party": client}, theirs)
    prepare(cast, theirs)
    assert read({"party": client}, theirs) == before
    assert before["party", f"/clusters/{theirs.name}/prepared/"].startswith("403")
    assert told("decision_prepared") == [], "nobody else may decide"
    for step in (announce_decision, take_back_decision):
        with pytest.raises(Refusal, match="You proposed this cluster"):
            step(prepared=theirs.prepared_decisions.get(), by=cast.user("coordinator_proposer"))


def test_a_mail_that_reaches_somebody_who_may_no_longer_decide_names_nothing(
    cast: Cast, cluster: Cluster, settings: Any
) -> None:
    from django.core import mail

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    prepare(cast, cluster)
    send_outbox(at=NOW)
    assert "Coordinator Person prepared a decision" in mail.outbox[-1].body
    assert CANARY not in mail.outbox[-1].body
    assert "/prepared/" in mail.outbox[-1].body
    take_back_decision(prepared=cluster.prepared_decisions.get(), by=cast.user("coordinator"))
    prepare(cast, cluster)
    Appointment.objects.filter(member=cast.member("coordinator_proposer")).update(until_on=TODAY - timedelta(days=1))
    cast.user("coordinator_proposer").__dict__.pop("_cluster_viewer", None)
    send_outbox(at=NOW)
    assert "Coordinator Person" not in mail.outbox[-1].body


# -- Announcing --------------------------------------------------------------------------------------------------------


def test_another_coordinator_announces_it_and_it_is_the_preparers_decision(
    cast: Cast, cluster: Cluster, clock: Any
) -> None:
    conditions = [{"text": "Name a second harbour.", "due_on": date(2026, 6, 1)}]
    prepare(cast, cluster, "approve", reason="Well thought.", conditions=conditions)
    clock.move_to(LATER)
    client = client_of(cast, "mission_coordinator")
    text = client.get(f"/clusters/{cluster.name}/prepared/").content.decode()
    for words in (
        "Coordinator Person, ",
        "12 May 2026",
        "Well thought.",
        "Name a second harbour. (due on 1 June 2026)",
    ):
        assert words in text
    answer = press(client, cluster, "announce", text)
    assert answer["Location"] == cluster.get_absolute_url()
    decision = Decision.objects.get(cluster=cluster)
    assert (decision.decided_by, decision.capacity, decision.decided_at) == (
        cast.member("coordinator"),
        "coordinator",
        LATER,
    )
    assert [(row.text, row.due_on) for row in decision.conditions.all()] == [
        ("Name a second harbour.", date(2026, 6, 1))
    ]
    row = cluster.prepared_decisions.get()
    assert (row.status, row.decision, row.closed_by) == (
        PreparedStatus.ANNOUNCED,
        decision,
        cast.user("mission_coordinator"),
    )
    assert (row.reason, row.conditions) == ("", []), "its words stand in the event alone"
    event = Event.objects.about(cluster).get(verb="approve")
    assert event.by == cast.user("coordinator")
    assert event.data["announced_by"] == cast.member("mission_coordinator").pk
    said = history([event], cluster, user=cast.user("lead"))[0]
    assert said.sentence == (
        "Coordinator Person (coordinator) approved it with 1 condition. "
        "Prepared on 12 May 2026, 12:00, announced on 14 May 2026, 12:00 by Mission Person."
    )
    assert history([event], cluster, user=None)[0].sentence.endswith("by a coordinator.")
    assert told("approve")[:1] == ["Lead Person"]
    assert told("decision_announced") == ["Coordinator Person"]


def test_the_clock_announces_at_the_moment_and_not_before_and_once(cast: Cast, cluster: Cluster) -> None:
    prepare(cast, cluster, announce_at=LATER)
    assert announce_due_decisions(LATER - timedelta(seconds=1)) == 0
    assert state_of(cluster) == State.SUBMITTED
    with time_machine.travel(LATER, tick=False):
        assert announce_due_decisions(LATER) == 1
        assert announce_due_decisions(LATER + timedelta(hours=1)) == 0
    assert state_of(cluster) == State.DECLINED
    event = Event.objects.about(cluster).get(verb="decline")
    assert (event.by, event.at, event.data["announced_by"]) == (cast.user("coordinator"), LATER, None)
    assert event.detail.body["reason"] == CANARY
    assert history([event], cluster, user=None)[0].sentence.endswith("announced on 14 May 2026, 12:00 by the registry.")
    assert told("decline") == ["Lead Person", "Proposer Person"]
    assert told("decision_announced") == ["Coordinator Person"]


def test_the_scheduler_runs_it(cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    chore = contributions.clock_jobs.get("clusters.announce")
    monkeypatch.setattr(contributions.clock_jobs, "_entries", {"clusters.announce": chore})
    enter_chores()
    prepare(cast, cluster, announce_at=LATER)
    ran = [tick(at=LATER + timedelta(minutes=minute), owner="a") for minute in (-1, 0, 1)]
    assert [run.get("clusters.announce") for run in ran] == [0, 1, 0]


def test_the_same_press_again_announces_nothing_more(cast: Cast, cluster: Cluster) -> None:
    row = prepare(cast, cluster)
    for by in ("coordinator", "coordinator", "mission_coordinator"):
        done = announce_decision(prepared=row, by=cast.user(by))
        assert done.status == PreparedStatus.ANNOUNCED
    assert Decision.objects.filter(cluster=cluster).count() == 1
    assert told("decline") == ["Lead Person", "Proposer Person"]
    sent = {"prepared": row.pk}
    again = client_of(cast, "coordinator").post(f"/clusters/{cluster.name}/prepared/announce/", sent, follow=True)
    assert "Nothing is prepared here any more" in again.content.decode()


@pytest.mark.parametrize("by", ["coordinator", "mission_coordinator"])
@pytest.mark.parametrize("name", ["announce", "take-back"])
def test_a_press_on_words_that_were_replaced_does_nothing_and_shows_what_is_prepared_now(
    cast: Cast, cluster: Cluster, name: str, by: str
) -> None:
    client = client_of(cast, "mission_coordinator")
    prepare(cast, cluster, "approve", reason="Well thought.")
    page = client.get(f"/clusters/{cluster.name}/prepared/").content.decode()
    if by != "coordinator":
        take_back_decision(prepared=cluster.prepared_decisions.get(), by=cast.user(by))
    now = prepare(cast, cluster, "decline", by=cast.user(by))
    for answer in (
        press(client, cluster, name, page),
        client.post(f"/clusters/{cluster.name}/prepared/{name}/"),
        client.post(f"/clusters/{cluster.name}/prepared/{name}/", {"prepared": "x"}),
    ):
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "What you read was replaced meanwhile" in text
        assert CANARY in text, "what is prepared now"
        now.refresh_from_db()
        assert (now.status, state_of(cluster)) == (PreparedStatus.WAITING, State.SUBMITTED)
    assert not Decision.objects.exists()
    assert press(client, cluster, name, text).status_code == 302
    now.refresh_from_db()
    assert now.status == (PreparedStatus.ANNOUNCED if name == "announce" else PreparedStatus.WITHDRAWN)


# -- What does not fit any more ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["mission_coordinator", None])
def test_a_proposal_that_was_changed_is_not_decided_on_and_the_words_stay(
    cast: Cast, cluster: Cluster, by: str | None
) -> None:
    row = prepare(cast, cluster, announce_at=LATER)
    change(cluster)
    with time_machine.travel(LATER, tick=False):
        done = announce_decision(prepared=row, by=cast.user(by) if by else None)
        assert announce_due_decisions(LATER) == 0, "what was held back is not tried again"
    assert (done.status, done.reason, done.held_at) == (PreparedStatus.HELD, CANARY, LATER)
    assert "was changed while you were reading" in done.held_why
    assert (state_of(cluster), Decision.objects.count()) == (State.SUBMITTED, 0)
    assert (told("decline"), told("decision_held")) == ([], ["Coordinator Person"])
    client = client_of(cast, "coordinator")
    desk = client.get("/desk/").content.decode()
    assert "Look at it again" in desk
    page = client.get(f"/clusters/{cluster.name}/prepared/?again=1").content.decode()
    assert CANARY in page
    with pytest.raises(Refusal, match="held back"):
        announce_decision(prepared=row, by=cast.user("mission_coordinator"))
    again = prepare(cast, cluster)
    assert announce_decision(prepared=again, by=cast.user("coordinator")).status == PreparedStatus.ANNOUNCED
    assert state_of(cluster) == State.DECLINED
    row.refresh_from_db()
    assert (row.status, row.reason) == (PreparedStatus.WITHDRAWN, "")


@pytest.mark.parametrize("loss", ["appointment", "account", "lead"])
def test_who_may_decide_no_more_announces_nothing_and_the_others_are_told(
    cast: Cast, cluster: Cluster, loss: str
) -> None:
    prepare(cast, cluster, announce_at=LATER)
    if loss == "appointment":
        Appointment.objects.filter(member=cast.member("coordinator")).update(until_on=TODAY)
    elif loss == "account":
        type(cast.user("coordinator")).objects.filter(pk=cast.user("coordinator").pk).update(is_active=False)
    else:
        Cluster.objects.filter(pk=cluster.pk).update(acting_lead=cast.member("coordinator"))
    with time_machine.travel(LATER, tick=False):
        assert announce_due_decisions(LATER) == 0
        row = cluster.prepared_decisions.get()
        assert row.status == PreparedStatus.HELD
        expected = {"Coordinator Person", "Coordinator_Proposer Person"} - (
            {"Coordinator Person"} if loss == "account" else set()
        )
        assert set(told("decision_held")) == expected
        page = client_of(cast, "coordinator_proposer").get(f"/clusters/{cluster.name}/prepared/").content.decode()
        assert "Only Coordinator Person prepares it again" in page
        take_back_decision(prepared=row, by=cast.user("coordinator_proposer"))
        assert prepare(cast, cluster, by=cast.user("coordinator_proposer")).status == PreparedStatus.WAITING


def test_an_approval_whose_lead_is_no_longer_eligible_is_held_with_that_reason(cast: Cast, cluster: Cluster) -> None:
    row = prepare(cast, cluster, "approve")
    cast.organisation.partnerships.update(until_on=TODAY - timedelta(days=1))
    done = announce_decision(prepared=row, by=cast.user("coordinator"))
    assert done.status == PreparedStatus.HELD
    assert "ended on 11 May 2026" in done.held_why


ENDS: dict[str, tuple[Callable[[Cast, Cluster], Any], str]] = {
    "recall": (lambda cast, cluster: transition(cluster, "recall", by=cast.user("proposer")), "void"),
    "withdraw": (lambda cast, cluster: transition(cluster, "withdraw", by=cast.user("proposer")), "void"),
    "return": (
        lambda cast, cluster: transition(cluster, "return", by=cast.user("mission_coordinator"), reason="No."),
        "superseded",
    ),
    "approve": (
        lambda cast, cluster: transition(cluster, "approve", by=cast.user("mission_coordinator")),
        "superseded",
    ),
    "move": (
        lambda cast, cluster: transition(
            cluster,
            "move",
            by=cast.user("mission_coordinator"),
            reason="Theirs.",
            working_group=cast.other_group,
        ),
        "superseded",
    ),
    "merge": (
        lambda cast, cluster: transition(
            cluster,
            "merge",
            by=cast.user("mission_coordinator"),
            reason="The same.",
            into=make_cluster(cast, State.APPROVED),
        ),
        "superseded",
    ),
}


@pytest.mark.parametrize("what", ENDS)
def test_what_ends_the_wait_ends_what_was_prepared_and_its_words(cast: Cast, cluster: Cluster, what: str) -> None:
    row = prepare(cast, cluster, "approve", conditions=[{"text": CANARY, "due_on": None}], announce_at=LATER)
    press, status = ENDS[what]
    press(cast, cluster)
    row.refresh_from_db()
    assert (row.status, row.reason, row.conditions) == (status, "", [])
    assert told("decision_dropped") == ["Coordinator Person"]
    with time_machine.travel(LATER, tick=False):
        assert announce_due_decisions(LATER) == 0
    with pytest.raises(Refusal):
        announce_decision(prepared=row, by=cast.user("coordinator"))


def test_a_lead_who_declines_makes_it_void(cast: Cast) -> None:
    asked = make_cluster(cast, State.SUBMITTED, lead_accepted_at=None, lead_asked_at=NOW)
    row = prepare(cast, asked, "return")
    transition(asked, "decline_lead", by=cast.user("lead"), reason="No time.")
    row.refresh_from_db()
    assert row.status == PreparedStatus.VOID
