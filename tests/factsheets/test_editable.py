"""What lies beside the issued files: what changed, the sums, and a copy that may be edited."""

from __future__ import annotations

import json
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.choices import State
from clusters.models import Cluster
from community.choices import ConsentPurpose, RedactionReason
from factsheets.actions.issue import issue_factsheet
from factsheets.actions.revise import withdraw_edition
from factsheets.choices import Face
from factsheets.docx_file import write_docx
from factsheets.imprint import Imprint
from factsheets.models import Edition
from factsheets.rendering.editable import copy_of
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, make_consent
from tests.factsheets import samples


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def issued(cluster: Cluster) -> Edition:
    return issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW).editions.get()


def opened(content: bytes) -> Any:
    from docx import Document

    return Document(BytesIO(content))


@pytest.mark.django_db
def test_sums_verify_downloads_and_changes_are_told_between_versions(cast: Cast, tmp_path: Path) -> None:
    cluster, client = make_cluster(cast, State.RUNNING), Client()
    base = f"/factsheets/{cluster.reference}"
    edition = issued(cluster)
    sums = client.get(f"{base}/v1/SHA256SUMS")
    assert sums["content-type"] == "text/plain; charset=utf-8"
    assert client.get(f"{base}/v1/SHA256SUMS", headers={"if-none-match": sums["etag"]}).status_code == 304
    (tmp_path / "SHA256SUMS").write_bytes(sums.content)
    for ending in ("pdf", "json"):
        (tmp_path / f"{edition.file_stem}.{ending}").write_bytes(client.get(f"{base}/v1/en.{ending}").content)
    checked = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout.count(": OK"), checked.stderr) == (0, 2, "")
    assert f"{base}/v1/SHA256SUMS" in client.get(f"{base}/v1/en/").text
    assert "nothing before it to compare" in client.get(f"{base}/v1/changes/").text

    Cluster.objects.filter(pk=cluster.pk).update(title="Wetlands as flood storage")
    issued(cluster)
    assert f"{base}/v2/changes/" in client.get(f"{base}/v2/en/").text
    told = client.get(f"{base}/v2/changes/").text
    assert "Title: from “Nature-based solutions for flood regulation” to “Wetlands as flood storage”." in told
    with CaptureQueriesContext(connection) as two:
        client.get(f"{base}/v2/changes/")
    issued(cluster)
    assert "Both versions say the same." in client.get(f"{base}/v3/changes/").text
    with CaptureQueriesContext(connection) as three:
        client.get(f"{base}/v3/changes/")
    assert (len(two), len(three)) == (3, 3)
    assert "Wetlands as flood storage”." in client.get(f"{base}/v3/changes/?from=1").text
    for wrong in ("3", "9", "x", "-1", "99999999"):
        assert client.get(f"{base}/v3/changes/?from={wrong}").status_code == 404
    assert client.get(f"{base}/v4/changes/").status_code == 404
    assert client.get(f"{base}/v99999/SHA256SUMS").status_code == 404

    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
    left = client.get(f"{base}/v1/SHA256SUMS").text
    assert [line for line in left.splitlines() if not line.startswith("#")] == []
    assert f"# withdrawn: {edition.pdf_sha256}" in left


@pytest.mark.django_db
def test_a_copy_says_that_it_is_one_and_names_who_agrees_now(cast: Cast) -> None:
    cluster, client = make_cluster(cast, State.RUNNING), Client()
    lead = cast.member("lead")
    edition = issued(cluster)
    path = f"/factsheets/{cluster.reference}/v1/en.docx"
    assert client.get(path).status_code == 302
    assert path not in client.get(f"/factsheets/{cluster.reference}/v1/en/").text
    client.force_login(cast.user("member"))
    assert path in client.get(f"/factsheets/{cluster.reference}/v1/en/").text
    answer = client.get(path)
    assert answer["content-disposition"] == f'attachment; filename="{edition.file_stem}_copy.docx"'
    text = opened(answer.content)
    notice = f"Copy of version 1, not the issued document; verify at http://localhost:8000{edition.get_absolute_url()}"
    assert (text.paragraphs[0].text, text.sections[0].header.paragraphs[0].text) == (notice, notice)
    assert (text.core_properties.subject, text.core_properties.title) == (notice, cluster.title)
    assert lead.name not in answer_words(text)
    make_consent(lead, ConsentPurpose.NAMED)
    assert lead.name in answer_words(opened(client.get(path).content))
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
    assert client.get(path)["location"] == edition.get_absolute_url()
    assert client.get(path.replace("v1", "v2")).status_code == 404


def answer_words(text: Any) -> str:
    cells = [cell.text for table in text.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in text.paragraphs), *cells])


@pytest.mark.parametrize("sample", [samples.empty, samples.ordinary_backward, samples.hard, samples.every_script])
def test_what_a_snapshot_says_stands_in_the_copy_under_real_styles(sample: Any) -> None:
    snapshot = sample()
    imprint = Imprint(
        Face.BACKWARD, snapshot["language"], "https://m4n.example/f", version=3, issued_at=NOW, issuer="I"
    )
    text = opened(write_docx(copy_of(snapshot, imprint, {}), made_at=NOW))
    words = answer_words(text)
    for told in (
        snapshot["title"],
        *(line["text"] for line in snapshot["objectives"]),
        *(line["title"] for line in snapshot["stages"]),
        *(line["text"] for line in snapshot["outcomes"]),
        *(line["organisation"]["name"] for line in snapshot["participants"]),
    ):
        assert told in words, told
    styles = {one.style.name for one in text.paragraphs}
    assert {"Title", "Heading 1", "Intense Quote"} <= styles
    heads = text.element.xpath("//w:tbl[w:tr/w:trPr/w:tblHeader]")
    assert len(heads) == len(text.tables) - 1  # the facts have their heads at the side
    assert json.dumps(snapshot) == json.dumps(sample())
