"""A factsheet read back from its PDF, as programs, telephones and readers aloud do: texts, code, languages."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
import pytest
import zxingcpp
from django.conf import settings
from PIL import Image

from clusters.choices import State
from factsheets import pictures
from factsheets.choices import Face
from factsheets.pdf import Pdf
from factsheets.pdf_checks import languages
from factsheets.rendering.factsheet import set_factsheet
from factsheets.rendering.originals import in_language
from tests.factsheets import gallery, wording
from tests.factsheets.making_documents import AT, imprint
from tests.factsheets.ordinary import ordinary_backward
from tests.factsheets.reading import pictures_of, text_of
from tests.factsheets.test_spoken import heard


def made(state: str, face: str, language: str) -> tuple[str, Pdf]:
    """Set a cluster with something everywhere; return the article and the PDF."""
    whole = wording.everything(state, language)
    document, pdf = set_factsheet(whole, wording.issued(whole, face), names=gallery.NAMES, created_at=AT)
    return document.article, pdf


def letters(text: str) -> str:
    """Return a text without what a line break may add or take: white space and hyphens."""
    return re.sub(r"[\s\u00ad\u2010-]", "", text)


@pytest.mark.parametrize(
    ("state", "face", "language"),
    [
        (State.RUNNING, Face.FORWARD, "en"),
        (State.CONCLUDED, Face.BACKWARD, "en"),
        (State.RUNNING, Face.FORWARD, "bg"),
        (State.CONCLUDED, Face.BACKWARD, "el"),
    ],
)
def test_every_text_of_the_page_can_be_taken_out_of_the_pdf(state: str, face: str, language: str) -> None:
    article, pdf = made(state, face, language)
    out = letters(text_of(pdf, raw=True))
    texts = [text for text, _language in heard(article)]
    assert len(texts) > 100
    assert [text for text in texts if letters(text) not in out and not _is_over_pages(text, out)] == []


def _is_over_pages(text: str, out: str) -> bool:
    """Whether all words of a long text are there, in their order, with the foot of a page between two of them."""
    words = [letters(word) for word in text.split()]
    at = [out.find(word) for word in words]
    return len(words) > 8 and -1 not in at


@pytest.mark.parametrize("language", settings.DOCUMENT_LANGUAGES)
def test_the_pdf_is_in_its_language_and_marks_what_is_in_another(language: str) -> None:
    """Whole, and as an edition of which only the title is translated."""
    original = "pt" if language == "en" else "en"
    whole = gallery.small(State.RUNNING, original)
    dressed = wording.issued({**whole, "language": language}, Face.FORWARD)
    _content, shown, translated = in_language(whole, dressed, {"title": "Titel"})
    own = gallery.small(State.RUNNING, language)
    for snapshot, dress, said in (
        (own, wording.issued(own, Face.FORWARD), {language}),
        (shown, translated, {language, original}),
    ):
        document, pdf = set_factsheet(snapshot, dress, names={}, created_at=AT)
        assert {spoken for _text, spoken in heard(document.article)} == said
        assert set(languages(pdf)) | {language} == said
        with pikepdf.open(io.BytesIO(pdf)) as file:
            assert str(file.Root.Lang) == language


# -- The code ----------------------------------------------------------------------------------------------------------


def read(picture: Any) -> list[str]:
    """Return what the codes in a picture say."""
    return [found.text for found in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("dots", [100, 200])
def test_the_code_on_paper_leads_to_the_page_of_the_version(dots: int) -> None:
    snapshot = ordinary_backward()
    told = imprint(snapshot, Face.BACKWARD)
    _document, pdf = set_factsheet(snapshot, told, names={}, created_at=AT)
    pages = pictures_of(pdf, dots_an_inch=dots)
    assert [read(page) for page in pages] == [[told.address], *[[] for _page in pages[1:]]]


def test_the_code_in_the_copy_to_edit_says_the_same() -> None:
    address = "https://registry.example/factsheets/M4N-CL-2026-108/v12/el/"
    assert read(Image.open(io.BytesIO(pictures.qr_png(address))).convert("L")) == [address]
