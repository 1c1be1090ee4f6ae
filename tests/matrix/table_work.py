"""The table's rows of the work in a cluster: files, outcomes, follow-ups, people, conditions, amendments."""

from __future__ import annotations

from clusters.choices import ParticipationStatus, StageStatus, State
from community.choices import FileVisibility
from tests.matrix import places
from tests.matrix.answers import (
    GONE,
    GROUP,
    LEADS,
    OUT,
    SIGNED_IN_GONE,
    SIGNED_IN_NO_METHOD,
    STRANGERS,
    WORKERS,
    Row,
    page,
    who,
    workers,
)
from tests.matrix.places import cluster, of, part, participation, stage
from tests.matrix.table_clusters import DRAFT_READERS, RUNNING, SUGGESTERS

#: Translate its texts.
TRANSLATORS = SUGGESTERS
#: Whoever takes part, external partners too, adds files and fetches those for the community.
TAKING_PART = f"participant external {WORKERS}"
FILES = (
    Row(
        "clusters:stage_evidence",
        stage(StageStatus.PLANNED),
        get=who(403, (302, OUT), (200, TAKING_PART)),
        post=who(403, (302, OUT), (422, TAKING_PART)),
    ),
    Row(
        "clusters:stage_note",
        stage(StageStatus.PLANNED),
        get=who(403, (302, OUT), (200, TAKING_PART)),
        post=who(403, (302, OUT), (302, TAKING_PART)),
        data={"note": "It goes well.", "seen_version": 1},
    ),
    page("clusters:file", places.file(FileVisibility.PUBLIC), case="public"),
    page(
        "clusters:file",
        places.file(FileVisibility.COP),
        who(200, (404, "visitor deactivated other_external superuser")),
        case="community",
    ),
    page(
        "clusters:file", places.file(FileVisibility.RESTRICTED), who(404, (200, f"admin {WORKERS}")), case="restricted"
    ),
    Row(
        "clusters:file_remove",
        places.file(FileVisibility.PUBLIC),
        get=workers(200),
        post=workers(302),
    ),
)

OUTCOMES = (
    Row("clusters:outcome_create", RUNNING, get=workers(200), post=workers(422), case="running"),
    Row(
        "clusters:outcome_create",
        cluster(State.CONCLUDED),
        get=workers(200),
        post=workers(422),
        case="concluded, so a correction",
    ),
    Row("clusters:outcome_evidence", part("outcomes"), get=workers(200), post=workers(422)),
    Row(
        "clusters:file_remove",
        places.outcome_file(),
        get=workers(200),
        post=workers(422),
        case="of an outcome, without a reason",
    ),
    Row("clusters:outcome_detail", part("outcomes"), get=workers(302), post=SIGNED_IN_NO_METHOD),
    Row("clusters:outcome_update", part("outcomes"), get=workers(200), post=workers(422)),
    Row("clusters:outcome_remove", part("outcomes"), get=workers(200), post=workers(409)),
    Row("clusters:objective_detail", part("objectives"), get=workers(302), post=SIGNED_IN_NO_METHOD),
    Row(
        "clusters:objective_update",
        part("objectives"),
        get=workers(200),
        post=workers(302),
    ),
)

#: Who holds the link need not be signed in; somebody else who is signed in is told so.
HOLDERS = f"{OUT} lead"
FOLLOW_UPS = (
    Row("clusters:follow_up", places.follow_up, get=workers(200), post=workers(422), case="to be answered"),
    Row(
        "clusters:follow_up",
        places.follow_up,
        get=workers(200),
        post=workers(302),
        data={"answer": "confirmed", "seen_version": 1},
    ),
    Row("clusters:follow_up_link", of(token="x"), get=GONE, post=GONE, case="no such link"),
    Row(
        "clusters:follow_up_link",
        places.follow_up_link(),
        get=who(403, (200, HOLDERS)),
        post=who(403, (422, HOLDERS)),
        case="open",
    ),
    Row(
        "clusters:follow_up_link",
        places.follow_up_link(),
        get=who(403, (200, HOLDERS)),
        post=who(403, (302, HOLDERS)),
        data={"answer": "confirmed", "seen_version": 1},
        case="open, with an answer",
    ),
    Row(
        "clusters:follow_up_link",
        places.follow_up_link("used"),
        get=who(403, (200, HOLDERS)),
        post=who(403, (409, HOLDERS)),
        data={"answer": "unknown", "seen_version": 1},
        case="used, with a stale correction",
    ),
    *(
        Row(
            "clusters:follow_up_link",
            places.follow_up_link(state),
            get=who(403, (410, HOLDERS)),
            post=who(403, (410, HOLDERS)),
            case=state,
        )
        for state in ("expired", "revoked")
    ),
)

