"""Rows of clusters that are refused or come back unchanged, the command, and the page of the administration."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.choices import State
from clusters.imports.cluster import ClusterImport
from clusters.models import Cluster
from community.imports.outgoing import take_out
from community.imports.table import bring_in
from community.models import Event, Message, User
from tests import factories as make
from tests.clusters.importing import ROW, WAITING, file_of, make_importer, sentences

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def by() -> User:
    """The administrator who imports."""
    return make_importer()


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
        (
            {"state": "merged"},
            "Row 2, state: Write one of: submitted, approved, running, paused, concluded, discontinued.",
        ),
        ({"working_group": "WG9"}, "Row 2, working_group: “WG9” is not known"),
        ({"outcomes": "miracle | It rained"}, "Row 2, outcomes: “miracle | It rained” is not"),
        ({"stages": "A | 2026-02-02 | | B"}, "Row 2, stages: “A | 2026-02-02 |  | B” is not"),
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
