"""Every address x role x method, against the table that is written out in `tests/matrix/table.py`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from clusters.actions.meeting import note_decision
from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, Participation
from community.choices import Standing
from community.models import Comment, Member
from config.urls import urlpatterns as real_urlpatterns
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.matrix import document
from tests.matrix.addresses import Address, addresses
from tests.matrix.answers import Row, asked_to_sign_in
from tests.matrix.places import make_comment, make_condition, make_file, make_follow_up
from tests.matrix.places_room import make_meeting, make_room_file
from tests.matrix.table import AREAS, PUBLIC

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def clients(cast: Cast) -> dict[str, Client]:
    """A client for each role; one whose error is an answer of 500, not an exception."""
    return {role: client_of(cast, role) for role in ROLES}


def client_of(cast: Cast, role: str) -> Client:
    client = Client(raise_request_exception=False)
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    return client


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is written meanwhile."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.clear()


def in_words(answers: dict[str, int]) -> str:
    """Return answers by status, as the table writes them."""
    by_status = defaultdict(list)
    for role, status in answers.items():
        by_status[status].append(role)
    return "; ".join(f"{status}: {' '.join(roles)}" for status, roles in sorted(by_status.items()))


#: Asked at every address every day, because a door that was left open is open to them first. So are visitors, by
#: `test_what_opens_without_sign_in_is_written_down_and_nothing_else_opens`, and here where a page is for them.
ALWAYS = ("external", "member")


def roles_of(row: Row, method: str, thorough: bool) -> tuple[str, ...]:
    """Return who is asked at an address: everybody in the long run, every day `ALWAYS` and a seventh of the others.

    One half of that seventh asks, the other one sends. Which follows from the address's name, so that it is the same
    on every day and another at its neighbours.
    """
    if thorough:
        return ROLES
    turn = sum(row.name.encode()) % 7
    always = ("visitor", *ALWAYS) if row.name in PUBLIC else ALWAYS
    others = [role for role in ROLES if role not in always]
    return (*always, *others[turn::7][method == "POST" :: 2])


def asked(
    clients: dict[str, Client], row: Row, url: str, method: str, roles: tuple[str, ...] = ROLES
) -> dict[str, int]:
    """Return what each of the roles is answered; what a request wrote is undone before the next."""
    data = row.data if method == "POST" else {}
    answers = {}
    for role in roles:
        with undone():
            answer = clients[role].generic(method, url, **form(data))
            answers[role] = answer.status_code
            answer.close()  # a file that is handed out goes with its answer
    return answers


def form(data: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that send `data` as a form."""
    return {"data": urlencode(data), "content_type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("area", AREAS)
def test_every_address_answers_each_role_as_the_table_says(
    area: str, cast: Cast, clients: dict[str, Client], thorough: bool
) -> None:
    wrong = []
    for row in AREAS[area]:
        with undone():
            url = reverse(row.name, kwargs=row.place(cast))
            sent = row.post if row.name in PUBLIC else asked_to_sign_in(row.post)
            for method, expected in (("GET", row.get), ("POST", sent)):
                roles = roles_of(row, method, thorough)
                found = asked(clients, row, url, method, roles)
                if found != {role: expected[role] for role in roles}:
                    different = {role: status for role, status in found.items() if status != expected[role]}
                    wrong.append(f"{row.title} {method}: {in_words(different)}")
    assert wrong == [], "\n" + "\n".join(wrong)


#: Where who left still reads what they proposed: drafts, proposals, and how often mails about them come. The last one
#: is the draft of a solution of a partner for which they work.
STILL_READ = frozenset(
    {
        *("clusters:detail", "clusters:roadmap", "clusters:room", "clusters:translations"),
        *("results:uptakes", "results:reviews", "results:chain", "results:chain_data"),
        *("factsheets:preview", "factsheets:preview_pdf", "community:rhythms_of", "community:solution"),
        "community:my_data_erase",  # their own, by the password that external partners lack
    }
)


@pytest.mark.parametrize("area", AREAS)
def test_a_proposer_who_left_the_community_is_answered_as_an_outsider(
    area: str, cast: Cast, clients: dict[str, Client], thorough: bool
) -> None:
    """They do nothing that an external partner without a part may not, and read no more than what they proposed."""
    wrong = []
    for row in AREAS[area][:: 1 if thorough else 2]:  # every second address a day, always the same
        with undone():
            url = reverse(row.name, kwargs=row.place(cast))
            Member.objects.filter(pk=cast.member("proposer").pk).update(standing=Standing.FORMER)
            sent = row.post if row.name in PUBLIC else asked_to_sign_in(row.post)
            for method, expected in (("GET", row.get), ("POST", sent)):
                found = asked(clients, row, url, method, ("proposer",))["proposer"]
                is_read = row.name in STILL_READ and (
                    method == "GET" or row.name.startswith(("community:rhythms_of", "community:my_data"))
                )
                is_read = is_read and found == expected["proposer"]
                if found != expected["other_external"] and found not in (403, 404) and not is_read:
                    wrong.append(f"{row.title} {method}: {found} instead of {expected['other_external']}")
    assert wrong == [], "\n" + "\n".join(wrong)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    known = {address.name for address in addresses() if not address.is_theirs}
    written = {row.name for area in AREAS.values() for row in area}
    assert known - written == set(), "addresses without a row in tests/matrix/table.py"
    assert written - known == set(), "rows without an address"
    assert PUBLIC - known == set()


def status_of(answer: HttpResponse) -> int:
    """Return the status; a file that is handed out goes with its answer."""
    answer.close()
    return answer.status_code


def other_methods(clients: dict[str, Client], row: Row, url: str) -> Iterator[str]:
    """Yield what is wrong with the methods that the table does not write out."""
    for role in ("visitor", "lead", "coordinator"):
        head = status_of(clients[role].head(url))
        if head not in (row.get[role], 405):
            yield f"{row.title} HEAD as {role}: {head} instead of {row.get[role]}"
        for method in ("PUT", "PATCH", "DELETE", "TRACE"):
            status = status_of(clients[role].generic(method, url))
            if status not in (302, 403, 404, 405):
                yield f"{row.title} {method} as {role}: {status}"


def is_quick(row: Row) -> bool:
    """Leave out what draws a document."""
    return not row.name.startswith("factsheets:preview")


@pytest.mark.parametrize("area", AREAS)
def test_head_answers_as_get_and_no_other_method_does_anything(
    area: str, cast: Cast, clients: dict[str, Client], thorough: bool
) -> None:
    wrong: list[str] = []
    step = 1 if thorough else 6  # every sixth address a day, always the same
    # set_language of Django answers any method as GET does, and changes only a cookie.
    for row in list(filter(is_quick, AREAS[area]))[::step]:
        if row.name != "set_language" and not row.case:
            with undone():
                wrong += other_methods(clients, row, reverse(row.name, kwargs=row.place(cast)))
    assert wrong == []


# -- Sign-in is the default --------------------------------------------------------------------------------------------


def filled(address: Address) -> str:
    """Write an address out with made-up values."""
    words = {"int": "1", "slug": "x", "str": "x", "reference": "M4N-CL-2026-98"}
    route = re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: words[found[1] or "str"], address.route)
    return "/" + route


