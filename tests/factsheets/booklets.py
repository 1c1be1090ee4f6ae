"""Booklets of made documents, without a database."""

from __future__ import annotations

import io
from collections.abc import Sequence

from factsheets.joining import Joined, Part, join
from factsheets.rendering.booklet import Facts, Line, set_front, stamp_in
from tests.factsheets.gallery import AT, Made


def facts(language: str = "en") -> Facts:
    """Return what a cover says."""
    return Facts(
        title="Factsheets of clusters",
        words="Working group: WG4 · State: Concluded",
        language=language,
        address="https://registry.example/factsheets/several/?wg=WG4",
        made_at=AT,
        is_report=False,
        is_demo=True,
    )


def joined(documents: Sequence[Made], language: str = "en") -> tuple[bytes, Joined]:
    """Return the booklet of these documents."""
    lines = [Line(one.document.title, "WG4", one.pdf.pages, one.document.language) for one in documents]
    front, title = set_front(facts(language), lines)
    parts = (Part(bytes(one.pdf), one.document.title, one.pdf.pages) for one in documents)
    out = io.BytesIO()
    done = join(out, Part(front, title, front.pages), parts, count=len(documents), stamp=stamp_in(language, AT))
    return out.getvalue(), done
