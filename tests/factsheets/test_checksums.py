"""What the page that verifies says of the time since: newer versions, the cluster's state now, its outcomes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.choices import OutcomeKind, State
from clusters.models import Cluster, Outcome
from community.choices import RedactionReason
from factsheets.actions.revise import revise, withdraw_edition
from factsheets.checksums import _Results
from factsheets.choices import RevisionReason
from factsheets.models import Edition
from results.models import Uptake
from tests.cast import Cast, make_cluster
from tests.factories import NOW, TODAY, make_territory
from tests.factsheets.making_editions import issued, words
from tests.results.making import make_uptake

pytestmark = pytest.mark.django_db
CHANGED = "Its outcomes were added to, changed or taken away since this version."
UPTAKES_CHANGED = "Its uptakes were added to, changed or taken away since this version."
LESSONS_CHANGED = "Its lessons or next steps were added to, changed or taken away since this version."
#: What the page may take, whatever is asked for: editions, snapshots, booklets, what came after, statements, what came
#: of clusters then, outcomes, uptakes and lessons now; and two of whoever is signed in.
BUDGET = 11


def verified(client: Client, *digests: str) -> str:
    return words(client.get("/factsheets/verify/", {"sha256": "\n".join(digests)}))


def sums_of(edition: Edition) -> tuple[str, ...]:
    """Return the checksum of its PDF and that of the snapshot behind it."""
    return edition.pdf_sha256, edition.issue.snapshot_sha256


def test_nothing_came_after_the_newest(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    page = verified(client, edition.issue.snapshot_sha256)
    assert "This is the snapshot behind" in page
    assert "No newer version was issued." in page
    assert CHANGED not in page


@pytest.mark.parametrize("which", [0, 1], ids=["file", "snapshot"])
def test_a_newer_version_is_told(client: Client, cluster: Cluster, which: int) -> None:
    edition = issued(cluster)
    Cluster.objects.filter(pk=cluster.pk).update(title="Wetlands as flood storage")
    newer = issued(cluster)
    page = verified(client, sums_of(edition)[which])
    assert "Superseded by version 2." in page
    assert f'href="{newer.get_absolute_url()}">The newest is version 2, revision 1.</a>' in page


@pytest.mark.parametrize("which", [0, 1], ids=["file", "snapshot"])
def test_how_the_cluster_stands_now_is_told(client: Client, cluster: Cluster, which: int) -> None:
    edition = issued(cluster)
    assert "The cluster now: Running, since" in verified(client, sums_of(edition)[which])
    Cluster.objects.filter(pk=cluster.pk).update(state=State.CONCLUDED, state_since=NOW, ended_on=TODAY)
    page = verified(client, sums_of(edition)[which])
    assert 'The cluster now: Concluded, since <time datetime="2026-05-12">' in page


def test_a_state_that_is_no_public_matter_is_not_told(client: Client, cluster: Cluster) -> None:
    """An approval that was taken back: its version stands, the proposal is for those who read it."""
    edition = issued(cluster)
    Outcome.objects.create(cluster=cluster, kind=OutcomeKind.ANSWER, title="An answer")
    Cluster.objects.filter(pk=cluster.pk).update(state=State.SUBMITTED, started_on=None)
    page = verified(client, *sums_of(edition))
    assert "The cluster now" not in page
    assert CHANGED not in page


@pytest.mark.parametrize("which", [0, 1], ids=["file", "snapshot"])
def test_outcomes_that_changed_since_are_told(client: Client, cluster: Cluster, which: int) -> None:
    outcome = Outcome.objects.create(
        cluster=cluster, kind=OutcomeKind.ANSWER, title="An answer", reached_on=TODAY, evidence_url="https://a.example/"
    )
    digest = sums_of(issued(cluster))[which]
    assert CHANGED not in verified(client, digest)
    for column, value in (
        ("title", "Another answer"),
        ("evidence_url", "https://b.example/"),
        ("description", "So."),
        ("countries_count", 3),
    ):
        before = getattr(outcome, column)
        Outcome.objects.filter(pk=outcome.pk).update(**{column: value})
        assert CHANGED in verified(client, digest)
        Outcome.objects.filter(pk=outcome.pk).update(**{column: before})
    assert CHANGED not in verified(client, digest)
    Outcome.objects.create(cluster=cluster, kind=OutcomeKind.NETWORKING, title="A meeting")
    assert CHANGED in verified(client, digest)


def test_a_version_from_before_says_nothing_of_whom_outcomes_reached() -> None:
    now = _Results([("answer", "An answer", "", "", "", "[34, null, 3]")], [], ("", ""))
    line = {"kind": "answer", "text": "An answer", "detail": "", "on": None, "evidence": ""}
    assert _Results.told([line], [], "", "").differ(now) == (False, False, False)
    assert _Results.told([{**line, "text": "Another"}], [], "", "").differ(now) == (True, False, False)
    reached = {"participants": 34, "organisations": None, "countries": 3}
    assert _Results.told([{**line, **reached}], [], "", "").differ(now) == (False, False, False)
    assert _Results.told([{**line, **reached, "countries": 2}], [], "", "").differ(now) == (True, False, False)


@pytest.mark.parametrize("which", [0, 1], ids=["file", "snapshot"])
def test_uptakes_that_changed_since_are_told(client: Client, cast: Cast, cluster: Cluster, which: int) -> None:
    uptake = make_uptake(cast, cluster)
    digest = sums_of(issued(cluster))[which]
    assert UPTAKES_CHANGED not in verified(client, digest)
    place = make_territory()
    for column, value in (("in_use_on", TODAY), ("territory", place), ("is_disclosed", False)):
        before = getattr(uptake, column)
        Uptake.objects.filter(pk=uptake.pk).update(**{column: value})
        assert UPTAKES_CHANGED in verified(client, digest), column
        Uptake.objects.filter(pk=uptake.pk).update(**{column: before})
    assert UPTAKES_CHANGED not in verified(client, digest)
    make_uptake(cast, cluster, name="Another Board", is_disclosed=False)
    assert UPTAKES_CHANGED not in verified(client, digest)
    make_uptake(cast, cluster, name="A third Board")
    page = verified(client, digest)
    assert UPTAKES_CHANGED in page
    assert (CHANGED in page, LESSONS_CHANGED in page) == (False, False)


@pytest.mark.parametrize("column", ["lessons", "next_steps"])
def test_lessons_and_next_steps_that_changed_since_are_told(client: Client, cluster: Cluster, column: str) -> None:
    edition = issued(cluster)
    assert LESSONS_CHANGED not in verified(client, *sums_of(edition))
    Cluster.objects.filter(pk=cluster.pk).update(**{column: "Ask the owners of the land first."})
    for digest in sums_of(edition):
        page = verified(client, digest)
        assert LESSONS_CHANGED in page
        assert "panel caution" in page
        assert (CHANGED in page, UPTAKES_CHANGED in page) == (False, False)


def test_a_snapshot_whose_documents_were_withdrawn_says_so_until_they_are_there_anew(
    client: Client, cluster: Cluster
) -> None:
    edition = issued(cluster)
    digest, said = edition.issue.snapshot_sha256, "The documents of this version were withdrawn"
    assert said not in verified(client, digest)
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
    assert said in verified(client, digest)
    revise(issue=edition.issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW)
    page = verified(client, digest)
    assert said not in page
    assert "No newer version was issued." in page


@pytest.mark.parametrize("reader", ["", "lead"])
def test_twenty_checksums_take_as_many_queries_as_one(client: Client, cast: Cast, reader: str) -> None:
    if reader:
        client.force_login(cast.user(reader))
    for number in range(3):
        cluster = make_cluster(cast, State.RUNNING, reference=f"M4N-CL-2026-2{number}")
        Outcome.objects.create(cluster=cluster, kind=OutcomeKind.ANSWER, title="An answer")
        issued(cluster)
        issued(cluster)
    editions = list(Edition.objects.select_related("issue"))
    asked = [one for row in editions for one in (row.pdf_sha256, row.article_sha256, *sums_of(row))]
    assert len(set(asked)) >= 15
    counts = []
    for digests in (asked[:2], asked[:8], asked):
        verified(client, *digests)
        with CaptureQueriesContext(connection) as queries:
            page = verified(client, *digests)
        assert "No file that was issued here" not in page
        counts.append(len(queries))
    assert counts[1:] == counts[:1] * 2
    assert counts[0] <= BUDGET
