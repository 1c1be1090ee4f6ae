"""Documents in every script: each letter is drawn as our font draws it, and the same bytes come out each time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.utils import translation
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from factsheets.pdf_text import letters_of
from factsheets.rendering.document import Composed
from tests.factsheets import samples
from tests.factsheets.making_documents import made, pdf_of
from tests.factsheets.reading import text_of

# -- Scripts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", samples.PANGRAMS)
def test_pangrams_come_out_whole(language: str, composed: Callable[[str], Composed]) -> None:
    assert samples.PANGRAMS[language] in text_of(pdf_of(composed("scripts")))


#: Our fonts, by how the file calls them without its prefix and its last comma.
OWN = {
    "Source-Sans-3": "SourceSans3_400Regular",
    "Source-Sans-3-Semi-Bold": "SourceSans3_600SemiBold",
    "Source-Serif-4": "SourceSerif4_400Regular",
    "Source-Serif-4-Semi-Bold": "SourceSerif4_600SemiBold",
    "Ubuntu": "Ubuntu_400Regular",
}


@pytest.fixture(scope="module")
def drawn(composed: Callable[[str], Composed]) -> dict[str, dict[str, list[object]]]:
    """Return by font the shapes that the file draws for each letter."""
    found: dict[str, dict[str, list[object]]] = {}
    with pikepdf.open(io.BytesIO(pdf_of(composed("scripts")))) as file:
        fonts = {str(one.BaseFont): one for page in file.pages for one in page.Resources.Font.values()}
        for name, font in fonts.items():
            (inner,) = font.DescendantFonts
            embedded = TTFont(io.BytesIO(inner.FontDescriptor.FontFile2.read_bytes()))
            shapes = found.setdefault(name.partition("+")[2].rstrip(","), {})
            for code, letters in letters_of(font).items():
                shapes.setdefault(letters, []).append(shape(embedded, embedded.getGlyphName(code)))
    return found


def own_shapes(name: str, letters: set[str]) -> dict[str, list[object]]:
    """Return the shapes that a font of ours has for letters."""
    own = TTFont(Path(settings.BASE_DIR) / "factsheets" / "fonts" / f"{OWN[name]}.ttf")
    names = own.getBestCmap()
    return {letter: [shape(own, names[ord(letter)])] for letter in letters}


@pytest.mark.parametrize("language", samples.PANGRAMS)
def test_letters_are_drawn_with_the_glyphs_of_our_font(
    language: str, drawn: dict[str, dict[str, list[object]]]
) -> None:
    """A program may read right what is drawn wrong: each glyph has the shape that our font gives its letter."""
    letters = set(samples.PANGRAMS[language]) - {" "}
    assert {letter: drawn["Source-Sans-3"].get(letter) for letter in letters} == own_shapes("Source-Sans-3", letters)


@pytest.mark.parametrize("name", OWN)
def test_so_are_those_of_headings_heads_and_marks(name: str, drawn: dict[str, dict[str, list[object]]]) -> None:
    """Serif, semi-bold and the font of the statement of co-funding, in every letter that the document has in them."""
    shapes = {letter: found for letter, found in drawn[name].items() if len(letter) == 1 and letter.strip()}
    assert len(shapes) > 10
    assert shapes == own_shapes(name, set(shapes))


def test_the_file_has_no_other_font(drawn: dict[str, dict[str, list[object]]]) -> None:
    assert set(drawn) == set(OWN)


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
from tests.factsheets import making_documents as t
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
