"""The table's rows of results: uptakes, their files, and the questions to adopting organisations."""

from __future__ import annotations

from clusters.choices import State
from community.choices import FileVisibility
from tests.matrix import places_results as places
from tests.matrix.answers import GONE, OUT, SIGNED_IN_GONE, SIGNED_IN_NO_METHOD, WORKERS, Row, page, who, workers
from tests.matrix.places import cluster, of

RUNNING = cluster(State.RUNNING)
#: Keep uptakes of a running cluster: who works on it, and who takes part and contributes.
KEEPERS = f"participant external {WORKERS}"
#: Read what is not disclosed.
INSIDE = f"proposer admin {KEEPERS}"
ANSWER = {
    "seen_statement": 1,
    "answer": "confirmed",
    "person_name": "Mira Horvat",
    "function": "Head of water",
    "speaks_for": "on",
    "document_number": "2026/17",
}


def keepers(status: int) -> dict[str, int]:
    """Return that those who keep uptakes get `status`."""
    return who(403, (302, OUT), (status, KEEPERS))


UPTAKES = (
    page("results:uptakes", RUNNING, case="running"),
    page("results:uptakes", cluster(State.DRAFT), who(404, (200, "proposer lead")), case="draft"),
    Row("results:uptake_create", RUNNING, get=keepers(200), post=keepers(422), case="running"),
    Row(
        "results:uptake_create",
        cluster(State.CONCLUDED),
        get=workers(200),
        post=workers(422),
        case="concluded, so followed up",
    ),
    page("results:uptake_list"),
    page("results:uptake", places.uptake()),
    page("results:uptake", places.uptake(is_disclosed=False), who(404, (200, INSIDE)), case="not disclosed"),
    page("results:uptake", of(pk=99999), GONE, case="no such uptake"),
    Row("results:uptake_update", places.uptake(), get=keepers(200), post=keepers(422)),
    Row("results:uptake_remove", places.uptake("aware"), get=keepers(200), post=keepers(409)),
    Row("results:uptake_step", places.uptake("aware", verb="interested"), get=keepers(200), post=keepers(409)),
    Row(
        "results:uptake_step",
        places.uptake("aware", verb="interested"),
        get=keepers(200),
        post=keepers(302),
        data={"seen_version": 1},
        case="as it was shown",
    ),
    Row(
        "results:uptake_step",
        places.uptake("aware", verb="undisclosed"),
        get=workers(200),
        post=workers(422),
        case="disclosure",
    ),
    Row(
        "results:uptake_step",
        places.uptake(verb="glory"),
        get=SIGNED_IN_GONE,
        post=SIGNED_IN_GONE,
        case="no such verb",
    ),
    Row("results:uptake_files", places.uptake(), get=keepers(200), post=keepers(422)),
    page("results:uptake_file", places.file(FileVisibility.PUBLIC), case="public"),
    page(
        "results:uptake_file",
        places.file(FileVisibility.COP),
        who(200, (404, "visitor deactivated other_external superuser")),
        case="community",
    ),
    page(
        "results:uptake_file",
        places.file(FileVisibility.RESTRICTED),
        who(404, (200, f"admin {WORKERS}")),
        case="restricted",
    ),
    Row("results:uptake_file_remove", places.file(FileVisibility.PUBLIC), get=keepers(200), post=keepers(302)),
)

CONFIRMATIONS = (
    Row("results:uptake_ask", places.uptake(), get=workers(200), post=workers(422)),
    Row("results:question_remind", places.question(), get=SIGNED_IN_NO_METHOD, post=workers(302)),
    Row("results:question_take_back", places.question(), get=SIGNED_IN_NO_METHOD, post=workers(302)),
    Row(
        "results:correction_settle",
        places.question("corrected"),
        get=SIGNED_IN_NO_METHOD,
        post=workers(302),
        data={"take_over": "1"},
    ),
    Row(
        "results:answerer",
        places.question("corrected"),
        get=who(403, (302, OUT), (200, "admin")),
        post=who(403, (302, f"{OUT} admin")),
        data={"take_out": "1"},
    ),
    Row("results:confirm", of(token="x"), get=GONE, post=GONE, case="no such link"),
    Row("results:confirm", places.confirm_link(), get=who(403, (200, OUT)), post=who(403, (422, OUT)), case="open"),
    Row(
        "results:confirm",
        places.confirm_link(),
        get=who(403, (200, OUT)),
        post=who(403, (200, OUT)),
        data=ANSWER,
        case="open, with an answer",
    ),
    *(
        Row(
            "results:confirm",
            places.confirm_link(state),
            get=who(403, (410, OUT)),
            post=who(403, (410, OUT)),
            case=state,
        )
        for state in ("expired", "revoked")
    ),
)
