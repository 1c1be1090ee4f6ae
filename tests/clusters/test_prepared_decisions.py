"""A decision is prepared and announced later: until then nobody but those who may decide sees a trace of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from clusters.actions.prepared import (
    announce_decision,
    announce_due_decisions,
    prepare_decision,
    take_back_decision,
)
from clusters.actions.prepared_records import PREPARED
from clusters.actions.reminders import plan_reminders, send_reminders
from clusters.choices import PreparedStatus, State
from clusters.models import Cluster, Decision, PreparedDecision
from clusters.rules.content import content_hash
from clusters.rules.prepared import MOST_DAYS
from clusters.sentences import history
from community import contributions
from community.actions.outbox import send_outbox
from community.actions.scheduler import enter_chores, tick
from community.actions.transition import transition
from community.models import Appointment, Event, Message
from community.permissions import Refusal
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

CANARY = "Kingfisher over the salt pans"
#: Who may decide on the cluster of the tests: it is neither theirs nor led by them.
DECIDERS = ("coordinator", "coordinator_proposer", "mission_coordinator")
LATER = NOW + timedelta(days=2)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.SUBMITTED)


def prepare(cast: Cast, cluster: Cluster, verb: str = "decline", **more: Any) -> PreparedDecision:
    fresh = Cluster.objects.get(pk=cluster.pk)
    given = {"by": cast.user("coordinator"), "reason": CANARY, "seen": content_hash(fresh), **more}
    return prepare_decision(cluster=fresh, verb=verb, **given)


def told(template: str) -> list[str]:
    rows = Message.objects.filter(template=f"clusters/{template}").order_by("to__member__name")
    return [str(name) for name in rows.values_list("to__member__name", flat=True)]


def state_of(cluster: Cluster) -> str:
    return str(Cluster.objects.values_list("state", flat=True).get(pk=cluster.pk))


def press(client: Client, cluster: Cluster, name: str, page: str) -> Any:
    """Send the form of a page that was read before, with what it carries."""
    form = re.search(rf'<form method="post" action="([^"]*/prepared/{name}/)">(.*?)</form>', page, re.DOTALL)
    assert form is not None
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', form[2]))
    return client.post(form[1], hidden)


# -- Nobody else sees a trace ------------------------------------------------------------------------------------------


def pages_of(cluster: Cluster) -> tuple[str, ...]:
    own = ("", "history/", "roadmap/", "people/", "outcomes/", "prepared/", "approve/", "preview/")
    shared = ("/", "/desk/", "/review/", "/review/clusters/", "/reminders/", "/notifications/", "/clusters/")
    return (*(f"/clusters/{cluster.name}/{page}" for page in own), f"/review/{cluster.name}/", *shared)


def read(clients: dict[str, Client], cluster: Cluster) -> dict[tuple[str, str], str]:
    """Return what each role reads at each address, without what differs at each look."""
    found = {}
    for role, client in clients.items():
        for page in pages_of(cluster):
            answer = client.get(page)
            text = re.sub(r"\b[A-Za-z0-9]{64}\b", "", answer.content.decode())
            found[role, page] = f"{answer.status_code} {answer.headers.get('Location', '')} {text}"
    return found


#: In the long run everybody; else each sort of reader once.
OTHERS = ("visitor", "external", "member", "proposer", "lead", "other_coordinator", "admin")


@pytest.mark.parametrize(("verb", "announce_at"), [("decline", None), ("approve", LATER)])
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
    for press in (announce_decision, take_back_decision):
        with pytest.raises(Refusal, match="You proposed this cluster"):
            press(prepared=theirs.prepared_decisions.get(), by=cast.user("coordinator_proposer"))


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


def change(cluster: Cluster) -> None:
    Cluster.objects.filter(pk=cluster.pk).update(question="Another question altogether?")


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


# -- Preparing ---------------------------------------------------------------------------------------------------------


def test_what_could_not_be_decided_is_not_prepared(cast: Cast, cluster: Cluster) -> None:
    for verb, more, words in (
        ("return", {"reason": " "}, "Say why"),
        ("approve", {"seen": "0" * 64}, "was changed while you were reading"),
        ("discontinue", {}, "Choose what you decide"),
        ("decline", {"announce_at": NOW}, "is past"),
        ("decline", {"announce_at": NOW + timedelta(days=MOST_DAYS, seconds=1)}, "within 60 days"),
        ("decline", {"by": cast.user("lead")}, "Only those who may decide"),
        ("decline", {"reason": "x" * 2001}, "2000"),
        (
            "approve",
            {"conditions": [{"text": "Soon.", "due_on": TODAY + timedelta(days=1)}], "announce_at": LATER},
            "does not fit an announcement",
        ),
    ):
        with pytest.raises(Refusal, match=words):
            prepare(cast, cluster, verb, **more)
    assert not PreparedDecision.objects.exists()
    assert prepare(cast, cluster, announce_at=NOW + timedelta(days=MOST_DAYS)).pk
    approved = make_cluster(cast, State.APPROVED)
    with pytest.raises(Refusal, match="while the proposal waits"):
        prepare(cast, approved)


def test_one_waits_at_a_time_ones_own_is_replaced_anothers_is_not(cast: Cast, cluster: Cluster) -> None:
    first = prepare(cast, cluster)
    assert prepare(cast, cluster) == first, "the second press of the button"
    second = prepare(cast, cluster, "return")
    first.refresh_from_db()
    assert (first.status, second.status) == (PreparedStatus.WITHDRAWN, PreparedStatus.WAITING)
    with pytest.raises(Refusal, match=r"Coordinator Person prepared a decision on 12 May 2026, 12:00"):
        prepare(cast, cluster, by=cast.user("mission_coordinator"))
    take_back_decision(prepared=second, by=cast.user("mission_coordinator"))
    assert take_back_decision(prepared=second, by=cast.user("mission_coordinator")).status == PreparedStatus.WITHDRAWN
    assert told("decision_dropped") == ["Coordinator Person"]
    assert prepare(cast, cluster, by=cast.user("mission_coordinator")).status == PreparedStatus.WAITING


def test_the_database_keeps_four_eyes_one_live_row_and_known_words(cast: Cast, cluster: Cluster) -> None:
    row = prepare(cast, cluster)
    wrong: tuple[dict[str, Any], ...] = (
        {"prepared_by": cast.member("proposer")},
        {"prepared_by": cast.member("lead")},
        {"status": "sent"},
        {"verb": "move"},
        {"reason": ""},
        {"status": "announced", "reason": "", "closed_at": NOW},
        {"status": "withdrawn", "reason": ""},
        {"status": "withdrawn", "closed_at": NOW},
        {"status": "held"},
        {"closed_at": NOW},
    )
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            PreparedDecision.objects.filter(pk=row.pk).update(**values)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_an_erased_persons_prepared_words_are_gone(cast: Cast, cluster: Cluster) -> None:
    row = prepare(cast, cluster)
    member = cast.member("coordinator")
    assert [PREPARED.export(one)["reason"] for one in PREPARED.rows(member)] == [CANARY]
    assert PREPARED.erase is not None
    assert PREPARED.erase(member) == 1
    row.refresh_from_db()
    assert (row.reason, row.status) == ("", PreparedStatus.WITHDRAWN)


# -- Its pages ---------------------------------------------------------------------------------------------------------


def test_what_is_typed_on_the_review_page_opens_in_the_form(cast: Cast, cluster: Cluster) -> None:
    client, page = client_of(cast, "coordinator"), f"/clusters/{cluster.name}/prepared/"
    case = client.get(f"/review/{cluster.name}/").content.decode()
    assert f'formaction="{page}"' in case
    sent = {"seen": content_hash(cluster), "reason": CANARY, "conditions-0-text": "A second harbour.", "ask": "1"}
    text = client.post(page, sent).content.decode()
    assert CANARY in text
    assert "A second harbour." in text
    assert not PreparedDecision.objects.exists()


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(cast: Cast, cluster: Cluster) -> None:
    client, page = client_of(cast, "coordinator"), f"/clusters/{cluster.name}/prepared/"
    seen = {"seen": content_hash(cluster)}
    for sent, words in (
        ({}, "Choose what you decide."),
        ({"decision": "return"}, "Say why: those who are told read it word for word."),
        (
            {"decision": "decline", "reason": CANARY, "conditions-0-text": "A second harbour."},
            "Conditions go with an approval.",
        ),
        ({"decision": "decline", "reason": CANARY, "when": "clock"}, "Say on which day it is announced."),
        (
            {"decision": "decline", "reason": CANARY, "when": "clock", "announce_on": "2026-05-12"},
            "This moment is past.",
        ),
        (
            {"decision": "decline", "reason": CANARY, "when": "clock", "announce_on": "May", "announce_clock": "x"},
            "Write the time like 14:30.",
        ),
    ):
        answer = client.post(page, {**seen, **sent})
        text = answer.content.decode()
        assert answer.status_code == 422, sent
        assert words in text
        assert CANARY in text or "reason" not in sent
    assert not PreparedDecision.objects.exists()
    good = {"decision": "decline", "reason": CANARY, "when": "clock", "announce_on": "14 May 2026"}
    assert client.post(page, {**seen, **good, "announce_clock": "12:00"})["Location"] == page
    assert PreparedDecision.objects.get().announce_at == LATER
    change(cluster)
    stale = client.post(page, {**seen, "decision": "return", "reason": CANARY, "when": "press"})
    assert stale.status_code == 409
    assert "was changed while you were reading" in stale.content.decode()
    assert f'name="seen" value="{content_hash(Cluster.objects.get(pk=cluster.pk))}"' in stale.content.decode()


@pytest.mark.parametrize("typed", ["2027-03-28 03:30", "2026-10-25 03:30"])
def test_an_hour_in_the_nights_in_which_clocks_are_changed(cast: Cast, cluster: Cluster, typed: str) -> None:
    day, hour = typed.split()
    at = datetime(2027, 3, 1, 9, tzinfo=UTC) if day.startswith("2027") else datetime(2026, 10, 1, 9, tzinfo=UTC)
    with time_machine.travel(at, tick=False):
        Cluster.objects.filter(pk=cluster.pk).update(ends_on=date(2027, 12, 1))
        fresh = Cluster.objects.get(pk=cluster.pk)
        sent = {"decision": "decline", "reason": CANARY, "when": "clock", "announce_on": day, "announce_clock": hour}
        answer = client_of(cast, "coordinator").post(
            f"/clusters/{cluster.name}/prepared/", {**sent, "seen": content_hash(fresh)}
        )
    if day == "2027-03-28":
        assert "there is no such time. Choose another one." in answer.content.decode()
    else:
        assert PreparedDecision.objects.get().announce_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_who_opens_the_page_after_the_decision_is_led_to_the_cluster(cast: Cast, cluster: Cluster) -> None:
    transition(cluster, "decline", by=cast.user("mission_coordinator"), reason="No.")
    answer = client_of(cast, "coordinator").get(f"/clusters/{cluster.name}/prepared/", follow=True)
    assert answer.redirect_chain == [(cluster.get_absolute_url(), 302)]
    assert "Mission Person (mission coordinator, WG1) declined this on" in answer.content.decode()


def test_the_desk_asks_who_prepared_it_and_nobody_of_what_the_clock_announces(cast: Cast, cluster: Cluster) -> None:
    def items(role: str) -> list[str]:
        rows = contributions.desk_items.get("clusters")(cast.user(role), TODAY)
        return [str(row.verb) for row in rows if row.title == str(cluster)]

    assert (items("coordinator"), items("coordinator_proposer")) == (["Review"], ["Review"])
    row = prepare(cast, cluster)
    assert (items("coordinator"), items("coordinator_proposer")) == (["Announce"], ["Review"])
    PreparedDecision.objects.filter(pk=row.pk).update(announce_at=LATER)
    assert (items("coordinator"), items("coordinator_proposer")) == ([], [])


# -- Nobody is reminded of what waits for its moment -------------------------------------------------------------------


def reminded(cluster: Cluster, on: date) -> set[str]:
    rows = [row for row in plan_reminders(on).decisions if row.silence.cluster_id == cluster.pk]
    return {
        str(row.why or "send") for row in rows if row.silence.rule == "undecided" and row.audience == "coordinators"
    }


def test_nobody_is_reminded_to_decide_before_the_clock_announces_it(cast: Cast, cluster: Cluster) -> None:
    Cluster.objects.filter(pk=cluster.pk).update(state_since=NOW - timedelta(days=7))
    row = prepare(cast, cluster)
    assert reminded(cluster, TODAY) == {"send"}, "it waits for a press"
    others = [role for role in OTHERS if role != "visitor"]
    before = read({role: client_of(cast, role) for role in others}, cluster)
    PreparedDecision.objects.filter(pk=row.pk).update(announce_at=LATER)
    assert [reminded(cluster, TODAY + timedelta(days=days)) for days in (-1, 0, 2, 3)] == [
        {"not_yet"},
        {"scheduled"},
        {"scheduled"},
        {"send"},
    ]
    assert read({role: client_of(cast, role) for role in others}, cluster) == before
    page = client_of(cast, "coordinator").get("/reminders/").content.decode()
    assert "the decision is prepared and announced by itself" in page
    assert "next on 15 May 2026" in re.sub(r"<[^>]+>", "", page).replace("\xa0", " ")
    dry = StringIO()
    call_command("send_reminders", dry_run=True, stdout=dry)
    assert "skip: the decision is prepared and announced by itself" in dry.getvalue()
    assert not [row for row in send_reminders(on=TODAY).sends if row.silence.rule == "undecided"]
    change(cluster)
    with time_machine.travel(LATER, tick=False):
        announce_due_decisions(LATER)
    assert reminded(cluster, LATER.date()) == {"send"}, "held back: it waits for somebody again"


def test_a_party_who_coordinates_reads_no_reason_on_the_page_of_reminders(cast: Cast) -> None:
    theirs = make_cluster(cast, State.SUBMITTED, proposer=cast.member("coordinator_proposer"))
    Cluster.objects.filter(pk=theirs.pk).update(state_since=NOW - timedelta(days=7))
    before = read({"party": client_of(cast, "coordinator_proposer")}, theirs)
    prepare(cast, theirs, announce_at=LATER)
    assert reminded(theirs, TODAY) == {"scheduled"}
    assert read({"party": client_of(cast, "coordinator_proposer")}, theirs) == before


def test_nobody_is_reminded_to_decide_while_comments_are_asked_for(cast: Cast, cluster: Cluster) -> None:
    Cluster.objects.filter(pk=cluster.pk).update(
        state_since=NOW - timedelta(days=7), comments_until=TODAY + timedelta(days=1)
    )
    assert [reminded(cluster, TODAY + timedelta(days=days)) for days in range(3)] == [
        {"comments"},
        {"comments"},
        {"send"},
    ]
    page = client_of(cast, "coordinator_proposer").get("/reminders/").content.decode()
    assert "comments are still asked for" in page
    assert "next on 14 May 2026" in re.sub(r"<[^>]+>", "", page).replace("\xa0", " ")
