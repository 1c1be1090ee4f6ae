"""The pages and files of indicators: what a figure opens, for whom a record counts, what stays within its cluster."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from clusters.choices import PUBLIC_STATES, State
from clusters.models import Attendance, Cluster, Meeting
from community.choices import SolutionStatus
from community.models import Event, Organisation, Project
from results.actions.contribution import record_contributions
from results.models import Contribution, Indicator, Target, Uptake, UptakeConfirmation
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LIST = "/indicators/"
RCR104 = "/indicators/rcr104/"


@pytest.fixture
def cast() -> Cast:
    for order, code in enumerate(("RCR104", "RCO87", "RCO81", "RCO83")):
        given = {"labels": {"en": f"Name of {code}"}, "left_out_types": ["policy"], "order": order}
        Indicator.objects.update_or_create(code=code, defaults=given)
    return make_cast()


def adopt(
    cast: Cast, name: str, *, is_documented: bool = True, cluster: Cluster | None = None, **fields: Any
) -> Uptake:
    """Let a made-up organisation use the cast's solution since 1 April, and confirm it."""
    given = {"solution": cast.solution, "state": "in_use", "kind": "as_is", "in_use_on": date(2026, 4, 1)}
    row = Uptake.objects.create(
        cluster=cluster or make_cluster(cast, State.RUNNING),
        organisation=make.make_organisation(name, is_demo=True),
        declared_at=NOW,
        **{**given, **fields},
    )
    if is_documented:
        said = {"document_number": "2026/17", "status": "confirmed", "answered_at": NOW, "asked_at": NOW}
        UptakeConfirmation.objects.create(uptake=row, statement=row.statement, asked_by=cast.user("lead"), **said)
    return row


def words(address: str, user: Any = None) -> str:
    """Return a page as somebody reads it."""
    client = Client()
    if user is not None:
        client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.getvalue().decode()


def sheet(address: str) -> list[dict[str, str]]:
    """Return the rows of a CSV."""
    return list(csv.DictReader(StringIO(Client().get(address).getvalue().decode("utf-8-sig"))))


def test_a_figure_stands_beside_its_target_in_words(cast: Cast) -> None:
    adopt(cast, "Bay Water")
    project = cast.solution.project
    Target.objects.create(indicator=Indicator.objects.get(code="RCR104"), project=project, value=4, due_on=TODAY)
    assert "1 of 4 by 12 May 2026 (25 %)" in words(f"{LIST}?project={project.code}")
    assert "1 of 4" not in words(LIST)
    assert Client().get(f"{LIST}?project=nowhere").status_code == 404


def test_a_figure_opens_what_it_counts_and_why_the_rest_is_left_out(cast: Cast) -> None:
    adopt(cast, "Bay Water")
    adopt(cast, "Hill Water", in_use_on=date(2026, 4, 2))
    adopt(cast, "Lake Water", is_documented=False, solution=make.make_solution("Reed belt"))
    counted, left_out = words(RCR104), words(f"{RCR104}?show=left_out")
    assert ("Bay Water" in counted, "Hill Water" in counted) == (True, False)
    assert "Counted before" in left_out
    assert "No document from the adopter" in left_out
    only = words(f"{RCR104}?reason=no_document")
    assert ("Lake Water" in only, "Hill Water" in only) == (True, False)


def test_the_files_say_by_which_rule_and_hold_no_formula(cast: Cast) -> None:
    Indicator.objects.filter(code="RCR104").update(labels={"en": "=Solutions"})
    adopt(cast, "=HYPERLINK(1)")
    rows = [row for row in sheet(f"{LIST}?format=csv") if row["indicator"] == "RCR104"]
    owner = cast.solution.project.acronym
    assert [(row["project"], row["documented"], row["rule_version"]) for row in rows] == [
        (owner, "1", "1"),
        ("whole mission", "1", "1"),
    ]
    assert rows[0]["name"] == "'=Solutions"
    assert "same calendar day of the next year" in rows[0]["rule"]
    records = sheet(f"{RCR104}?format=csv")
    assert [(row["counts"], row["detail"], row["owning_project"]) for row in records] == [
        ("counted", "'=HYPERLINK(1)", owner)
    ]
    book = load_workbook(BytesIO(Client().get(f"{RCR104}?format=xlsx").content))
    cells = [cell.value for cell in list(book.active)[1]]
    assert (cells[6], cells[9], cells[12]) == ("'=HYPERLINK(1)", 1, 1)