PEOPLE = (
    Row(
        "clusters:participation_enter",
        RUNNING,
        get=who(200, (302, f"{OUT} external participant {LEADS}"), (403, "other_external superuser")),
        post=who(422, (302, OUT), (403, f"{STRANGERS} participant {LEADS}")),
    ),
    Row("clusters:participation_invite", RUNNING, get=workers(200), post=workers(422)),
    Row("clusters:invitation_addresses", RUNNING, get=workers(200), post=workers(422)),
    Row("clusters:invitations", RUNNING, get=workers(200), post=SIGNED_IN_NO_METHOD),
    Row("clusters:invitation_remind", places.address_asked, get=SIGNED_IN_NO_METHOD, post=workers(302)),
    Row("clusters:invitation_end", places.address_asked, get=workers(200), post=workers(302), data={"reason": ""}),
    Row(
        "clusters:participation_remind",
        participation(ParticipationStatus.INVITED),
        get=SIGNED_IN_NO_METHOD,
        post=workers(302),
    ),
    Row("clusters:participation_places", RUNNING, get=workers(200), post=workers(422)),
    Row("clusters:participation_want", RUNNING, get=SIGNED_IN_NO_METHOD, post=workers(422)),
    Row(
        "clusters:participation_answer",
        participation(ParticipationStatus.REQUESTED),
        get=workers(200),
        post=workers(302),
        data={"answer": "accept"},
    ),
    Row(
        "clusters:participation_invitation",
        participation(ParticipationStatus.INVITED),
        get=who(403, (302, OUT), (200, "member")),
        post=who(403, (302, f"{OUT} member")),
        data={"answer": "accept"},
    ),
    Row(
        "clusters:participation_leave",
        participation(ParticipationStatus.ACTIVE, "participant"),
        get=who(403, (302, OUT), (200, "participant")),
        post=who(403, (302, f"{OUT} participant")),
        data={"reason": "A new post."},
    ),
    Row(
        "clusters:participation_end",
        participation(ParticipationStatus.ACTIVE, "participant"),
        get=workers(200),
        post=workers(302),
        data={"seen": "active", "reason": "A new post."},
    ),
    Row(
        "clusters:participation_end",
        participation(ParticipationStatus.INVITED),
        get=workers(200),
        post=workers(302),
        data={"seen": "invited", "reason": ""},
        case="invitation",
    ),
    Row(
        "clusters:participation_role",
        participation(ParticipationStatus.ACTIVE, "participant"),
        get=workers(200),
        post=workers(302),
        data={"role": "deputy"},
    ),
    Row(
        "clusters:participation_forget",
        participation(ParticipationStatus.WANTED),
        get=SIGNED_IN_NO_METHOD,
        post=workers(302),
    ),
)

SETTLING = who(403, (302, OUT), (200, GROUP))
CONDITIONS = (
    Row(
        "clusters:condition_met",
        places.condition(),
        get=who(403, (302, OUT), (200, LEADS)),
        post=who(403, (302, f"{OUT} {LEADS}")),
        data={"note": "Done."},
    ),
    Row(
        "clusters:condition_confirm",
        places.condition(is_met=True),
        get=SETTLING,
        post=who(403, (302, f"{OUT} {GROUP}")),
    ),
    Row(
        "clusters:condition_waive",
        places.condition(),
        get=SETTLING,
        post=who(403, (302, f"{OUT} {GROUP}")),
        data={"reason": "No harbour is left."},
    ),
)


def who_decides(status: int) -> dict[str, int]:
    """Return the answers to those who see an amendment that is put forward: who may decide gets `status`."""
    return {**dict.fromkeys([*LEADS.split(), "participant", "admin"], 403), **dict.fromkeys(GROUP.split(), status)}


