"""How many queries every list and detail page takes: as many with three rows as with one, and within its budget."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.choices import PUBLIC_STATES, ParticipationStatus, State
from clusters.models import Objective, Outcome, Participation, Stage
from tests import factories as make
from tests.cast import make_cast, make_cluster
from tests.factories import NOW
from tests.query_world import CONSENTS, World

pytestmark = [pytest.mark.django_db]


#: Queries a page may take. The register's and the summary's are promised (docs/performance.md); the others keep
#: the pages honest. Sign-in takes three of them: session, account, person. The home page is drawn by all apps;
#: the catalogue has four filters and the needs board five, some with a list of their own. A review case says
#: what comes close to it (`clusters.overlap`). Outcomes of an ended cluster have follow-ups, files and what was
#: changed since the report. Two of the desk's are what advice panels wait for, two what reports do, two what
#: factsheets in between do (one on the day, one ahead); five of the reminders' are what statements (with who wrote in
#: them and who adopts) and exchanges wait for. Coverage and chains are promised to stay under 15, with 10 000 clusters
#: too.
BUDGETS: dict[str, int] = {
    "/": 18,
    "/clusters/": 8,
    "/needs/": 14,
    "/solutions/": 14,
    "/solutions/?view=table&q=storagge": 17,
    "/solutions/{solution}/contact/": 12,
    "/solutions/{draft}/files/": 14,
    "/exchanges/": 25,
    "/exchanges/{exchange}/": 18,
    "/platforms/": 10,
    "/platforms/{challenge}/": 32,
    "/projects/": 12,
    "/organisations/": 14,
    "/members/": 12,
    "/working-groups/": 12,
    "/coverage/": 14,
    "/dashboard/": 11,
    "/coverage/matches/": 26,
    "/coverage/matches/idle/": 18,
    "/uptakes/": 12,
    "/policy/": 8,
    "/policy/evidence/": 16,
    "/policy/evidence/outcome/{unused}/": 12,
    "/policy/{written}/": 18,
    "/policy/{written}/lines/{written_line}/evidence/": 14,
    "/policy/{adopted}/": 16,
    "/policy/{adopted}/v1/en/": 10,
    "/reports/": 14,
    "/reports/{report}/": 13,
    "/reports/drafts/{report_draft}/": 14,
    "/reports/drafts/{report_draft}/send/": 20,
    "/desk/": 45,
    "/desk/several/": 11,
    "/notifications/": 12,
    "/jobs/": 10,
    "/jobs/{job}/": 14,
    "/exports/clusters/?state=running": 12,
    "/exports/solutions/": 10,
    "/factsheets/missing/": 12,
    "/factsheets/several/?state=running": 12,
    "/account/notifications/": 10,
    "/account/data/": 70,
    "/account/data/correct/": 14,
    "/account/data/erase/": 16,
    "/processing/": 4,
    "/review/": 18,
    "/review/clusters/": 12,
    "/review/several/": 16,
    "/reminders/": 32,
    "/needs/{need}/": 20,
    "/solutions/{solution}/": 20,
    "/projects/{project}/": 14,
    "/organisations/{organisation}/": 18,
    "/members/{member}/": 18,
    "/members/{member}/contact/": 10,
    "/working-groups/{group}/": 18,
    "/clusters/{running}/": 12,
    "/clusters/{running}/history/": 12,
    "/clusters/{running}/factsheet/issue/": 14,
    "/clusters/{running}/dossier/": 12,
    "/clusters/{running}/translations/": 36,
    "/clusters/{running}/translations/el/": 36,
    "/factsheets/{issued}/v1/languages/": 16,
    "/clusters/{running}/roadmap/": 15,
    "/clusters/{running}/roadmap/shift/?stage={stage}&days=1": 12,
    "/clusters/{running}/people/": 16,
    "/clusters/{running}/people/{part}/end/": 12,
    "/clusters/{running}/people/invitations/": 12,
    "/clusters/{running}/people/invite/addresses/": 10,
    "/clusters/{running}/people/places/": 12,
    "/clusters/{running}/outcomes/": 13,
    "/clusters/{running}/outcomes/{outcome}/files/": 14,
    "/clusters/{running}/uptakes/": 12,
    "/uptakes/{uptake}/": 18,
    "/uptakes/{uptake}/files/": 12,
    "/confirm/{question}/": 4,
    "/clusters/{running}/reviews/": 16,
    "/reviews/{review}/": 22,
    "/panel/": 12,
    "/panel/{panel}/": 16,
    "/panel/{advice}/": 16,
    "/clusters/{concluded}/": 12,
    "/clusters/{concluded}/outcomes/": 14,
    "/clusters/{concluded}/follow-ups/{follow_up}/": 14,
    "/follow-up/{token}/": 8,
    "/clusters/{running}/room/": 18,
    "/clusters/{running}/room/threads/{thread}/": 16,
    "/clusters/{running}/room/files/{document}/": 14,
    "/clusters/{running}/room/meetings/{meeting}/": 16,
    "/clusters/{running}/room/meetings/{meeting}/answer/": 16,
    "/clusters/{running}/room/meetings/{meeting}/minutes/": 18,
    "/clusters/{running}/amendments/": 12,
    "/clusters/{running}/amendments/1/": 12,
    "/review/{proposed}/": 25,
    "/clusters/{proposed}/prepared/": 20,
    "/chain/need/{need}/": 14,
    "/chain/solution/{solution}/": 14,
    "/chain/cluster/{cluster_pk}/": 14,
    "/chain/uptake/{uptake}/": 14,
    "/chain/outcome/{outcome}/": 14,
    "/chain/review/{review}/": 14,
    "/chain/statement_line/{adopted_line}/": 14,
    "/indicators/": 22,
    "/indicators/rcr104/": 12,
    "/indicators/rco87/?show=left_out": 15,
    "/indicators/rco81/": 14,
    "/indicators/rco84/": 14,
    "/clusters/{proposed}/comments/": 14,
    "/clusters/{proposed}/": 12,
}
#: Pages of those who keep the cluster or decide on it, and of those who write solutions.
LEADS_ONLY = (
    "/policy/evidence/",
    "/policy/evidence/outcome/{unused}/",
    "/policy/{written}/lines/{written_line}/evidence/",
    "/uptakes/{uptake}/files/",
    "/clusters/{running}/dossier/",
    "/clusters/{running}/factsheet/issue/",
    "/solutions/{draft}/files/",
    "/jobs/{job}/",
    "/factsheets/missing/",
    "/reports/drafts/{report_draft}/",
    "/reports/drafts/{report_draft}/send/",
    "/clusters/{proposed}/prepared/",
    "/clusters/{running}/outcomes/{outcome}/files/",
    "/clusters/{running}/room/threads/{thread}/",
    "/clusters/{running}/room/meetings/{meeting}/",
    "/clusters/{running}/room/meetings/{meeting}/answer/",
    "/clusters/{running}/room/meetings/{meeting}/minutes/",
    "/clusters/{running}/people/{part}/end/",
    "/clusters/{running}/people/invitations/",
    "/clusters/{running}/people/invite/addresses/",
    "/clusters/{running}/people/places/",
    "/clusters/{running}/roadmap/shift/?stage={stage}&days=1",
    "/clusters/{concluded}/follow-ups/{follow_up}/",
    "/panel/{panel}/",
    "/clusters/{running}/translations/",
    "/clusters/{running}/translations/el/",
    "/factsheets/{issued}/v1/languages/",
)
#: Who looks at what.
PERSONAL = (
    "/solutions/{solution}/contact/",
    "/members/{member}/contact/",
    "/coverage/matches/",
    "/desk/",
    "/notifications/",
    "/jobs/",
    "/exports/",
    "/account/",
    "/review/",
    "/review/clusters/",
    "/review/several/",
    "/reminders/",
    "/clusters/{proposed}",
    "/policy/{written}/",
)
VISITOR_PAGES = tuple(page for page in BUDGETS if not page.startswith(PERSONAL) and page not in LEADS_ONLY)
READERS: dict[str, tuple[str, ...]] = {
    "visitor": VISITOR_PAGES,
    "member": tuple(
        page
        for page in BUDGETS
        if not page.startswith(("/review/", "/reminders/", "/follow-up/", "/confirm/")) and page not in LEADS_ONLY
    ),
    "lead": (
        "/clusters/{running}/dossier/",
        "/clusters/{running}/factsheet/issue/",
        "/clusters/{running}/translations/",
        "/clusters/{running}/translations/el/",
        "/factsheets/{issued}/v1/languages/",
        "/desk/",
        "/desk/several/",
        "/clusters/{running}/",
        "/clusters/{running}/roadmap/",
        "/clusters/{running}/roadmap/shift/?stage={stage}&days=1",
        "/clusters/{running}/people/",
        "/clusters/{running}/people/{part}/end/",
        "/clusters/{running}/people/invitations/",
        "/clusters/{running}/people/invite/addresses/",
        "/clusters/{running}/people/places/",
        "/clusters/{running}/outcomes/",
        "/clusters/{running}/outcomes/{outcome}/files/",
        "/clusters/{running}/uptakes/",
        "/uptakes/{uptake}/",
        "/uptakes/{uptake}/files/",
        "/clusters/{running}/reviews/",
        "/reviews/{review}/",
        "/panel/",
        "/panel/{panel}/",
        "/panel/{advice}/",
        "/clusters/{running}/room/",
        "/clusters/{running}/room/threads/{thread}/",
        "/clusters/{running}/room/meetings/{meeting}/",
        "/clusters/{running}/room/meetings/{meeting}/answer/",
        "/clusters/{running}/room/meetings/{meeting}/minutes/",
        "/clusters/{concluded}/outcomes/",
        "/follow-up/{token}/",
    ),
    "coordinator": tuple(page for page in BUDGETS if not page.endswith(("{token}/", "{question}/", "/answer/"))),
}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def queries(client: Client, address: str) -> list[str]:
    """Return the statements of a page, as it is read a second time."""
    client.get(address)
    return queries_again(client, address)


def queries_again(client: Client, address: str) -> list[str]:
    """Return the statements of a page that was read before."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return [row["sql"] for row in captured.captured_queries]


