"""Preparing a decision: what may be prepared, its pages and the desk, and whom nobody reminds meanwhile."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction

from clusters.actions.prepared import (
    announce_due_decisions,
    take_back_decision,
)
from clusters.actions.prepared_records import PREPARED
from clusters.actions.reminders import plan_reminders, send_reminders
from clusters.choices import PreparedStatus, State
from clusters.models import Cluster, PreparedDecision
from clusters.rules.content import content_hash
from clusters.rules.prepared import MOST_DAYS
from community import contributions
from community.actions.transition import transition
from community.permissions import Refusal
from tests.cast import Cast, make_cluster
from tests.clusters.preparing import (
    CANARY,
    LATER,
    OTHERS,
    change,
    prepare,
    read,
    told,
)
from tests.clusters.test_lifecycle_pages import client_of
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.wide]

#: In which state the cluster of the tests stands.
STATE = State.SUBMITTED


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


@pytest.mark.slow
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
