"""What a tagged file takes over from its page, and that our checks see each thing that can be missing."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pikepdf
import pytest

from factsheets.pdf import Attachment, Pdf, render_pdf
from factsheets.pdf_checks import languages, problems

DATA = b'{"one": 1}\n'
PAGE = f"""<article class="fs" lang="en"><div class="fs-doc"><span class="fs-ref" data-before-page="Page "
 data-between-pages=" of " data-notice="">REF</span></div>
<h1>Title</h1><p>One <span lang="fr">deux</span> three</p><p lang="el">Ένα <b>δύο</b></p>
<h2>Table</h2><table><thead><tr><th scope="col">A</th><th>B</th></tr></thead>
<tbody><tr><th scope="row">C</th><td lang="hr">četiri</td></tr><tr><th>D</th><td>5</td></tr></tbody></table>
<ol><li lang="bg">шест</li></ol><ul><li>7</li></ul><ul lang="pt" style="list-style: none"><li>oito</li></ul>
<p lang="it" style="break-inside: auto">{"nove " * 1300}</p>
<p><a href="https://registry.example/x/">All
 versions</a></p>
<svg viewBox="0 0 9 9" width="90" height="90"><title>Dot</title><circle r="4" cx="4" cy="4"/></svg>
<p>{sha256(DATA).hexdigest()}</p></article>"""


@pytest.fixture(scope="module")
def pdf() -> Pdf:
    at = datetime(2026, 5, 6, 9, tzinfo=UTC)
    files = [Attachment("data.json", DATA, "Data")]
    return render_pdf(PAGE, title="Title", language="en", created_at=at, attachments=files)


@pytest.fixture
def file(pdf: Pdf) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        yield opened


def elements(file: pikepdf.Pdf, kind: str) -> list[Any]:
    named = [one for one in file.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"]
    return [one for one in named if one.get("/S") == kind]


def test_every_language_of_the_page_is_in_the_file_on_each_sheet_that_it_reaches(pdf: Pdf) -> None:
    assert problems(pdf) == []
    assert pdf.pages > 1
    assert languages(pdf)[:7] == ["en", "en", "fr", "el", "hr", "bg", "pt"]
    assert languages(pdf)[7:] == ["it", "en", "it"][: len(languages(pdf)) - 7]


def test_a_head_cell_says_what_it_is_the_head_of_and_a_list_whether_it_is_numbered(file: pikepdf.Pdf) -> None:
    assert [str(head.A.Scope) for head in elements(file, "/TH")] == ["/Column", "/Column", "/Row", "/Row"]
    assert [str(one.A.ListNumbering) for one in elements(file, "/L")] == ["/Decimal", "/Disc", "/Disc"]


def test_a_picture_stands_where_it_is_drawn_in_points_from_the_foot(file: pikepdf.Pdf) -> None:
    (figure,) = elements(file, "/Figure")
    left, low, right, high = (float(value) for value in figure.A.BBox)
    assert (round(right - left, 1), round(high - low, 1)) == (67.5, 67.5)
    assert left == pytest.approx(16 / 25.4 * 72, abs=0.1)
    assert 0 < low < high < 842


def test_a_link_says_its_words_and_not_its_address(file: pikepdf.Pdf) -> None:
    said = [str(place.Contents) for page in file.pages for place in page.get("/Annots", [])]
    assert said == ["All versions"]


def test_what_repeats_in_the_margins_is_no_content(file: pikepdf.Pdf) -> None:
    from factsheets.pdf_text import text_of

    texts = [text_of(page) for page in file.pages]
    assert [f"Page {number} of {len(texts)}" in text.artifact for number, text in enumerate(texts, 1)] == [True] * 2
    assert not any("Page" in words for text in texts for words in text.marked.values())


def _without(path: str, key: str) -> Callable[[pikepdf.Pdf], None]:
    def spoil(file: pikepdf.Pdf) -> None:
        holder = file.Root if path == "root" else elements(file, path)[0]
        del holder[key]

    return spoil


def _metadata(old: bytes, new: bytes) -> Callable[[pikepdf.Pdf], None]:
    def spoil(file: pikepdf.Pdf) -> None:
        file.Root.Metadata.write(file.Root.Metadata.read_bytes().replace(old, new))

    return spoil


def _read_as_address(file: pikepdf.Pdf) -> None:
    next(place for page in file.pages for place in page.get("/Annots", [])).Contents = "registry.example/x/"


def _margin_back(file: pikepdf.Pdf) -> None:
    page = file.pages[0]
    page.Contents = file.make_stream(
        page.Contents.read_bytes().replace(b"/Artifact\n<</Type /Pagination>>", b"/P <</MCID 9999>>")
    )


def _loose(file: pikepdf.Pdf) -> None:
    page = file.pages[0]
    page.Contents = file.make_stream(
        page.Contents.read_bytes().replace(b"/Artifact\n<</Type /Pagination>>", b"/P <<>>")
    )


def _other_data(file: pikepdf.Pdf) -> None:
    file.attachments["data.json"].obj.EF.F.write(b"{}")


def _skip(file: pikepdf.Pdf) -> None:
    elements(file, "/H2")[0].S = pikepdf.Name.H3


SPOILT: dict[str, Callable[[pikepdf.Pdf], None]] = {
    "The document's language is not set.": _without("root", "/Lang"),
    "There is no structure tree.": _without("root", "/StructTreeRoot"),
    "A reader would show the file's name instead of its title.": _without("root", "/ViewerPreferences"),
    "The metadata (XMP) does not say that the file is PDF/UA-1.": _metadata(b"pdfuaid:part", b"pdfuaid:no"),
    "The metadata (XMP) does not say that the file is PDF/A-3a.": _metadata(b'pdfaid:part="3"', b'pdfaid:part="2"'),
    "A level of headings is skipped.": _skip,
    "A picture has no alternative text.": _without("/Figure", "/Alt"),
    "A picture does not say where it stands.": _without("/Figure", "/A"),
    "A head cell does not say whether it is the head of its row or of its column.": _without("/TH", "/A"),
    "A link on page 2 does not say in words where it leads.": _read_as_address,
    "On page 1 stands marked text that belongs to no element of the structure.": _margin_back,
    "On page 1 stands text outside of the structure: “REF · TitlePage 1 of 2”.": _loose,
    "The enclosed file data.json does not say how it belongs to the document.": _without("root", "/AF"),
    "The document does not print the checksum of the enclosed file data.json.": _other_data,
}


@pytest.mark.parametrize("sentence", SPOILT)
def test_what_is_missing_is_said(sentence: str, file: pikepdf.Pdf) -> None:
    SPOILT[sentence](file)
    out = io.BytesIO()
    file.save(out)
    assert sentence in problems(out.getvalue())


def test_a_link_that_reads_as_its_address_is_said() -> None:
    for words in ("https://registry.example/x/", "registry.example/x"):
        html = f'<h1>T</h1><p><a href="https://registry.example/x/">{words}</a></p>'
        pdf = render_pdf(html, title="T", language="en", created_at=datetime(2026, 5, 6, tzinfo=UTC))
        assert f"A link reads as an address instead of words: “{words}”." in problems(pdf)