#: Before it is accepted an amendment is there for nobody but those concerned with it.
CONCERNED = f"{WORKERS} participant admin"
NOT_THERE = who(404, (302, OUT))
SUGGESTED = places.amendment()
PUT_FORWARD = places.amendment(forward="lead")
WISH = {
    "title": "Wetlands as storage",
    "question": "How does a plan count a wetland?",
    "objective_1": "Fit the method",
    "kind_answer": "on",
    "starts_on": "2026-03-01",
    "ends_on": "2026-11-30",
    "reason": "The harbour opens later.",
}
AMENDMENTS = (
    Row("clusters:translations", cluster(State.RUNNING), get=who(200, (302, OUT)), post=SIGNED_IN_NO_METHOD),
    Row(
        "clusters:translations",
        cluster(State.DRAFT),
        get=who(404, (302, OUT), (200, DRAFT_READERS)),
        post=SIGNED_IN_NO_METHOD,
        case="a draft",
    ),
    Row(
        "clusters:translation",
        places.with_language(State.RUNNING),
        get=who(403, (302, OUT), (200, TRANSLATORS)),
        post=who(403, (302, OUT), (302, TRANSLATORS)),
    ),
    Row(
        "clusters:translation",
        places.with_language(State.RUNNING, language="en"),
        get=SIGNED_IN_GONE,
        post=SIGNED_IN_GONE,
        case="its own language",
    ),
    page("clusters:amendments", cluster(State.RUNNING)),
    page("clusters:amendment", SUGGESTED, who(404, (200, CONCERNED)), case="suggested"),
    Row(
        "clusters:amendment_create",
        cluster(State.RUNNING),
        get=who(403, (302, OUT), (200, SUGGESTERS)),
        post=who(403, (302, OUT), (422, SUGGESTERS)),
        data=WISH,
    ),
    Row(
        "clusters:amendment_hand_over",
        cluster(State.RUNNING),
        get=who(403, (302, OUT), (200, SUGGESTERS)),
        post=who(403, (302, OUT), (422, SUGGESTERS)),
        data={"reason": "A new post."},
    ),
    Row(
        "clusters:amendment_decide",
        PUT_FORWARD,
        get=NOT_THERE | who_decides(200),
        post=NOT_THERE | who_decides(409),
        data={"accepted": "ends_on", "do": "accept"},
    ),
    Row(
        "clusters:amendment_comment",
        PUT_FORWARD,
        get=SIGNED_IN_NO_METHOD,
        post=who(404, (302, f"{OUT} participant {WORKERS}"), (403, "admin")),
        data={"text": "Good for us too."},
    ),
    Row(
        "clusters:amendment_renew",
        SUGGESTED,
        get=who(404, (302, OUT), (200, f"participant {WORKERS}"), (403, "admin")),
        post=who(404, (302, OUT), (422, f"participant {WORKERS}"), (403, "admin")),
        data=WISH,
    ),
    Row(
        "clusters:amendment_verb",
        places.amendment(verb="put-forward-nowhere"),
        get=NOT_THERE,
        post=NOT_THERE,
        case="no such verb",
    ),
    Row(
        "clusters:amendment_verb",
        places.amendment(verb="proposed"),
        get=who(404, (302, OUT), (200, WORKERS), (403, "participant admin")),
        post=who(404, (302, f"{OUT} {WORKERS}"), (403, "participant admin")),
        case="put forward",
    ),
    Row(
        "clusters:amendment_verb",
        places.amendment(verb="withdrawn"),
        get=who(404, (302, OUT), (200, "participant"), (403, f"{WORKERS} admin")),
        post=who(404, (302, f"{OUT} participant"), (403, f"{WORKERS} admin")),
        data={"reason": "Not needed."},
        case="withdraw",
    ),
    Row(
        "clusters:amendment_verb",
        places.amendment("lead", wished="lead", verb="lead-accepted"),
        get=who(404, (302, OUT), (200, "participant"), (403, f"{WORKERS} admin")),
        post=who(404, (302, f"{OUT} participant"), (403, f"{WORKERS} admin")),
        case="accept the lead",
    ),
)