#: The member's pages are the lead's and the coordinator's, too: left to the long run.
ASKED = [
    pytest.param([role for role in READERS if role != "member"], id="everyday"),
    pytest.param(["member"], marks=pytest.mark.slow, id="member"),
]


def asked_daily(role: str) -> list[str]:
    """Return the pages that a role is asked for every day: each page is asked for by one of those who open it, in turn.

    A page's queries rarely grow for one reader and not for another.
    """
    found = []
    for number, page in enumerate(BUDGETS):
        readers = [one for one in READERS if one != "member" and page in READERS[one]]
        if readers and readers[number % len(readers)] == role:
            found.append(page)
    return found


def asked_of(role: str, thorough: bool) -> list[str]:
    """Return the pages that a role is asked for in this run."""
    return list(READERS[role]) if thorough or role == "member" else asked_daily(role)


def test_every_page_is_asked_for_every_day() -> None:
    daily = [page for role in READERS if role != "member" for page in asked_daily(role)]
    assert sorted(daily) == sorted({page for role in READERS if role != "member" for page in READERS[role]})
    assert len({*BUDGETS} - {*daily}) == len({*BUDGETS} - {page for pages in READERS.values() for page in pages})


@pytest.mark.parametrize("roles", ASKED)
def test_a_page_takes_as_many_queries_with_three_rows_as_with_one_and_keeps_to_its_budget(
    roles: list[str], thorough: bool
) -> None:
    world = World()
    clients = {role: Client() for role in roles}
    for role, client in clients.items():
        if (user := world.cast.user(role)) is not None:
            client.force_login(user)
    pages = [(role, page) for role in roles for page in asked_of(role, thorough)]

    def counted() -> dict[tuple[str, str], int]:
        names = world.names()
        return {(role, page): len(queries(clients[role], page.format(**names))) for role, page in pages}

    one = counted()
    world.grow()
    world.grow()
    three = counted()
    assert pages
    assert {key: (one[key], three[key]) for key in pages if three[key] > one[key]} == {}
    assert {key: count for key, count in three.items() if count > BUDGETS[key[1]]} == {}


