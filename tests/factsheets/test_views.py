"""Addresses of documents: who sees what, what is said where nothing is, and how files are handed out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.actions.merge import merge
from clusters.choices import State
from clusters.models import Cluster
from community.choices import ConsentPurpose, RedactionReason
from factsheets import pdf as pdf_module
from factsheets import storage
from factsheets.actions.revise import revise, withdraw_edition
from factsheets.choices import Face, RevisionReason
from factsheets.pdf import Press
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.factsheets.making_editions import issued, words
from tests.factsheets.reading import text_of

pytestmark = pytest.mark.django_db


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


def test_a_merged_cluster_s_factsheet_says_where_the_work_goes_on(client: Client, cast: Cast) -> None:
    into = make_cluster(cast, State.RUNNING)
    cluster = make_cluster(cast, State.APPROVED)
    edition = issued(cluster)
    digests = (edition.pdf_sha256, edition.issue.snapshot_sha256)
    addresses = (f"/clusters/{cluster.reference}/factsheet/", f"/factsheets/{cluster.reference}/v1/en/")
    pages = (*addresses, *(f"/factsheets/verify/?sha256={digest}" for digest in digests))
    assert not any("merged into" in words(client.get(page)) for page in pages)
    merge(cluster=cluster, into=into, by=cast.user("mission_coordinator"), reason="The same question.")
    for page in pages:
        said = words(client.get(page))
        day = f'<time datetime="{timezone.localdate().isoformat()}">'
        assert f"This cluster was merged into another one on {day}" in said, page
        assert f'<a href="/clusters/{into.reference}/">{into.reference}</a>' in said


def test_a_reopened_cluster_s_final_version_says_that_the_work_goes_on(client: Client, cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    edition = issued(cluster, Face.BACKWARD)
    pages = (f"/clusters/{cluster.reference}/factsheet/", f"/factsheets/verify/?sha256={edition.pdf_sha256}")
    assert not any("reopened" in words(client.get(page)) for page in pages)
    Cluster.objects.filter(pk=cluster.pk).update(state=State.RUNNING, ended_on=None)
    assert all("This cluster was reopened after it ended" in words(client.get(page)) for page in pages)
    issued(cluster)
    assert "reopened" not in words(client.get(pages[0])), "a version that looks forward says so itself"


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
    assert client.get(f"/factsheets/{cluster.reference}/v1/en.pdf").status_code == 410
    cast.member("lead").consents.all().delete()
    revise(issue=edition.issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW)
    page = words(client.get(address))
    assert cast.member("lead").name not in page
    assert "revision 2 (a name was taken out)" in page
    assert cast.member("lead").name not in text_of(client.get(f"/clusters/{cluster.reference}/factsheet.pdf").content)


def test_the_checksums_of_a_withdrawn_revision_stay_listed_at_its_address(
    client: Client, cast: Cast, cluster: Cluster
) -> None:
    """The QR code of a printed copy leads there: nobody shall take a genuine copy for a forged one."""
    make.make_consent(cast.member("lead"), ConsentPurpose.NAMED)
    edition = issued(cluster)
    address = f"/factsheets/{cluster.reference}/v1/en/"
    sums = [edition.pdf_sha256, edition.data_sha256, edition.table_sha256]
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
    gone = words(client.get(address))
    assert [one for one in sums if one not in gone] == []
    assert "was issued here as revision 1, before that was withdrawn" in gone
    cast.member("lead").consents.all().delete()
    revise(issue=edition.issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW)
    page = words(client.get(address))
    assert [one for one in sums if one not in page] == []
    assert "It was issued here and is genuine, but was withdrawn" in page
    listed = client.get(f"/factsheets/{cluster.reference}/v1/SHA256SUMS").text
    assert f"# withdrawn: {edition.pdf_sha256}  {edition.file_stem}.pdf" in listed
    assert [line[0] for line in listed.splitlines() if edition.pdf_sha256 in line] == ["#"]
    assert len([line for line in listed.splitlines() if line[0] != "#"]) == 2


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
