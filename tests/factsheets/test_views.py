"""Addresses of documents: who sees what, what is said where nothing is, and how files are handed out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clusters.choices import State
from clusters.models import Cluster
from community.choices import ConsentPurpose, RedactionReason
from factsheets import pdf as pdf_module
from factsheets import storage
from factsheets.actions.interim import issue_interim
from factsheets.actions.issue import draw_first, issue_factsheet
from factsheets.actions.revise import revise, withdraw_edition
from factsheets.choices import Face, RevisionReason
from factsheets.models import Edition, Issue
from factsheets.pdf import Limits, Press
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.factsheets.reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


def issued(cluster: Cluster, face: str = Face.FORWARD, **more: Any) -> Edition:
    made = issue_factsheet(cluster=cluster, face=face, reason="approve", by=None, at=NOW, **more)
    return made.editions.get()


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


# -- The page ----------------------------------------------------------------------------------------------------------


def test_a_visitor_reads_the_newest_factsheet_with_its_version_file_and_checksum(
    client: Client, cluster: Cluster
) -> None:
    edition = issued(cluster)
    response = client.get(f"/clusters/{cluster.reference}/factsheet/")
    assert response.status_code == 200
    page = words(response)
    assert f"Factsheet, PDF ({edition.pages} page" in page
    assert f"{round(edition.pdf_size / 1000)} kB)" in page
    assert f"/factsheets/{cluster.reference}/v1/en.pdf" in page
    assert edition.pdf_sha256 in page
    assert storage.read(edition.article_file).decode() in response.content.decode()
    assert "<h1" in page
    assert page.count("<h1") == 1


def test_an_older_version_says_that_it_is_superseded_and_leads_to_the_newest(client: Client, cluster: Cluster) -> None:
    issued(cluster)
    issued(cluster, Face.BACKWARD)
    old = words(client.get(f"/factsheets/{cluster.reference}/v1/en/"))
    assert "A newer version was issued." in old
    assert f'href="/factsheets/{cluster.reference}/v2/en/"' in old
    assert "A newer version was issued." not in words(client.get(f"/factsheets/{cluster.reference}/v2/en/"))
    assert "Version 2" in words(client.get(f"/clusters/{cluster.reference}/factsheet/"))


def test_the_pages_of_documents_cost_as_many_queries_with_one_version_as_with_three(
    client: Client, cluster: Cluster, django_assert_num_queries: Any
) -> None:
    address = f"/clusters/{cluster.reference}/factsheet/"
    issued(cluster)
    client.get(address)
    with django_assert_num_queries(1):
        client.get(address)
    for _more in range(2):
        issued(cluster)
    with django_assert_num_queries(1):
        client.get(address)


@pytest.mark.parametrize("state", [State.APPROVED, State.RUNNING])
def test_before_the_first_version_a_sentence_stands_there_with_404(client: Client, cast: Cast, state: str) -> None:
    cluster = make_cluster(cast, state)
    for address in ("factsheet/", "factsheet.pdf"):
        response = client.get(f"/clusters/{cluster.reference}/{address}")
        assert response.status_code == 404
        assert "Version 1 is issued when a coordinator approves the cluster" in words(response)


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.DECLINED])
def test_what_a_visitor_may_not_see_is_not_there_at_all(client: Client, cast: Cast, state: str) -> None:
    cluster = make_cluster(cast, state)
    for address in ("factsheet/", "factsheet.pdf", "preview/"):
        response = client.get(f"/clusters/{cluster.name}/{address}")
        assert response.status_code == 404
        assert "Version 1 is issued" not in words(response)
        assert cluster.title not in words(response)


@pytest.mark.parametrize(
    "address",
    [
        "/clusters/M4N-CL-1999-99/factsheet/",
        "/clusters/M4N-CL-1999-99/factsheet.pdf",
        "/factsheets/M4N-CL-1999-99/v1/en/",
        "/factsheets/M4N-CL-1999-99/v1/en.pdf",
        "/factsheets/M4N-CL-1999-99/v99999999999999999999/en.json",
        "/factsheets/M4N-CL-1999-99/v32767/en.pdf",
        "/factsheets/M4N-CL-1999-99/v32768/en.pdf",
        "/factsheets/%00/v1/en/",
        "/factsheets/../v1/en.pdf",
    ],
)
def test_a_wrong_address_is_404(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_another_language_or_version_is_404_with_a_way_on(client: Client, cluster: Cluster) -> None:
    issued(cluster)
    for address in ("v1/el/", "v2/en/", "v1/el.pdf", "v2/en.json"):
        response = client.get(f"/factsheets/{cluster.reference}/{address}")
        assert (response.status_code, "The newest factsheet" in words(response)) == (404, True)
    response = client.get(f"/clusters/{cluster.reference}/factsheet.pdf?lang=el")
    assert (response.status_code, "No factsheet yet" in words(response).partition("404")[2]) == (404, False)
    assert client.get(f"/clusters/{cluster.reference}/factsheet.pdf?lang=en").status_code == 200
    assert client.get(f"/clusters/{cluster.reference}/factsheet.pdf?lang=%00").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_documents_are_only_read(client: Client, cast: Cast, cluster: Cluster, method: str) -> None:
    issued(cluster)
    client.force_login(cast.user("member"))  # type: ignore[arg-type]
    for name in ("current", "current_pdf", "preview", "preview_pdf"):
        assert getattr(client, method)(reverse(f"factsheets:{name}", args=[cluster.reference])).status_code == 405


# -- Files -------------------------------------------------------------------------------------------------------------


def test_a_pdf_is_handed_out_as_stored_with_one_query(
    client: Client, cluster: Cluster, django_assert_num_queries: Any
) -> None:
    edition = issued(cluster)
    for address in (f"/clusters/{cluster.reference}/factsheet.pdf", f"/factsheets/{cluster.reference}/v1/en.pdf"):
        with django_assert_num_queries(1):
            response = client.get(address)
        assert response.content == storage.read(edition.pdf_file)
        assert response["Content-Type"] == "application/pdf"
        name = f"{cluster.reference}_v1_2026-05-12_en.pdf"
        assert response["Content-Disposition"] == f'inline; filename="{name}"'
        assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["ETag"] == f'"{edition.pdf_sha256}"'


def test_who_has_the_file_is_told_so_without_it(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    address = f"/factsheets/{cluster.reference}/v1/en.pdf"
    response = client.get(address, headers={"if-none-match": f'"{edition.pdf_sha256}"'})
    assert (response.status_code, response.content) == (304, b"")
    assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert client.get(address, headers={"if-none-match": '"other"'}).status_code == 200
    assert client.head(address).status_code == 200


def test_nothing_is_rendered_to_hand_out_a_pdf(
    client: Client, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued(cluster)
    monkeypatch.setattr(pdf_module, "_press", None)
    assert client.get(f"/clusters/{cluster.reference}/factsheet.pdf").status_code == 200


def test_the_data_file_is_json_of_what_the_document_says(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    response = client.get(f"/factsheets/{cluster.reference}/v1/en.json")
    data = json.loads(response.content)
    assert response["Content-Type"] == "application/json"
    assert data["format"] == "cluster-factsheet/1"
    assert (data["issue"]["reference"], data["issue"]["version"], data["issue"]["revision"]) == (
        cluster.reference,
        1,
        1,
    )
    assert data["issue"]["address"].endswith(f"/factsheets/{cluster.reference}/v1/en/")
    assert data["cluster"]["title"] == cluster.title
    assert response["ETag"] == f'"{edition.data_sha256}"'


# -- Withdrawn, missing ------------------------------------------------------------------------------------------------


def test_a_withdrawn_edition_is_gone_until_its_next_revision_stands_at_the_same_address(
    client: Client, cast: Cast, cluster: Cluster
) -> None:
    make.make_consent(cast.member("lead"), ConsentPurpose.NAMED)
    edition = issued(cluster)
    address = f"/factsheets/{cluster.reference}/v1/en/"
    assert cast.member("lead").name in words(client.get(address))
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
    response = client.get(address)
    assert response.status_code == 410
    assert "This edition was withdrawn" in words(response)
    assert client.get(f"/factsheets/{cluster.reference}/v1/en.pdf").status_code == 404
    cast.member("lead").consents.all().delete()
    revise(issue=edition.issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW)
    page = words(client.get(address))
    assert cast.member("lead").name not in page
    assert "revision 2 (a name was taken out)" in page
    assert cast.member("lead").name not in text_of(client.get(f"/clusters/{cluster.reference}/factsheet.pdf").content)


def test_without_a_pdf_the_page_stays_and_says_why(
    client: Client,
    cast: Cast,
    cluster: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path_factory.mktemp("code")
    (folder / "weasyprint.py").write_text("raise OSError('cannot load library libpango')")
    monkeypatch.setattr(pdf_module, "_press", Press(code=[folder]))
    issued(cluster)
    response = client.get(f"/clusters/{cluster.reference}/factsheet/")
    assert response.status_code == 200
    assert "the server lacked a library on the day of issue" in words(response)
    assert "factsheet.pdf" not in words(response)
    assert client.get(f"/clusters/{cluster.reference}/factsheet.pdf").status_code == 404
    client.force_login(cast.user("member"))  # type: ignore[arg-type]
    preview = client.get(f"/clusters/{cluster.reference}/preview.pdf")
    assert preview.status_code == 503
    assert "lacks a library that the PDF needs (Pango)" in words(preview)
    assert client.get(f"/clusters/{cluster.reference}/preview/").status_code == 200


def test_a_damaged_article_is_not_shown(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    path = storage._path(edition.article_file)
    assert path is not None
    path.write_text("<h1>Somebody else's words</h1>")
    response = client.get(f"/clusters/{cluster.reference}/factsheet/")
    assert response.status_code == 503
    assert b"Somebody else" not in response.content


# -- Preview -----------------------------------------------------------------------------------------------------------


def test_a_preview_is_live_and_marked(client: Client, cast: Cast, cluster: Cluster) -> None:
    page = words(client.get(f"/clusters/{cluster.reference}/preview/"))
    assert "Preview, not issued" in page
    assert cluster.title in page
    Cluster.objects.filter(pk=cluster.pk).update(title="Another title", version=99)
    client.force_login(cast.user("member"))  # type: ignore[arg-type]
    response = client.get(f"/clusters/{cluster.reference}/preview.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert "preview" in response["Content-Disposition"]
    assert "public" not in response["Cache-Control"]
    assert "Another title" in text_of(response.content)
    assert "Preview, not issued" in text_of(response.content)
    assert Issue.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "status"), [("proposer", 200), ("lead", 200), ("coordinator", 404), ("member", 404), ("superuser", 404)]
)
def test_the_preview_of_a_draft_is_for_those_who_may_see_it(client: Client, cast: Cast, role: str, status: int) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    client.force_login(cast.user(role))  # type: ignore[arg-type]
    assert client.get(f"/clusters/{cluster.name}/preview/").status_code == status
    assert client.get(f"/clusters/{cluster.name}/preview.pdf").status_code == status


def test_only_those_who_signed_in_have_a_preview_set_as_pdf(client: Client, cast: Cast, cluster: Cluster) -> None:
    page = f"/clusters/{cluster.reference}/preview/"
    assert "preview.pdf" not in words(client.get(page))
    for name in (cluster.name, make_cluster(cast, State.DRAFT).name):
        response = client.get(f"/clusters/{name}/preview.pdf")
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
    client.force_login(cast.user("member"))  # type: ignore[arg-type]
    assert "preview.pdf" in words(client.get(page))


def test_a_preview_is_set_once_for_the_same_content(
    client: Client, cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(cast.user("member"))  # type: ignore[arg-type]
    address = f"/clusters/{cluster.reference}/preview.pdf"
    first = client.get(address)
    press = Press(Limits(wall_seconds=0.01))
    monkeypatch.setattr(pdf_module, "_press", press)
    assert client.get(address).content == first.content
    Cluster.objects.filter(pk=cluster.pk).update(title="Another title", version=99)
    assert client.get(address).status_code == 503
    press.stop()


def test_a_preview_over_time_is_refused_with_a_sentence(
    client: Client, cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(cast.user("member"))  # type: ignore[arg-type]
    press = Press(Limits(wall_seconds=0.01))
    monkeypatch.setattr(pdf_module, "_press", press)
    response = client.get(f"/clusters/{cluster.reference}/preview.pdf")
    press.stop()
    assert response.status_code == 503
    assert "The page holds the same content." in words(response)


# -- Verify ------------------------------------------------------------------------------------------------------------


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
    assert "This revision was withdrawn" in verified(client, edition.pdf_sha256)


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


# -- On the cluster's page ---------------------------------------------------------------------------------------------


def test_the_clusters_page_offers_the_newest_factsheet(client: Client, cluster: Cluster) -> None:
    edition = issued(cluster)
    page = words(client.get(f"/clusters/{cluster.reference}/"))
    assert f"/factsheets/{cluster.reference}/v1/en.pdf" in page
    assert f"Factsheet, PDF ({edition.pages} page" in page


# -- When a file is away -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "file"),
    [("factsheet/", "article_file"), ("factsheet.pdf", "pdf_file")],
)
def test_a_missing_file_is_said_and_named_in_the_log_instead_of_breaking_the_page(
    client: Client, cluster: Cluster, caplog: pytest.LogCaptureFixture, address: str, file: str
) -> None:
    name = getattr(issued(cluster), file)
    content = storage.read(name)
    storage.remove([name])
    response = client.get(f"/clusters/{cluster.reference}/{address}")
    assert response.status_code == 503
    assert "missing or damaged" in words(response)
    assert name in caplog.text
    storage.put(content, suffix=f".{name.rpartition('.')[2]}")  # put back from the backup, it is whole again
    assert client.get(f"/clusters/{cluster.reference}/{address}").status_code == 200


@pytest.mark.django_db
def test_a_list_that_is_too_long_says_what_was_not_looked_up(client: Client) -> None:
    lines = "\n".join(f"{number:064x}  file{number}.pdf" for number in range(25))
    found = client.get("/factsheets/verify/", {"sha256": lines}).content.decode()
    assert "The first 20 were looked up. 5 more were not" in found
    assert found.count("No file that was issued here has this checksum") == 20
    assert "file24.pdf" in found, "the list stays in the form"
