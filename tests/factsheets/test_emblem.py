"""The emblem and the statement of the funding, as the law wants them, and the pictures of a document."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable

import pikepdf
import pytest

from factsheets import pictures, sentences
from factsheets.choices import Face
from factsheets.rendering.document import Composed
from factsheets.rendering.factsheet import draw_factsheet
from tests.factsheets import sample_lines
from tests.factsheets.making_documents import EVERY, imprint, pdf_of
from tests.factsheets.reading import text_of

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
    snapshot = sample_lines.empty()
    article = draw_factsheet(snapshot, imprint(snapshot, Face.FORWARD, language=language)).article
    assert sentences.CO_FUNDED[language] in article
    assert f'lang="{language}"' in article


def test_an_unknown_language_has_the_english_statement() -> None:
    assert sentences.co_funded("mt") == "Co-funded by the European Union"
    assert sentences.co_funded("pt-br") == "Cofinanciado pela União Europeia"
    snapshot = sample_lines.empty()
    article = draw_factsheet(snapshot, imprint(snapshot, Face.FORWARD, language="mt")).article
    assert article.lstrip().startswith('<article class="fs" lang="en">')
    assert '<span class="fs-funded">Co-funded by' in article


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
