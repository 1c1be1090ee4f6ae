"""Clusters decided elsewhere come in through the same functions as in the browser, whole or not at all."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.choices import State
from clusters.imports.cluster import ClusterImport
from clusters.models import Cluster, Decision
from community.choices import MessageState
from community.imports.table import Report, bring_in
from community.models import Event, Message, User
from community.verification import verify_history
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]

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


def test_nobody_is_mailed_about_the_past(by: User) -> None:
    bring_in(ClusterImport(by), file_of(ROW))
    assert Message.objects.exclude(state=MessageState.CANCELLED).count() == 0


@pytest.mark.parametrize("state", ["submitted", "approved", "running"])
def test_a_cluster_comes_as_far_as_its_row_says(by: User, state: str) -> None:
    report = bring_in(ClusterImport(by), file_of({**ROW, "state": state}))
    assert sentences(report) == []
    assert Cluster.objects.get().state == state


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"decided_by": "proposer@park.example"}, "Row 2:"),
        ({"decided_by": "lead@park.example"}, "Row 2:"),
        ({"lead_organisation": "Park of the Cape"}, "Row 2:"),
        (
            {"lead_organisation": "Nowhere at all"},
            "Row 2, lead_organisation: No organisation is called “Nowhere at all”",
        ),
        ({"lead": "nobody@park.example"}, "Row 2, lead: No member has the address “nobody@park.example”"),
        ({"ends_on": "2026-04-31"}, "Row 2, ends_on: 31 April does not exist. Did you mean 30 April?"),
        ({"ends_on": "2026-01-31"}, "Row 2"),
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
        ({"objectives": ""}, "Row 2: Name at least one objective."),
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
