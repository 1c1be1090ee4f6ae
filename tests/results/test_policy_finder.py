"""The lists of evidence: each says how much more there is, and pages alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine

from clusters.choices import State
from results.actions import policy as actions
from results.tables import evidence
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.results.making import make_uptake
from tests.results.test_policy import LINE, begun, outcome_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

OUTCOMES = tuple(f"Annex {number} is used" for number in range(3))
BOARDS = tuple(f"Board {number}" for number in range(3))
LINES = (LINE, "Line 2 is bare", "Line 3 is bare")


@pytest.fixture(autouse=True)
def _two_a_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(evidence, "SHOWN", 2)
    with time_machine.travel(NOW, tick=False):
        yield


def test_each_list_of_evidence_says_how_much_more_there_is_and_pages(cast: Cast) -> None:
    cluster, statement = make_cluster(cast, State.RUNNING), begun(cast)
    for title, board in zip(OUTCOMES, BOARDS, strict=True):
        outcome_of(cluster, title=title)
        make_uptake(cast, cluster, name=board)
    for text in LINES[1:]:
        actions.add_line(statement=statement, by=cast.user("coordinator"), text=text)
    client = signed_in(cast, "coordinator")
    chosen = f"/policy/{statement.pk}/lines/{statement.lines.first().pk}/evidence/"
    lists = {f"{chosen}?everywhere=on": "kind", "/policy/evidence/": "show"}
    wanted = {"outcome": OUTCOMES, "uptake": BOARDS, "line": LINES}
    for page, name in lists.items():
        whole = client.get(page).text
        there = dict(re.findall(rf'href="\?(?:everywhere=on&amp;)?{name}=(\w+)&amp;(page=2)"', whole))
        assert there == dict.fromkeys([*wanted][: 2 + (name == "show")], "page=2")
        assert len(re.findall(r"There (?:is|are) \d+ more\.", whole)) == len(there)
        for kind in there:
            one, two = [client.get(page, {"everywhere": "on", name: kind, "page": n}).context for n in (1, 2)]
            (first,), (second,) = [page.get("offered") or page["portions"] for page in (one, two)]
            shown = [*first.rows, *second.rows]
            assert (first.more, len(first.rows), len(shown)) == (0, 2, min(4, first.count)), (page, kind)
            said = " ".join(str(row.line) if kind == "line" else str(row.shape) for row in shown)
            assert sum(words in said for words in wanted[kind]) == 3, (page, kind, said)
            assert client.get(page, {name: "nonsense", "page": "x"}).status_code == 200


@pytest.fixture
def cast() -> Cast:
    return make_cast()
