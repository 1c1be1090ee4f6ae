"""The table's rows of indicators and the chain."""

from __future__ import annotations

from tests.matrix.answers import GONE, page
from tests.matrix.places import of

FIGURES = (
    page("results:indicators"),
    page("results:indicator", of(code="rcr104")),
    page("results:indicator", of(code="rco1"), GONE, case="no such indicator"),
)
