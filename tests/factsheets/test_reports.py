"""Reports to the community: gathered, looked at, sent once, read and mailed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils.html import escape

from clusters.choices import State
from clusters.models import Cluster
from community.choices import MessageState, RedactionReason, Rhythm
from community.models import Event, Message, NotificationPreference
from community.permissions import Refusal
from factsheets import report_summary
from factsheets.actions import report as actions
from factsheets.actions.issue import issue_factsheet, take_version
from factsheets.actions.revise import withdraw_edition
from factsheets.choices import Face, RevisionReason
from factsheets.models import CopReport, Delivery, Edition, Issue
from factsheets.notifications import unreported
from factsheets.pdf_checks import problems
from factsheets.permissions import NO_SENDER
from factsheets.rendering.report import draw_preview
from factsheets.report_lifecycle import content_hash
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.form_reader import fields_of
from tests.factories import NOW
from tests.factsheets.reading import text_of
from tests.results.making import make_uptake

pytestmark = pytest.mark.django_db(transaction=True)
DAY = NOW.date()
#: The time of all reports here: the fortnight that ends today.
TIME = {"from_on": DAY - timedelta(days=14), "until_on": DAY}


@pytest.fixture(autouse=True)
def _today() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def issued(cast: Cast, state: State = State.CONCLUDED, **more: Any) -> Cluster:
    """Return a cluster with its newest factsheet."""
    cluster = make_cluster(cast, state, **more)
    face = Face.BACKWARD if state == State.CONCLUDED else Face.FORWARD
    issue_factsheet(cluster=cluster, face=face, reason="conclude", by=None, at=NOW)
    return cluster


def begun(cast: Cast, **more: Any) -> CopReport:
    arguments = {"working_group": cast.group, "by": cast.user("coordinator"), **TIME, **more}
    return actions.begin_report(**arguments)


def test_a_draft_holds_the_newest_factsheet_of_each_cluster_of_group_and_time(cast: Cast) -> None:
    first, second = issued(cast), issued(cast, State.RUNNING)
    issue_factsheet(cluster=first, face=Face.BACKWARD, reason="correct", by=None, at=NOW)
    report = begun(cast)
    assert sorted(report.factsheets.values_list("reference", "version")) == sorted(
        [(first.reference, 2), (second.reference, 1)]
    )
    assert report.title.startswith(f"What the clusters of {cast.group.code} brought about")
    for wrong in (
        {"from_on": DAY + timedelta(days=1), "until_on": DAY + timedelta(days=2)},
        {"from_on": DAY + timedelta(days=1)},
    ):
        with pytest.raises(Refusal):
            begun(cast, **wrong)
    alone = begun(cast, only=second.reference, from_on=date(2020, 1, 1), until_on=date(2020, 1, 1))
    assert list(alone.factsheets.values_list("reference", flat=True)) == [second.reference]


def test_only_the_coordinators_of_the_group_and_the_mission_put_one_together(cast: Cast) -> None:
    issued(cast)
    for role in ("lead", "member", "other_coordinator", "admin"):
        with pytest.raises(Refusal) as refused:
            begun(cast, by=cast.user(role))
        assert refused.value.code == "forbidden"
    with pytest.raises(Refusal):
        begun(cast, working_group=None)
    assert begun(cast, working_group=None, by=cast.user("mission_coordinator")).working_group is None
    assert Event.objects.filter(kind="report").count() == 0


def test_a_sent_report_is_page_pdf_data_feed_and_one_mail_a_member(cast: Cast) -> None:
    cluster = issued(cast)
    NotificationPreference.objects.create(
        user=cast.user("member"), topic="factsheets.reports", rhythm=Rhythm.NEVER, about=""
    )
    report = begun(cast, introduction="Read the first one.")
    sent = actions.send_report(report=report, by=cast.user("coordinator"), seen=content_hash(report))
    assert (sent.reference, sent.state, sent.issue.kind, sent.issue.role) == (
        DAY.isoformat(),
        "sent",
        "report",
        "coordinator",
    )
    client, path = Client(), f"/reports/{DAY}"
    page = client.get(f"{path}/")
    assert page.status_code == 200
    for told in ("Read the first one.", cluster.title, "What came of clusters", "The factsheets in this report"):
        assert told in page.text, told
    assert "The mails" not in page.text
    pdf, edition = client.get(f"{path}.pdf"), Edition.objects.get(issue=sent.issue)
    assert sha256(pdf.content).hexdigest() == edition.pdf_sha256
    assert problems(pdf.content) == []
    assert cluster.title in text_of(pdf.content)
    data = json.loads(client.get(f"{path}.json").content)
    assert (data["format"], data["report"]["lines"][0]["reference"]) == ("cop-report/1", cluster.reference)
    assert data["report"]["totals"]["factsheets"] == 1
    feed = client.get("/feeds/factsheets.atom")
    assert (feed["Content-Type"].split(";")[0], f"{path}/" in feed.text, cluster.reference in feed.text) == (
        "application/atom+xml",
        True,
        True,
    )
    assert "<author><name>Mission4Nature</name></author>" in feed.text  # no valid feed without one
    known = {"if-none-match": feed["ETag"]}
    assert client.get("/feeds/factsheets.atom", headers=known).status_code == 304
    assert client.get("/feeds/factsheets.atom", headers={"if-modified-since": feed["Last-Modified"]}).status_code == 304
    assert client.get(f"/factsheets/{DAY}/v1/en/")["location"] == f"{path}/"
    mails = Message.objects.filter(template="factsheets/reported")
    assert mails.count() == Delivery.objects.count() > 3
    assert list(mails.filter(state=MessageState.KEPT).values_list("to", flat=True)) == [cast.user("member").pk]
    assert not mails.filter(to=cast.user("external")).exists()
    coordinator = Client()
    coordinator.force_login(cast.user("coordinator"))
    assert "The mails" in coordinator.get(f"{path}/").text


def test_a_withdrawn_report_says_so_until_it_is_there_anew(cast: Cast) -> None:
    """Its page and both files, with 410; the list still leads to it, and the next revision stands at its address."""
    issued(cast)
    report = begun(cast)
    sent = actions.send_report(report=report, by=cast.user("coordinator"), seen=content_hash(report))
    client, path = Client(), f"/reports/{DAY}"
    edition = Edition.objects.get(issue=sent.issue)
    with transaction.atomic():  # the job that makes it anew waits for the end
        withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
        for address in (f"{path}/", f"{path}.pdf", f"{path}.json"):
            gone = client.get(address)
            assert (gone.status_code, "This edition was withdrawn" in gone.text) == (410, True), address
            assert "Version 1, revision 1, holds a name that may no longer be shown." in " ".join(gone.text.split())
        assert f'href="{path}/"' in client.get("/reports/").text
    assert Edition.objects.get(issue=sent.issue, revision=2).why == RevisionReason.NAME_REMOVED
    for address in (f"{path}/", f"{path}.pdf", f"{path}.json"):
        assert client.get(address).status_code == 200


def test_the_figures_of_a_report_leave_out_uptakes_of_discontinued_clusters_and_say_so(cast: Cast) -> None:
    for state in (State.RUNNING, State.DISCONTINUED):
        cluster = make_cluster(cast, state)
        make_uptake(cast, cluster, name=f"Board, {state}")
        take_version(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    report = begun(cast)
    report.factsheets.set(Issue.objects.filter(kind="cluster"))
    snapshot = report_summary.snapshot_of(report, reference="2026-05-12", at=NOW)
    assert ([line["uptakes"] for line in snapshot["lines"]], snapshot["totals"]["uptakes"]) == ([1, 1], 1)
    left_out = "The figures leave out uptakes of clusters that were discontinued."
    assert left_out in draw_preview(report, snapshot).article
    snapshot["lines"] = [line for line in snapshot["lines"] if line["state"] == State.RUNNING]
    assert left_out not in draw_preview(report, snapshot).article


def test_a_report_is_sent_once_and_never_changes(cast: Cast) -> None:
    issued(cast)
    report, by = begun(cast), cast.user("coordinator")
    with pytest.raises(Refusal) as stale:
        actions.send_report(report=report, by=by, seen="something else")
    assert stale.value.code == "stale"
    actions.send_report(report=report, by=by, seen=content_hash(report))
    mails = Message.objects.filter(template="factsheets/reported").count()
    with pytest.raises(Refusal) as twice:
        actions.send_report(report=report, by=by, seen=content_hash(report))
    assert twice.value.code == "done"
    for press in (
        lambda: actions.discard_report(report=report, by=by),
        lambda: actions.update_report(report=report, by=by, seen_version=1, chosen=(), title="Other"),
    ):
        with pytest.raises(Refusal):
            press()
    assert Message.objects.filter(template="factsheets/reported").count() == mails
    other = begun(cast)
    assert actions.send_report(report=other, by=by).reference == f"{DAY}-2"


def test_an_administrator_looks_at_a_draft_and_sends_nothing(cast: Cast) -> None:
    issued(cast)
    report, client = begun(cast), Client()
    client.force_login(cast.user("admin"))
    looked = client.get(f"/reports/drafts/{report.pk}/", follow=True)
    assert looked.redirect_chain == [(f"/reports/drafts/{report.pk}/send/", 302)]
    assert escape(str(NO_SENDER)) in looked.text
    assert report.title in looked.text
    assert '<button class="btn btn-primary"' not in looked.text
    assert client.post(f"/reports/drafts/{report.pk}/send/").status_code == 403
    report.refresh_from_db()
    assert not report.is_sent


def test_an_edit_keeps_what_is_typed_and_says_who_was_faster(cast: Cast) -> None:
    issued(cast)
    issued(cast, State.RUNNING)
    report, by = begun(cast), cast.user("coordinator")
    client, path = Client(), f"/reports/drafts/{report.pk}/"
    client.force_login(by)
    keep = report.factsheets.order_by("pk").first()
    given = {"title": "Ours", "introduction": "Short.", "language": "en", "chosen": [keep.pk], "seen_version": "1"}
    assert client.post(path, given).status_code == 302
    report.refresh_from_db()
    assert (report.title, list(report.factsheets.all()), report.version) == ("Ours", [keep], 2)
    late = client.post(path, {**given, "title": "Mine"})
    assert (late.status_code, "Saved meanwhile" in late.text, 'value="Mine"' in late.text) == (
        409,
        True,
        True,
    )
    opened = fields_of(client.get(path).text, "edit-form")
    theirs = {"title": "Theirs", "introduction": "Theirs, too.", "chosen": opened["chosen"]}
    assert client.post(path, {**opened, **theirs}).status_code == 302
    late = client.post(path, {**opened, "introduction": "Mine."})
    now = fields_of(late.text, "edit-form")
    assert (late.status_code, now["title"], now["introduction"]) == (409, ["Theirs"], ["Mine."])
    assert [(one.was, one.now) for one in late.context["form"].clashes()] == [("Theirs, too.", "Mine.")]
    assert client.post(path, now).status_code == 302
    report.refresh_from_db()
    assert (report.title, report.introduction, list(report.factsheets.all())) == ("Theirs", "Mine.", [keep])
    none = client.post(path, {**given, "chosen": []})
    assert (none.status_code, "Choose at least one factsheet." in none.text) == (422, True)
    stranger = Issue.objects.exclude(pk=keep.pk).order_by("pk").last()
    with time_machine.travel(NOW + timedelta(days=40), tick=False):
        elsewhere = issue_factsheet(
            cluster=Cluster.objects.get(pk=stranger.subject_id),
            face=Face.FORWARD,
            reason="interim",
            by=None,
            at=NOW + timedelta(days=40),
        )
    with pytest.raises(Refusal):
        actions.update_report(report=report, by=by, seen_version=report.version, chosen=[elsewhere.pk], title="Ours")


def test_the_pages_lead_from_what_was_not_reported_to_the_sent_report(cast: Cast) -> None:
    cluster = issued(cast)
    client = Client()
    client.force_login(cast.user("coordinator"))
    listed = client.get("/reports/")
    assert f"/reports/new/?cluster={cluster.reference}" in listed.text
    assert f"/reports/new/?cluster={cluster.reference}" in client.get(f"/clusters/{cluster.reference}/").text
    assert "1 cluster ended and was not reported yet" in client.get("/desk/").text
    begun_at = client.post(f"/reports/new/?cluster={cluster.reference}", {"scope": cast.group.code, "language": "en"})[
        "location"
    ]
    shown = client.get(f"{begun_at}send/")
    assert ("Preview, not issued" in shown.text, "Who gets a mail" in shown.text) == (True, True)
    seen = content_hash(CopReport.objects.get())
    sent = client.post(f"{begun_at}send/", {"seen": seen})
    assert (sent.status_code, sent["location"]) == (302, f"/reports/{DAY}/")
    assert client.get(begun_at)["location"] == f"/reports/{DAY}/"
    assert client.post(f"{begun_at}send/", {"seen": seen})["location"] == f"/reports/{DAY}/"
    assert "Every ended cluster stands in a report." in client.get("/reports/").text
    assert f"/reports/{DAY}/" in Client().get(f"/clusters/{cluster.reference}/").text
    assert list(unreported(DAY)) == []


def test_what_was_reopened_is_not_due_and_its_next_end_is_due_again(cast: Cast) -> None:
    cluster = issued(cast)
    group = {cast.group.pk}

    def waiting() -> tuple[list[Issue], list[int]]:
        return list(report_summary.unreported(group)), [row.cluster_id for row in unreported(DAY)]

    (first,) = Issue.objects.all()
    assert waiting() == ([first], [cluster.pk])
    reopened = {"state": State.RUNNING, "ended_on": None}
    Cluster.objects.filter(pk=cluster.pk).update(**reopened)
    assert waiting() == ([], [])
    ended = {"state": State.CONCLUDED, "ended_on": DAY}
    Cluster.objects.filter(pk=cluster.pk).update(**ended)
    actions.send_report(report=begun(cast), by=cast.user("coordinator"))
    assert waiting() == ([], [])
    issue_factsheet(cluster=cluster, face=Face.BACKWARD, reason="correct", by=None, at=NOW)
    assert waiting() == ([], []), "a correction is no new end"
    Cluster.objects.filter(pk=cluster.pk).update(**reopened)
    assert waiting() == ([], [])
    issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="factsheet.issued", by=None, at=NOW)
    Cluster.objects.filter(pk=cluster.pk).update(**ended)
    again = issue_factsheet(cluster=cluster, face=Face.BACKWARD, reason="discontinue", by=None, at=NOW)
    assert waiting() == ([again], [cluster.pk])
    corrected = issue_factsheet(cluster=cluster, face=Face.BACKWARD, reason="correct", by=None, at=NOW)
    assert waiting() == ([corrected], [cluster.pk])
    page = f"/clusters/{cluster.reference}/"
    assert "What came of it since it last ended stands in no report yet." in Client().get(page).text
    actions.send_report(report=begun(cast), by=cast.user("coordinator"))
    assert waiting() == ([], [])
    text = Client().get(page).text
    assert ("Reported to the community:" in text, "stands in no report" in text) == (True, False)


def test_a_draft_is_thrown_away_without_a_trace(cast: Cast) -> None:
    issued(cast)
    report = begun(cast)
    client = Client()
    client.force_login(cast.user("coordinator"))
    assert client.post(f"/reports/drafts/{report.pk}/discard/")["location"] == "/reports/"
    assert (CopReport.objects.count(), Event.objects.filter(kind="report").count()) == (0, 0)


def test_the_list_is_narrowed_by_group_and_year(cast: Cast) -> None:
    issued(cast)
    report = begun(cast)
    actions.send_report(report=report, by=cast.user("coordinator"))
    client = Client()
    for query, there in (
        ("", True),
        (f"?wg={cast.group.code}", True),
        ("?wg=NONE", False),
        (f"?year={DAY.year}", True),
        ("?year=1999", False),
    ):
        assert (report.title in client.get(f"/reports/{query}").text) is there, query


@pytest.mark.parametrize("year", ["0000", "0001", "9999", "10000", "-001", "٢٠٢٦", "20 6", "\0"])
def test_a_year_in_which_nothing_was_sent_is_no_error(year: str) -> None:
    answer = Client().get("/reports/", {"year": year})
    assert (answer.status_code, "No report" in answer.text) == (200, True)


def test_the_command_sends_says_what_it_would_send_and_refuses_in_words(cast: Cast, capsys: Any) -> None:
    cluster = issued(cast)
    days = ["--from", TIME["from_on"].isoformat(), "--to", DAY.isoformat()]
    call_command("report_to_cop", *days, "--dry-run")
    assert (cluster.reference in capsys.readouterr().out, CopReport.objects.count()) == (True, 0)
    with pytest.raises(CommandError, match="There is no working group WG77"):
        call_command("report_to_cop", *days, "--wg", "WG77")
    for more in ([], ["--dry-run"]):
        with pytest.raises(CommandError, match=r"of their own in zz\. Known: en, fr, it, es, el, hr, sl, pt, bg"):
            call_command("report_to_cop", *days, "--language", "zz", *more)
    with pytest.raises(CommandError, match="No factsheet was issued"):
        call_command("report_to_cop", "--from", "2019-01-01", "--to", "2019-01-02")
    assert CopReport.objects.count() == 0
    call_command("report_to_cop", *days, "--wg", cast.group.code)
    assert (CopReport.objects.get().reference, CopReport.objects.get().issue.role) == (DAY.isoformat(), "clock")


def test_a_cluster_is_reported_for_its_own_group_alone(cast: Cast) -> None:
    cluster = issued(cast)
    cluster.further_working_groups.add(cast.other_group)
    page, new = f"/clusters/{cluster.reference}/", f"/reports/new/?cluster={cluster.reference}"
    for role, may in (("other_coordinator", False), ("admin", False), ("coordinator", True)):
        client = Client()
        client.force_login(cast.user(role))
        assert ("Report it to the community" in client.get(page).text) is may, role
        assert client.get(new).status_code == (200 if may else 403), role
        answer = client.post(new, {"scope": cast.other_group.code, "language": "en"})
        assert answer.status_code == (422 if may else 403), role
    mission = Client()
    mission.force_login(cast.user("mission_coordinator"))
    assert "Report it to the community" in mission.get(page).text
    shown = mission.get(new).context["form"]
    assert [code for code, _title in shown.fields["scope"].choices] == ["mission", cast.group.code]
    assert shown.initial["scope"] == cast.group.code
    for role in ("other_coordinator", "mission_coordinator"):
        with pytest.raises(Refusal, match="the group responsible for it"):
            begun(cast, by=cast.user(role), working_group=cast.other_group, only=cluster.reference)
    assert CopReport.objects.count() == 0
    for group in (cast.group, None):
        held = begun(cast, by=cast.user("mission_coordinator"), working_group=group, only=cluster.reference)
        assert list(held.factsheets.values_list("reference", flat=True)) == [cluster.reference]
    assert [row.reference for row in report_summary.unreported({cast.group.pk})] == [cluster.reference]
