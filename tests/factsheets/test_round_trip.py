"""What a factsheet carries says the same once it is entered elsewhere, whatever the texts, days and states."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any, Final

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from clusters.choices import OutcomeKind, State
from clusters.imports.cells import COLUMNS
from clusters.imports.cluster import ClusterImport
from clusters.imports.from_snapshot import FORMAT, cells_of
from clusters.models import Cluster
from clusters.snapshot_shape import Snapshot
from clusters.summary import snapshot
from community.imports.outgoing import take_out
from community.imports.several import joined, pieces_in, values_in
from community.imports.table import bring_in
from community.models import User
from community.validators import plain_line
from factsheets.exports import table_of_cluster
from tests.clusters.importing import ROW, make_importer, sentences
from tests.factories import NOW
from tests.factsheets import sample_lines

SIGNS: Final = st.one_of(
    st.sampled_from("a;|\\ \"',=日é"), st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co"])
)
#: A line as the registry keeps it: without white space around it.
LINES: Final = st.text(alphabet=SIGNS, min_size=1, max_size=30).map(lambda text: " ".join(text.split())).filter(bool)
DAYS: Final = st.one_of(st.none(), st.dates(date(2026, 2, 2), date(2026, 6, 30)).map(date.isoformat))
#: What the factsheet does not tell.
ADDED: Final = {
    **{name: ROW[name] for name in ("lead", "proposer", "proposed_on", "decided_by", "decided_on")},
    "why_stopped": "The money; it ended | early.",
    "reference": "",
}


# -- Cells -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.text(alphabet=SIGNS, max_size=12).map(str.strip).filter(bool), max_size=4))
@example(["a;b", "a\\", "\\;", "\\\\", "|", "C:\\new"])
def test_values_in_a_cell_come_back(values: list[str]) -> None:
    assert values_in(joined(values)) == values


@given(st.lists(st.lists(st.text(alphabet=SIGNS, max_size=12).map(str.strip), min_size=1, max_size=3), max_size=4))
@example([["a|b", "", "c;"], ["\\", "x"]])
def test_pieces_of_values_come_back(rows: list[list[str]]) -> None:
    rows = [row for row in rows if row[0]]
    back = [[*row, "", "", ""][:3] for row in pieces_in(joined(tuple(row) for row in rows))]
    assert back == [[*row, "", "", ""][:3] for row in rows]


@pytest.mark.parametrize("cell", ["C:\\new folder; b", "50 \\% ; c", "one;two"])
def test_a_cell_of_before_reads_as_it_did(cell: str) -> None:
    assert values_in(cell) == [part.strip() for part in cell.split(";")]


# -- Clusters ----------------------------------------------------------------------------------------------------------


@st.composite
def clusters(draw: Any) -> Snapshot:
    """Draw the snapshot of a cluster in any state that a factsheet has, as full or as bare as it may be."""
    state = draw(st.sampled_from([State.APPROVED, State.RUNNING, State.PAUSED, State.CONCLUDED, State.DISCONTINUED]))
    is_started = state != State.APPROVED and (state != State.DISCONTINUED or draw(st.booleans()))
    is_over = state in (State.CONCLUDED, State.DISCONTINUED)
    results = is_started or is_over
    stages = []
    for number, title in enumerate(draw(st.lists(LINES, min_size=1, max_size=3)), 1):
        days = DAYS.filter(bool) if state == State.CONCLUDED else DAYS  # it may have no open condition, so it has days
        first, last = draw(days), draw(days)
        if first and last and first > last:
            first, last = last, first
        line: Any = sample_lines.stage(number, title, "planned", ("", ""))
        stages.append({**line, "planned_start": first, "planned_end": last})
    outcomes = draw(st.lists(st.tuples(st.sampled_from(OutcomeKind.values), LINES), max_size=3, unique=True))
    return {  # type: ignore[typeddict-item]
        **sample_lines.empty(),
        "state": state,
        "state_since": "2026-04-20",
        "title": draw(LINES),
        "question": f"Which of the plans counts {draw(LINES)}?",
        "need": {"text": draw(LINES), "raised_by": None, "raised_by_person": None, "me_too": 0},
        "objectives": [
            sample_lines.objective(number, text, draw(st.one_of(st.just(""), LINES)))
            for number, text in enumerate(draw(st.lists(LINES, min_size=1, max_size=3)), 1)
        ],
        "adoption_plan": draw(LINES),
        "planned_start": "2026-02-02",
        "planned_end": "2026-06-30",
        "started_on": "2026-02-03" if is_started else None,
        "ended_on": "2026-04-20" if is_over else None,
        "stages": stages,
        "working_group": {"code": "WG1", "title": "Connectivity"},
        "lead": {"organisation": sample_lines.organisation("Region of the Gulf", "EL"), "person": None},
        "levels": ["regional"],
        "expected_outcomes": [{"kind": "answer", "how": "", "on": None}],
        "outcomes": [sample_lines.outcome(kind, text, "2026-04-20") for kind, text in outcomes] if results else [],
        "solutions": [sample_lines.solution("Co-management rules", "Project")],
        "practitioners_summary": "Three rules." if results else "",
        "lessons": draw(LINES) if results else "",
        "next_steps": "- One;\n- two | three." if results else "",
    }


def added_to(told: Snapshot) -> dict[str, str]:
    """Return what whoever enters it adds; a condition lets a plan pass that has no days yet."""
    return {**ADDED, "conditions": "" if told["state"] == State.CONCLUDED else "Later"}


def as_json(told: Snapshot) -> bytes:
    """Return the data file, with what whoever enters it elsewhere adds."""
    return json.dumps({"format": FORMAT, "cluster": told, "entry": added_to(told)}).encode()


def as_table(told: Snapshot) -> bytes:
    """Return the table, filled in likewise."""
    (line,) = csv.DictReader(io.StringIO(table_of_cluster(told).decode("utf-8-sig"), newline=""))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS))
    writer.writeheader()
    writer.writerow({**line, **added_to(told)})
    return text.getvalue().encode()


@pytest.fixture
def by() -> User:
    return make_importer()


@pytest.mark.django_db
@pytest.mark.parametrize("file_of", [as_json, as_table])
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=clusters())
def test_a_snapshot_says_the_same_once_it_is_entered(file_of: Any, told: Snapshot, by: User) -> None:
    try:
        plain_line("".join(text for text in cells_of(told).values() if "\n" not in text))
    except ValidationError:
        assume(False)
    with transaction.atomic():
        before = cells_of(told)
        report = bring_in(ClusterImport(by), file_of(told))
        assert (sentences(report), report.added) == ([], 1)
        after = cells_of(snapshot(Cluster.objects.get(), at=NOW + timedelta(days=200)))
        assert {name: after[name] for name in before if name != "reference"} == {
            name: before[name] for name in before if name != "reference"
        }
        transaction.set_rollback(True)


def file_with(**cells: str) -> bytes:
    """Return a table of a cluster that differs in these cells."""
    row = {**ROW, **cells}
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow(row)
    return text.getvalue().encode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "cells"),
    [
        (State.PAUSED, {"paused_on": "2026-03-01", "ended_on": "", "started_on": "2026-02-02"}),
        (State.DISCONTINUED, {"ended_on": "2026-03-01", "started_on": "2026-02-02"}),
        (State.DISCONTINUED, {"ended_on": "2026-03-01", "started_on": "", "outcomes": "answer | A word"}),
    ],
)
def test_an_export_tells_why_a_cluster_stopped_and_comes_back_as_it_is(
    state: State, cells: dict[str, str], by: User
) -> None:
    said = "The money; it ended | early."
    assert sentences(bring_in(ClusterImport(by), file_with(**cells, state=state, why_stopped=said))) == []
    cluster = Cluster.objects.get()
    assert (cluster.state, bool(cluster.started_on)) == (state, bool(cells["started_on"]))
    table = take_out(ClusterImport(by), Cluster.objects.all(), "csv")
    assert said in table.decode("utf-8-sig")
    report = bring_in(ClusterImport(by), table)
    assert (sentences(report), report.same) == ([], 1)


@pytest.mark.django_db
def test_what_stopped_says_why(by: User) -> None:
    report = bring_in(ClusterImport(by), file_with(state="paused", ended_on=""))
    assert sentences(report) == ["Row 2, why_stopped: Say why it was paused or discontinued."]
