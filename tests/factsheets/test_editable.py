"""What lies beside the issued files: what changed, the sums, and a copy that may be edited."""

from __future__ import annotations

import json
import re
import subprocess
from copy import deepcopy
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
from factsheets import sentences
from factsheets.actions.issue import issue_factsheet
from factsheets.actions.revise import withdraw_edition
from factsheets.choices import Face
from factsheets.docx_file import write_docx
from factsheets.imprint import Imprint
from factsheets.models import Edition
from factsheets.rendering.editable import copy_of
from factsheets.rendering.factsheet import draw_factsheet, set_factsheet
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, make_consent
from tests.factsheets import gallery, sample_lines, samples, wording
from tests.factsheets.ordinary import ordinary_backward
from tests.factsheets.reading import text_of
from tests.factsheets.test_spoken import heard

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


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
    for file in (f"{base}/v1/en.pdf", f"{base}/v1/en.json"):
        gone = client.get(file)
        assert (gone.status_code, "This edition was withdrawn" in gone.text) == (410, True)
    assert client.get(f"/clusters/{cluster.reference}/factsheet.pdf").status_code == 200
    assert client.get(f"{base}/v1/fr.pdf").status_code == 404
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
    """Return all words of a document, those of links, too."""
    return "\n".join("".join(part.text or "" for part in one.iter(f"{W}t")) for one in text.element.body.iter(f"{W}p"))


@pytest.mark.parametrize("sample", [sample_lines.empty, ordinary_backward, samples.hard, samples.every_script])
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
    assert {"Title", "Intense Quote"} <= styles
    assert ("Heading 1" in styles) == bool(snapshot["objectives"])
    heads = text.element.xpath("//w:tbl[w:tr/w:trPr/w:tblHeader]")
    assert len(heads) == len(text.tables) - 1  # the facts have their heads at the side
    assert json.dumps(snapshot) == json.dumps(sample())


def told_by(snapshot: Any, face: str, language: str) -> tuple[Any, str]:
    """Return the copy of a version of the samples, opened, and the article of its factsheet."""
    imprint = wording.issued({**snapshot, "language": language}, face)
    content = write_docx(copy_of(snapshot, imprint, gallery.NAMES), made_at=NOW)
    return opened(content), draw_factsheet(snapshot, imprint, names=gallery.NAMES).article


@pytest.mark.parametrize("language", ["en", "el", "bg", "sq"])
@pytest.mark.parametrize("face", Face.values)
def test_every_text_of_the_factsheet_is_in_the_copy(face: str, language: str) -> None:
    """Emblem, programme, funding, demonstration mark, deliverables, figures, legends of tables: all but the drawing."""
    state = State.RUNNING if face == Face.FORWARD else State.CONCLUDED
    text, article = told_by(wording.everything(state, language), face, language)
    words = "".join(answer_words(text).split())
    lost = [one for one, _language in heard(article) if "".join(one.split()) not in words]
    legend = re.search(r'<p class="fs-legend">([^<]+)</p>', article)
    assert legend is not None
    assert lost == [legend[1].strip()], "what explains the drawing of the roadmap, which the table replaces"


def test_the_words_of_the_pdf_are_in_the_copy() -> None:
    """As a reader's program takes them out of the PDF, but for the drawing's months and the foot of the pages."""
    snapshot = ordinary_backward()
    imprint = wording.issued(snapshot, Face.BACKWARD)
    text = opened(write_docx(copy_of(snapshot, imprint, gallery.NAMES), made_at=NOW))
    document, pdf = set_factsheet(snapshot, imprint, names=gallery.NAMES, created_at=NOW)
    legend = re.search(r'<p class="fs-legend">([^<]+)</p>', document.article)
    assert legend is not None
    told = "".join([answer_words(text), legend[1]]).replace("-", "")
    told = "".join(told.split())
    lost = {word for word in text_of(pdf).replace("-", "").split() if word not in told}
    months = re.compile(r"[A-Z][a-z]{2}")
    assert {word for word in lost if not months.fullmatch(word)} <= {"•", "Page"}


def test_the_copy_has_the_emblem_the_code_and_their_words() -> None:
    text, _article = told_by(ordinary_backward(), Face.BACKWARD, "en")
    shapes = [shape._inline.docPr.get("descr") for shape in text.inline_shapes]
    assert shapes == [
        "Emblem of the European Union",
        "QR code: permanent address of this factsheet, where it can be verified",
    ]
    assert text.inline_shapes[0].height.mm >= 12  # what the law asks for
    assert "Demonstration data" in answer_words(text)
    assert "Co-funded by the European UnionInterreg" in "".join(answer_words(text).split("\n")).replace("  ", " ")


