"""The page of outcomes: what it shows to whom, edited in place and without script."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.forms.models import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.actions.outcome import measure_objective, update_outcome
from clusters.choices import OutcomeKind, State
from clusters.models import Cluster, ExpectedOutcome, Objective, Outcome
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db]

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    return client


def url(cluster: Cluster, *parts: Any) -> str:
    return "/".join(["", "clusters", cluster.name, "outcomes", *map(str, parts), ""])


def form_of(outcome: Outcome, **values: Any) -> dict[str, Any]:
    shown = {
        "kind": outcome.kind,
        "title": outcome.title,
        "description": outcome.description,
        "reached_on": outcome.reached_on or "",
        "stage": outcome.stage_id or "",
        "objective": outcome.objective_id or "",
        "evidence_url": outcome.evidence_url,
        "participants_count": "",
        "organisations_count": "",
        "countries_count": "",
    }
    opened = {f"initial-{name}": value for name, value in shown.items()}
    return {**shown, **opened, "seen_version": outcome.version, **values}


def test_visitors_read_objectives_and_outcomes_by_kind(cast: Cast, cluster: Cluster) -> None:
    ExpectedOutcome.objects.create(cluster=cluster, kind=OutcomeKind.NETWORKING)
    page = Client().get(url(cluster)).content.decode()
    for words in ("Fit the method", "Two annexes", "The annex is written", "Expected and not there yet: Networking"):
        assert words in page
    assert "Record an outcome" not in page


def test_an_outcome_is_recorded_on_a_page_of_its_own(cast: Cast, cluster: Cluster) -> None:
    client = signed_in(cast, "lead")
    assert "An organisation takes a solution up." in client.get(url(cluster, "add")).content.decode()
    data = {"kind": "adoption", "title": "Crete uses it", "reached_on": "2 May 2026", "seen_version": 0}
    for _press in range(2):
        assert client.post(url(cluster, "add"), data).status_code == 302
    assert cluster.outcomes.filter(kind="adoption").count() == 1
    assert "Outcome recorded." in client.get(url(cluster)).content.decode()


def test_an_outcome_is_edited_where_it_stands(cast: Cast, cluster: Cluster) -> None:
    client, outcome = signed_in(cast, "lead"), cluster.outcomes.get()
    opened = client.get(url(cluster, outcome.pk, "edit"), **HTMX).content.decode()
    assert opened.strip().startswith(f'<li class="editing" id="outcome-{outcome.pk}">')
    data = form_of(outcome, title="The annex is in use", open=["new", str(outcome.pk)])
    response = client.post(url(cluster, outcome.pk, "edit"), data, **HTMX)
    assert response["HX-Retarget"] == "#outcomes"
    assert "The annex is in use" in response.content.decode()
    assert '<li id="outcome-new" data-hx-preserve="true"></li>' in response.content.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"reached_on": "30 February 2026"}, "30 February does not exist."),
        ({"reached_on": "13 May 2026"}, "This day has not come yet."),
        ({"title": ""}, "Say in one line what came of it."),
        ({"kind": "glory"}, "Select a valid choice"),
        ({"participants_count": "-1"}, "greater than or equal to 0"),
        ({"stage": "999"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_comes_back_with_its_sentence(
    cast: Cast, cluster: Cluster, values: dict[str, str], sentence: str
) -> None:
    outcome = cluster.outcomes.get()
    data = form_of(outcome, description="Kept words.", **values)
    response = signed_in(cast, "lead").post(url(cluster, outcome.pk, "edit"), data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert "Kept words." in response.content.decode()


def test_a_stale_edit_shows_both_texts(cast: Cast, cluster: Cluster) -> None:
    client, outcome = signed_in(cast, "lead"), cluster.outcomes.get()
    data = form_of(outcome, description="My words.")
    update_outcome(outcome=outcome, by=cast.user("deputy_lead"), seen_version=1, description="Theirs.")
    response = client.post(url(cluster, outcome.pk, "edit"), data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Deputy_Lead Person saved this outcome at" in page
    assert "Theirs." in page
    assert "My words.</textarea>" in page
    outcome.refresh_from_db()
    assert outcome.description == "Theirs."


def test_an_objective_is_measured_and_a_second_measure_shows_both(cast: Cast, cluster: Cluster) -> None:
    client, objective = signed_in(cast, "lead"), cluster.objectives.get()
    address = url(cluster, "objectives", objective.pk, "measure")
    assert "Reached when: Two annexes" in client.get(address).content.decode()
    data = {"initial-measured": "", "initial-is_reached": "", "measured": "1 of 2", "is_reached": "no"}
    measure_objective(
        objective=objective, by=cast.user("deputy_lead"), seen=("", None), measured="2 of 2", is_reached=True
    )
    response = client.post(address, data)
    assert response.status_code == 409
    assert "Deputy_Lead Person saved objective 1" in response.content.decode()
    assert 'value="1 of 2"' in response.content.decode()
    again = {**data, "initial-measured": "2 of 2", "initial-is_reached": "yes"}
    assert client.post(address, again).status_code == 302
    objective.refresh_from_db()
    assert (objective.measured, objective.is_reached) == ("1 of 2", False)


def test_reached_without_a_value_is_asked_for(cast: Cast, cluster: Cluster) -> None:
    address = url(cluster, "objectives", cluster.objectives.get().pk, "measure")
    response = signed_in(cast, "lead").post(address, {"measured": "", "is_reached": "yes"})
    assert response.status_code == 422
    assert "Say how one sees that it is reached" in response.content.decode()


def test_removing_asks_once_more(cast: Cast, cluster: Cluster) -> None:
    client, outcome = signed_in(cast, "lead"), cluster.outcomes.get()
    assert "Remove this outcome?" in client.get(url(cluster, outcome.pk, "remove")).content.decode()
    assert client.post(url(cluster, outcome.pk, "remove"), {"seen_version": 9}).status_code == 409
    for _press in range(2):
        assert client.post(url(cluster, outcome.pk, "remove"), {"seen_version": 1}).status_code == 302
    assert not cluster.outcomes.exists()


def test_after_the_end_the_page_leads_to_the_next_version(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    page = signed_in(cast, "lead").get(url(cluster)).content.decode()
    assert f'href="/clusters/{cluster.name}/correct/"' in page
    assert "This cluster is over" in page
    assert "This cluster is over" not in signed_in(cast, "member").get(url(cluster)).content.decode()


@pytest.mark.parametrize("role", ["member", "participant", "external", "admin"])
def test_who_does_not_keep_the_record_finds_the_pages_closed(cast: Cast, cluster: Cluster, role: str) -> None:
    client, outcome, objective = signed_in(cast, role), cluster.outcomes.get(), cluster.objectives.get()
    for parts in (("add",), (outcome.pk, "edit"), (outcome.pk, "remove"), ("objectives", objective.pk, "measure")):
        assert client.get(url(cluster, *parts)).status_code == 403
        assert client.post(url(cluster, *parts), {}).status_code == 403


def test_parts_of_another_cluster_are_not_there(cast: Cast, cluster: Cluster) -> None:
    other, client = make_cluster(cast, State.RUNNING), signed_in(cast, "lead")
    assert client.get(url(other, cluster.outcomes.get().pk, "edit")).status_code == 404
    assert client.get(url(other, "objectives", cluster.objectives.get().pk, "measure")).status_code == 404


def test_every_other_field_stays_whatever_is_posted(cast: Cast, cluster: Cluster) -> None:
    other, client = make_cluster(cast, State.RUNNING), signed_in(cast, "lead")
    outcome, objective = cluster.outcomes.get(), cluster.objectives.get()
    before, target = model_to_dict(outcome), model_to_dict(objective)
    everything = {field.name: "7" for field in Outcome._meta.get_fields()} | {"cluster": other.pk}
    assert (
        client.post(url(cluster, outcome.pk, "edit"), {**everything, **form_of(outcome, title="New")}).status_code
        == 302
    )
    everything = {field.name: "7" for field in Objective._meta.get_fields()} | {"cluster": other.pk}
    data = {**everything, "initial-measured": "", "initial-is_reached": "", "measured": "2", "is_reached": "yes"}
    assert client.post(url(cluster, "objectives", objective.pk, "measure"), data).status_code == 302
    outcome.refresh_from_db()
    objective.refresh_from_db()
    assert model_to_dict(outcome) == {**before, "title": "New"}
    assert model_to_dict(objective) == {**target, "measured": "2", "is_reached": True}


def test_looking_changes_nothing(cast: Cast, cluster: Cluster) -> None:
    client, outcome, objective = signed_in(cast, "lead"), cluster.outcomes.get(), cluster.objectives.get()
    paths = ["", "add/", f"{outcome.pk}/", f"{outcome.pk}/edit/", f"{outcome.pk}/remove/"]
    paths += [f"objectives/{objective.pk}/", f"objectives/{objective.pk}/measure/"]
    with CaptureQueriesContext(connection) as queries:
        for path in paths:
            for more in ({}, HTMX):
                assert client.get(url(cluster) + path, **more).status_code in (200, 302)
    written = [q["sql"] for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert [sql for sql in written if "session" not in sql] == []


@pytest.mark.parametrize("role", ["visitor", "member", "lead"])
def test_the_page_asks_as_often_for_three_outcomes_as_for_one(cast: Cast, role: str) -> None:
    counts = []
    for more in (0, 2):
        cluster = make_cluster(cast, State.RUNNING)
        for number in range(more):
            Outcome.objects.create(cluster=cluster, kind="answer", title=f"O{number}", stage=cluster.stages.get())
            Objective.objects.create(cluster=cluster, position=2 + number, text=f"Objective {number}")
        client = signed_in(cast, role)
        client.get(url(cluster))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(cluster)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18


@pytest.mark.parametrize(
    ("counts", "wrong"),
    [
        ((3, 40, 200), ["organisations_count", "countries_count"]),
        ((3, 3, 3), []),
        ((12, 1, 5), []),
        ((12, 13, None), ["organisations_count"]),
        ((0, None, 1), ["countries_count"]),
        ((None, 40, 200), []),
        ((3, None, None), []),
    ],
)
def test_no_more_organisations_or_countries_than_participants_are_recorded(
    cast: Cast, cluster: Cluster, counts: tuple[int | None, ...], wrong: list[str]
) -> None:
    names = ("participants_count", "organisations_count", "countries_count")
    given = {name: "" if value is None else value for name, value in zip(names, counts, strict=True)}
    data = {"kind": "networking", "title": "They met", "reached_on": "2 May 2026", "seen_version": 0, **given}
    page = signed_in(cast, "lead").post(url(cluster, "add"), data)
    assert page.status_code == (422 if wrong else 302)
    if wrong:
        assert list(page.context["form"].errors) == wrong
        assert "More than participants (" in page.text