def open_to_visitors(rows: list[Address]) -> set[str]:
    """Return the names of addresses that do not send a visitor to the sign-in page, by any method."""
    found = set()
    for address in rows:
        client = Client(raise_request_exception=False)
        opened, sent = (client.generic(method, filled(address)) for method in ("GET", "POST"))
        is_led = opened.status_code == 302 and "/accounts/login/" in opened["Location"]
        if not (is_led and sent.status_code == 403 and b"<h1>You are signed out</h1>" in sent.content):
            found.add(address.name)
    return found


def test_what_opens_without_sign_in_is_written_down_and_nothing_else_opens() -> None:
    assert open_to_visitors([address for address in addresses() if not address.is_theirs]) == PUBLIC


@login_not_required
def planted(request: HttpRequest) -> HttpResponse:
    """A page that somebody opened by mistake."""
    return HttpResponse("open")


urlpatterns: list[URLPattern | URLResolver] = [path("planted/", planted, name="planted"), *real_urlpatterns]


def test_a_view_that_was_opened_by_mistake_is_caught() -> None:
    with override_settings(ROOT_URLCONF=__name__):
        rows = [
            address for address in addresses(get_resolver(__name__)) if address.name in ("planted", "community:desk")
        ]
        assert open_to_visitors(rows) - PUBLIC == {"planted"}
        written = {row.name for area in AREAS.values() for row in area}
        assert {address.name for address in rows} - written == {"planted"}


# -- Swapped and guessed ids -------------------------------------------------------------------------------------------


#: What is removed twice finds it gone and says so as the first time; it may touch nothing of another cluster.
GONE_ALREADY = ("clusters:participation_forget", "clusters:outcome_remove")


def parts_of(cast: Cast, name: str, cluster: Cluster) -> int:
    """Return the key of a part of `cluster` that the address `name` is about."""
    if "meeting" in name:
        row = make_meeting(cast, cluster)
        is_decision = name.endswith("decision_back")
        return note_decision(meeting=row, by=cast.user("lead"), text="Two tables.").pk if is_decision else row.pk
    if name == "clusters:comment_back":
        row = Comment.objects.create(kind="proposal", subject_id=cluster.pk, by=cast.user("member"), text="x")
        return row.pk
    if "comment" in name or "thread" in name:
        return make_comment(cast, cluster).pk
    if "room_file" in name:
        return make_room_file(cast, cluster).pk
    if ":file" in name:
        return make_file(cast, cluster).pk
    if "stage" in name:
        return cluster.stages.get().pk
    if "outcome" in name:
        return cluster.outcomes.get().pk
    if "objective" in name:
        return cluster.objectives.get().pk
    if "condition" in name:
        return make_condition(cast, cluster).pk
    if "follow_up" in name:
        return make_follow_up(cast, cluster).pk
    return Participation.objects.create(
        cluster=cluster, member=cast.member("member"), status=ParticipationStatus.REQUESTED, asked_at=NOW
    ).pk


