"""The register's page: who sees which rows, how many queries it takes, and that no address breaks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusters import search
from clusters.choices import PUBLIC_STATES, State
from clusters.filters import ClusterFilter
from clusters.models import Cluster, Stage
from clusters.tables import rows
from community import notifications
from tests import factories as make
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_pages import client_of
from tests.factories import TODAY

pytestmark = pytest.mark.django_db


def later() -> datetime:
    """Return a moment that is late enough for what was just made to be settled."""
    return datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page(client: Client, query: str = "", **extra: Any) -> str:
    answer = client.get(f"/clusters/{query}", **extra)
    assert answer.status_code == 200
    return str(answer.content.decode())


def names_in(html: str) -> list[str]:
    return [part.split("<")[0] for part in html.split('<li class="ref">')[1:]]


@pytest.mark.parametrize("role", ROLES)
def test_the_register_lists_exactly_what_the_person_may_see(role: str, cast: Cast) -> None:
    for state in State.values:
        make_cluster(cast, state)
    seen = Cluster.objects.visible_to(cast.user(role)).in_order("changed")
    html = page(client_of(cast, role))
    assert names_in(html) == [cluster.name for cluster in seen]
    assert f"<strong>{len(seen)} clusters</strong>" in html


def test_a_visitor_reads_public_states_beside_the_list_and_a_member_proposed_ones_too(cast: Cast) -> None:
    make_cluster(cast, State.SUBMITTED)
    offered = {f'value="{state}"' for state in PUBLIC_STATES}
    visitor, member = page(Client()), page(client_of(cast, "member"))
    assert {part for part in offered if part in visitor} == offered
    assert ('value="submitted"' in visitor, 'value="submitted"' in member) == (False, True)
    assert 'value="draft"' not in member


#: Everything that can be typed, some of it twice.
TYPED = "?organisation=gulf&organisation=cape&project=wetland&solution=storage&territory=EL43&territory=greece&q=flood"


@pytest.mark.parametrize("role", ["visitor", "member", "coordinator", "admin"])
def test_the_register_takes_at_most_eight_queries_however_many_rows(role: str, cast: Cast) -> None:
    client = client_of(cast, role)
    make.make_territory("EL43")
    make.make_territory("EL", name="Greece", level="country", nuts_version="")
    make.make_project("WETLAND")
    taken = []
    for number in (1, 3):
        while Cluster.objects.count() < number:
            cluster = make_cluster(cast, State.RUNNING)
            Stage.objects.create(cluster=cluster, position=2, title="Next", planned_end_on=TODAY)
            search.index(cluster)
        for query in ("", "?state=running&wg=WG1", "?q=flood", "?territory=EL43", TYPED):
            cache.clear()
            with CaptureQueriesContext(connection) as captured:
                assert " is called “" not in page(client, query)
            taken.append((query, number, len(captured)))
    assert [entry for entry in taken if entry[2] > 8] == []
    assert {entry[0::2] for entry in taken if entry[1] == 1} == {entry[0::2] for entry in taken if entry[1] == 3}


def test_a_page_that_was_drawn_before_takes_two_queries(cast: Cast, django_assert_num_queries: Any) -> None:
    make_cluster(cast, State.RUNNING)
    with time_machine.travel(later()):
        page(Client())
        with django_assert_num_queries(2):
            page(Client())


@pytest.mark.both
def test_pages_follow_each_other_without_gap_or_repetition(cast: Cast) -> None:
    for number in range(60):
        Cluster.objects.create(
            title=f"Cluster {number}",
            state=State.APPROVED,
            reference=f"M4N-CL-2026-{number:02d}",
            proposer=cast.member("proposer"),
        )
    for sort in ("changed", "title", "start", "-end", "-reference"):
        numbers = [names_in(page(Client(), f"?sort={sort}&page={number}")) for number in (1, 2, 3)]
        assert [len(part) for part in numbers] == [25, 25, 10]
        expected = [row.name for row in Cluster.objects.in_order(sort)]
        assert [name for part in numbers for name in part] == expected


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "1e9", "99", "9" * 400, "٣", "%00", "1.5"])
def test_a_page_that_does_not_exist_is_the_nearest_one(number: str, cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    html = page(Client(), f"?page={number}")
    assert len(names_in(html)) == 1
    beyond = number in {"99", "9" * 400, "٣"}
    assert ("That page does not exist; this is the last one." in html) is beyond
    no_number = not beyond and number != ""
    assert ("There is no page of that number; this is the first one." in html) is no_number


def test_a_wrong_value_is_told_on_top_and_at_its_field_and_shows_no_row(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    html = page(Client(), "?from=2026-04-31&wg=WG9")
    assert names_in(html) == []
    assert "<title>Error: Clusters" in html
    assert "2 things to put right before you go on" in html
    assert html.count("31 April does not exist. Did you mean 30 April?") == 2
    assert 'aria-describedby="id_from_error"' in html
    assert 'value="2026-04-31"' in html


@pytest.mark.parametrize("name", ["territory", "project", "organisation", "solution"])
def test_a_wrong_name_is_told_on_top_with_its_filter(name: str, cast: Cast) -> None:
    summary = page(Client(), f"?{name}=Atlantis").partition('class="errsum"')[2].partition("</ul>")[0]
    label = ClusterFilter.base_filters[name].label
    assert f'<a href="#id_{name}">{label}: No {str(label).lower()} is called “Atlantis”.</a>' in summary


def test_an_empty_registry_says_so_and_an_empty_result_names_the_way_out(cast: Cast) -> None:
    assert "No cluster yet" in page(Client())
    search.index(make_cluster(cast, State.RUNNING))
    html = page(Client(), "?q=flood&state=paused")
    assert "No cluster matches all 2 filters" in html
    assert "Without “State: Paused” there is 1." in html
    assert 'href="/clusters/?q=flood"' in html


@pytest.mark.both
def test_a_search_puts_the_best_first_and_says_when_it_finds_too_much(cast: Cast, monkeypatch: Any) -> None:
    rest = make_cluster(cast, State.RUNNING, title="One", question="Which?", adoption_plan="lagoon")
    title = make_cluster(cast, State.RUNNING, title="Lagoon", question="Which?")
    newest = make_cluster(cast, State.PAUSED, title="Two", question="A lagoon?")
    for cluster in (rest, title, newest):
        search.index(cluster)
    assert names_in(page(Client(), "?q=lagoon")) == [title.name, newest.name, rest.name]
    assert names_in(page(Client(), "?q=lagoon&sort=changed")) == [newest.name, title.name, rest.name]
    assert names_in(page(Client(), "?q=lagoon&state=running")) == [title.name, rest.name]
    monkeypatch.setattr("clusters.tables.page.CAP", 2)
    html = page(Client(), "?q=lagoon")
    assert "<strong>2+ clusters</strong>" in html
    assert names_in(html) == [newest.name, title.name]
    assert names_in(page(Client(), "?q=lagoon&state=running")) == [title.name, rest.name]
    assert names_in(page(Client(), "?q=lagoon&state=paused")) == [newest.name]


def test_a_kept_row_changes_with_the_cluster_the_names_and_the_day(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    Stage.objects.create(cluster=cluster, position=2, title="Next", planned_end_on=TODAY)
    client = Client()
    with time_machine.travel(datetime(2026, 5, 12, 9, tzinfo=UTC)):
        assert "stage 2 of 2, due on 12 May 2026" in page(client)
        assert "is-late" not in page(client)
    with time_machine.travel(datetime(2026, 5, 13, 9, tzinfo=UTC)):
        assert "is-late" in page(client)
        cast.organisation.name = "Region of the Cape"
        cast.organisation.save()
        assert "Led by Region of the Cape (EL)" in page(client)
        cast.group.title = "Corridors"
        cast.group.save()
        assert "WG1 Corridors" in page(client).split('class="rows reg"')[1]
        cluster.title, cluster.version = "Renamed", cluster.version + 1
        cluster.save()
        assert ">Renamed</a>" in page(client)


@pytest.mark.parametrize(
    ("state", "fields", "expected"),
    [
        (State.DRAFT, {}, (False, "not proposed yet")),
        (State.SUBMITTED, {"lead_accepted_at": None}, (False, "waits for the named lead to accept")),
        (State.SUBMITTED, {}, (False, "waits for a coordinator for 1 day")),
        (State.RETURNED, {}, (False, "waits for the proposer for 1 day")),
        (State.APPROVED, {}, (True, "was to start on 1 Mar 2026")),
        (State.APPROVED, {"starts_on": TODAY + timedelta(days=9)}, (False, "starts on 21 May 2026")),
        (State.APPROVED, {"lead": None, "lead_accepted_at": None}, (True, "a lead is wanted")),
        (State.RUNNING, {"ends_on": TODAY}, (True, "was to end on 12 May 2026")),
        (State.RUNNING, {}, (False, "its one stage is done")),
        (State.PAUSED, {}, (False, "paused since 12 May 2026")),
        (State.CONCLUDED, {}, (False, "ended on 12 May 2026")),
        (State.DECLINED, {}, (False, "since 12 May 2026")),
    ],
)
def test_a_row_says_how_the_cluster_stands(state: str, fields: dict[str, Any], expected: Any, cast: Cast) -> None:
    cluster = make_cluster(cast, state, **fields)
    assert rows.how_it_stands(rows.read([cluster.pk])[0], TODAY + timedelta(days=1)) == expected


def test_titles_in_another_language_say_so_and_nothing_is_markup(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING, title="Ακτές <script>", question="Γιατί;", language="el")
    html = page(Client())
    assert 'lang="el">Ακτές &lt;script&gt;</a>' in html
    assert "<script>" not in html


def test_a_browsers_copy_is_good_until_something_changes(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    client, other = client_of(cast, "member"), client_of(cast, "lead")
    with time_machine.travel(later()) as clock:
        first = client.get("/clusters/")
        first = client.get("/clusters/")  # with the cookie that the first answer set
        assert first.headers["Cache-Control"] == "private, no-cache"
        assert set(first.headers["Vary"].split(", ")) >= {"HX-Request", "Cookie", "Accept-Language"}
        etag = {"if-none-match": first.headers["ETag"]}
        again = client.get("/clusters/", headers=etag)
        assert (again.status_code, again.content) == (304, b"")
        assert client.get("/clusters/?page=2", headers=etag).status_code == 200
        assert client.get("/clusters/", headers={**etag, "hx-request": "true"}).status_code == 200
        assert other.get("/clusters/", headers=etag).status_code == 200
        make.make_appointment(cast.member("member"), cast.other_group, from_on=TODAY)
        assert client.get("/clusters/", headers=etag).status_code == 200
        etag = {"if-none-match": client.get("/clusters/").headers["ETag"]}
        assert client.get("/clusters/", headers=etag).status_code == 304
        told = cast.user("member")
        notifications.queue("clusters/start", to=told, subject=cluster, audience="participants", title="Dunes")
        assert client.get("/clusters/", headers=etag).status_code == 200  # the header counts what is not read
        cluster.save(update_fields=["updated_at"])
        assert client.get("/clusters/", headers=etag).status_code == 200
        assert "ETag" not in client.get("/clusters/").headers  # too young to be relied on
        clock.shift(timedelta(seconds=10))
        etag = {"if-none-match": client.get("/clusters/").headers["ETag"]}
        clock.shift(timedelta(days=1))
        assert client.get("/clusters/", headers=etag).status_code == 200


def test_a_message_is_never_hidden_by_a_browsers_copy(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    client = client_of(cast, "member")
    with time_machine.travel(later()):
        client.get("/clusters/")
        etag = {"if-none-match": client.get("/clusters/").headers["ETag"]}
        client.cookies["messages"] = "something"
        assert client.get("/clusters/", headers=etag).status_code == 200


def test_a_deactivated_persons_copy_is_not_good_any_more(cast: Cast) -> None:
    make_cluster(cast, State.SUBMITTED)
    client, user = client_of(cast, "member"), cast.user("member")
    assert user is not None
    with time_machine.travel(later()):
        client.get("/clusters/")
        answer = client.get("/clusters/")
        assert len(names_in(answer.content.decode())) == 1
        user.is_active = False
        user.save(update_fields=["is_active"])
        again = client.get("/clusters/", headers={"if-none-match": answer.headers["ETag"]})
        assert (again.status_code, names_in(again.content.decode())) == (200, [])


def test_htmx_gets_the_results_with_the_filters_and_a_tidy_address(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    headers = {"hx-request": "true", "hx-target": "results"}
    answer = Client().get("/clusters/?q=&state=running&sort=changed&to=", headers=headers)
    html = answer.content.decode()
    assert html.lstrip().startswith('<div id="results" data-announce="1 cluster">')
    assert answer.headers["HX-Push-Url"] == "/clusters/?state=running"
    assert html.count("hx-swap-oob") == 3
    boosted = Client().get("/clusters/?page=1", headers={**headers, "hx-boosted": "true"})
    assert "hx-swap-oob" not in boosted.content.decode()
    assert "<html" in Client().get("/clusters/", headers={"hx-request": "true"}).content.decode()


def test_the_timeline_draws_the_same_rows_and_keeps_the_filters(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    html = page(Client(), "?view=timeline&state=running")
    assert html.count("<svg") > 3
    assert f'<a href="{cluster.get_absolute_url()}">{cluster.title}</a>' in html
    assert 'href="/clusters/?state=running"' in html
    assert '<input type="hidden" name="view" value="timeline">' in html


def test_names_are_suggested_for_filters_that_are_typed(cast: Cast) -> None:
    make.make_territory("EL43", name="Kriti")
    options = {
        "organisation": ("gulf", "Region of the Gulf"),
        "territory": ("el4", "Kriti (EL43)"),
        "solution": ("flood", "Flood storage method"),
        "project": (cast.solution.project.acronym[:9].lower(), cast.solution.project.acronym),
    }
    for what, (typed, name) in options.items():
        answer = Client().get(reverse("clusters:names", args=[what]), {what: typed})
        assert f'<option value="{name}">' in answer.content.decode(), what
    twin = make.make_solution("Flood storage method")
    both = Client().get("/clusters/names/solution/?solution=flood").text
    assert [f'"Flood storage method ({row.project.acronym})"' in both for row in (cast.solution, twin)] == [True, True]
    found = Client().get("/clusters/", {"solution": f"Flood storage method ({twin.project.acronym})"})
    assert found.context["form"].is_valid()
    assert Client().get("/clusters/names/organisation/").content.strip() == b""
    assert Client().get("/clusters/names/member/?member=person").status_code == 404


def test_the_page_stays_under_45_kilobytes_with_25_rows(cast: Cast) -> None:
    for number in range(25):
        title = f"Adaptation to climate change in coastal areas of the region {number:02d}"
        make_cluster(cast, State.RUNNING, title=title, question=f"{'How much does it cost? ' * 6}")
    assert len(page(client_of(cast, "member")).encode()) < 45_000


PARAMETERS = (
    *ClusterFilter.base_filters,
    "page",
    "format",
    "view",
    "state__regex",
    "id__in",
)
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["9" * 40, "-1", "%00", "\u202e", "'", '"', "((", "running", "WG1", "1e400", "a" * 8000, "٣" * 20]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_values=st.lists(st.tuples(st.sampled_from(PARAMETERS), VALUES), max_size=5))
def test_no_address_breaks_the_register(given_values: list[tuple[str, str]], cast: Cast) -> None:
    if not Cluster.objects.exists():
        make_cluster(cast, State.RUNNING)
    data: dict[str, list[str]] = {}
    for name, value in given_values:
        data.setdefault(name, []).append(value.encode("utf-8", "ignore").decode())
    assert Client().get("/clusters/", data).status_code in (200, 400)
    for what in ("organisation", "territory"):
        assert Client().get(f"/clusters/names/{what}/", data).status_code == 200
