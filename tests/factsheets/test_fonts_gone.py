"""Fonts lie in a folder for what is temporary, which others empty: no document is ever drawn without them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from factsheets.pdf import Pdf, Press, render_pdf
from tests.factsheets.reading import text_of

DAY = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
WORDS = "<h1>A morning with those who guard dunes</h1><p>Ευχαριστώ <b>за гората</b> (<i>Čišćenje</i>): 12&nbsp;m²</p>"
OTHER_WORDS = "<p>Zebras quickly jump over fox den, XYZ 34567890</p>"


@pytest.fixture
def press(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Press]:
    """A press whose fonts lie in a folder of the test's own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    made = Press()
    yield made
    made.stop()


def drawn(press: Press, words: str = WORDS) -> Pdf:
    return press.render(words, title="Title", language="en", created_at=DAY)


def fonts(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kept", [0, 1])
def test_fonts_that_were_cleaned_away_are_loaded_anew(press: Press, tmp_path: Path, kept: int) -> None:
    drawn(press, OTHER_WORDS)
    child = press.pid
    found = fonts(tmp_path)
    assert len(found) > 3
    for path in found[kept:]:
        path.unlink()
    after = drawn(press)
    assert press.pid == child
    assert bytes(after) == bytes(render_pdf(WORDS, title="Title", language="en", created_at=DAY))
    assert "A morning with those who guard dunes" in text_of(after)


def test_no_square_stands_for_a_letter_of_tags() -> None:
    """A font without the letters of ASCII is none of ours: no square stands for what tags are made of."""
    told = subprocess.run(
        [sys.executable, "-c", TWICE], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True, timeout=100
    )
    assert told.stdout.split("\n")[:2] == ["<p>■ a</p>", "no font has 'ab'"]


#: In a process of its own, for this one never loads the library.
TWICE = """
from factsheets.typesetter import FontsAway, without_signs
print(without_signs("<p>\\U00013000 a</p>", {0x13000}))
try:
    without_signs("<p>ab</p>", {97, 98, 0x13000})
except FontsAway as error:
    print(error)
"""


def test_a_sign_that_no_font_has_is_drawn_as_a_square(press: Press) -> None:
    """Signs of which there is no picture are drawn as squares."""
    assert text_of(drawn(press, "<p>\U00013000 a</p>")).strip().startswith("■")
