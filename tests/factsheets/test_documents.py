"""The document: what it says, in two pages, in every script, the same bytes each time, with its emblem."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.utils import translation
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from clusters.snapshot_shape import Snapshot
from factsheets import pictures, sentences
from factsheets.choices import Face
from factsheets.imprint import Imprint
from factsheets.pdf import Pdf
from factsheets.pdf_checks import problems
from factsheets.pdf_text import letters_of
from factsheets.rendering.document import Composed, compose
from factsheets.rendering.factsheet import FACTSHEET, draw_factsheet, set_factsheet
from tests.factsheets import samples
from tests.factsheets.reading import pictures_of, text_of

AT = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
NAMES = {"member000021": "Vesna Demo", "member000012": "Nikos Demo", "member000003": "Eleni Demo"}
ORDINARY = {
    "forward": (samples.ordinary_forward, Face.FORWARD),
    "backward": (samples.ordinary_backward, Face.BACKWARD),
}
EVERY: dict[str, tuple[Callable[[], Snapshot], Face]] = {
    **ORDINARY,
    "empty": (samples.empty, Face.FORWARD),
    "empty, backward": (samples.empty, Face.BACKWARD),
    "hard": (samples.hard, Face.BACKWARD),
    "hard, forward": (samples.hard, Face.FORWARD),
    "scripts": (samples.every_script, Face.FORWARD),
}


def imprint(snapshot: Snapshot, face: str, **more: object) -> Imprint:
    defaults: dict[str, object] = {
        "version": 3,
        "language": "en",
        "issued_at": AT,
        "issuer": "the coordinator of WG4",
        "replaces": (2, date(2026, 1, 12)),
        "history": (14, "41be07a9" * 8),
        "address": f"https://registry.example/factsheets/{snapshot['reference']}/v3/en/",
    }
    return Imprint(face=face, **{**defaults, **more})  # type: ignore[arg-type]


def made(name: str, **more: object) -> Composed:
    sample, face = EVERY[name]
    snapshot = sample()
    return compose(FACTSHEET, snapshot, imprint(snapshot, face, **more), names=NAMES, created_at=AT, file_stem="data")


@pytest.fixture(scope="module")
def composed() -> Callable[[str], Composed]:
    """Return a document of the samples, made once for all tests of this file."""
    kept: dict[str, Composed] = {}
    return lambda name: kept.setdefault(name, kept.get(name) or made(name))


def pdf_of(composed: Composed) -> Pdf:
    assert composed.pdf is not None, composed.problem
    return composed.pdf


# -- What it says ------------------------------------------------------------------------------------------------------


def test_the_forward_face_says_what_is_set_out_to_do(composed: Callable[[str], Composed]) -> None:
    text = text_of(pdf_of(composed("forward")))
    for words in (
        "What we set out to do · running since 2 July 2025",
        "Adaptation to climate change in coastal areas",
        "Which adaptation measures can a small coastal municipality put into its plan now",
        "M4N-CL-2025-02, version 3",
        "as of 15 January 2026",
        "Demo Coast Institute",
        "Raised by Coastal Municipalities of Elafia EL, Nikos Demo; 5 say “me too”",
        "10 measures, each with cost and data needed",
        "Sea-level screening for small harbours",
        "Port community of Limni EL, external partner",
        "Littoral Observatory FR, peer reviewer",
        "Transfer workshop in Chania",
        "18 Aug – 14 Nov 2025",
        "Two regions put the text into a draft plan",
        "RSO2.4; SDG 11, 13, 14",
        "Sardinia (ITG2), MT00 (NUTS 2021)",
        "Name the harbour office in Montenegro before the try-outs (due 31 Jan 2026, open)",
        "Storm-surge barriers",
        "replaces version 2 of 12 January 2026",
        "41be07a9" * 8,
    ):
        assert words in text


def test_the_backward_face_says_what_came_of_it(composed: Callable[[str], Composed]) -> None:
    text = text_of(pdf_of(composed("backward")))
    for words in (
        "What came of it · concluded on 24 April 2026",
        "3 of 3 objectives reached",
        "1 uptake documented, 1 declared",
        "23 people at 1 meeting",
        "Vesna Demo",
        "5 plans, 4 countries",
        "Method handed to two regions and a park network",
        "Peer revision of community results",
        "Region of Three Gulfs IT Sardinia (ITG2) adapted 20 Mar 2026 Documented",
        "Association of Black Sea Wetlands BG BG33 as is 20 Oct 2025 Declared",
        "Planners trust a number in their own table, not ours.",
        "Flash floods: a new proposal is being written.",
        "24 Oct 2026, 24 Apr 2027",
        "end: The hall in Cagliari was flooded. (accepted 14 Nov 2025)",
        "3 Jul 2025 – 24 Apr 2026, 296 days",
        "+14 d",
        "−2 d",
    ):
        assert words in text


def test_every_stage_stands_in_the_picture_and_in_the_table(composed: Callable[[str], Composed]) -> None:
    text = text_of(pdf_of(composed("backward")))
    assert [text.count(line["title"]) for line in samples.ordinary_backward()["stages"]] == [2, 2, 2, 2, 2]


def test_persons_without_consent_are_not_in_it(composed: Callable[[str], Composed]) -> None:
    whole = composed("forward").document.article + composed("forward").data.decode()
    assert "Eleni Demo" in whole  # the control: this one consented
    assert "member000" not in whole


@pytest.mark.parametrize("name", ORDINARY)
def test_filled_as_usual_it_fits_two_pages(name: str, composed: Callable[[str], Composed]) -> None:
    assert pdf_of(composed(name)).pages == 2


def test_what_runs_a_few_lines_over_is_set_a_little_tighter() -> None:
    snapshot = samples.ordinary_backward()
    snapshot["lessons"] += "\n- One more thing that we learnt." * 4
    document, pdf = set_factsheet(snapshot, imprint(snapshot, Face.BACKWARD), names={}, created_at=AT)
    assert pdf.pages == 2
    assert "fs-tight" in document.article


def test_what_runs_a_third_of_a_page_over_is_set_in_the_smallest_setting() -> None:
    snapshot = samples.ordinary_backward()
    snapshot["lessons"] += "\n- One more thing that we learnt." * 22
    document, pdf = set_factsheet(snapshot, imprint(snapshot, Face.BACKWARD), names={}, created_at=AT)
    assert (pdf.pages, pdf.warnings, problems(pdf)) == (2, (), [])
    assert "fs-tight fs-dense" in document.article


def test_what_fits_two_pages_in_no_setting_is_set_in_the_usual_one() -> None:
    snapshot = samples.ordinary_backward()
    snapshot["lessons"] += "\n- One more thing that we learnt." * 80
    document, pdf = set_factsheet(snapshot, imprint(snapshot, Face.BACKWARD), names={}, created_at=AT)
    assert pdf.pages == 3
    assert "fs-tight" not in document.article


@pytest.mark.parametrize("name", EVERY)
def test_it_never_breaks_and_nothing_is_lost(name: str, composed: Callable[[str], Composed]) -> None:
    pdf = pdf_of(composed(name))
    assert pdf.warnings == ()
    assert problems(pdf) == []
    snapshot = EVERY[name][0]()
    letters = re.sub(r"\s+", "", text_of(pdf))
    for words in (snapshot["title"], snapshot["question"], *(line["title"] for line in snapshot["stages"])):
        assert re.sub(r"\s+", "", words) in letters


def test_nothing_runs_over_the_margins(composed: Callable[[str], Composed]) -> None:
    """The hard sample in pictures: 14 of the 16 mm at the left and right of every page hold no ink."""
    pdf = pdf_of(composed("hard"))
    pages = pictures_of(pdf, dots_an_inch=36)
    assert len(pages) == pdf.pages
    margin = int(14 / 25.4 * 36)
    for page in pages:
        width, height = page.size
        for strip in ((0, 0, margin, height), (width - margin, 0, width, height)):
            assert page.convert("L").crop(strip).getextrema()[0] > 250


def test_a_large_circle_of_participants_stands_over_the_whole_width() -> None:
    article = made("hard").document.article
    assert "fs-many" in article
    assert "fs-many" not in made("forward").document.article


def test_long_texts_stand_under_one_another_in_columns(composed: Callable[[str], Composed]) -> None:
    assert "fs-stacked" not in composed("backward").document.article
    assert "fs-stacked" in composed("hard").document.article


def test_columns_in_which_nothing_stands_are_left_out() -> None:
    snapshot = samples.ordinary_forward()
    for stage in snapshot["stages"]:
        stage.update(actual_start=None, actual_end=None, slip=None, first_slip=None, status="planned")
    for line in snapshot["expected_outcomes"]:
        line["on"] = None
    before = draw_factsheet(samples.ordinary_forward(), imprint(samples.ordinary_forward(), Face.FORWARD)).article
    after = draw_factsheet(snapshot, imprint(snapshot, Face.FORWARD)).article
    for head in (">Actual</th>", ">Slip</th>", ">When</th>"):
        assert head in before
        assert head not in after


def test_an_objective_reached_in_part_has_no_dash_beside_the_mark() -> None:
    snapshot = samples.ordinary_backward()
    snapshot["objectives"] = [
        {**samples.objective(1, "One", "Yes"), "partly": True},
        samples.objective(2, "Two", "Yes"),
    ]
    article = draw_factsheet(snapshot, imprint(snapshot, Face.BACKWARD)).article
    assert "Partly reached</span></td>" in article
    assert '<td data-label="Measured">–</td>' in article


def test_an_unknown_code_stands_for_itself() -> None:
    """A snapshot outlives the code: a state or role that a later version dropped still draws."""
    snapshot = samples.ordinary_backward()
    snapshot["state"] = "archived"
    snapshot["participants"][0]["roles"] = ["ambassador"]
    article = draw_factsheet(snapshot, imprint(snapshot, Face.BACKWARD)).article
    assert "archived" in article
    assert "ambassador" in article


def test_typed_markup_is_inert() -> None:
    snapshot = samples.ordinary_backward()
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ settings.SECRET_KEY }}{% debug %}"
    for field in ("title", "question", "practitioners_summary", "lessons", "next_steps", "out_of_scope"):
        snapshot[field] = attack  # type: ignore[literal-required]
    snapshot["stages"][0]["title"] = snapshot["outcomes"][0]["text"] = attack
    snapshot["participants"][0]["organisation"]["name"] = attack
    document, pdf = set_factsheet(snapshot, imprint(snapshot, Face.BACKWARD), names={}, created_at=AT)
    assert "<script" not in document.article
    assert "<img" not in document.article
    assert settings.SECRET_KEY not in document.article
    assert "<script>alert(1)</script>" in text_of(pdf)


def test_the_article_obeys_the_page_policy(composed: Callable[[str], Composed]) -> None:
    """No inline style or script, no event attribute, and no address but its own."""
    for name in EVERY:
        article = composed(name).document.article
        assert not re.search(r"<(style|script|link|img|iframe)\b", article)
        assert not re.search(r"""\s(style|on\w+)=["']""", article)
        addresses = set(re.findall(r"""(?:href|src)=["']([^"']+)""", article))
        assert addresses <= {imprint(EVERY[name][0](), Face.FORWARD).address}


