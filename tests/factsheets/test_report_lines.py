"""What a report holds: each cluster once, and what is said of factsheets that moved on or were told already."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from clusters.choices import OutcomeKind, State
from clusters.models import Cluster
from community.choices import Rhythm
from community.models import NotificationPreference
from community.permissions import Refusal
from factsheets import pdf
from factsheets.actions import report as actions
from factsheets.actions.issue import draw_first, take_version
from factsheets.actions.report import begin_report, offered, send_report, update_report
from factsheets.choices import Face
from factsheets.exports import table_of_report
from factsheets.imprint import Imprint
from factsheets.models import CopReport, Issue
from factsheets.notifications import recipients
from factsheets.pdf import PdfUnavailable
from factsheets.rendering.report import draw_report
from factsheets.report_lifecycle import content_hash
from factsheets.report_summary import candidates, marks_of, newest_of, snapshot_of
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.results.making import make_uptake

pytestmark = pytest.mark.django_db
DAY = NOW.date()
TIME: dict[str, date] = {"from_on": DAY - timedelta(days=14), "until_on": DAY}


class NoPress:
    """A machine that makes no PDF: a document is its page and its data."""

    def render(self, *_given: Any, **_named: Any) -> Any:
        """Make none.

        Raises:
            PdfUnavailable: always, for good.
        """
        raise PdfUnavailable("There is no printer here.", lasting=True)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pdf, "_press", NoPress())
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def taken(cluster: Cluster, face: Face = Face.BACKWARD, reason: str = "conclude", **more: Any) -> Issue:
    issue = take_version(cluster=cluster, face=face, reason=reason, by=None, at=more.pop("at", NOW))
    draw_first(issue=issue)
    return issue


def begun(cast: Cast, **more: Any) -> CopReport:
    return begin_report(**{"working_group": cast.group, "by": cast.user("coordinator"), **TIME, **more})


def saved(cast: Cast, report: CopReport, *chosen: Issue) -> CopReport:
    report.refresh_from_db()
    keys = [issue.pk for issue in chosen]
    return update_report(report=report, by=cast.user("coordinator"), seen_version=report.version, chosen=keys)


def sent(cast: Cast, **more: Any) -> CopReport:
    return send_report(report=begun(cast, **more), by=cast.user("coordinator"))


def words(report: CopReport, *issues: Issue) -> list[list[str]]:
    marks = marks_of(report, [issue.pk for issue in issues])
    return [[mark.words for mark in marks.get(issue.pk, [])] for issue in issues]


def client_of(cast: Cast, role: str = "coordinator") -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def test_a_report_counts_outcomes_by_kind_and_says_whom_each_reached(cast: Cast) -> None:
    cluster, other = make_cluster(cast, State.CONCLUDED), make_cluster(cast, State.CONCLUDED, title="Dunes")
    for one in (cluster, other):
        one.outcomes.all().delete()
        one.outcomes.create(kind=OutcomeKind.NETWORKING, title="Met", participants_count=34, countries_count=3)
    other.outcomes.create(kind=OutcomeKind.ANSWER, title="Answered")
    taken(cluster)
    taken(other)
    snapshot = snapshot_of(begun(cast), reference="2026-05-12", at=NOW)
    page = draw_report(snapshot, Imprint(face="", language="en", address=""), {}).article
    assert '<p class="fs-about">Outcomes by kind: Networking: 2 · Answer to a specific problem: 1</p>' in page
    assert page.count("<li>Met <small>(Networking, 34 participants, in 3 countries)</small></li>") == 2
    assert page.count("<li>Answered <small>(Answer to a specific problem)</small></li>") == 1
    [first, second] = csv.DictReader(io.StringIO(table_of_report(snapshot).decode("utf-8-sig")))
    assert (second["outcome_kinds"], second["outcome_countries"]) == ("networking\nanswer", "3\n")
    assert first["outcome_participants"] == "34"


def test_a_report_from_before_is_drawn_without_the_counts(cast: Cast) -> None:
    taken(make_cluster(cast, State.CONCLUDED))
    snapshot = snapshot_of(begun(cast), reference="2026-05-12", at=NOW)
    [line] = snapshot["lines"]
    del line["counts"]
    page = draw_report(snapshot, Imprint(face="", language="en", address=""), {}).article
    assert f"<li>{line['outcomes'][0]}</li>" in page
    assert "by kind" not in page
    assert table_of_report(snapshot)


def test_no_cluster_stands_in_a_report_with_two_versions(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    make_uptake(cast, cluster)
    first = taken(cluster)
    report = begun(cast)
    second = taken(cluster, reason="correct")
    assert set(offered(report)) == {first, second}
    with pytest.raises(Refusal, match=f"{cluster.reference} stands in it with two versions"):
        saved(cast, report, first, second)
    report.factsheets.set([first, second])  # as drafts were kept before
    with pytest.raises(Refusal, match=f"{cluster.reference} stands in it with two versions"):
        send_report(report=report, by=cast.user("coordinator"))
    saved(cast, report, second)
    totals = snapshot_of(report, reference="2026-05-12", at=NOW)["totals"]
    assert (totals["factsheets"], totals["uptakes"]) == (1, 1)


def test_a_newer_version_takes_the_place_of_the_older_one_by_one_choice(cast: Cast) -> None:
    cluster, other = make_cluster(cast, State.CONCLUDED), make_cluster(cast, State.CONCLUDED, title="Dunes")
    first, beside = taken(cluster), taken(other)
    report = begun(cast)
    second = taken(cluster, reason="correct", at=NOW + timedelta(hours=1))
    client, path = client_of(cast), f"/reports/drafts/{report.pk}/"
    page = client.get(path).text
    for told in ("Choose it, and it takes the place of version 1.", "Version 2 was issued since"):
        assert page.count(told) == 1, told
    given = {"title": "Ours", "introduction": "", "language": "en", "seen_version": "1"}
    answer = client.post(path, {**given, "chosen": [first.pk, second.pk, beside.pk]})
    assert (answer.status_code, set(report.factsheets.all())) == (302, {second, beside})


def test_the_newest_version_is_offered_after_the_time_of_a_draft(cast: Cast) -> None:
    cluster, other = make_cluster(cast, State.CONCLUDED), make_cluster(cast, State.CONCLUDED)
    first = taken(cluster)
    report = begun(cast, only=cluster.reference)
    later = NOW + timedelta(days=40)
    second, stranger = taken(cluster, reason="correct", at=later), taken(other, at=later)
    assert set(offered(report)) == {first, second}
    saved(cast, report, second)
    assert list(report.factsheets.all()) == [second]
    with pytest.raises(Refusal, match="not of this time"):
        saved(cast, report, second, stranger)


def test_what_no_longer_stands_is_said_in_the_draft_and_before_it_is_sent(cast: Cast) -> None:
    clusters = [make_cluster(cast, State.CONCLUDED) for _number in range(2)]
    going = make_cluster(cast, State.APPROVED, title="Salt marsh")
    reopened, corrected, merged = taken(clusters[0]), taken(clusters[1]), taken(going, Face.FORWARD, "approve")
    plain = taken(make_cluster(cast, State.RUNNING), Face.FORWARD, "approve")
    report = begun(cast)
    rows = (reopened, corrected, merged, plain)
    assert words(report, *rows) == [[], [], [], []]
    into = make_cluster(cast, State.RUNNING)
    Cluster.objects.filter(pk=clusters[0].pk).update(state=State.RUNNING, ended_on=None)
    Cluster.objects.filter(pk=going.pk).update(state=State.MERGED, merged_into=into)
    taken(clusters[1], reason="correct")
    said = [
        ["At work again: the factsheet tells what had come of it until it ended"],
        ["Version 2 was issued since"],
        [f"Merged into {into.reference}"],
        [],
    ]
    assert words(report, *rows) == said
    for step in ("", "send/"):
        page = client_of(cast).get(f"/reports/drafts/{report.pk}/{step}").text
        for found in said[:3]:
            assert page.count(found[0]) == 1, (step, found)
        assert f'href="/clusters/{into.reference}/"' in page
    assert merged not in candidates(DAY, DAY, cast.group)
    assert not newest_of(going.reference or "").exists()
    assert client_of(cast).get(f"/reports/new/?cluster={going.reference}").status_code == 404
    assert plain in candidates(DAY, DAY, cast.group)


def test_what_was_reported_says_where_and_leads_there(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    first, fresh = taken(cluster), taken(make_cluster(cast, State.RUNNING), Face.FORWARD, "approve")
    before = sent(cast, only=cluster.reference, title="One of them")
    report = begun(cast)
    assert words(report, first, fresh) == [["Stands in the report “One of them” already"], []]
    for step in ("", "send/"):
        page = client_of(cast).get(f"/reports/drafts/{report.pk}/{step}").text
        assert f'<a href="{before.get_absolute_url()}">Stands in the report “One of them” already</a>' in page
    second = taken(cluster, reason="correct")
    assert words(report, second) == [["Its end stands in the report “One of them” already, with version 1"]]
    Cluster.objects.filter(pk=cluster.pk).update(state=State.RUNNING)
    taken(cluster, Face.FORWARD, "factsheet.issued")
    Cluster.objects.filter(pk=cluster.pk).update(state=State.CONCLUDED)
    assert words(report, taken(cluster, reason="discontinue")) == [[]], "another end was never told"
    assert words(before, first)[0] == ["Version 4 was issued since"], "a report is not told of itself"


def test_the_command_reports_a_time_and_group_once_unless_told_to_do_it_again(cast: Cast, capsys: Any) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    taken(cluster)
    taken(make_cluster(cast, State.RUNNING), Face.FORWARD, "approve")
    sent(cast, only=cluster.reference)
    today = ["--from", DAY.isoformat(), "--to", DAY.isoformat(), "--wg", cast.group.code]
    call_command("report_to_cop", *today)
    assert CopReport.objects.sent().count() == 2, "the report of one cluster is not that of its day"
    with pytest.raises(CommandError, match=rf"reported already: .* \({DAY}-2\)\. Nothing was sent\. --again sends"):
        call_command("report_to_cop", *today)
    capsys.readouterr()
    call_command("report_to_cop", *today, "--dry-run")
    assert f"Reported already: {DAY}-2, " in capsys.readouterr().out
    assert CopReport.objects.count() == 2
    call_command("report_to_cop", *today, "--again")
    call_command("report_to_cop", *today[:4])  # all groups are another report
    assert list(CopReport.objects.order_by("pk").values_list("reference", flat=True)[2:]) == [f"{DAY}-3", f"{DAY}-4"]


def test_the_preview_shows_the_mail_and_counts_its_recipients(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED, title="Storage in salt marshes")
    taken(cluster)
    for role, rhythm in (("member", Rhythm.NEVER), ("lead", Rhythm.WEEKLY), ("deputy_lead", Rhythm.WEEKLY)):
        NotificationPreference.objects.create(user=cast.user(role), topic="factsheets.reports", rhythm=rhythm, about="")
    report = begun(cast, title="Of May", introduction="Read the first one.")
    page = client_of(cast).get(f"/reports/drafts/{report.pk}/send/")
    everybody = recipients().count()
    assert page.context["rhythms"] == [("At once", everybody - 3), ("One mail a week", 2), ("No mail", 1)]
    for label, count in page.context["rhythms"]:
        assert f'<th scope="row">{label}</th><td>{count}</td>' in page.text
    mail = page.context["mail"]
    assert mail["subject"] == "Report: Of May"
    assert mail["subject"] in page.text
    day, first = (f"{one.day} {one:%B %Y}" for one in (DAY, TIME["from_on"]))
    for told in (
        "Read the first one.",
        f"The factsheets issued from {first} to {day}:",
        f"- Storage in salt marshes ({cluster.reference})",
        f"/reports/{DAY}/",
    ):
        assert told in mail["text"], told
    assert f"- Storage in salt marshes ({cluster.reference})" in page.text
    actions.send_report(report=report, by=cast.user("coordinator"), seen=content_hash(report))
