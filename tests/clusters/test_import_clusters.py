"""Clusters decided elsewhere come in through the same functions as in the browser, whole or not at all."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import mail as mail_module
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.choices import State
from clusters.imports.cluster import ClusterImport
from clusters.models import Cluster, Decision
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.choices import MessageState
from community.imports.outgoing import take_out
from community.imports.table import Report, bring_in
from community.models import Event, Member, Message, Organisation, User, WorkingGroup
from community.permissions import Refusal
from community.verification import verify_history
from factsheets.models import Issue
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

ROW = {
    "title": "Governance of marine protected areas",
    "question": "Which forms of co-management work in small marine protected areas?",
    "need": "Managers ask for rules that fishers accept.",
    "objectives": "Compare five forms of co-management | A table of five; Agree on three rules | Signed by four parks",
    "adoption_plan": "Four parks put the rules into their plans.",
    "starts_on": "2026-02-02",
    "ends_on": "30 June 2026",
    "stages": "Compare | 2026-02-02 | 2026-03-31; Agree | 2026-04-01 | 2026-06-30",
    "state": "concluded",
    "working_group": "WG1",
    "lead": "lead@park.example",
    "lead_organisation": "Region of the Gulf",
    "proposer": "proposer@park.example",
    "proposed_on": "2026-01-10",
    "decided_by": "coordinator@park.example",
    "decided_on": "2026-01-20",
    "outcomes": "answer | A table of five forms; networking | Four parks meet each month",
    "levels": "regional; local",
    "lessons": "Begin with the fishers.",
    "practitioners_summary": "Three rules that work.",
    "solutions": "Co-management rules",
}

#: What makes of the row a proposal that waits for its decision, and whose end lies ahead.
WAITING = {
    "state": "submitted",
    "decided_by": "",
    "decided_on": "",
    "ends_on": (date.today() + timedelta(days=200)).isoformat(),
}


@pytest.fixture
def by() -> User:
    """The administrator; around them a group, a lead organisation and three people."""
    group = make.make_working_group("WG1", "Connectivity")
    organisation = make.make_lead_organisation("Region of the Gulf", country="EL")
    make.make_solution("Co-management rules")
    for name in ("proposer", "lead"):
        make.make_member(f"{name.title()} Person", account={"email": f"{name}@park.example"}, organisation=organisation)
    make.make_coordinator(group, "Coordinator Person", account={"email": "coordinator@park.example"})
    return make.make_admin(name="Admin Person")


def file_of(*rows: dict[str, str]) -> bytes:
    """Return a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROW))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def sentences(report: Report) -> list[str]:
    """Return the problems as a command prints them."""
    return [str(problem) for problem in report.problems]


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


def everything() -> dict[str, int]:
    """Return how many rows each table of the database has; the sessions of who looks are not counted."""
    models = [model for model in apps.get_models() if model._meta.label != "sessions.Session"]
    return {model._meta.label: model._default_manager.count() for model in models}


def test_dry_run_and_a_bad_last_row_leave_no_trace(by: User) -> None:
    before = everything()
    undecided = {**ROW, **WAITING, "title": "Undecided"}
    assert bring_in(ClusterImport(by), file_of(ROW, undecided), dry_run=True).added == 2
    assert everything() == before
    bad = {**ROW, "title": "Bad", "lead": "nobody@park.example"}
    assert len(bring_in(ClusterImport(by), file_of(ROW, undecided, bad)).problems) == 1
    assert everything() == before
    assert bring_in(ClusterImport(by), file_of(ROW, undecided)).is_done
    assert everything()["clusters.Cluster"] == 2


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_of_clusters_comes_back_without_a_change(by: User, form: str) -> None:
    odd = {
        "title": "=1+1 Ωmega",
        "question": "+Which forms, “if” any; of co-management work in small parks?",
        "need": "-one\ntwo",
        "lessons": "'@three",
        "stages": "",
    }
    undecided = {**ROW, **WAITING, **odd, "title": "@undecided"}
    assert sentences(bring_in(ClusterImport(by), file_of(ROW, {**ROW, **odd}, undecided))) == []
    content = take_out(ClusterImport(by), Cluster.objects.all(), form)
    before = everything()
    report = bring_in(ClusterImport(by), content)
    assert (sentences(report), report.same, report.added, report.is_done) == ([], 3, 0, True)
    assert everything() == before


def test_a_changed_cell_of_an_exported_cluster_is_refused_by_name(by: User) -> None:
    bring_in(ClusterImport(by), file_of(ROW))
    text = take_out(ClusterImport(by), Cluster.objects.all(), "csv").decode("utf-8-sig")
    report = bring_in(ClusterImport(by), text.replace("Begin with the fishers.", "Begin late.").encode())
    words = "The record says “Begin with the fishers.”. An import changes no cluster: correct it on the cluster’s page."
    assert sentences(report) == [f"Row 2, lessons: {words}"]
    report = bring_in(ClusterImport(by), text.replace("M4N-CL-2026-01", "M4N-CL-2026-77").encode())
    assert sentences(report) == [
        "Row 2, reference: No cluster has this reference. Leave it empty: the registry gives one."
    ]


