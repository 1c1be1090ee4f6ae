"""The table's rows of many factsheets at once: the ZIP for everybody, a booklet for who asked, a report's for all."""

from __future__ import annotations

from typing import Any

from clusters.choices import State
from community import jobs
from factsheets.actions.booklet import ask_for_booklet, ask_for_report_booklet
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from factsheets.models import CopReport
from factsheets.selection import select
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.matrix import places_reports
from tests.matrix.answers import GONE, NO_SUCH_METHOD, OUT, SIGNED_IN_GONE, SIGNED_IN_NO_METHOD, Row, page, who
from tests.matrix.places import nowhere, of

#: Who asked, and administrators.
ASKED = "participant admin"


def booklet(cast: Cast) -> dict[str, Any]:
    """Return the address of a booklet that the participant asked for, made."""
    cluster = make_cluster(cast, State.RUNNING)
    issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    made, job = ask_for_booklet(
        selection=select([cluster.pk]),
        title="Factsheets of clusters",
        words="",
        address="/factsheets/several/",
        language="en",
        by=cast.user("participant"),
    )
    jobs.run(job.pk)
    return {"pk": made.pk}


def of_report(cast: Cast) -> dict[str, Any]:
    """Return the address of a sent report with its booklet."""
    address = places_reports.sent(cast)
    job = ask_for_report_booklet(report=CopReport.objects.get(**address))
    if job is not None:
        jobs.run(job.pk)
    return address


BULK = (
    page("factsheets:several"),
    Row("factsheets:zip", nowhere, get=GONE, post=NO_SUCH_METHOD, case="no cluster has a factsheet"),
    Row(
        "factsheets:booklet_create",
        nowhere,
        get=SIGNED_IN_NO_METHOD,
        post=who(422, (302, OUT)),
        case="no cluster has a factsheet",
    ),
    Row("factsheets:booklet", booklet, get=who(404, (302, OUT), (200, ASKED)), post=SIGNED_IN_NO_METHOD),
    Row("factsheets:booklet_anew", booklet, get=SIGNED_IN_NO_METHOD, post=who(404, (302, OUT), (302, ASKED))),
    Row("factsheets:booklet_pdf", booklet, get=who(404, (302, OUT), (200, ASKED)), post=SIGNED_IN_NO_METHOD),
    Row("factsheets:booklet", of(pk=99999), get=SIGNED_IN_GONE, post=SIGNED_IN_NO_METHOD, case="no such booklet"),
    page("factsheets:report_booklet", of_report),
    page("factsheets:report_booklet", of(reference="2020-01-01"), GONE, case="no such report"),
)