def test_what_is_not_disclosed_counts_nowhere_and_shows_only_to_who_works_on_it(cast: Cast) -> None:
    adopt(cast, "Zanthoxylum Water", is_disclosed=False)
    everybody = [None, *(cast.user(role) for role in ("member", "other_external", "other_coordinator"))]
    for user in everybody:
        pages = words(f"{RCR104}?show=left_out", user) + words(RCR104, user) + words(f"{RCR104}?format=csv", user)
        assert "Zanthoxylum" not in pages
    seen = words(f"{RCR104}?show=left_out", cast.user("lead"))
    assert "Zanthoxylum" in seen
    assert "Not disclosed" in seen
    taken = Client()
    taken.force_login(cast.user("lead"))
    files = [taken.get(f"{RCR104}?format={form}").getvalue() for form in ("csv", "xlsx")]
    assert files[0] == Client().get(f"{RCR104}?format=csv").getvalue()
    cells = [cell.value for line in load_workbook(BytesIO(files[1])).active for cell in line]
    assert "Zanthoxylum" not in files[0].decode() + str(cells)
    assert {row["documented"] for row in sheet(f"{LIST}?format=csv")} == {"0"}
    record_contributions(NOW)
    assert Contribution.objects.filter(indicator__code="RCR104").count() == 0


def test_a_discontinued_cluster_stands_in_no_figure_and_its_uptakes_in_the_records(cast: Cast) -> None:
    adopt(cast, "Bay Water")
    adopt(
        cast, "Zanthoxylum Water", cluster=make_cluster(cast, State.DISCONTINUED), solution=make.make_solution("Reed")
    )
    figures = {row["documented"] for row in sheet(f"{LIST}?format=csv") if row["indicator"] == "RCR104"}
    page = Client().get("/dashboard/").context["dashboard"].figures
    counted = [figure.number for figure in page if figure.url.endswith("proof=documented")]
    assert (figures, counted) == ({"1"}, [1])
    records = {row["detail"]: row["reason"] for row in sheet(f"{RCR104}?format=csv")}
    assert records == {"Bay Water": "", "Zanthoxylum Water": "The cluster was discontinued"}
    assert "Zanthoxylum" in words(f"{RCR104}?reason=discontinued")


def test_drafts_of_clusters_and_solutions_count_nowhere(cast: Cast) -> None:
    draft = make.make_solution("Zanthoxylum", status=SolutionStatus.DRAFT, published_at=None)
    adopt(cast, "One", solution=draft)
    for state in State.values:
        if state not in PUBLIC_STATES:
            adopt(cast, f"Zanthoxylum {state}", cluster=make_cluster(cast, state))
    for user in (None, cast.user("admin"), cast.user("proposer")):
        assert "Zanthoxylum" not in words(RCR104, user) + words(f"{RCR104}?show=left_out", user)


def meet(cluster: Cluster, kind: str, organisers: list[Organisation], persons: int) -> Meeting:
    """Hold a meeting with minutes."""
    day = TODAY - timedelta(days=3)
    row = Meeting.objects.create(cluster=cluster, kind=kind, title="Zanthoxylum day", held_on=day, minutes="All came.")
    row.organisers.set(organisers)
    Attendance.objects.create(meeting=row, organisation=organisers[0], persons=persons)
    return row


