"""The table's rows of indicators and the chain."""

from __future__ import annotations

from typing import Any

from clusters.choices import State
from tests.cast import Cast, make_cluster
from tests.matrix.answers import GONE, page, who
from tests.matrix.places import Place, of


def link(kind: str, state: str = State.RUNNING) -> Place:
    """Return a link of a chain: the catalogue's solution, or a cluster in `state`."""

    def made(cast: Cast) -> dict[str, Any]:
        return {"kind": kind, "pk": cast.solution.pk if kind == "solution" else make_cluster(cast, state).pk}

    return made


#: Who sees a draft: its proposer and the lead that it names.
OF_A_DRAFT = who(404, (200, "proposer lead"))

FIGURES = (
    page("results:indicators"),
    page("results:indicator", of(code="rcr104")),
    page("results:indicator", of(code="rco1"), GONE, case="no such indicator"),
    page("results:chain", link("solution")),
    page("results:chain", link("cluster"), case="a cluster"),
    page("results:chain", link("cluster", State.DRAFT), OF_A_DRAFT, case="a draft"),
    page("results:chain", of(kind="member", pk=1), GONE, case="no kind of link"),
    page("results:chain_data", link("cluster")),
    page("results:chain_data", link("cluster", State.DRAFT), OF_A_DRAFT, case="a draft"),
)