def test_the_desk_of_a_stand_in_takes_as_many_queries_with_three_proposals_as_with_one() -> None:
    cast, client = make_cast(), Client()
    cast.group.appointments.update(absent_until=NOW.date() + timedelta(days=9))
    client.force_login(cast.accounts["other_coordinator"])
    rows = [make_cluster(cast, State.SUBMITTED)]
    one = queries(client, "/review/")
    rows += [make_cluster(cast, State.SUBMITTED), make_cluster(cast, State.SUBMITTED)]
    three = queries(client, "/review/")
    text = client.get("/review/").content.decode()
    assert [text.count(f'href="/review/{row.name}/"') for row in rows] == [2, 2, 2]
    assert (len(three), len(three) <= BUDGETS["/review/"]) == (len(one), True)


#: Who looks at a summary; `stand_in` is the other group's coordinator where the own group has nobody who may decide.
VIEWERS = (
    "visitor",
    "member",
    "participant",
    "proposer",
    "lead",
    "deputy_lead",
    "coordinator",
    "other_coordinator",
    "stand_in",
    "external",
    "administrator",
)


#: Whose summaries differ most; the other states are asked in the long run.
STATES_A_DAY = (State.SUBMITTED, State.RUNNING)


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(state, marks=() if state in STATES_A_DAY else pytest.mark.slow)
        for state in State
        if state != State.MERGED
    ],
)
def test_a_summary_takes_at_most_twelve_queries_in_every_state_whoever_looks(state: str) -> None:
    world = World()
    world.running = make_cluster(world.cast, state, need=world.need)
    address = world.running.get_absolute_url()
    found: dict[tuple[str, str], int] = {}
    for size in ("one", "three"):
        for viewer in VIEWERS:
            client = Client()
            if (user := world.cast.user("other_coordinator" if viewer == "stand_in" else viewer)) is not None:
                client.force_login(user)
            absent = NOW.date() + timedelta(days=9) if viewer == "stand_in" else None
            world.group.appointments.update(absent_until=absent)
            if client.get(address).status_code == 200:
                found[viewer, size] = len(queries_again(client, address))
        for _row in range(2):
            add_parts(world)
    assert found["proposer", "three"]
    assert {key: count for key, count in found.items() if count > 12} == {}
    assert {key: count for key, count in found.items() if count > found[key[0], "one"]} == {}
    if state in PUBLIC_STATES:  # whoever has no part reads what others of their kind read
        assert [found[viewer, "three"] for viewer in ("visitor", "member")] == [4, 7]


def add_parts(world: World) -> None:
    """Add one of each part that a summary shows."""
    cluster = world.running
    number = cluster.stages.count() + 1
    stage = Stage.objects.create(
        cluster=cluster, position=number, title=f"Stage {number}", planned_end_on=date(2026, 4, number)
    )
    Objective.objects.create(cluster=cluster, position=number + 50, text=f"Objective {number}")
    Outcome.objects.create(cluster=cluster, kind="networking", title=f"Outcome {number}", stage=stage)
    cluster.solutions.add(make.make_solution())
    Participation.objects.create(
        cluster=cluster,
        member=make.make_member(consents=CONSENTS),
        organisation=make.make_organisation(),
        status=ParticipationStatus.ACTIVE,
        from_on=date(2026, 3, 1),
    )
