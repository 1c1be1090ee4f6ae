"""The table: what each address answers to whom. A new address without a row fails the suite.

A row names an address of the resolver, what stands there, and the status that each role gets (`answers.py`).
"""

from __future__ import annotations

from clusters.choices import State
from tests.matrix import places
from tests.matrix.answers import (
    GONE,
    MEMBERS_ONLY,
    MEMBERS_ONLY_NO_METHOD,
    NO_SUCH_METHOD,
    OUT,
    SIGNED_IN_NO_METHOD,
    STRANGERS,
    Row,
    page,
    who,
)
from tests.matrix.places import nowhere, of
from tests.matrix.table_clusters import (
    AMENDMENTS,
    CONDITIONS,
    FACTSHEETS,
    OUTCOMES,
    PEOPLE,
    PROPOSAL,
    REGISTER,
    ROADMAP,
    VERBS,
)

SITE = (
    page("healthz"),
    page("favicon", get=who(301)),
    page("readyz"),
    page("signed_in"),
    Row("set_language", nowhere, get=who(302), post=who(302), data={"language": "en"}),
    page("community:home"),
    page("community:about"),
    page("community:help"),
    page("community:accessibility"),
    page("community:privacy"),
    Row("community:desk", nowhere, get=who(200, (302, OUT)), post=SIGNED_IN_NO_METHOD),
    Row("community:notifications", nowhere, get=who(200, (302, OUT)), post=SIGNED_IN_NO_METHOD),
    Row("community:notification_read", nowhere, get=SIGNED_IN_NO_METHOD, post=who(302)),
    Row(
        "community:notification_open",
        places.notice,
        get=SIGNED_IN_NO_METHOD,
        post=who(404, (302, f"{OUT} lead")),
        case="told to the lead",
    ),
    Row("community:rhythms", nowhere, get=who(200, (302, OUT)), post=who(422, (302, OUT))),
    Row("community:rhythms_of", places.subject(State.RUNNING), get=who(200, (302, OUT)), post=who(302)),
    Row(
        "community:rhythms_of",
        places.subject(State.DRAFT),
        get=who(404, (302, OUT), (200, "proposer lead")),
        post=who(404, (302, f"{OUT} proposer lead")),
        case="a draft",
    ),
    Row("community:appearance", nowhere, get=NO_SUCH_METHOD, post=who(302), data={"theme": "dark"}),
    # These three are the demonstration's; this database is none.
    Row("community:demo_switch", nowhere, get=NO_SUCH_METHOD, post=GONE, data={"account": "admin@demo.example"}),
    page("community:outbox", nowhere, GONE),
    page("community:outbox_mail", of(ident="1"), GONE),
    page("community:outbox_html", of(ident="1"), GONE),
    Row("community:join", of(token="x"), get=GONE, post=GONE, case="no such invitation"),
    Row(
        "community:join",
        places.invitation,
        get=who(403, (200, OUT)),
        post=who(403, (422, OUT)),
        case="an open invitation, which is somebody else's",
    ),
)

NOUNS = (
    page("community:solutions"),
    page("community:solution", places.solution),
    page("community:projects"),
    page("community:project", places.project),
    page("community:organisations"),
    page("community:organisation", places.organisation),
    page("community:working_groups"),
    page("community:working_group", places.working_group),
    Row("community:members", nowhere, get=MEMBERS_ONLY, post=MEMBERS_ONLY_NO_METHOD),
    Row(
        "community:member",
        places.IN_DIRECTORY,
        get=who(200, (302, OUT), (404, STRANGERS)),
        post=SIGNED_IN_NO_METHOD,
        case="consents to the directory",
    ),
    Row(
        "community:member",
        places.UNKNOWN,
        get=who(404, (302, OUT), (200, "admin")),
        post=SIGNED_IN_NO_METHOD,
        case="consents to nothing",
    ),
    page("community:needs"),
    page("community:need", places.need),
    Row(
        "community:need_create",
        nowhere,
        get=MEMBERS_ONLY,
        post=who(302, (403, STRANGERS)),
        data={"question": "How do harbours keep sea grass?", "description": "", "urgency": "normal"},
    ),
    Row(
        "community:need_update",
        places.need,
        get=who(403, (302, OUT), (200, "participant admin")),
        post=who(403, (302, f"{OUT} participant admin")),
        data={"question": "How do harbours keep sea grass?", "description": "", "urgency": "normal", "version": 1},
    ),
    Row(
        "community:need_me_too",
        places.need,
        get=SIGNED_IN_NO_METHOD,
        post=who(302, (403, f"{STRANGERS} participant")),
        data={"note": ""},
    ),
    Row(
        "community:need_status",
        places.need,
        get=SIGNED_IN_NO_METHOD,
        post=who(403, (302, f"{OUT} participant admin")),
        data={"status": "answered", "note": "By the annex."},
    ),
)

AREAS: dict[str, tuple[Row, ...]] = {
    "site": SITE,
    "nouns": NOUNS,
    "register": REGISTER,
    "proposal": PROPOSAL,
    "roadmap": ROADMAP,
    "outcomes": OUTCOMES,
    "people": PEOPLE,
    "conditions": CONDITIONS,
    "amendments": AMENDMENTS,
    "verbs": VERBS,
    "factsheets": FACTSHEETS,
}

#: What opens without sign-in; every other address sends the visitor to the sign-in page.
PUBLIC = frozenset(
    {
        "favicon",
        "healthz",
        "readyz",
        "set_language",
        "signed_in",
        "clusters:amendment",
        "clusters:amendments",
        "clusters:detail",
        "clusters:history",
        "clusters:list",
        "clusters:names",
        "clusters:outcomes",
        "clusters:people",
        "clusters:roadmap",
        "community:about",
        "community:accessibility",
        "community:appearance",
        "community:demo_switch",
        "community:help",
        "community:home",
        "community:join",
        "community:need",
        "community:needs",
        "community:organisation",
        "community:organisations",
        "community:outbox",
        "community:outbox_html",
        "community:outbox_mail",
        "community:privacy",
        "community:project",
        "community:projects",
        "community:solution",
        "community:solutions",
        "community:working_group",
        "community:working_groups",
        "factsheets:current",
        "factsheets:current_pdf",
        "factsheets:issue",
        "factsheets:issue_data",
        "factsheets:issue_pdf",
        "factsheets:preview",
        "factsheets:verify",
    }
)
