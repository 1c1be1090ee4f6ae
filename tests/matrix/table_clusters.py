"""The table's rows of clusters: register, proposal, roadmap, verbs, factsheets; the work is in `table_work.py`."""

from __future__ import annotations

from clusters.choices import StageStatus, State
from tests.matrix import places
from tests.matrix.answers import (
    GONE,
    GROUP,
    MEMBERS_ONLY,
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
from tests.matrix.places import cluster, nowhere, of, stage, vacant

RUNNING = cluster(State.RUNNING)
#: Proposed: seen by the community and whoever has a part in it.
PROPOSED = who(200, (404, "visitor deactivated other_external superuser external"))
DRAFT_READERS = "proposer lead"
#: May suggest an amendment of what is approved.
SUGGESTERS = f"participant external proposer {WORKERS}"
#: Coordinators of the group that was asked to take a cluster in.
TAKERS = "other_coordinator stand_in"
CASE_READERS = who(403, (302, OUT), (404, "other_external external superuser"))

REGISTER = (
    page("clusters:list"),
    page("clusters:names", of(what="project")),
    page("clusters:names", of(what="nothing"), GONE, case="no such filter"),
    page("clusters:detail", RUNNING, case="running"),
    page("clusters:detail", cluster(State.SUBMITTED), PROPOSED, case="proposed"),
    page("clusters:detail", cluster(State.DRAFT), who(404, (200, DRAFT_READERS)), case="draft"),
    page("clusters:detail", places.recalled, who(404, (200, DRAFT_READERS)), case="recalled draft"),
    page(
        "clusters:detail",
        cluster(State.DECLINED),
        who(404, (200, f"proposer lead admin {GROUP}")),
        case="declined",
    ),
    page("clusters:detail", cluster(State.MERGED), who(301), case="merged"),
    page("clusters:detail", of(reference="M4N-CL-2026-998"), GONE, case="no such cluster"),
    page("clusters:detail", of(reference="draft-abcdefgh"), GONE, case="no such draft"),
    page("clusters:history", RUNNING),
    page("clusters:history", cluster(State.MERGED), who(301), case="merged"),
    page("clusters:roadmap", RUNNING),
    page("clusters:roadmap", cluster(State.DRAFT), who(404, (200, DRAFT_READERS)), case="draft"),
    page("clusters:outcomes", RUNNING),
    page("clusters:people", RUNNING),
    Row(
        "clusters:reminders",
        nowhere,
        get=who(403, (302, OUT), (200, f"{GROUP} other_coordinator stand_in admin")),
        post=SIGNED_IN_NO_METHOD,
    ),
    Row(
        "clusters:review",
        nowhere,
        get=who(403, (302, OUT), (200, f"{GROUP} other_coordinator stand_in")),
        post=SIGNED_IN_NO_METHOD,
    ),
    Row(
        "clusters:several",
        nowhere,
        get=who(200, (302, OUT)),
        post=who(422, (302, OUT)),
        data={"press": "still-true"},
    ),
    Row("clusters:several_back", nowhere, get=SIGNED_IN_NO_METHOD, post=who(302)),
    Row("clusters:dates_calendar", nowhere, get=who(200, (302, OUT)), post=SIGNED_IN_NO_METHOD),
    Row("clusters:several_preview", nowhere, get=who(422, (302, OUT)), post=who(422, (302, OUT))),
    Row(
        "clusters:review_several",
        nowhere,
        get=who(403, (302, OUT), (200, f"{GROUP} other_coordinator stand_in")),
        post=who(403, (302, OUT), (422, f"{GROUP} other_coordinator stand_in")),
        data={"press": "remind-lead"},
    ),
    Row(
        "clusters:review_several_preview",
        nowhere,
        get=who(403, (302, OUT), (422, f"{GROUP} other_coordinator stand_in")),
        post=who(403, (302, OUT), (422, f"{GROUP} other_coordinator stand_in")),
    ),
    Row("clusters:review_several_back", nowhere, get=SIGNED_IN_NO_METHOD, post=who(302)),
    Row(
        "clusters:overview",
        nowhere,
        get=who(403, (302, OUT), (200, f"{GROUP} other_coordinator stand_in admin")),
        post=SIGNED_IN_NO_METHOD,
    ),
    Row(
        "clusters:review_case",
        cluster(State.SUBMITTED),
        get=CASE_READERS | dict.fromkeys(GROUP.split(), 200),
        post=SIGNED_IN_NO_METHOD,
        case="the group's",
    ),
    Row(
        "clusters:review_case",
        vacant(State.SUBMITTED),
        get=CASE_READERS | dict.fromkeys([*GROUP.split(), "other_coordinator", "stand_in"], 200),
        post=SIGNED_IN_NO_METHOD,
        case="as stand-in",
    ),
    Row(
        "clusters:review_assign",
        cluster(State.SUBMITTED),
        get=SIGNED_IN_NO_METHOD,
        post=CASE_READERS | dict.fromkeys(GROUP.split(), 302),
        data={"do": "take"},
    ),
)

PROPOSAL = (
    Row(
        "clusters:create",
        nowhere,
        get=MEMBERS_ONLY,
        post=who(302, (403, STRANGERS)),
        data={"start": "empty", "code": "abcdefgh"},
    ),
    Row(
        "clusters:update",
        cluster(State.DRAFT),
        get=who(404, (302, OUT), (200, DRAFT_READERS)),
        post=who(404, (302, OUT), (409, DRAFT_READERS)),
        data={"title": "Sea grass"},
        case="draft",
    ),
    Row(
        "clusters:update_step",
        cluster(State.SUBMITTED, step=2),
        get=CASE_READERS | {"proposer": 200, "lead": 200},
        post=CASE_READERS | {"proposer": 409, "lead": 409},
        case="proposed",
    ),
    Row(
        "clusters:update_step",
        cluster(State.RUNNING, step=2),
        get=who(403, (302, f"{OUT} {SUGGESTERS}")),
        post=who(403, (302, OUT)),
        case="running",
    ),
    Row(
        "clusters:draft_readers",
        cluster(State.DRAFT),
        get=who(404, (302, OUT), (200, DRAFT_READERS)),
        post=who(404, (302, OUT), (302, DRAFT_READERS)),
    ),
)

ROADMAP = (
    Row("clusters:day", places.one_day, get=workers(200), post=workers(302)),
    Row("clusters:day", RUNNING, get=workers(403), post=workers(403), case="longer than a day"),
    Row("clusters:stage_create", RUNNING, get=workers(200), post=workers(422)),
    Row(
        "clusters:stage_create",
        cluster(State.CONCLUDED),
        get=who(403, (302, OUT)),
        post=who(403, (302, OUT)),
        case="concluded",
    ),
    Row("clusters:stage_shift", RUNNING, get=workers(200), post=workers(422)),
    Row("clusters:roadmap_confirm", RUNNING, get=SIGNED_IN_NO_METHOD, post=workers(409)),
    Row(
        "clusters:stage_confirm",
        stage(StageStatus.PLANNED),
        get=SIGNED_IN_NO_METHOD,
        post=workers(302),
        data={"seen_version": 1},
    ),
    Row("clusters:stage_detail", stage(StageStatus.PLANNED), get=workers(302), post=SIGNED_IN_NO_METHOD),
    Row(
        "clusters:stage_update",
        stage(StageStatus.PLANNED),
        get=workers(200),
        post=workers(422),
    ),
    Row("clusters:stage_move", stage(StageStatus.PLANNED), get=SIGNED_IN_NO_METHOD, post=workers(422)),
    Row(
        "clusters:stage_start",
        stage(StageStatus.PLANNED),
        get=SIGNED_IN_NO_METHOD,
        post=workers(302),
        data={"seen_version": 1},
    ),
    Row(
        "clusters:stage_complete",
        stage(StageStatus.PLANNED),
        get=workers(200),
        post=workers(422),
    ),
    Row(
        "clusters:stage_drop",
        stage(StageStatus.PLANNED),
        get=workers(200),
        post=workers(422),
    ),
    Row(
        "clusters:stage_reopen",
        stage(StageStatus.DONE),
        get=SIGNED_IN_NO_METHOD,
        post=workers(302),
        data={"seen_version": 1},
    ),
)


VERBS = (
    Row(
        "clusters:transition",
        cluster(State.SUBMITTED, verb="approve"),
        get=CASE_READERS | dict.fromkeys(GROUP.split(), 200),
        post=CASE_READERS | dict.fromkeys(GROUP.split(), 409),
        case="approve",
    ),
    Row(
        "clusters:transition",
        cluster(State.DRAFT, verb="submit"),
        get=who(404, (302, OUT), (200, DRAFT_READERS)),
        post=who(404, (302, OUT), (302, DRAFT_READERS)),
        case="submit",
    ),
    Row(
        "clusters:transition", cluster(State.APPROVED, verb="start"), get=workers(200), post=workers(302), case="start"
    ),
    Row(
        "clusters:transition",
        cluster(State.CONCLUDED, verb="propose-again"),
        get=MEMBERS_ONLY,
        post=who(302, (403, STRANGERS)),
        case="propose again",
    ),
    Row(
        "clusters:merge",
        cluster(State.APPROVED),
        get=who(403, (302, OUT), (200, GROUP)),
        post=who(403, (302, OUT), (422, GROUP)),
        case="not asked",
    ),
    Row(
        "clusters:merge",
        places.merge_asked,
        get=who(403, (302, OUT), (200, f"{GROUP} {TAKERS}")),
        post=who(403, (302, OUT), (422, f"{GROUP} {TAKERS}")),
        case="asked",
    ),
    Row(
        "clusters:merge_agree",
        places.merge_asked,
        get=SIGNED_IN_NO_METHOD,
        post=who(403, (302, f"{OUT} {TAKERS} mission_coordinator")),
    ),
    Row(
        "clusters:merge_refuse",
        places.merge_asked,
        get=SIGNED_IN_NO_METHOD,
        post=who(403, (302, OUT), (422, f"{TAKERS} mission_coordinator")),
    ),
    Row(
        "clusters:merge_withdraw",
        places.merge_asked,
        get=SIGNED_IN_NO_METHOD,
        post=who(403, (302, f"{OUT} {GROUP}")),
    ),
    Row(
        "clusters:comments",
        cluster(State.SUBMITTED),
        get=who(200, (302, OUT), (404, "other_external external superuser")),
        post=who(422, (302, OUT), (404, "other_external external superuser")),
    ),
    Row(
        "clusters:comments",
        RUNNING,
        get=who(200, (302, OUT), (403, STRANGERS)),
        post=who(422, (302, OUT), (403, STRANGERS)),
        case="approved",
    ),
    Row(
        "clusters:comments_until",
        cluster(State.SUBMITTED),
        get=SIGNED_IN_NO_METHOD,
        post=CASE_READERS | dict.fromkeys([*GROUP.split(), "proposer"], 302),
        data={"until": ""},
    ),
    Row(
        "clusters:comment_back",
        places.proposal_comment,
        get=SIGNED_IN_NO_METHOD,
        post=CASE_READERS | {"member": 302},
    ),
    Row(
        "clusters:prepared",
        places.prepared,
        get=CASE_READERS | dict.fromkeys(GROUP.split(), 200),
        post=CASE_READERS | dict.fromkeys(GROUP.split(), 422),
    ),
    Row(
        "clusters:prepared",
        cluster(State.RUNNING),
        get=who(403, (302, f"{OUT} {GROUP}")),
        post=who(403, (302, f"{OUT} {GROUP}")),
        case="decided on",
    ),
    Row(
        "clusters:prepared_announce",
        places.prepared,
        get=SIGNED_IN_NO_METHOD,
        post=CASE_READERS | dict.fromkeys(GROUP.split(), 409),
        case="without saying what was read",
    ),
    Row(
        "clusters:prepared_take_back",
        places.prepared,
        get=SIGNED_IN_NO_METHOD,
        post=CASE_READERS | dict.fromkeys(GROUP.split(), 409),
        case="without saying what was read",
    ),
    Row(
        "clusters:transition",
        cluster(State.RUNNING, verb="delete"),
        get=SIGNED_IN_GONE,
        post=SIGNED_IN_GONE,
        case="no such verb",
    ),
)

SHEET = places.factsheet()
VERSION = places.factsheet(version=1, language="en")
FACTSHEETS = (
    page("factsheets:current", SHEET),
    page("factsheets:current", RUNNING, GONE, case="before the first"),
    page("factsheets:current_pdf", SHEET),
    page("factsheets:issue", VERSION),
    page("factsheets:issue", places.factsheet(version=2, language="en"), GONE, case="a version to come"),
    page("factsheets:issue_pdf", VERSION),
    page("factsheets:issue_data", VERSION),
    page("factsheets:changes", places.factsheet(version=1)),
    page("factsheets:changes", places.factsheet(version=2), GONE, case="a version to come"),
    page("factsheets:sums", places.factsheet(version=1)),
    Row("factsheets:editable", VERSION, get=who(200, (302, OUT)), post=SIGNED_IN_NO_METHOD),
    Row("factsheets:languages", places.factsheet(version=1), get=workers(200), post=workers(409)),
    Row(
        "factsheets:languages",
        places.factsheet(version=2),
        get=who(403, (302, OUT), (404, WORKERS)),
        post=who(403, (302, OUT), (404, WORKERS)),
        case="a version to come",
    ),
    Row("factsheets:interim", SHEET, get=workers(200), post=workers(422)),
    Row(
        "factsheets:interim",
        cluster(State.CONCLUDED),
        get=workers(200),
        post=workers(409),
        data={"reason": "A fair."},
        case="it ended",
    ),
    Row(
        "factsheets:dossier",
        SHEET,
        get=who(403, (302, OUT), (200, f"{WORKERS} admin")),
        post=SIGNED_IN_NO_METHOD,
    ),
    Row(
        "factsheets:dossier",
        cluster(State.DRAFT),
        get=who(404, (302, OUT), (403, DRAFT_READERS)),
        post=SIGNED_IN_NO_METHOD,
        case="a draft",
    ),
    Row(
        "factsheets:dossier_zip",
        SHEET,
        get=who(403, (302, OUT), (200, f"{WORKERS} admin")),
        post=SIGNED_IN_NO_METHOD,
    ),
    page("factsheets:verify"),
    Row("factsheets:coverage_pdf", nowhere, get=who(200, (302, OUT)), post=SIGNED_IN_NO_METHOD),
    page("factsheets:preview", cluster(State.DRAFT), who(404, (200, DRAFT_READERS)), case="draft"),
    page("factsheets:preview", RUNNING, case="running"),
    Row(
        "factsheets:preview_pdf",
        cluster(State.DRAFT),
        get=who(404, (302, OUT), (200, DRAFT_READERS)),
        post=SIGNED_IN_NO_METHOD,
        case="draft",
    ),
)
