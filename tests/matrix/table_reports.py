"""The table's rows of reports to the community: read by everybody, put together and sent by coordinators."""

from __future__ import annotations

from tests.matrix import places_reports as places
from tests.matrix.answers import GONE, GROUP, OUT, Row, page, who
from tests.matrix.places import nowhere, of

#: Coordinators of any group, and of the mission.
COORDINATORS = f"{GROUP} other_coordinator stand_in"


def keepers(status: int) -> dict[str, int]:
    """Return that the coordinators of the group and the mission get `status` of a draft of the group."""
    return who(404, (302, OUT), (status, GROUP), (403, "admin"))


REPORTS = (
    page("factsheets:reports"),
    page("factsheets:feed"),
    Row(
        "factsheets:report_create",
        nowhere,
        get=who(403, (302, OUT), (200, COORDINATORS)),
        post=who(403, (302, OUT), (422, COORDINATORS)),
    ),
    Row(
        "factsheets:report_draft",
        places.draft,
        get=who(404, (302, OUT), (200, GROUP), (302, "admin")),
        post=keepers(422),
        case="a draft",
    ),
    Row(
        "factsheets:report_draft",
        of(pk=99999),
        get=who(404, (302, OUT)),
        post=who(404, (302, OUT)),
        case="no such report",
    ),
    Row("factsheets:report_send", places.draft, get=who(404, (302, OUT), (200, f"{GROUP} admin")), post=keepers(409)),
    Row("factsheets:report_discard", places.draft, get=keepers(200), post=keepers(302)),
    page("factsheets:report", places.sent, case="sent"),
    page("factsheets:report", of(reference="2020-01-01"), GONE, case="no such report"),
    page("factsheets:report_pdf", places.sent),
    page("factsheets:report_data", places.sent),
)
