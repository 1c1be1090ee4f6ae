"""What is missing is listed for whom it concerns and made by one press, each thing once."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters.choices import State
from community import jobs
from community.models import Job
from community.permissions import Refusal
from factsheets import pdf
from factsheets.actions.issue import take_version
from factsheets.actions.missing import ask_for_missing, make_missing, missing_for
from factsheets.choices import Face
from factsheets.models import Edition, Issue
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_coordinators_have_made_what_their_group_lacks_and_each_thing_once(cast: Cast, client: Client) -> None:
    never, taken = (make_cluster(cast, State.RUNNING) for _number in range(2))
    undrawn = take_version(cluster=taken, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    coordinator = cast.user("coordinator")
    found = [subject for _label, subject in missing_for(coordinator)]
    assert (found, missing_for(cast.user("other_coordinator"))) == ([never, undrawn], [])
    assert len(missing_for(cast.user("admin"))) == 2
    client.force_login(coordinator)
    assert "Make all 2" in client.get("/factsheets/missing/").content.decode()
    answer = client.post("/factsheets/missing/")
    job = Job.objects.get()
    assert (answer.headers["Location"], ask_for_missing(by=coordinator)) == (f"/jobs/{job.pk}/", job)
    first = job.items.order_by("number")[0]
    make_missing(first, by=coordinator, at=NOW)  # a worker dies between the work and its note
    assert jobs.run(job.pk)
    notes = list(job.items.order_by("number").values_list("state", "note"))
    assert notes == [("done", "It was there already."), ("done", "version 1")]
    assert list(Issue.objects.order_by("pk").values_list("version", "reason", "by")) == [
        (1, "approve", None),
        (1, "missing", coordinator.pk),
    ]
    assert list(Edition.objects.values_list("revision", "pdf_problem")) == [(1, "")] * 2
    with pytest.raises(Refusal, match="Nothing is missing"):
        ask_for_missing(by=coordinator)
    with pytest.raises(Refusal, match="Coordinators and administrators"):
        ask_for_missing(by=cast.user("lead"))
    assert client.post("/factsheets/missing/").status_code == 409


def test_a_pdf_that_cannot_be_made_is_said_on_the_page_of_the_job(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    issue = take_version(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    admin = cast.user("admin")
    job = ask_for_missing(by=admin)
    press = pdf.Press(pdf.Limits(queue_seconds=0))
    press._lock.acquire()  # it is taken, and nobody waits for it
    monkeypatch.setattr(pdf, "_press", press)
    jobs.run(job.pk)
    client.force_login(admin)
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert ("Done, but 1 failed" in page, issue.editions.exists()) == (True, False)
    assert job.items.get().note in page
