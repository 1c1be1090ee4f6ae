"""What `tests/drawn.py` rests on: another process draws the same bytes. And what it keeps, and what it does not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from factsheets import pdf
from factsheets.pdf import Attachment, Press, render_pdf
from tests import drawn

ASKED: dict[str, Any] = {
    "html": "<main><h1>Reed beds</h1><p>Two regions count them.</p></main>",
    "title": "Reed beds",
    "language": "en",
    "created_at": datetime(2026, 5, 6, 9, 0, tzinfo=UTC),
    "attachments": [Attachment("data.json", b"{}", "Data")],
}


def test_another_process_draws_the_same_bytes() -> None:
    presses = Press(), Press()
    try:
        one, other = (press.render(**ASKED) for press in presses)
        assert presses[0].pid != presses[1].pid
    finally:
        for press in presses:
            press.stop()
    assert (one, one.pages, one.warnings) == (other, other.pages, other.warnings)


def test_the_products_press_draws_a_request_once_and_others_whenever_asked() -> None:
    with drawn.kept() as made:
        assert render_pdf(**ASKED) is render_pdf(**ASKED)
        assert len(made) == 1
        assert render_pdf(**{**ASKED, "title": "Salt marshes"}) != render_pdf(**ASKED)
        assert len(made) == 2
        press = Press()
        try:
            assert press.render(**ASKED) is not pdf.render_pdf(**ASKED)
        finally:
            press.stop()
        assert len(made) == 2