def test_the_copy_has_no_picture_of_another_document() -> None:
    """The template of the library has one of its own, which folders would show."""
    text, _article = told_by(ordinary_backward(), Face.BACKWARD, "en")
    assert [str(part.partname) for part in text.part.package.iter_parts() if "thumbnail" in str(part.partname)] == []


def test_links_of_the_copy_lead_where_those_of_the_factsheet_do() -> None:
    text, article = told_by(ordinary_backward(), Face.BACKWARD, "en")
    targets = {one.target_ref for one in text.part.rels.values() if one.is_external}
    assert targets == set(re.findall(r'href="([^"]+)"', article))


def test_what_is_in_another_language_says_so_in_the_copy() -> None:
    text, _article = told_by(ordinary_backward(), Face.BACKWARD, "sq")
    lang = {one.get(f"{W}val") for one in text.element.body.iter(f"{W}lang")}
    assert lang == {"sq"}
    assert {one.get(f"{W}val") for one in text.styles.element.iter(f"{W}lang")} == {"en"}


#: The typefaces that the rules of visibility allow for the statement beside the emblem.
ALLOWED = {"Arial", "Calibri", "Garamond", "Trebuchet", "Tahoma", "Verdana", "Ubuntu"}
#: A style of the library's template for the words of programs; no paragraph of ours has it.
UNUSED = "macro"


@pytest.mark.parametrize("language", ["en", "el", "bg"])
def test_the_statement_stands_beside_the_emblem_in_a_typeface_that_is_allowed(language: str) -> None:
    text, _article = told_by(wording.everything(State.RUNNING, language), Face.FORWARD, language)
    (beside,) = [one for one in text.paragraphs if sentences.co_funded(language) in one.text]
    assert beside._p.xpath("count(.//pic:pic)") == 1
    named = {run.font.name for run in beside.runs} | {beside.style.font.name}
    assert named == {None}, "they take the document's own"
    (defaults,) = text.styles.element.xpath("w:docDefaults//w:rFonts")
    names = {key.removeprefix(W): value for key, value in defaults.attrib.items()}
    assert names == dict.fromkeys(("ascii", "hAnsi", "cs"), names["ascii"])
    assert names["ascii"] in ALLOWED
    themed = [one for one in text.styles.element.iter(f"{W}rFonts") if any("heme" in key for key in one.attrib)]
    assert themed == [], "nothing is set in the typefaces of the template's theme"
    styled = {one.font.name for one in text.styles if hasattr(one, "font") and UNUSED not in one.name.lower()}
    assert styled - ALLOWED == {None}


@pytest.mark.parametrize("language", ["en", "el", "bg"])
def test_columns_of_the_copy_are_as_wide_as_their_words_need(language: str) -> None:
    """No word of a usual cluster is broken within itself, and each table fills the page's width."""
    text, _article = told_by(ordinary_backward(), Face.BACKWARD, language)
    assert text.tables
    for table in text.tables:
        widths = [round(column.width.mm, 1) for column in table.columns]
        assert [round(cell.width.mm, 1) for cell in table.rows[-1].cells] == widths
        assert sum(widths) == pytest.approx(170, abs=1)
        for at, width in enumerate(widths):
            words = " ".join(row.cells[at].text for row in table.rows).split()
            assert width >= 2 * max(len(word) for word in words if len(word) < 24), (at, widths)
        assert table._tbl.xpath("count(w:tr[w:trPr/w:cantSplit or w:trPr/w:tblHeader])") == len(table.rows)
    unlike = {tuple(column.width for column in table.columns) for table in text.tables}
    assert any(len(set(widths)) > 1 for widths in unlike)


def test_columns_of_hard_words_still_fit_the_page() -> None:
    text, _article = told_by(samples.hard(), Face.BACKWARD, "el")
    for table in text.tables:
        widths = [column.width.mm for column in table.columns]
        assert sum(widths) == pytest.approx(170, abs=1)
        assert min(widths) > 8


def test_whom_an_outcome_reached_stands_on_a_line_of_its_own_in_the_copy() -> None:
    snapshot = deepcopy(ordinary_backward())
    snapshot["outcomes"][0].update(participants=14, organisations=6, countries=1)
    text, _article = told_by(snapshot, Face.BACKWARD, "en")
    cells = [cell.text for table in text.tables for row in table.rows for cell in row.cells]
    assert any(cell.split("\n")[-1] == "14 participants, 6 organisations, in 1 country" for cell in cells)
    assert not any("\n\n" in cell for cell in cells)