def test_meetings_count_for_the_leads_project_and_their_titles_stay_in_the_room(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    here, there = make.make_organisation(country="IT"), make.make_organisation(country="EL")
    meet(cluster, "joint_action", [here, there], 23)
    meet(cluster, "joint_action", [here], 9)
    owner = Project.objects.get(partnerships__organisation=cast.organisation)
    rows = [row for row in sheet(f"{LIST}?format=csv") if row["indicator"] == "RCO81"]
    assert [(row["project"], row["documented"]) for row in rows] == [(owner.acronym, "23"), ("whole mission", "23")]
    page = words("/indicators/rco81/") + words("/indicators/rco81/?show=left_out")
    assert "One country only" in page
    assert "Zanthoxylum" not in page
    other = make.make_project("OTHER")
    Cluster.objects.filter(pk=cluster.pk).update(owning_project=other)
    assert {row["project"] for row in sheet(f"{LIST}?format=csv") if row["documented"] == "23"} == {
        "OTHER",
        "whole mission",
    }


def test_a_record_is_written_down_once_and_then_counts_for_that_project_alone(cast: Cast) -> None:
    adopt(cast, "Bay Water")
    assert (record_contributions(NOW), record_contributions(NOW + timedelta(days=1))) == (1, 0)
    row = Contribution.objects.get()
    assert (row.kind, row.subject_id, row.counts_on) == ("solution", cast.solution.pk, date(2026, 4, 1))
    assert row.project == cast.solution.project
    other = make.make_project("OTHER")
    type(cast.solution).objects.filter(pk=cast.solution.pk).update(project=other)
    assert "Counted before, for " in words(f"{RCR104}?show=left_out&project=other")
    owner = Contribution.objects.get().project.acronym
    assert f"Counted before, for {owner}" in words(f"{RCR104}?show=left_out&project=other")
    assert "Bay Water" in words(f"{RCR104}?project={row.project.code}")


def test_administrators_edit_names_targets_and_versions_that_the_rule_has(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.user("admin"))
    row = Indicator.objects.get(code="RCR104")
    address = reverse("admin:results_indicator_change", args=[row.pk])
    typed = {
        "labels": "en: Taken up",
        "left_out_types": "",
        "is_shown": "on",
        "order": "1",
        "seen_version": row.version,
    }
    wrong = client.post(address, {**typed, "rule_version": "7"})
    assert "The rule has no such version. It has: 1." in wrong.content.decode()
    assert client.post(address, {**typed, "rule_version": "1"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.left_out_types, row.version) == ("Taken up", [], 2)
    assert Event.objects.filter(verb="change_indicator").count() == 1
    adopt(cast, "Bay Water", solution=make.make_solution(type=make.make_term("solution_type", "policy")))
    assert "Bay Water" in words(RCR104)


@pytest.mark.parametrize(
    ("code", "before", "sentence"),
    [
        ("RCO83", 2, "RCR79 must never exceed RCO83: choose the earlier version there first."),
        ("RCR79", 1, "RCR79 must never exceed RCO83: choose the newer version there first."),
    ],
)
def test_strategies_taken_up_go_by_no_newer_version_than_those_developed(
    cast: Cast, code: str, before: int, sentence: str
) -> None:
    Indicator.objects.filter(code__in=("RCO83", "RCR79")).update(rule_version=before)
    client = Client()
    client.force_login(cast.user("admin"))
    row = Indicator.objects.get(code=code)
    typed = {"labels": "en: Name", "left_out_types": "", "order": "1", "seen_version": row.version}
    typed["rule_version"] = str(3 - before)
    address = reverse("admin:results_indicator_change", args=[row.pk])
    assert sentence in client.post(address, typed).content.decode()
    other = {"RCO83": "RCR79", "RCR79": "RCO83"}[code]
    Indicator.objects.filter(code=other).update(rule_version=3 - before)
    assert client.post(address, typed).status_code == 302


def test_what_is_not_shown_is_not_there(cast: Cast) -> None:
    Indicator.objects.filter(code="RCR104").update(is_shown=False)
    assert Client().get(RCR104).status_code == 404
    assert "Name of RCR104" not in words(LIST)
    assert Client().get("/indicators/none/").status_code == 404