# -- Preview -----------------------------------------------------------------------------------------------------------


def test_a_preview_says_so_on_every_page_and_has_no_version(composed: Callable[[str], Composed]) -> None:
    snapshot = samples.ordinary_forward()
    preview = Imprint(face=Face.FORWARD, language="en", address="https://registry.example/clusters/M4N-CL-2025-02/")
    document, pdf = set_factsheet(snapshot, preview, names={}, created_at=AT)
    pages = subprocess.run(["pdftotext", "-", "-"], input=bytes(pdf), capture_output=True, check=True).stdout.decode()
    marked = ["Preview, not issued" in page for page in pages.split("\f")[:-1]]
    assert marked == [True] * pdf.pages
    assert "version 0" not in text_of(pdf)
    assert "SHA-256" not in text_of(pdf)
    assert "preview" in document.title
    assert "Preview, not issued" not in text_of(pdf_of(composed("forward")))


# -- The law -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_the_emblem_block_is_in_every_document(name: str, composed: Callable[[str], Composed]) -> None:
    article = composed(name).document.article
    assert article.index("fs-emblem") < article.index("<h1")
    assert article.count('fill="#FFCC00"') == 12
    assert '<rect width="810" height="540" fill="#003399"/>' in article
    text = text_of(pdf_of(composed(name)))
    assert "Co-funded by the European Union" in text
    assert "Interreg Euro-MED" in text


