"""The table's rows of a cluster's room: for those who take part, the proposer, the lead's side and coordinators."""

from __future__ import annotations

from clusters.choices import ParticipationStatus, State
from community.choices import FileVisibility
from tests.matrix import places, places_room
from tests.matrix.answers import GROUP, LEADS, OUT, SIGNED_IN_NO_METHOD, Row, page, who, workers
from tests.matrix.places import cluster, participation

RUNNING = cluster(State.RUNNING)
ENDED = cluster(State.CONCLUDED)
#: Write in the room; administrators read it.
SPEAKERS = f"participant external proposer {LEADS} {GROUP}"
READERS = f"admin {SPEAKERS}"

#: Who does not fetch what is for the community and takes no part either.
NOT_COP = "visitor deactivated other_external superuser"
#: Who added the file, the lead's side and the coordinators.
KEEPERS = f"participant {LEADS} {GROUP}"
TAKING_PART = "lead deputy_lead participant external"
SEEN_BY_READERS = who(404, (302, OUT), (403, "external proposer admin"))


def only(status: int, roles: str) -> dict[str, int]:
    """Return that these roles get `status`, others who are signed in a refusal."""
    return who(403, (302, OUT), (status, roles))


ROOM = (
    page("clusters:room", RUNNING, case="running"),
    page("clusters:room", ENDED, case="concluded"),
    page("clusters:room", cluster(State.DRAFT), who(404, (200, "proposer lead")), case="draft"),
    Row("clusters:room_thread_create", RUNNING, get=only(200, SPEAKERS), post=only(422, SPEAKERS), case="running"),
    Row("clusters:room_thread_create", ENDED, get=only(403, ""), post=only(403, ""), case="concluded: read-only"),
    Row("clusters:room_thread", places.comment(), get=only(200, READERS), post=only(422, SPEAKERS)),
    Row("clusters:room_comment_edit", places.comment(), get=only(200, "participant"), post=only(422, "participant")),
    Row(
        "clusters:room_comment_withdraw",
        places.comment(),
        get=only(200, "participant"),
        post=only(302, "participant"),
    ),
    Row(
        "clusters:room_comment_hide",
        places.comment(),
        get=only(200, GROUP),
        post=only(302, GROUP),
        data={"reason": "It names a person."},
    ),
    Row("clusters:room_comment_show", places.comment(hidden=True), get=SIGNED_IN_NO_METHOD, post=only(302, GROUP)),
    Row("clusters:room_file_create", RUNNING, get=only(200, SPEAKERS), post=only(422, SPEAKERS)),
    Row(
        "clusters:room_file",
        places_room.room_file(FileVisibility.PUBLIC),
        get=who(200),
        post=who(403, (422, SPEAKERS)),
        case="public",
    ),
    Row(
        "clusters:room_file",
        places_room.room_file(FileVisibility.COP),
        get=who(200, (404, NOT_COP)),
        post=who(403, (404, NOT_COP), (422, SPEAKERS)),
        case="community",
    ),
    Row(
        "clusters:room_file",
        places_room.room_file(),
        get=who(404, (200, READERS)),
        post=who(404, (422, SPEAKERS), (403, "admin")),
        case="of the room",
    ),
    page("clusters:file", places_room.room_bytes(FileVisibility.PUBLIC), case="room, public"),
    page("clusters:file", places_room.room_bytes(FileVisibility.COP), who(200, (404, NOT_COP)), case="room, community"),
    page("clusters:file", places_room.room_bytes(FileVisibility.ROOM), who(404, (200, READERS)), case="room"),
    page(
        "clusters:file",
        places_room.room_bytes(FileVisibility.ROOM, holds_names=True),
        who(404, (200, f"admin participant {LEADS} {GROUP}")),
        case="room, with names",
    ),
    Row(
        "clusters:room_file_edit",
        places_room.room_file(),
        get=SEEN_BY_READERS | dict.fromkeys(KEEPERS.split(), 200),
        post=SEEN_BY_READERS | dict.fromkeys(KEEPERS.split(), 422),
    ),
    Row(
        "clusters:room_file_remove",
        places_room.room_file(),
        get=SEEN_BY_READERS | dict.fromkeys(KEEPERS.split(), 200),
        post=SEEN_BY_READERS | dict.fromkeys(KEEPERS.split(), 302),
    ),
    Row("clusters:room_message", RUNNING, get=workers(200), post=workers(422)),
    Row(
        "clusters:room_message",
        RUNNING,
        get=workers(200),
        post=workers(200),
        data={"subject": "The bill", "text": "It goes out on Monday."},
        case="looked at",
    ),
    Row("clusters:room_meeting_create", RUNNING, get=workers(200), post=workers(422)),
    Row("clusters:room_meeting", places_room.meeting(), get=only(200, READERS), post=SIGNED_IN_NO_METHOD),
    Row(
        "clusters:room_meeting_answer",
        places_room.meeting(),
        get=only(200, TAKING_PART),
        post=only(302, TAKING_PART),
        data={"coming": "no"},
    ),
    Row(
        "clusters:room_meeting_answer",
        places_room.meeting(State.CONCLUDED),
        get=only(403, ""),
        post=only(403, ""),
        data={"coming": "no"},
        case="concluded",
    ),
    Row("clusters:room_meeting_calendar", places_room.meeting(), get=only(200, READERS), post=SIGNED_IN_NO_METHOD),
    Row("clusters:room_meeting_edit", places_room.meeting(), get=workers(200), post=workers(422)),
    Row(
        "clusters:room_meeting_edit",
        places_room.meeting(State.CONCLUDED),
        get=only(403, ""),
        post=only(403, ""),
        case="concluded: read-only",
    ),
    Row(
        "clusters:room_meeting_cancel",
        places_room.meeting(),
        get=workers(200),
        post=workers(302),
        data={"reason": "A storm."},
    ),
    Row(
        "clusters:room_meeting_minutes",
        places_room.begun_meeting,
        get=workers(200),
        post=workers(302),
        data={"minutes": "All came.", "seen_version": 1},
    ),
    Row(
        "clusters:room_meeting_minutes",
        places_room.meeting(),
        get=only(403, ""),
        post=only(403, ""),
        data={"minutes": "All came.", "seen_version": 1},
        case="has not begun",
    ),
    Row(
        "clusters:room_meeting_decide",
        places_room.meeting(),
        get=SIGNED_IN_NO_METHOD,
        post=workers(302),
        data={"text": "Two tables."},
    ),
    Row(
        "clusters:room_meeting_decision_back",
        places_room.meeting_decision,
        get=SIGNED_IN_NO_METHOD,
        post=workers(302),
    ),
    Row(
        "clusters:participation_access",
        participation(ParticipationStatus.ACTIVE, "participant"),
        get=workers(200),
        post=workers(302),
        data={"access": "comment"},
    ),
)
