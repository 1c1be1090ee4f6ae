"""The rows of advice panels."""

from __future__ import annotations

from clusters.choices import State
from tests.matrix import places, places_community
from tests.matrix.answers import GONE, LEADS, OUT, SIGNED_IN_GONE, SIGNED_IN_NO_METHOD, Row, page, who
from tests.matrix.places import of
from tests.matrix.places_panel import panel
from tests.matrix.table_results import INSIDE

#: Those who read a question before it is published: the room's readers, and who is asked.
READERS = f"{INSIDE} member"
#: Whoever reads it may do nothing with it but the lead's side.
COORDINATORS = "coordinator other_coordinator stand_in coordinator_proposer mission_coordinator"
#: Of a need: who raised it, too.
WHO_ASK_ABOUT = f"{COORDINATORS} participant"
#: Who goes on with a question where nobody who leads its cluster is left.
TAKING_OVER = "coordinator coordinator_proposer mission_coordinator"
LEFT = who(404, (302, OUT), (403, f"{READERS} {LEADS}"), (200, TAKING_OVER))
ASKING = who(404, (302, OUT), (403, READERS), (200, LEADS))


def pressed(status: int) -> dict[str, int]:
    """Return that the lead's side gets `status` for a press, and other readers 403."""
    return who(404, (302, OUT), (403, READERS), (status, LEADS))


def said(status: int) -> dict[str, int]:
    """Return that who is asked gets `status`; nobody else has a place there."""
    return who(404, (302, OUT), (status, "member"))


PANEL = (
    page("clusters:panels"),
    page("clusters:panel", panel(), who(404, (200, READERS)), case="not published"),
    page("clusters:panel", panel(published=True), case="published"),
    page("clusters:panel", of(pk=99999), GONE, case="no such question"),
    Row(
        "clusters:panel_ask",
        places.cluster(State.RUNNING),
        get=who(403, (302, OUT), (200, f"{LEADS} participant external")),
        post=who(403, (302, OUT), (422, f"{LEADS} participant external")),
    ),
    Row(
        "clusters:panel_ask_about",
        places_community.need,
        get=who(403, (302, OUT), (200, WHO_ASK_ABOUT)),
        post=who(403, (302, OUT), (422, WHO_ASK_ABOUT)),
    ),
    Row("clusters:panel_reword", panel(), get=ASKING, post=pressed(422)),
    Row("clusters:panel_people", panel(), get=SIGNED_IN_NO_METHOD, post=pressed(422)),
    Row(
        "clusters:panel_place",
        panel(with_place=True, verb="take-back"),
        get=SIGNED_IN_NO_METHOD,
        post=pressed(302),
    ),
    Row("clusters:panel_accept", panel(), get=SIGNED_IN_NO_METHOD, post=said(302)),
    Row("clusters:panel_decline", panel(), get=SIGNED_IN_NO_METHOD, post=said(302)),
    Row("clusters:panel_answer", panel(), get=said(200), post=said(422)),
    Row("clusters:panel_credit", panel(answered=True), get=SIGNED_IN_NO_METHOD, post=said(422)),
    Row("clusters:panel_verb", panel(verb="close"), get=ASKING, post=pressed(422)),
    Row(
        "clusters:panel_verb",
        panel(left=True, verb="close"),
        get=LEFT,
        post=who(404, (302, OUT), (403, f"{READERS} {LEADS}"), (422, TAKING_OVER)),
        case="who leads has left",
    ),
    Row(
        "clusters:panel_accept",
        panel(ended=True),
        get=SIGNED_IN_NO_METHOD,
        post=said(409),
        case="the cluster is over",
    ),
    Row("clusters:panel_verb", panel(verb="glory"), get=SIGNED_IN_GONE, post=SIGNED_IN_GONE, case="no such verb"),
    Row("clusters:panel_ask", of(reference="nothing"), get=SIGNED_IN_GONE, post=SIGNED_IN_GONE, case="none"),
)