def test_the_emblem_is_as_high_as_the_law_wants_and_the_statement_in_ubuntu_and_blue(
    composed: Callable[[str], Composed],
) -> None:
    """Look at the page: the blue field is 12 mm high or more, the statement's letters are #003399."""
    from PIL import Image

    pdf = pdf_of(composed("forward"))
    out = subprocess.run(["pdftoppm", "-r", "254", "-l", "1", "-"], input=bytes(pdf), capture_output=True, check=True)
    page = Image.open(io.BytesIO(out.stdout)).convert("RGB")
    column = [page.getpixel((165, y)) for y in range(400)]  # 16.5 mm from the left, inside the flag's field
    blue = [y for y, colour in enumerate(column) if colour == (0, 51, 153)]
    assert len(blue) / 10 >= 12
    beside = page.crop((380, blue[0], 720, blue[-1]))
    assert (0, 51, 153) in {colour for _count, colour in beside.getcolors(maxcolors=100_000)}
    with pikepdf.open(io.BytesIO(pdf)) as file:
        fonts = {str(font.get("/BaseFont", "")) for font in file.objects if isinstance(font, pikepdf.Dictionary)}
    assert any("Ubuntu" in font for font in fonts)


@pytest.mark.parametrize("language", sentences.CO_FUNDED)
def test_the_statement_is_in_the_documents_language(language: str) -> None:
    snapshot = samples.empty()
    article = draw_factsheet(snapshot, imprint(snapshot, Face.FORWARD, language=language)).article
    assert sentences.CO_FUNDED[language] in article
    assert f'lang="{language}"' in article


