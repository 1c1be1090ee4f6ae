"""The page of an issued version in a browser's keeping: good until the reader would see something else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.actions.merge import merge
from clusters.choices import State
from clusters.models import Cluster
from community import jobs
from community.choices import RedactionReason
from community.events import redact
from community.models import EventDetail
from community.store_away import StoreAway
from factsheets import downloads, storage
from factsheets.actions import report as reports
from factsheets.actions.interim import issue_interim
from factsheets.actions.issue import draw_first
from factsheets.actions.revise import withdraw_edition
from factsheets.choices import Face
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.factsheets.making_editions import issued, words

pytestmark = pytest.mark.django_db


def settled(client: Client, path: str) -> dict[str, str]:
    """Open a page twice, so that its cookies are set; return the header by which it is asked for again."""
    client.get(path)
    return {"if-none-match": client.get(path).headers["ETag"]}


def status(client: Client, path: str, etag: dict[str, str]) -> int:
    """Return how the page is answered to who has a copy."""
    return client.get(path, headers=etag).status_code


def test_who_has_the_page_is_told_that_it_still_holds(client: Client, cluster: Cluster) -> None:
    """Both addresses, the newest and the version's own; the file in the store is not fetched for it."""
    edition = issued(cluster)
    for path in (f"/clusters/{cluster.reference}/factsheet/", edition.get_absolute_url()):
        etag = settled(client, path)
        answer = client.get(path, headers=etag)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == etag["if-none-match"]
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert set(answer.headers["Vary"].split(", ")) >= {"Cookie", "Accept-Language"}
        assert client.head(path, headers=etag).status_code == 304


def test_a_kept_page_needs_no_store(client: Client, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    path = issued(cluster).get_absolute_url()
    etag = settled(client, path)

    def away(name: str) -> bytes:
        raise StoreAway(name)

    monkeypatch.setattr(storage, "read_whole", away)
    assert status(client, path, etag) == 304
    assert status(client, path, {}) == 503


def test_what_came_after_ends_it(client: Client, cluster: Cluster) -> None:
    first = issued(cluster)
    path = first.get_absolute_url()
    etag = settled(client, path)
    issued(cluster)
    answer = client.get(path, headers=etag)
    assert answer.status_code == 200
    assert "A newer version was issued." in words(answer)
    newest = f"/clusters/{cluster.reference}/factsheet/"
    assert client.get(newest).headers["ETag"] != answer.headers["ETag"]


def test_a_withdrawal_ends_it(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    path = edition.get_absolute_url()
    etag = settled(client, path)
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=timezone.now())
    answer = client.get(path, headers=etag)
    assert (answer.status_code, "ETag" in answer.headers) == (410, False)


def test_a_merge_of_its_cluster_ends_it(client: Client, cast: Cast) -> None:
    into, cluster = make_cluster(cast, State.RUNNING), make_cluster(cast, State.APPROVED)
    path = issued(cluster).get_absolute_url()
    etag = settled(client, path)
    merge(cluster=cluster, into=into, by=cast.user("mission_coordinator"), reason="The same question.")
    answer = client.get(path, headers=etag)
    assert answer.status_code == 200
    assert "merged into" in words(answer)


def test_a_reason_that_was_taken_out_ends_it(client: Client, cast: Cast, cluster: Cluster) -> None:
    issued(cluster)
    Cluster.objects.filter(pk=cluster.pk).update(title="Wetlands as flood storage", version=cluster.version + 1)
    cluster.refresh_from_db()
    edition = draw_first(issue=issue_interim(cluster=cluster, by=cast.user("lead"), reason="They ask."))
    path = edition.get_absolute_url()
    etag = settled(client, path)
    redact(
        EventDetail.objects.get(event=edition.issue.event_id),
        reason=RedactionReason.ERASURE,
        by=None,
        at=NOW,
        erasure="er-1",
    )
    answer = client.get(path, headers=etag)
    assert (answer.status_code, "They ask." in words(answer)) == (200, False)


def test_it_is_of_one_reader_with_their_rights_and_language(client: Client, cast: Cast, cluster: Cluster) -> None:
    path = issued(cluster).get_absolute_url()
    of_visitor = settled(client, path)
    client.cookies["appearance"] = "dark"
    assert status(client, path, of_visitor) == 200
    client.force_login(cast.user("member"))
    of_member = settled(client, path)
    assert status(client, path, of_member) == 304
    assert status(client, path, of_visitor) == 200
    make.make_appointment(cast.member("member"), cast.group, from_on=timezone.localdate() - timedelta(days=1))
    assert status(client, path, of_member) == 200
    client.force_login(cast.user("lead"))
    assert status(client, path, of_member) == 200
    client.cookies["messages"] = "something to say once"
    assert "ETag" not in client.get(path).headers


@pytest.mark.parametrize("change", ["language", "day"])
def test_another_language_or_day_ends_it(
    client: Client, cluster: Cluster, clock: Any, settings: Any, change: str
) -> None:
    settings.LANGUAGES = [("en", "English"), ("el", "Ελληνικά")]
    path = issued(cluster).get_absolute_url()
    etag = settled(client, path)
    assert status(client, path, etag) == 304
    if change == "day":
        clock.shift(timedelta(days=1))
        assert status(client, path, etag) == 200
        return
    assert client.get(path, headers={**etag, "accept-language": "el"}).status_code == 200


def test_the_forms_of_a_kept_page_are_still_taken(cast: Cast, cluster: Cluster) -> None:
    """A token is masked anew in each page; the one in a browser's copy is taken while its cookie is the same."""
    path = issued(cluster).get_absolute_url()
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.user("lead"))
    client.get(path)
    kept = client.get(path)
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', kept.content.decode())[0]
    etag = {"if-none-match": kept.headers["ETag"]}
    assert status(client, path, etag) == 304
    secret = client.cookies["csrftoken"].value
    client.cookies["csrftoken"] = "y" * 32
    assert client.post("/accounts/logout/", {"csrfmiddlewaretoken": token}).status_code == 403
    assert status(client, path, etag) == 200
    client.cookies["csrftoken"] = secret
    assert status(client, path, etag) == 304
    assert client.post("/accounts/logout/", {"csrfmiddlewaretoken": token}).status_code == 302


def test_it_takes_as_many_queries_with_three_versions_as_with_one(client: Client, cluster: Cluster) -> None:
    path = issued(cluster).get_absolute_url()
    counts = []
    for _more in range(2):
        etag = settled(client, path)
        with CaptureQueriesContext(connection) as asked:
            assert status(client, path, etag) == 304
        counts.append(len(asked))
        issued(cluster)
        issued(cluster)
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("clock")
def test_the_page_of_a_report_is_kept_alike(cast: Cast, client: Client) -> None:
    """The mails and downloads that coordinators read there are theirs alone."""
    issued(make_cluster(cast, State.CONCLUDED), Face.BACKWARD)
    by = cast.user("coordinator")
    draft = reports.begin_report(working_group=cast.group, from_on=NOW.date(), until_on=NOW.date(), by=by)
    report = reports.send_report(report=draft, by=by)
    jobs.run_due(NOW)
    jobs.run_due(NOW)
    path = f"/reports/{report.reference}/"
    of_visitor = settled(client, path)
    assert status(client, path, of_visitor) == 304
    client.force_login(by)
    etag = settled(client, path)
    assert (status(client, path, etag), status(client, path, of_visitor)) == (304, 200)
    downloads.count(report.reference, report.issue.file_stem("en"), ".pdf")
    downloads.write()
    assert status(client, path, etag) == 200
