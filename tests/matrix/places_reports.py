"""What stands at the addresses of reports to the community, begun by the coordinator of WG1."""

from __future__ import annotations

from typing import Any

from clusters.choices import State
from factsheets.actions import report as actions
from factsheets.actions.issue import issue_factsheet
from factsheets.actions.missing import draw_missing
from factsheets.choices import Face
from factsheets.models import CopReport
from tests.cast import Cast, make_cluster
from tests.factories import NOW


def begun(cast: Cast) -> CopReport:
    """Return a draft with the final factsheet of one cluster."""
    cluster = make_cluster(cast, State.CONCLUDED)
    issue_factsheet(cluster=cluster, face=Face.BACKWARD, reason="conclude", by=None, at=NOW)
    return actions.begin_report(
        working_group=cast.group, from_on=NOW.date(), until_on=NOW.date(), by=cast.user("coordinator")
    )


def draft(cast: Cast) -> dict[str, Any]:
    """Return the address of a draft."""
    return {"pk": begun(cast).pk}


def sent(cast: Cast) -> dict[str, Any]:
    """Return the address of a report that was sent, drawn."""
    report = actions.send_report(report=begun(cast), by=cast.user("coordinator"))
    list(draw_missing())
    return {"reference": report.reference}
