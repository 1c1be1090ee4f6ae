"""The rows of peer exchanges, platforms and liaisons."""

from __future__ import annotations

from tests.matrix.answers import (
    GONE,
    GROUP,
    OUT,
    SIGNED_IN_GONE,
    SIGNED_IN_NO_METHOD,
    STRANGERS,
    Row,
    page,
    who,
    workers,
)
from tests.matrix.places import nowhere, of
from tests.matrix.places_community import a_challenge, liaison_place, own_exchange

OPENING = who(200, (302, OUT), (403, STRANGERS))
OPENED = who(422, (302, OUT), (403, STRANGERS))
KEEPERS = "lead admin"
GROUP_KEEPERS = f"{GROUP} admin"

EXCHANGES = (
    page("community:exchanges"),
    page("community:exchange", own_exchange()),
    page("community:exchange", own_exchange("cancelled"), who(404, (200, KEEPERS)), case="withdrawn"),
    Row("community:exchange_offer", nowhere, get=OPENING, post=OPENED),
    Row("community:exchange_ask", nowhere, get=OPENING, post=OPENED),
    Row(
        "community:exchange_update",
        own_exchange(),
        get=who(403, (302, OUT), (200, KEEPERS)),
        post=who(403, (302, OUT), (422, KEEPERS)),
    ),
    Row(
        "community:exchange_wish",
        own_exchange(),
        get=SIGNED_IN_NO_METHOD,
        post=who(302, (403, f"{STRANGERS} lead")),
        data={"note": "We lay forty."},
    ),
    Row(
        "community:exchange_verb",
        own_exchange(verb="withdraw"),
        get=who(403, (302, OUT), (200, KEEPERS)),
        post=who(403, (302, f"{OUT} {KEEPERS}")),
    ),
    Row(
        "community:exchange_verb",
        own_exchange("done", "Ten buoys.", verb="correct"),
        get=who(403, (302, OUT), (200, KEEPERS)),
        post=who(403, (302, OUT), (422, KEEPERS)),
        case="correct what came of it",
    ),
    page("community:platforms"),
    page("community:platform", a_challenge),
    page("community:platform", of(code="nothing"), GONE, case="no such challenge"),
    Row("community:platform_follow", a_challenge, get=SIGNED_IN_NO_METHOD, post=who(302)),
    Row(
        "community:liaison_create",
        liaison_place("working_group", "kind"),
        get=who(403, (302, OUT), (200, GROUP_KEEPERS)),
        post=who(403, (302, OUT), (422, GROUP_KEEPERS)),
        case="of a group",
    ),
    Row(
        "community:liaison_create",
        liaison_place("cluster", "kind"),
        get=workers(200),
        post=workers(422),
        case="of a cluster",
    ),
    Row("community:liaison_create", of(kind="need", pk=1), SIGNED_IN_GONE, SIGNED_IN_GONE, case="of nobody who keeps"),
    Row(
        "community:liaison_update",
        liaison_place("working_group"),
        get=who(403, (302, OUT), (200, GROUP_KEEPERS)),
        post=who(403, (302, OUT), (422, GROUP_KEEPERS)),
    ),
    Row(
        "community:liaison_end",
        liaison_place("cluster"),
        get=workers(200),
        post=workers(422),
    ),
)
