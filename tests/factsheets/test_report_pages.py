"""The pages of a report: of one cluster, of one day, in which language, without a PDF, and what administrators see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from community.dates import written
from factsheets import pdf
from factsheets.actions.issue import draw_first, take_version
from factsheets.actions.report import begin_report, send_report
from factsheets.choices import Face
from factsheets.models import CopReport, Edition
from factsheets.notifications import preview_of
from factsheets.rendering.report import draw_preview
from factsheets.report_summary import snapshot_of, usual_title
from tests.cast import Cast, make_cast, make_cluster
from tests.factsheets.test_report_lines import NoPress

pytestmark = pytest.mark.django_db
at_commit = pytest.mark.django_db(transaction=True)
PERIOD = "issued from "


@pytest.fixture(autouse=True)
def _no_press(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_press", NoPress())


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def issued(cast: Cast) -> Cluster:
    """Return a concluded cluster with its factsheet of today."""
    cluster = make_cluster(cast, State.CONCLUDED)
    draw_first(issue=take_version(cluster=cluster, face=Face.BACKWARD, reason="conclude", by=None, at=timezone.now()))
    return cluster


def drafted(cast: Cast, *, days: int = 0, **more: Any) -> CopReport:
    today = timezone.localdate()
    time = {"from_on": today - timedelta(days=days), "until_on": today}
    return begin_report(working_group=cast.group, by=cast.user("coordinator"), **time, **more)


def as_seen(report: CopReport) -> tuple[str, str]:
    """Return page and mail of a draft as they would be sent now."""
    taken = snapshot_of(report, reference="2026-05-12", at=timezone.now())
    return draw_preview(report, taken).article, preview_of(report, taken)["text"]


def test_the_report_of_one_cluster_bears_its_title_and_one_day(cast: Cast) -> None:
    cluster, client = issued(cast), Client()
    issued(cast)
    client.force_login(cast.user("coordinator"))
    given = {"scope": cast.group.code, "language": "en"}
    draft = client.post(f"/reports/new/?cluster={cluster.reference}", given).headers["Location"]
    report = CopReport.objects.get()
    day = written(timezone.localdate())
    assert (report.title, list(report.factsheets.values_list("reference", flat=True))) == (
        cluster.title,
        [cluster.reference],
    )
    article, mail = as_seen(report)
    page = client.get(draft).text
    assert ("issued on <time" in article, "issued on <time" in page) == (True, True)
    assert (PERIOD in article, PERIOD in page, PERIOD in mail) == (False, False, False)
    assert f"The factsheets issued on {day}:" in mail


def test_a_report_of_one_day_says_so_in_each_language_and_one_of_a_time_says_both_days(cast: Cast) -> None:
    issued(cast)
    day, code = written(timezone.localdate()), cast.group.code
    one = drafted(cast)
    assert one.title == f"What the clusters of {code} brought about, {day}"
    today = timezone.localdate()
    assert usual_title(today, today, "", "en") == f"What clusters brought about, {day}"
    titles = {usual_title(today, today, code, language) for language in settings.DOCUMENT_LANGUAGES}
    assert len(titles) == len(settings.DOCUMENT_LANGUAGES)
    several = drafted(cast, days=3)
    before = written(several.from_on)
    assert several.title == f"What the clusters of {code} brought about, {before} to {day}"
    article, mail = as_seen(several)
    assert (PERIOD in article, "issued on <time" in article) == (True, False)
    assert f"The factsheets issued from {before} to {day}:" in mail


@at_commit
def test_the_list_names_the_one_day_of_a_sent_report(cast: Cast) -> None:
    issued(cast)
    send_report(report=drafted(cast), by=cast.user("coordinator"))
    listed = Client().get("/reports/").text
    assert ("issued on <time" in listed, PERIOD in listed) == (True, False)


def languages_in(page: str) -> list[str]:
    """Return the values of the field for the language."""
    field = page.split('name="language"')[1].split("</select>")[0]
    return [part.split('"')[0] for part in field.split('<option value="')[1:]]


def test_a_report_is_offered_in_the_languages_that_documents_speak(cast: Cast) -> None:
    issued(cast)
    client = Client()
    client.force_login(cast.user("coordinator"))
    report = drafted(cast)
    for path in ("/reports/new/", f"/reports/drafts/{report.pk}/"):
        assert languages_in(client.get(path).text) == list(settings.DOCUMENT_LANGUAGES), path
    wrong = {"scope": cast.group.code, "language": "sq", "from_on": report.from_on, "until_on": report.until_on}
    assert client.post("/reports/new/", wrong).status_code == 422
    time = (f"--from={report.from_on}", f"--to={report.until_on}")
    for code in ("sq", "bs", "mk", "xx"):
        with pytest.raises(CommandError, match=f"of their own in {code}. Known: en, fr, it, es, el, hr, sl, pt, bg"):
            call_command("report_to_cop", *time, f"--language={code}")


@at_commit
def test_a_report_without_a_pdf_says_why_and_leads_to_its_page(cast: Cast) -> None:
    issued(cast)
    sent = send_report(report=drafted(cast), by=cast.user("coordinator"))
    edition = Edition.objects.get(issue=sent.issue)
    assert (edition.pdf_file, bool(edition.pdf_problem)) == ("", True)
    for name in (f"/reports/{sent.reference}.pdf", f"/reports/{sent.reference}/booklet.pdf"):
        answer = Client().get(name)
        assert (answer.status_code, "look again in a minute" in answer.text) == (404, False), name
        assert f'href="{sent.get_absolute_url()}"' in answer.text
    assert edition.get_pdf_problem_display() in Client().get(f"/reports/{sent.reference}.pdf").text


@at_commit
def test_administrators_see_the_mails_of_a_report_and_how_often_it_was_fetched(cast: Cast) -> None:
    issued(cast)
    sent = send_report(report=drafted(cast), by=cast.user("coordinator"))
    shown = {}
    for role in ("admin", "coordinator", "member"):
        client = Client()
        client.force_login(cast.user(role))
        page = client.get(sent.get_absolute_url()).text
        shown[role] = ("The mails" in page, "How often the files were fetched" in page)
    assert shown == {"admin": (True, True), "coordinator": (True, True), "member": (False, False)}
    assert "The mails" not in Client().get(sent.get_absolute_url()).text
