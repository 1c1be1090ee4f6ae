"""Clusters decided elsewhere come in through the same functions as in the browser, whole or not at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import mail as mail_module
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.choices import State
from clusters.imports.cluster import ClusterImport
from clusters.models import Cluster, Decision
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.choices import MessageState
from community.imports.table import bring_in
from community.models import Event, Member, Message, Organisation, User, WorkingGroup
from community.permissions import Refusal
from community.verification import verify_history
from factsheets.models import Issue
from tests import factories as make
from tests.clusters.importing import ROW, WAITING, file_of, make_importer, sentences

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def by() -> User:
    """The administrator who imports."""
    return make_importer()


def test_a_concluded_cluster_comes_in_with_its_whole_story(by: User) -> None:
    report = bring_in(ClusterImport(by), file_of(ROW))
    assert (sentences(report), report.added, report.is_done) == ([], 1, True)
    cluster = Cluster.objects.get()
    assert (cluster.state, cluster.reference, cluster.is_recorded_afterwards) == (
        State.CONCLUDED,
        "M4N-CL-2026-01",
        True,
    )
    assert (cluster.started_on, cluster.ended_on) == (date(2026, 2, 2), date(2026, 6, 30))
    verbs = list(Event.objects.of_chain(f"cluster:{cluster.pk}").values_list("verb", flat=True))
    assert verbs == [
        "submit",
        "accept_lead",
        "approve",
        "start",
        "stage.done",
        "stage.done",
        "outcome.recorded",
        "outcome.recorded",
        "conclude",
        "record_afterwards",
    ]
    decision = Decision.objects.get()
    assert decision.decided_by is not None
    assert (decision.decided_by.name, timezone.localdate(decision.decided_at)) == (
        "Coordinator Person",
        date(2026, 1, 20),
    )
    assert cluster.objectives.values_list("text", "criterion")[0] == (
        "Compare five forms of co-management",
        "A table of five",
    )
    assert "governance of marine" in cluster.search_text
    assert [finding for finding in verify_history() if finding.is_fault] == []


def test_its_documents_bear_the_day_of_entering_and_say_what_stood_at_each_step(by: User) -> None:
    bring_in(ClusterImport(by), file_of(ROW))
    forward, backward = Issue.objects.order_by("version")
    assert (forward.face, forward.snapshot["state"], forward.event) == ("forward", "approved", event_of("approve"))
    assert (backward.face, backward.snapshot["state"], backward.event) == (
        "backward",
        "concluded",
        event_of("conclude"),
    )
    assert {timezone.localdate(issue.issued_at) for issue in (forward, backward)} == {timezone.localdate()}
    assert {issue.by for issue in (forward, backward)} == {by}


def event_of(verb: str) -> Event:
    return Event.objects.get(kind="cluster", verb=verb)


def test_nobody_is_mailed_about_the_past_but_the_named_are_told_how_to_object(by: User) -> None:
    bring_in(ClusterImport(by), file_of(ROW))
    assert {(row.template, row.to.email, row.params["audience"], row.state) for row in Message.objects.all()} == {
        ("clusters/entered", "coordinator@park.example", "decided_by", MessageState.QUEUED),
        ("clusters/entered", "lead@park.example", "lead", MessageState.QUEUED),
        ("clusters/entered", "proposer@park.example", "proposer", MessageState.QUEUED),
    }
    send_outbox(at=timezone.now())
    texts = {mail.to[0]: mail.body for mail in mail_module.outbox}
    assert "Decided by: Coordinator Person (WG1), 20 January 2026" in texts["coordinator@park.example"]
    assert f"Entered by: Admin Person, {by.email}" in texts["coordinator@park.example"]
    assert "discontinue or reopen" in texts["coordinator@park.example"]
    assert "you can also correct the record, or step down" in texts["lead@park.example"]
    assert "names you as its proposer" in texts["proposer@park.example"]


@pytest.mark.parametrize("state", ["approved", "running", "concluded"])
def test_every_event_of_a_decided_cluster_is_by_who_entered_it_and_names_whose_act_it_was(by: User, state: str) -> None:
    bring_in(ClusterImport(by), file_of({**ROW, "state": state}))
    before = timezone.now()
    cluster = Cluster.objects.get()
    events = list(Event.objects.of_chain(f"cluster:{cluster.pk}"))
    assert {(event.by_id, event.role) for event in events} == {(by.pk, "administrator")}
    assert all((before - event.at).total_seconds() < 60 for event in events)
    *acts, entered = events
    people = dict(Member.objects.values_list("pk", "name"))
    facts = [(event.verb, people[event.data["entered_for"]], event.data["entered_on"]) for event in acts]
    assert facts[:3] == [
        ("submit", "Proposer Person", "2026-01-10"),
        ("accept_lead", "Lead Person", "2026-01-10"),
        ("approve", "Coordinator Person", "2026-01-20"),
    ]
    assert {name for _verb, name, _day in facts[3:]} <= {"Lead Person"}
    assert (people[entered.data["decided_by"]], entered.data["decided_on"], entered.data["group"]) == (
        "Coordinator Person",
        "2026-01-20",
        "WG1",
    )


def test_a_day_that_was_entered_starts_in_the_name_of_who_entered_it_not_of_the_registry(by: User) -> None:
    day = {"starts_on": "2026-02-02", "ends_on": "2026-02-02", "stages": "", "state": "running"}
    report = bring_in(ClusterImport(by), file_of({**ROW, **day, "decided_on": "2026-02-10"}))
    assert sentences(report) == ["Row 2, started_on: This day lies before the step that comes before it."]
    report = bring_in(
        ClusterImport(by),
        file_of({**ROW, **day, "decided_on": "2026-02-10", "state": "approved"}),
    )
    assert sentences(report) == []
    start = Event.objects.of_verbs(["start"]).get()
    assert (start.by_id, start.data["entered_as"], Cluster.objects.get().state) == (by.pk, "lead", State.RUNNING)


def test_the_history_says_who_entered_it_and_who_decided_when(client: Client, by: User) -> None:
    bring_in(ClusterImport(by), file_of(ROW))
    cluster = Cluster.objects.get()
    page = reverse("clusters:history", kwargs={"reference": cluster.name})
    sentence = (
        "Entered by Admin Person (administrator): on 20 January 2026, Coordinator Person (coordinator WG1) approved it."
    )
    client.force_login(User.objects.get(email="lead@park.example"))
    assert sentence in client.get(page).content.decode()
    visitor = Client().get(page).content.decode()
    assert "Entered by the administrator: on 20 January 2026, the coordinator WG1 approved it." in visitor
    for name in ("Coordinator Person", "Admin Person", "Lead Person", "Proposer Person"):
        assert name not in visitor


def test_a_submitted_row_waits_like_any_proposal(by: User) -> None:
    row = {**ROW, **WAITING, "proposed_on": ""}
    report = bring_in(ClusterImport(by), file_of(row))
    assert sentences(report) == []
    cluster = Cluster.objects.get()
    assert (cluster.state, cluster.is_recorded_afterwards, cluster.lead_accepted_at) == (State.SUBMITTED, False, None)
    assert timezone.localdate(cluster.submitted_at) == timezone.localdate()
    assert cluster.lead_asked_at is not None
    assert {(row.template, row.to.email, row.params["audience"], row.state) for row in Message.objects.all()} == {
        ("clusters/submit", "coordinator@park.example", "coordinators", MessageState.QUEUED),
        ("clusters/submit", "lead@park.example", "lead_to_ask", MessageState.QUEUED),
        ("clusters/entered", "proposer@park.example", "proposer", MessageState.QUEUED),
    }
    assert [(e.verb, e.by_id) for e in Event.objects.of_chain(f"cluster:{cluster.pk}")] == [("submit", by.pk)]
    send_outbox(at=timezone.now())
    texts = {mail.to[0]: " ".join(mail.body.split()) for mail in mail_module.outbox}
    assert (
        "Admin Person (administrator), on behalf of Proposer Person (proposer WG1), proposed this cluster and names "
        "you as its lead." in texts["lead@park.example"]
    )


def test_a_lead_who_proposed_is_still_asked_where_somebody_else_enters_the_proposal(by: User) -> None:
    row = {**ROW, **WAITING, "proposer": ROW["lead"]}
    assert sentences(bring_in(ClusterImport(by), file_of(row))) == []
    cluster = Cluster.objects.get()
    assert (cluster.lead_accepted_at, cluster.has_lead) == (None, False)
    assert Message.objects.filter(template="clusters/submit", to__email=ROW["lead"]).count() == 1


def test_who_enters_a_proposal_does_not_decide_on_it(by: User) -> None:
    make.make_appointment(by.member, WorkingGroup.objects.get())
    row = {**ROW, **WAITING}
    assert sentences(bring_in(ClusterImport(by), file_of(row))) == []
    cluster = transition(Cluster.objects.get(), "accept_lead", by=User.objects.get(email=ROW["lead"]))
    with pytest.raises(Refusal, match=r"You entered this cluster for others, so somebody else .* \(four eyes\)"):
        transition(cluster, "approve", by=by, conditions=[{"text": "Later"}])
    approved = transition(
        cluster, "approve", by=User.objects.get(email=ROW["decided_by"]), conditions=[{"text": "Later"}]
    )
    assert approved.state == State.APPROVED


@pytest.mark.parametrize("column", ["proposer", "lead", "decided_by"])
def test_nobody_enters_a_decision_in_which_they_have_a_part(by: User, column: str) -> None:
    by.member.affiliations.create(organisation=Organisation.objects.get(), is_main=True, from_on=date(2020, 1, 1))
    make.make_appointment(by.member, WorkingGroup.objects.get())
    report = bring_in(ClusterImport(by), file_of({**ROW, column: by.email}))
    assert sentences(report) == [
        f"Row 2, {column}: This is you. A decision is entered by an administrator who has no part in it."
    ]
    assert Cluster.objects.count() == 0


def test_a_decision_of_today_is_not_recorded_afterwards(by: User) -> None:
    today = timezone.localdate()
    ends = (today + timedelta(days=30)).isoformat()
    row = {**ROW, "state": "approved", "starts_on": today.isoformat(), "ends_on": ends, "stages": ""}
    report = bring_in(ClusterImport(by), file_of({**row, "decided_on": today.isoformat()}))
    assert sentences(report) == [
        "Row 2, decided_on: A decision of today is made on the cluster’s page. Leave the row “submitted”."
    ]
    yesterday = (today - timedelta(days=1)).isoformat()
    assert sentences(bring_in(ClusterImport(by), file_of({**row, "decided_on": yesterday}), dry_run=True)) == []


def test_a_day_that_does_not_exist_is_named_once_with_row_and_column(by: User) -> None:
    for column in ("decided_on", "ends_on", "starts_on", "proposed_on"):
        report = bring_in(ClusterImport(by), file_of({**ROW, "stages": "", "proposed_on": "", column: "2026-04-31"}))
        wanted = f"Row 2, {column}: 31 April does not exist. Did you mean 30 April?"
        assert [text for text in sentences(report) if f", {column}:" in text] == [wanted]
