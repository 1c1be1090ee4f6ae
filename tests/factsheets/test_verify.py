"""The page that verifies: which document a checksum is of, and what became of it."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters.models import Cluster
from community import jobs
from community.choices import RedactionReason
from community.models import Job
from factsheets.actions.interim import issue_interim
from factsheets.actions.issue import draw_first
from factsheets.actions.missing import keep_up
from factsheets.actions.revise import revise, withdraw_edition
from factsheets.choices import RevisionReason
from factsheets.models import Edition
from tests.cast import Cast
from tests.factories import NOW
from tests.factsheets.making_editions import issued, words

pytestmark = pytest.mark.django_db


def verified(client: Client, digest: str) -> str:
    return words(client.get("/factsheets/verify/", {"sha256": digest}))


def test_every_file_and_snapshot_is_known_by_its_checksum(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    for digest, what in (
        (edition.pdf_sha256, "This is the PDF of"),
        (edition.data_sha256.upper(), "This is the data file of"),
        (edition.table_sha256, "This is the table attached to the PDF of"),
        (f" {edition.article_sha256} ", "This is the page of"),
        (edition.issue.snapshot_sha256, "This is the snapshot behind"),
    ):
        page = verified(client, digest)
        assert "Genuine" in page
        assert what in page
        assert f"{cluster.reference}, version 1" in page
    assert "It is the newest edition." in verified(client, edition.pdf_sha256)


def test_a_superseded_file_is_genuine_and_leads_to_the_newest(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    issued(cluster)
    page = verified(client, edition.pdf_sha256)
    assert "The newest is version 2, revision 1." in page
    assert "It is the newest edition." not in page


def test_the_checksum_of_a_withdrawn_file_stays_known_as_withdrawn(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
    page = verified(client, edition.pdf_sha256)
    assert "This revision was withdrawn, because a name in it may no longer be shown." in page
    assert "The revision without that name is still being made." in page


@pytest.mark.parametrize("reason", [RedactionReason.CONSENT, RedactionReason.ERASURE])
def test_nobody_learns_whether_a_consent_was_withdrawn_or_a_person_erased(
    client: Client, cluster: Cluster, reason: RedactionReason
) -> None:
    edition = issued(cluster)
    withdraw_edition(edition=edition, reason=reason, by=None, at=NOW)
    page = words(client.get(edition.get_absolute_url()))
    assert "Version 1, revision 1, holds a name that may no longer be shown." in page
    assert "corrected" not in page + verified(client, edition.pdf_sha256)
    assert Job.objects.get(task="factsheets.revise").arguments["why"] == RevisionReason.NAME_REMOVED


def test_a_corrected_name_is_told_as_such_by_the_daily_chore_too(cluster: Cluster) -> None:
    edition = issued(cluster)
    withdraw_edition(edition=edition, reason=RedactionReason.CORRECTION, by=None, at=NOW)
    Job.objects.filter(task="factsheets.revise").delete()  # given up
    assert keep_up(NOW) == 1
    assert Edition.objects.get(revision=2).why == RevisionReason.NAME_CORRECTED


def test_a_corrected_name_is_not_told_as_a_withdrawn_consent(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    withdraw_edition(edition=edition, reason=RedactionReason.CORRECTION, by=None, at=NOW)
    page = words(client.get(edition.get_absolute_url()))
    assert "A name in version 1, revision 1, was corrected." in page
    assert "may no longer be shown" not in page
    page = verified(client, edition.pdf_sha256)
    assert "This revision was withdrawn, because a name in it was corrected." in page
    assert "The revision with the corrected name is still being made." in page
    jobs.run(Job.objects.get(task="factsheets.revise").pk)
    newest = Edition.objects.get(revision=2)
    assert newest.why == RevisionReason.NAME_CORRECTED
    assert "revision 2 (a name was corrected)" in words(client.get(edition.get_absolute_url()))
    assert "(A name was corrected)" in verified(client, edition.pdf_sha256)


def test_what_came_after_is_listed_in_order_with_its_revisions(client: Client, cluster: Cluster) -> None:
    first = issued(cluster)
    second = issued(cluster)
    withdraw_edition(edition=second, reason=RedactionReason.CONSENT, by=None, at=NOW)
    revise(issue=second.issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW)
    page = verified(client, first.pdf_sha256)
    assert "Superseded by version 2." in page
    assert "The newest is version 2, revision 2." in page
    listed = page.partition("What came after")[2].partition("</ul>")[0]
    assert [listed.count(f"version 2, revision {number}</a>") for number in (1, 2)] == [1, 1]
    assert listed.index("(withdrawn)") < listed.index("(A name was taken out)")
    assert "Replaced by revision 2 of the same version." in verified(client, second.pdf_sha256)
    assert "It is the newest edition." in verified(client, Edition.objects.get(revision=2).pdf_sha256)


def test_what_the_commands_print_is_taken_as_it_is(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    spaced = " ".join(edition.pdf_sha256[at : at + 2] for at in range(0, 64, 2))
    for typed in (f"{edition.pdf_sha256}  sheet.pdf", f"SHA256 (sheet.pdf) = {edition.pdf_sha256.upper()}", spaced):
        assert "This is the PDF of" in verified(client, typed)
    sums = client.get(f"/factsheets/{cluster.reference}/v1/SHA256SUMS").content.decode()
    page = verified(client, f"{sums}{'0' * 64}  of-somebody-else.pdf")
    assert "What these checksums are" in page
    for said in ("This is the PDF of", "This is the data file of", "No file that was issued here has this checksum"):
        assert page.count(said) == 1


def test_a_factsheet_in_between_says_so(client: Client, cast: Cast, cluster: Cluster) -> None:
    issue = issue_interim(cluster=cluster, by=cast.user("lead"), reason="A fair.")
    edition = draw_first(issue=issue)
    page = verified(client, edition.pdf_sha256)
    assert "issued in between, while the work went on" in page
    assert "Cluster factsheet" in page


def test_a_strange_checksum_is_not_ours_and_a_wrong_one_is_an_error(client: Client) -> None:
    assert "Not one of ours" in verified(client, "0" * 64)
    for typed in ("abc", "x" * 64, "0" * 5000, "\0"):
        response = client.get("/factsheets/verify/", {"sha256": typed})
        assert response.status_code == 422
        assert "A SHA-256 checksum has 64 signs" in words(response)
    assert client.get("/factsheets/verify/").status_code == 200


@pytest.mark.django_db
def test_a_list_that_is_too_long_says_what_was_not_looked_up(client: Client) -> None:
    lines = "\n".join(f"{number:064x}  file{number}.pdf" for number in range(25))
    found = client.get("/factsheets/verify/", {"sha256": lines}).content.decode()
    assert "The first 20 were looked up. 5 more were not" in found
    assert found.count("No file that was issued here has this checksum") == 20
    assert "file24.pdf" in found, "the list stays in the form"
