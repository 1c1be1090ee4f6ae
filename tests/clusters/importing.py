"""A row of a finished cluster, for the tests of its import."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from community.imports.table import Report
from community.models import User
from tests import factories as make

ROW = {
    "title": "Governance of marine protected areas",
    "question": "Which forms of co-management work in small marine protected areas?",
    "need": "Managers ask for rules that fishers accept.",
    "objectives": "Compare five forms of co-management | A table of five; Agree on three rules | Signed by four parks",
    "adoption_plan": "Four parks put the rules into their plans.",
    "starts_on": "2026-02-02",
    "ends_on": "30 June 2026",
    "stages": "Compare | 2026-02-02 | 2026-03-31; Agree | 2026-04-01 | 2026-06-30",
    "state": "concluded",
    "working_group": "WG1",
    "lead": "lead@park.example",
    "lead_organisation": "Region of the Gulf",
    "proposer": "proposer@park.example",
    "proposed_on": "2026-01-10",
    "decided_by": "coordinator@park.example",
    "decided_on": "2026-01-20",
    "outcomes": "answer | A table of five forms; networking | Four parks meet each month",
    "levels": "regional; local",
    "lessons": "Begin with the fishers.",
    "practitioners_summary": "Three rules that work.",
    "solutions": "Co-management rules",
}


#: What makes of the row a proposal that waits for its decision, and whose end lies ahead.
WAITING = {
    "state": "submitted",
    "decided_by": "",
    "decided_on": "",
    "ends_on": (date.today() + timedelta(days=200)).isoformat(),
}


def file_of(*rows: dict[str, str]) -> bytes:
    """Return a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROW))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def sentences(report: Report) -> list[str]:
    """Return the problems as a command prints them."""
    return [str(problem) for problem in report.problems]


def make_importer() -> User:
    """Make the administrator who imports; around them a group, a lead organisation and three people."""
    group = make.make_working_group("WG1", "Connectivity")
    organisation = make.make_lead_organisation("Region of the Gulf", country="EL")
    make.make_solution("Co-management rules")
    for name in ("proposer", "lead"):
        make.make_member(f"{name.title()} Person", account={"email": f"{name}@park.example"}, organisation=organisation)
    make.make_coordinator(group, "Coordinator Person", account={"email": "coordinator@park.example"})
    return make.make_admin(name="Admin Person")
