"""A guess of how full the pages get saves settings, and changes none that is issued."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from clusters.snapshot_shape import Snapshot
from factsheets.choices import Face
from factsheets.pdf import render_pdf
from factsheets.rendering import factsheet
from factsheets.rendering.document import set_document
from factsheets.rendering.factsheet import SURELY_OVER, SURELY_UNDER, draw_factsheet, set_factsheet
from factsheets.rendering.fullness import pages_taken
from tests.factsheets import sample_lines, samples
from tests.factsheets.gallery import AT, Dress, imprint_of
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward, ordinary_in_greek

DRESS = Dress("issued", Face.BACKWARD, "", "en")


def longer(lines: int) -> Snapshot:
    """Return a usual cluster with so many lessons more; below none, without uptakes and amendments."""
    snapshot = ordinary_backward()
    if lines < 0:
        snapshot["uptakes"], snapshot["amendments"] = [], []
    snapshot["lessons"] += "\n- One more thing that we learnt." * lines
    return snapshot


@pytest.fixture
def settings_tried(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Note each setting that is asked for, by the class of its density, with the bytes that came of it."""
    tried: list[tuple[str, int]] = []

    def noted(document: Any, *given: Any, **more: Any) -> Any:
        pdf = set_document(document, *given, **more)
        classes = document.article.partition(">")[0]
        tried.append((next((one for one in ("fs-close", "fs-dense", "fs-tight") if one in classes), "usual"), len(pdf)))
        return pdf

    monkeypatch.setattr(factsheet, "set_document", noted)
    return tried


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (-1, [("usual", True)]),
        (3, [("usual", False), ("fs-tight", True)]),
        (8, [("usual", False), ("fs-tight", False), ("fs-dense", True)]),
        (18, [("fs-tight", False), ("fs-dense", False), ("fs-close", True)]),
        (40, [("fs-tight", False), ("fs-dense", False), ("fs-close", False), ("usual", True)]),
        (300, [("usual", True)]),
    ],
)
def test_what_is_surely_over_is_set_smaller_at_once_and_what_is_only_tried_has_no_bytes(
    lines: int, wanted: list[tuple[str, bool]], settings_tried: list[tuple[str, int]]
) -> None:
    snapshot = longer(lines)
    set_factsheet(snapshot, imprint_of(snapshot, DRESS), names={}, created_at=AT)
    assert [(density, size > 0) for density, size in settings_tried] == wanted


#: Filled in another way each: by lessons, by stages, by nothing, in other alphabets, on the other side.
FILLED = {
    **{f"{lines} lessons more": (partial(longer, lines), Face.BACKWARD, "en") for lines in (-1, 3, 14, 40, 70, 77)},
    "forward": (ordinary_forward, Face.FORWARD, "en"),
    "forward in French": (ordinary_forward, Face.FORWARD, "fr"),
    "backward in Bulgarian": (ordinary_backward, Face.BACKWARD, "bg"),
    "Greek": (ordinary_in_greek, Face.BACKWARD, "el"),
    "empty": (sample_lines.empty, Face.FORWARD, "en"),
    "hard": (samples.hard, Face.BACKWARD, "en"),
    "hard in Greek": (samples.hard, Face.BACKWARD, "el"),
    "hard and Bulgarian": (samples.hard_and_bulgarian, Face.BACKWARD, "bg"),
}


@pytest.mark.parametrize("name", FILLED)
def test_what_is_called_surely_over_takes_three_pages(name: str) -> None:
    make, face, language = FILLED[name]
    snapshot = make()
    drawn = draw_factsheet(snapshot, imprint_of(snapshot, Dress("issued", face, "", language)), names={})
    guess = pages_taken(drawn.article)
    taken = set_document(drawn, AT, (), unless_pages=3).pages
    assert taken == 3 or not SURELY_OVER < guess < SURELY_UNDER, (guess, taken)


def test_a_document_of_so_many_pages_is_not_written() -> None:
    given: Any = {"title": "Two", "language": "en", "created_at": AT}
    two = '<p>One.</p><p style="break-before: page">Two.</p>'
    laid, written = render_pdf(two, **given, unless_pages=2), render_pdf(two, **given, unless_pages=3)
    assert (laid.pages, len(laid)) == (2, 0)
    assert (written.pages, written[:5]) == (2, b"%PDF-")