@pytest.mark.parametrize("state", ["submitted", "approved", "running"])
def test_a_cluster_comes_as_far_as_its_row_says(by: User, state: str) -> None:
    waiting = WAITING if state == "submitted" else {}
    report = bring_in(ClusterImport(by), file_of({**ROW, "state": state, **waiting}))
    assert sentences(report) == []
    assert Cluster.objects.get().state == state


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"decided_by": "proposer@park.example"},
            "Row 2, decided_by: Proposer Person could not decide on it",
        ),
        ({"decided_by": "lead@park.example"}, "Row 2, decided_by: Lead Person could not decide on it"),
        ({"lead_organisation": "Park of the Cape"}, "Row 2, lead: Park of the Cape is not an organisation of"),
        (
            {"lead_organisation": "Nowhere at all"},
            "Row 2, lead_organisation: No organisation is called “Nowhere at all”",
        ),
        ({"lead": "nobody@park.example"}, "Row 2, lead: No member has the address “nobody@park.example”"),
        ({"ends_on": "2026-04-31"}, "Row 2, ends_on: 31 April does not exist. Did you mean 30 April?"),
        ({"ends_on": "2026-01-31"}, "Row 2"),
        (
            {**WAITING, "starts_on": "2019-02-02", "ends_on": "2019-06-30", "stages": ""},
            "Row 2, ends_on: It ended more",
        ),
        ({"decided_on": "2025-12-31"}, "Row 2, decided_on: This day lies before the step that comes before it."),
        ({"decided_on": "2199-12-31"}, "Row 2, decided_on: This day lies ahead."),
        ({"state": "merged"}, "Row 2, state: Write one of: submitted, approved, running, concluded."),
        ({"working_group": "WG9"}, "Row 2, working_group: “WG9” is not known"),
        ({"outcomes": "miracle | It rained"}, "Row 2, outcomes: “miracle | It rained” is not"),
        ({"stages": "Compare | 2026-02-02"}, "Row 2, stages: “Compare | 2026-02-02” is not"),
        ({"stages": "Compare | 2026-02-31 | 2026-03-31"}, "Row 2, stages: 31 February does not exist."),
        ({"stages": "Compare | 2026-03-31 | 2026-02-02"}, "Row 2, stages: A stage ends before it begins."),
        ({"lessons": "hidden \u202e text"}, "Row 2, lessons: "),
        ({"title": "two\nlines"}, "Row 2, title: "),
        ({"title": "x" * 101}, "Row 2, title: This has 101 characters; at most 100."),
        ({"objectives": ""}, "Row 2, objectives: Name at least one objective."),
        ({"solutions": ""}, "Row 2, solutions: No result of a project is named. Fill this in, or write a condition"),
        ({"adoption_plan": ""}, "Row 2, adoption_plan: Not said who would use the result, and how. Fill this in"),
        ({"outcomes": "", "lessons": ""}, "Row 2"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_and_nothing_comes_in(by: User, change: dict[str, str], words: str) -> None:
    make.make_organisation("Park of the Cape")
    report = bring_in(ClusterImport(by), file_of({**ROW, "title": "A good one"}, {**ROW, **change}))
    found = [sentence.replace("Row 3", "Row 2") for sentence in sentences(report)]
    assert any(sentence.startswith(words) for sentence in found), found
    assert all(problem.row == 3 for problem in report.problems)
    assert (Cluster.objects.count(), Event.objects.count(), Message.objects.count()) == (0, 0, 0)


def test_the_same_cluster_twice_is_named(by: User) -> None:
    report = bring_in(ClusterImport(by), file_of(ROW, {**ROW, "title": ROW["title"].upper()}))
    assert sentences(report) == ["Row 3, title: A cluster of that title and start is there already."]


def test_the_command_reports_and_ends_with_one_when_a_row_is_wrong(
    by: User, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "clusters.csv"
    file.write_bytes(file_of(ROW))
    call_command("import_clusters", file, "--dry-run")
    assert "1 would be added" in capsys.readouterr().out
    assert Cluster.objects.count() == 0
    file.write_bytes(file_of({**ROW, "decided_by": "proposer@park.example"}))
    with pytest.raises(SystemExit) as ended:
        call_command("import_clusters", file)
    assert ended.value.code == 1
    assert "Row 2" in capsys.readouterr().err


def test_the_admin_shows_clusters_without_a_verb_and_imports_them(client: Client, by: User) -> None:
    client.force_login(by)
    page = reverse("admin:clusters_cluster_import", args=["clusters"])
    upload = io.BytesIO(file_of(ROW))
    upload.name = "clusters.csv"
    assert "1 would be added" in client.post(page, {"file": upload}).content.decode()
    client.post(page, {"confirm": "Import"})
    cluster = Cluster.objects.get()
    shown = client.get(reverse("admin:clusters_cluster_change", args=[cluster.pk]))
    text = shown.content.decode()
    assert f'href="{cluster.get_absolute_url()}"' in text
    assert 'name="_save"' not in text
    assert "<select" not in text.split('id="content"')[-1]
    answer = client.post(reverse("admin:clusters_cluster_change", args=[cluster.pk]), {"state": "draft", "title": "x"})
    assert answer.status_code == 403
    cluster.refresh_from_db()
    assert (cluster.state, cluster.title) == (State.CONCLUDED, ROW["title"])


def test_the_admin_hides_drafts_of_others(client: Client, by: User) -> None:
    proposer = User.objects.get(email="proposer@park.example").member
    draft = Cluster.objects.create(proposer=proposer, title="Secret draft")
    client.force_login(by)
    assert "Secret draft" not in client.get(reverse("admin:clusters_cluster_changelist")).content.decode()
    assert client.get(reverse("admin:clusters_cluster_change", args=[draft.pk])).status_code == 302


def test_a_draft_or_a_withdrawn_proposal_does_not_stand_in_the_way(by: User) -> None:
    words = {"title": ROW["title"], "starts_on": date(2026, 2, 2), "proposer": by.member}
    Cluster.objects.create(**words)
    Cluster.objects.create(**words, state=State.WITHDRAWN, reference="M4N-CL-2020-01", submitted_at=timezone.now())
    assert sentences(bring_in(ClusterImport(by), file_of(ROW))) == []
    assert Cluster.objects.filter(title=ROW["title"], is_recorded_afterwards=True).count() == 1