def test_a_part_of_one_cluster_is_not_found_under_the_address_of_another(
    cast: Cast, clients: dict[str, Client], thorough: bool
) -> None:
    one, other = make_cluster(cast, State.RUNNING), make_cluster(cast, State.RUNNING)
    rows = [row for row in addresses() if "clusters/<str:reference>/" in row.route and "<int:pk>" in row.route]
    rows = [row for row in rows if row.name.startswith("clusters:")]
    assert len(rows) > 18
    wrong = []
    for address in rows:
        with undone():
            key = parts_of(cast, address.name, other)
            url = reverse(address.name, kwargs={"reference": one.name, "pk": key})
            # Every day those who may do most; whoever may do less is asked in the long run, too.
            for role in ("lead", "coordinator", "admin", "visitor")[: 4 if thorough else 2]:
                for method in ("GET", "POST"):
                    status = clients[role].generic(method, url, **form({"answer": "accept"})).status_code
                    there = Participation.objects.filter(pk=key, cluster=other).exists()
                    is_silent = address.name in GONE_ALREADY and status == 302
                    if status not in (404, 403, 405) and not (status == 302 and role == "visitor") and not is_silent:
                        wrong.append(f"{role} {method} {address.name}: {status}")
                    assert there or "participation" not in address.name
                    assert other.outcomes.exists(), "removed from the other cluster"
    assert wrong == []


@pytest.mark.parametrize(
    "role",
    [
        "visitor",
        "member",
        pytest.param("admin", marks=pytest.mark.slow),
        # Like a member and like an administrator, where nothing is theirs: in the long run.
        pytest.param("coordinator", marks=pytest.mark.slow),
        pytest.param("superuser", marks=pytest.mark.slow),
    ],
)
def test_what_is_not_there_and_what_is_somebody_elses_answer_alike(
    role: str, cast: Cast, clients: dict[str, Client], thorough: bool
) -> None:
    draft = make_cluster(cast, State.DRAFT)
    wrong = []
    # Who is not signed in is led to sign in; what was typed is given back on a page that is a refusal.
    answers = {302, 403, 404, 405} if role == "visitor" else {404, 405}
    # Every day a member at every second address, and a visitor, who is led to sign in nearly everywhere, at each third.
    for address in list(addresses())[:: 1 if thorough else 3 if role == "visitor" else 2]:
        if "<str:reference>" not in address.route and "<reference:reference>" not in address.route:
            continue
        kinds = {"pk": draft.stages.get().pk, "step": 1, "verb": "submit", "version": 1, "language": "en", "number": 1}
        wanted = {name: value for name, value in kinds.items() if f":{name}>" in address.route}
        found = [
            [
                clients[role].generic(method, reverse(address.name, kwargs={"reference": name, **wanted})).status_code
                for method in ("GET", "POST")
            ]
            for name in (draft.name, "draft-zzzzzzzz", "M4N-CL-1999-01")
        ]
        if found[0] != found[1] or found[1] != found[2] or not {*found[0]} <= answers:
            wrong.append(f"{address.name}: {found}")
    assert wrong == []


# -- What Django and allauth bring -------------------------------------------------------------------------------------


def test_the_pages_of_accounts_answer_everybody_without_an_error(cast: Cast, clients: dict[str, Client]) -> None:
    wrong = []
    for address in addresses():
        if not address.route.startswith("accounts/"):
            continue
        url = filled(address).replace("^", "").replace("$", "")
        url = re.sub(r"\(\?P<\w+>[^)]*\)", "x1", url)
        for role in ("visitor", "deactivated", "member", "admin"):
            for method in ("GET", "POST"):
                with undone():
                    status = clients[role].generic(method, url, **form({})).status_code
                if status not in (200, 302, 400, 403, 404, 405, 409, 422):
                    wrong.append(f"{role} {method} {url}: {status}")
    assert wrong == []


def test_the_administration_opens_for_staff_alone(cast: Cast, clients: dict[str, Client], thorough: bool) -> None:
    wrong = []
    pages = [address for address in addresses() if address.route.startswith("admin/") and "<" not in address.route]
    pages = [address for address in pages if not re.search(r"[(^]", address.route)]
    assert len(pages) > 5
    for address in pages:
        url = f"/{address.route}"
        for role in ROLES if thorough else ("visitor", *ALWAYS, "coordinator", "admin", "superuser"):
            with undone():
                status = clients[role].get(url).status_code
            is_staff = role in ("admin",)
            if status not in ((200, 302, 403, 404, 405, 400) if is_staff else (302, 403, 404, 405)):
                wrong.append(f"{role} {url}: {status}")
    assert wrong == []
    assert clients["admin"].get("/admin/").status_code == 200


def test_the_page_of_the_documentation_is_this_table() -> None:
    """Write it anew with: python -m tests.matrix.document."""
    assert document.PAGE.read_text(encoding="utf-8") == document.text()
