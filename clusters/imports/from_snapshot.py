"""A cluster's snapshot in the columns of the import: what a factsheet carries as its table.

A factsheet is public, so nobody's address is in it, and who decided when stands in the cluster's history only: these
cells are empty. Whoever enters the cluster in another registry fills them in and empties the reference; in the
registry that issued it the table imports as it is.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from clusters.choices import State
from clusters.imports.cells import COLUMNS
from clusters.snapshot_shape import Coded, Snapshot
from community.imports.entry import term_cell_of
from community.imports.several import joined
from community.imports.sheet import Line, Sheet, Unreadable, read_json

#: Columns that no factsheet fills; left empty beside a reference they say nothing.
UNTOLD: Final = frozenset(
    {"lead", "proposer", "proposed_on", "decided_by", "decided_on", "reason", "conditions", "why_stopped"}
)
FORMAT: Final = "cluster-factsheet/1"
#: Where whoever enters a factsheet's data elsewhere writes what it lacks or what is to be otherwise, by column.
ADDED: Final = "entry"


def cells_of(snapshot: Snapshot) -> dict[str, str]:
    """Return one cluster as cells of text, in the order of the columns."""
    need, organisation = snapshot["need"], snapshot["lead"]["organisation"]
    same = ("reference", "title", "question", "out_of_scope", "adoption_plan", "focus", "state", "started_on")
    prose = ("ended_on", "practitioners_summary", "lessons", "next_steps")
    known = {
        **{name: str(snapshot.get(name) or "") for name in (*same, *prose)},
        "need": need["text"] if need else "",
        "paused_on": (snapshot["state_since"] or "") if snapshot["state"] == State.PAUSED else "",
        "objectives": joined((line["text"], line["criterion"]) for line in snapshot["objectives"]),
        "starts_on": snapshot["planned_start"] or "",
        "ends_on": snapshot["planned_end"] or "",
        "stages": joined(
            (line["title"], line["planned_start"] or "", line["planned_end"] or "") for line in snapshot["stages"]
        ),
        "working_group": snapshot["working_group"]["code"],
        "lead_organisation": organisation["name"] if organisation else "",
        "expected_outcomes": joined(line["kind"] for line in snapshot["expected_outcomes"]),
        "outcomes": joined((line["kind"], line["text"]) for line in snapshot["outcomes"]),
        "levels": joined(snapshot["levels"]),
        "themes": joined(map(_term, snapshot["themes"])),
        "sdgs": joined(map(_term, snapshot["sdgs"])),
        "territories": joined(line["code"] or line["name"] for line in snapshot["territories"]),
        "solutions": joined(line["title"] for line in snapshot["solutions"]),
    }
    return {name: known.get(name, "") for name in COLUMNS}


def sheet_of(content: bytes) -> Sheet:
    """Return the table that the data file of a factsheet stands for.

    Raises:
        Unreadable: it is no JSON, or not of a cluster's factsheet.
    """
    try:
        read: Any = read_json(content)
        if read["format"] != FORMAT:
            raise KeyError(FORMAT)
        added = {name: str(read[ADDED][name]) for name in COLUMNS if name in read.get(ADDED, {})}
        return Sheet(tuple(COLUMNS), (Line(1, cells_of(read["cluster"]) | added),))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        words = _("The file is JSON, but not the data of a cluster’s factsheet. Take the one that its page offers.")
        raise Unreadable(words) from error


def _term(coded: Coded) -> str:
    return term_cell_of(coded["code"], coded["labels"])
