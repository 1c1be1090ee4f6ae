"""Why a version was issued: what led to it, for everybody, and what was said with it, by the rules of the history."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters import sentences
from clusters.models import Cluster
from community.choices import RedactionReason
from community.events import redact
from community.models import EventDetail
from factsheets.actions.interim import issue_interim
from factsheets.actions.issue import draw_first, take_version
from factsheets.choices import Face
from factsheets.models import Edition
from factsheets.reasons import WHY
from factsheets.receivers import AMENDING_VERBS, ISSUING_VERBS
from tests.cast import Cast
from tests.factories import NOW
from tests.factsheets.making_editions import issued, words

pytestmark = pytest.mark.django_db
SAID = "The regions ask where we stand."


def in_between(cast: Cast, cluster: Cluster) -> Edition:
    issued(cluster)
    Cluster.objects.filter(pk=cluster.pk).update(title="Wetlands as flood storage", version=cluster.version + 1)
    cluster.refresh_from_db()
    return draw_first(issue=issue_interim(cluster=cluster, by=cast.user("lead"), reason=SAID))


def row_of(page: str, version: int) -> str:
    """Return the row of a version in the table of all versions."""
    table = page.partition('id="h-versions"')[2].partition("</table>")[0]
    return next(row for row in table.split("<tr>") if f"Version {version} (" in row)


def test_everybody_reads_why_each_version_was_issued(client: Client, cast: Cast, cluster: Cluster) -> None:
    edition = in_between(cast, cluster)
    page = words(client.get(edition.get_absolute_url()))
    assert "The cluster was approved" in row_of(page, 1)
    assert f"In between, while the work went on: “{SAID}”" in row_of(page, 2)
    head = page.partition('<div class="fs-sheet">')[0]
    assert f"In between, while the work went on: “{SAID}”" in head
    assert "The cluster was approved" not in head


def test_what_the_history_keeps_to_some_is_kept_to_them_here(
    client: Client, cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same page for everybody and for who sees names, with a verb whose reason is confided."""
    edition = in_between(cast, cluster)
    verb = edition.issue.reason
    monkeypatch.setattr(sentences, "CONFIDED", frozenset({*sentences.CONFIDED, verb}))
    assert SAID not in words(client.get(edition.get_absolute_url()))
    client.force_login(cast.user("lead"))
    assert SAID in words(client.get(edition.get_absolute_url()))


def test_an_erased_reason_leaves_what_led_to_it(client: Client, cast: Cast, cluster: Cluster) -> None:
    edition = in_between(cast, cluster)
    detail = EventDetail.objects.get(event=edition.issue.event_id)
    redact(detail, reason=RedactionReason.ERASURE, by=None, at=NOW, erasure="er-1")
    page = words(client.get(edition.get_absolute_url()))
    assert "In between, while the work went on" in row_of(page, 2)
    assert SAID not in page


def test_words_that_nobody_was_told_would_be_shown_are_not(client: Client, cluster: Cluster) -> None:
    issue = take_version(cluster=cluster, face=Face.FORWARD, reason="Ask Nikos about this", by=None, at=NOW)
    page = words(client.get(draw_first(issue=issue).get_absolute_url()))
    assert "Nikos" not in page
    assert '<td data-l="Why:">–' in row_of(page, 1)


def test_every_verb_that_issues_a_version_has_words() -> None:
    assert {*ISSUING_VERBS, *AMENDING_VERBS, "missing", "statement.adopted", "report.sent"} == set(WHY)


def test_many_versions_take_as_many_queries_as_one(client: Client, cast: Cast, cluster: Cluster) -> None:
    edition = in_between(cast, cluster)
    counts = []
    for title in ("", "Wetlands", "Marshes"):
        if title:
            Cluster.objects.filter(pk=cluster.pk).update(title=title)
            draw_first(issue=issue_interim(cluster=cluster, by=cast.user("lead"), reason=SAID))
        client.get(edition.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            page = words(client.get(edition.get_absolute_url()))
        counts.append((len(queries), page.count(SAID)))
    assert counts[0][0] <= 8
    assert [count for count, _said in counts] == [counts[0][0]] * 3
    assert [said for _count, said in counts] == [2, 3, 4]
