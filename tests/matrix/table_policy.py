"""The table's rows of policy statements: read, written, discussed, adopted, issued."""

from __future__ import annotations

from tests.matrix import places_policy as places
from tests.matrix.answers import GONE, GROUP, OUT, SIGNED_IN_NO_METHOD, STRANGERS, Row, page, who
from tests.matrix.places import nowhere, of

#: Coordinators of any group, and of the mission.
COORDINATORS = f"{GROUP} other_coordinator stand_in"
#: Whoever reads what is under discussion: members of the community and administrators.
COP = who(200, (404, f"{OUT} {STRANGERS}"))


def keepers(status: int, otherwise: int = 404) -> dict[str, int]:
    """Return that the coordinators of the group and the mission get `status` of what is a draft."""
    return who(otherwise, (302, OUT), (status, GROUP), (403, "admin"))


POLICY = (
    page("results:statements"),
    Row(
        "results:statement_create",
        nowhere,
        get=who(403, (302, OUT), (200, COORDINATORS)),
        post=who(403, (302, OUT), (422, COORDINATORS)),
    ),
    Row(
        "results:statement_evidence",
        nowhere,
        get=who(403, (302, OUT), (200, COORDINATORS)),
        post=SIGNED_IN_NO_METHOD,
    ),
    Row(
        "results:evidence_place",
        places.unused,
        get=who(403, (302, OUT), (200, COORDINATORS)),
        post=who(403, (302, OUT), (422, COORDINATORS)),
    ),
    Row(
        "results:evidence_place",
        of(kind="uptake", pk=99999),
        get=who(403, (302, OUT), (404, COORDINATORS)),
        post=who(403, (302, OUT), (404, COORDINATORS)),
        case="no such uptake",
    ),
    page("results:statement", places.adopted, case="adopted"),
    page("results:statement", places.discussed(), COP, case="under discussion"),
    page("results:statement", places.draft(), who(404, (200, f"{GROUP} admin")), case="a draft"),
    page("results:statement", of(pk=99999), GONE, case="no such statement"),
    Row("results:statement_update", places.draft(), get=keepers(200), post=keepers(422)),
    Row("results:statement_discard", places.draft(), get=keepers(200), post=keepers(302)),
    Row("results:line_create", places.draft(), get=keepers(200), post=keepers(422)),
    Row("results:line_update", places.draft("line"), get=keepers(200), post=keepers(422)),
    Row("results:line_move", places.draft("line"), get=SIGNED_IN_NO_METHOD, post=keepers(302)),
    Row("results:line_remove", places.draft("line"), get=keepers(200), post=keepers(302)),
    Row("results:line_evidence", places.draft("line"), get=keepers(200), post=keepers(422)),
    Row("results:evidence_update", places.draft("line", "piece"), get=keepers(200), post=keepers(302)),
    Row("results:evidence_remove", places.draft("line", "piece"), get=SIGNED_IN_NO_METHOD, post=keepers(302)),
    Row(
        "results:statement_comments",
        places.discussed(),
        get=SIGNED_IN_NO_METHOD,
        post=who(422, (302, OUT), (404, STRANGERS)),
    ),
    Row(
        "results:statement_comment_back",
        places.discussed("comment"),
        get=SIGNED_IN_NO_METHOD,
        post=who(403, (302, f"{OUT} member"), (404, STRANGERS)),
    ),
    Row(
        "results:statement_verb",
        places.discussed(verb="adopted"),
        get=who(403, (302, OUT), (404, STRANGERS), (200, "coordinator_proposer mission_coordinator")),
        post=who(403, (302, f"{OUT} coordinator_proposer mission_coordinator"), (404, STRANGERS)),
        case="adopt, written by a coordinator",
    ),
    Row(
        "results:statement_verb",
        places.draft(verb="opened"),
        get=keepers(200),
        post=keepers(302),
        case="open for discussion",
    ),
    Row(
        "results:statement_verb",
        places.revised(verb="dropped"),
        get=who(403, (302, OUT), (200, GROUP)),
        post=who(403, (302, f"{OUT} {GROUP}")),
        case="drop the next version",
    ),
    page("factsheets:statement", places.issued, case="adopted"),
    page("factsheets:statement", places.discussed(version=1, language="en"), who(404), case="not adopted"),
    page("factsheets:statement_pdf", places.issued),
    page("factsheets:statement_data", places.issued),
)