def test_an_unknown_language_has_the_english_statement() -> None:
    assert sentences.co_funded("mt") == "Co-funded by the European Union"
    assert sentences.co_funded("pt-br") == "Cofinanciado pela União Europeia"
    snapshot = samples.empty()
    article = draw_factsheet(snapshot, imprint(snapshot, Face.FORWARD, language="mt")).article
    assert '<span class="fs-funded" lang="en">Co-funded by' in article


# -- Scripts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", samples.PANGRAMS)
def test_pangrams_come_out_whole(language: str, composed: Callable[[str], Composed]) -> None:
    assert samples.PANGRAMS[language] in text_of(pdf_of(composed("scripts")))


@pytest.fixture(scope="module")
def drawn(composed: Callable[[str], Composed]) -> dict[str, list[object]]:
    """Return the shapes that the file draws for each letter, in the font of texts."""
    found: dict[str, list[object]] = {}
    with pikepdf.open(io.BytesIO(pdf_of(composed("scripts")))) as file:
        (font,) = {
            str(one.BaseFont): one
            for page in file.pages
            for one in page.Resources.Font.values()
            if str(one.BaseFont).endswith("Source-Sans-3,")
        }.values()
        (inner,) = font.DescendantFonts
        embedded = TTFont(io.BytesIO(inner.FontDescriptor.FontFile2.read_bytes()))
        for code, letters in letters_of(font).items():
            found.setdefault(letters, []).append(shape(embedded, embedded.getGlyphName(code)))
    return found


@pytest.mark.parametrize("language", samples.PANGRAMS)
def test_letters_are_drawn_with_the_glyphs_of_our_font(language: str, drawn: dict[str, list[object]]) -> None:
    """A program may read right what is drawn wrong: each glyph has the shape that our font gives its letter."""
    own = TTFont(Path(settings.BASE_DIR) / "factsheets/fonts/SourceSans3_400Regular.ttf")
    names, letters = own.getBestCmap(), set(samples.PANGRAMS[language]) - {" "}
    assert {letter: drawn.get(letter) for letter in letters} == {
        letter: [shape(own, names[ord(letter)])] for letter in letters
    }


def shape(font: TTFont, name: str) -> object:
    """Return a glyph's outline, with its parts in place."""
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    return pen.value


# -- The same bytes ----------------------------------------------------------------------------------------------------

SCRIPT = """
import django, sys
django.setup()
from hashlib import sha256
from tests.factsheets import test_documents as t
for name in ("forward", "backward"):
    made = t.made(name)
    print(*(sha256(part).hexdigest() for part in (made.pdf, made.data, made.document.article.encode())))
"""


def test_the_same_snapshot_gives_the_same_bytes_in_two_processes(composed: Callable[[str], Composed]) -> None:
    here = "".join(
        f"{sha256(pdf_of(one)).hexdigest()} {sha256(one.data).hexdigest()} "
        f"{sha256(one.document.article.encode()).hexdigest()}\n"
        for one in (composed("forward"), composed("backward"))
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONHASHSEED": "4711"}
    there = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        cwd=settings.BASE_DIR,
        env=environment,
        check=True,
        text=True,
    )
    assert there.stdout == here


def test_the_language_of_the_reader_changes_nothing(composed: Callable[[str], Composed]) -> None:
    with translation.override("el"):
        assert made("forward").document.article == composed("forward").document.article


# -- Pictures ----------------------------------------------------------------------------------------------------------


def test_every_reference_has_its_own_island_always_the_same() -> None:
    islands = [pictures.island(f"M4N-CL-2026-{number:02}") for number in range(30)]
    assert len(set(islands)) == 30
    assert pictures.island("M4N-CL-2026-07") == islands[7]


def test_the_qr_code_holds_the_address_and_says_what_it_is() -> None:
    """Read back: the modules drawn are those of the code for this address."""
    import segno

    address = "https://registry.example/factsheets/M4N-CL-2026-07/v1/en/"
    drawn = pictures.qr(address, "Where it leads & what for")
    assert "<title>Where it leads &amp; what for</title>" in drawn
    size = segno.make(address, error="m", micro=False).symbol_size(border=0)[0]
    assert f'viewBox="0 0 {size} {size}"' in drawn
