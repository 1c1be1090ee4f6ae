"""The table's rows of jobs: seen by who asked and by administrators, and what coordinators have made by one."""

from __future__ import annotations

from typing import Any

from clusters.choices import State
from community import jobs
from community.actions.export import ask_for_export
from community.models import Job
from factsheets.actions.missing import ask_for_missing
from tests.cast import Cast, make_cluster
from tests.matrix.answers import OUT, SIGNED_IN_GONE, SIGNED_IN_NO_METHOD, Row, who
from tests.matrix.places import nowhere, of
from tests.matrix.table_reports import COORDINATORS

#: Who asked, and administrators.
ASKED = "coordinator admin"


def asked(cast: Cast) -> Job:
    """Return a job of the coordinator of WG1 that waits: one factsheet is to be made."""
    make_cluster(cast, State.RUNNING)
    return ask_for_missing(by=cast.user("coordinator"))


def waiting(cast: Cast) -> dict[str, Any]:
    """Return the address of such a job."""
    return {"pk": asked(cast).pk}


def exported(cast: Cast) -> dict[str, Any]:
    """Return the address of a job of the coordinator that made a workbook."""
    make_cluster(cast, State.RUNNING)
    job = ask_for_export(source="clusters", query="state=running", by=cast.user("coordinator"))
    jobs.run(job.pk)
    return {"pk": job.pk}


JOBS = (
    Row("community:jobs", nowhere, get=who(200, (302, OUT)), post=SIGNED_IN_NO_METHOD),
    Row(
        "community:job",
        waiting,
        get=who(404, (302, OUT), (200, ASKED)),
        post=SIGNED_IN_NO_METHOD,
        case="asked for by a coordinator",
    ),
    Row("community:job", of(pk=99999), get=who(404, (302, OUT)), post=SIGNED_IN_NO_METHOD, case="no such job"),
    Row("community:job_stop", waiting, get=SIGNED_IN_NO_METHOD, post=who(404, (302, f"{OUT} {ASKED}"))),
    Row("community:job_retry", waiting, get=SIGNED_IN_NO_METHOD, post=who(404, (302, OUT), (409, ASKED))),
    Row(
        "community:job_file",
        exported,
        get=who(404, (302, OUT), (200, "coordinator")),
        post=SIGNED_IN_NO_METHOD,
        case="made for a coordinator",
    ),
    Row("community:job_file", waiting, get=SIGNED_IN_GONE, post=SIGNED_IN_NO_METHOD, case="it makes no file"),
    Row("community:export", of(source="clusters"), get=who(200, (302, OUT)), post=who(302), case="a short list"),
    Row("community:export", of(source="moons"), get=SIGNED_IN_GONE, post=SIGNED_IN_GONE, case="no such list"),
    Row(
        "factsheets:missing",
        nowhere,
        get=who(403, (302, OUT), (200, f"{COORDINATORS} admin")),
        post=who(403, (302, OUT), (409, f"{COORDINATORS} admin")),
        case="nothing is missing",
    ),
)
