"""The mails of a report: asked for with its page, queued in pieces, sent without holding up who pressed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clusters.actions.room_message import recipients_of, seal_of
from clusters.choices import State
from clusters.models import Participation
from community import contributions, jobs, request_time
from community.actions.outbox import send_outbox
from community.choices import JobState, MessageState
from community.models import Job, Message
from factsheets import pdf
from factsheets.actions import report_effects
from factsheets.actions.issue import draw_first, take_version
from factsheets.actions.missing import keep_up
from factsheets.actions.report import begin_report, send_report
from factsheets.choices import Face
from factsheets.models import CopReport, Delivery, Edition
from factsheets.notifications import recipients
from factsheets.report_lifecycle import content_hash
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.community.smtp_server import MailServer, mail_server
from tests.factsheets.test_report_lines import NoPress

at_commit = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_press(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_press", NoPress())


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server that thinks a quarter of a second over each mail, and a request that has one second."""
    with mail_server() as running:
        running.pause = 0.25
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address[0], running.server_address[1]
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        monkeypatch.setattr(request_time, "SECONDS", 1.0)
        yield running


def drafted(cast: Cast) -> CopReport:
    """Return a draft with one factsheet."""
    now, today = timezone.now(), timezone.localdate()
    cluster = make_cluster(cast, State.CONCLUDED)
    draw_first(issue=take_version(cluster=cluster, face=Face.BACKWARD, reason="conclude", by=None, at=now))
    return begin_report(working_group=cast.group, from_on=today, until_on=today, by=cast.user("coordinator"))


def sent(cast: Cast) -> CopReport:
    return send_report(report=drafted(cast), by=cast.user("coordinator"))


def job_of(task: str) -> Job | None:
    return Job.objects.filter(task=task).first()


def run(task: str, **more: Any) -> Job:
    job = Job.objects.get(task=task)
    jobs.run(job.pk, **more)
    job.refresh_from_db()
    return job


def by_the_clock() -> None:
    """Do what the scheduler does each minute in the embedded default: the work and the mails that were left."""
    for chore in ("community.jobs", "community.outbox"):
        contributions.clock_jobs.get(chore).run(timezone.now())


@pytest.mark.django_db
def test_the_mails_are_asked_for_with_the_page_and_never_before(cast: Cast) -> None:
    report = sent(cast)
    assert job_of("factsheets.deliver") is None, "a second worker would find no page"
    assert run("factsheets.issue").state == JobState.DONE
    assert run("factsheets.deliver").state == JobState.DONE
    assert report.deliveries.count() == recipients().count() > 3


@pytest.mark.django_db
def test_the_preview_is_the_mail_that_members_get(cast: Cast, mailoutbox: list[Any]) -> None:
    """Also on a day with a report already, whose address the next one does not have."""
    sent(cast)
    report, client, address = drafted(cast), Client(), f"/reports/{timezone.localdate()}-2/"
    client.force_login(cast.user("coordinator"))
    page = client.get(f"/reports/drafts/{report.pk}/send/").text
    looked = " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())
    send_report(report=report, by=cast.user("coordinator"))
    for _time in range(2):
        jobs.run_due(timezone.now())
    send_outbox(at=timezone.now() + timedelta(days=1))
    told = [" ".join(str(mail.body).split()) for mail in mailoutbox if f"{address}\n" in mail.body]
    assert told
    assert [mail for mail in told if mail not in looked] == []


@pytest.mark.django_db
def test_the_mails_go_out_where_the_job_that_draws_the_page_was_given_up(cast: Cast) -> None:
    report = sent(cast)
    Job.objects.filter(task="factsheets.issue").update(state=JobState.FAILED, finished_at=timezone.now())
    keep_up(timezone.now())
    assert Edition.objects.filter(issue=report.issue).count() == 1
    assert run("factsheets.deliver").state == JobState.DONE
    keep_up(timezone.now())
    assert Job.objects.filter(task="factsheets.deliver").count() == 1
    assert report.deliveries.count() == recipients().count()


@pytest.mark.django_db
def test_what_there_is_no_time_for_is_queued_by_the_next_run(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_effects, "BATCH", 3)
    sent(cast)
    run("factsheets.issue")
    everybody, counts = recipients().count(), []
    while (job := run("factsheets.deliver", seconds=0)).state != JobState.DONE:
        assert job.state == JobState.QUEUED
        counts.append(Delivery.objects.count())
    assert counts == list(range(3, everybody, 3))
    assert Delivery.objects.count() == everybody == job.result["members"]
    assert Message.objects.filter(template="factsheets/reported").count() == everybody


@at_commit
def test_who_sends_a_report_does_not_wait_for_a_slow_mail_server(cast: Cast, server: MailServer) -> None:
    for number in range(6):
        make.make_member(f"Reader {number}")
    report, client = drafted(cast), Client()
    client.force_login(cast.user("coordinator"))
    path = f"/reports/drafts/{report.pk}/send/"
    assert client.post(path, {"seen": content_hash(report)}).status_code == 302
    everybody = recipients().count()
    assert len(server.mails) <= 5 < everybody
    for _minute in range(3):
        by_the_clock()
    assert len(server.mails) == everybody
    assert set(server.copies.values()) == {1}
    assert set(report.deliveries.values_list("message__state", flat=True)) == {MessageState.SENT}


@at_commit
def test_who_writes_to_all_who_take_part_does_not_wait_either(cast: Cast, server: MailServer) -> None:
    cluster, lead, client = make_cluster(cast, State.RUNNING), cast.user("lead"), Client()
    for number in range(9):
        member = make.make_member(f"Partner {number}")
        organisation = make.make_organisation(f"Organisation {number}")
        Participation.objects.create(cluster=cluster, member=member, organisation=organisation, status="active")
    client.force_login(lead)
    given = {"subject": "The bill", "text": "On Monday.", "seen": seal_of(recipients_of(cluster, lead)), "send": "1"}
    assert client.post(f"/clusters/{cluster.reference}/room/message/", given).status_code == 302
    everybody = Message.objects.filter(template="clusters/room_message").count()
    assert len(server.mails) <= 5 < 9 <= everybody
    by_the_clock()
    assert len(server.mails) == everybody
    assert set(server.copies.values()) == {1}


@pytest.mark.django_db
def test_a_worker_and_the_command_send_all_of_it(cast: Cast, server: MailServer) -> None:
    server.pause = 0.0
    sent(cast)
    run("factsheets.issue")
    run("factsheets.deliver")
    assert send_outbox(at=timezone.now(), seconds=0.0).sent == 0
    assert send_outbox(at=timezone.now()).sent == recipients().count()


@pytest.mark.django_db
def test_the_page_says_how_many_mails_wait_and_were_given_up(cast: Cast) -> None:
    report = sent(cast)
    run("factsheets.issue")
    run("factsheets.deliver")
    keys = list(report.deliveries.order_by("pk").values_list("message", flat=True))
    states = [MessageState.FAILED] * 2 + [MessageState.SENT] * 3 + [MessageState.KEPT] * 1
    for key, state in zip(keys, states, strict=False):
        at = timezone.now() if state == MessageState.SENT else None
        Message.objects.filter(pk=key).update(state=state, sent_at=at)
    client = Client()
    client.force_login(cast.user("coordinator"))
    page = client.get(report.get_absolute_url())
    waiting = len(keys) - len(states)
    expected = [("Waiting", waiting), ("Sent", 3), ("Given up", 2), ("Kept without a mail", 1)]
    assert (page.context["arrivals"], waiting > 1) == (expected, True)
    for label, count in expected:
        assert f'<th scope="row">{label}</th><td>{count}</td>' in page.text
