"""What no post can do, what no look does, and what a page costs."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import pytest
from django.core.serializers import serialize
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.actions.proposal import save_step
from clusters.actions.proposal_values import COLUMNS, FIELDS, KEYS, PARTS, SETS
from clusters.choices import State
from clusters.forms.proposal import STEPS
from clusters.models import Cluster, DraftShare, Objective, Participation, Stage
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.proposal_pages import Writer

pytestmark = pytest.mark.django_db

#: Fourteen of them look for what comes close (`clusters.overlap`), on three of the steps.
MOST_QUERIES = 28


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def everything(cluster: Cluster) -> dict[str, Any]:
    """All columns of a cluster, and its parts."""
    cluster = Cluster.objects.get(pk=cluster.pk)
    row = {field.attname: getattr(cluster, field.attname) for field in Cluster._meta.concrete_fields}
    for name in SETS:
        row[name] = sorted(getattr(cluster, name).values_list("pk", flat=True))
    for model in (Objective, Stage, Participation, DraftShare):
        row[model.__name__] = serialize("json", model.objects.filter(cluster=cluster).order_by("pk"))
    return row


def attack(cast: Cast) -> dict[str, Any]:
    """A value for every field of the model, as a hand-made post would send it."""
    values: dict[str, Any] = {}
    for field in Cluster._meta.get_fields():
        name = field.name
        kind = field.get_internal_type() if hasattr(field, "get_internal_type") else ""
        values[name] = {"BooleanField": "on", "DateField": "2027-01-01", "DateTimeField": "2027-01-01 10:00"}.get(
            kind, "1"
        )
    return values | {
        "state": "approved",
        "reference": "M4N-CL-2099-01",
        "proposer": str(cast.member("member").pk),
        "proposer_id": str(cast.member("member").pk),
        "lead_accepted_at": "2027-01-01 10:00",
        "version": "99",
        "lead": "",
        "id": "1",
        "pk": "1",
    }


@pytest.mark.parametrize("step", STEPS, ids=lambda step: str(step.number))
@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED])
def test_a_post_of_every_field_of_the_model_changes_the_listed_ones_only(cast: Cast, step: Any, state: str) -> None:
    cluster = make_cluster(cast, state)
    writer = Writer(cast.accounts["proposer"], cluster)
    before = everything(cluster)
    typed = writer.typed(step.number)
    writer.post(step.number, {**attack(cast), **typed, "title": "x", "adoption_plan": "x", "out_of_scope": "x"})
    after = everything(cluster)
    changed = {name for name in before if before[name] != after[name]}
    own = {f"{name}_id" if name in KEYS else name for name in step.form.writes}
    assert changed <= own | {"updated_at", "version", "search_text"}


def test_every_field_of_a_proposal_belongs_to_one_step() -> None:
    written = [name for step in STEPS for name in step.form.writes]
    assert len(written) == len(set(written))
    assert set(written) == FIELDS == {*COLUMNS, *KEYS, *SETS, *PARTS}


def test_the_action_knows_no_other_field(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    for name in ("state", "proposer", "reference", "lead_accepted_at", "version", "lessons"):
        with pytest.raises(TypeError, match=name):
            save_step(cluster=cluster, values={name: "x"}, by=cast.accounts["proposer"], seen="")


def test_a_row_of_another_cluster_cannot_be_reached(cast: Cast) -> None:
    other = make_cluster(cast, State.DRAFT)
    stage = other.stages.get()
    cluster = make_cluster(cast, State.DRAFT, draft_code="abcdefgh")
    Writer(cast.accounts["proposer"], cluster).save(
        3, **{"stages-0-id": str(stage.pk), "stages-0-cluster": str(other.pk), "stages-0-title": "Taken over"}
    )
    stage.refresh_from_db()
    assert (stage.title, stage.cluster) == ("Kick-off", other)


def test_looking_writes_nothing(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    before = everything(cluster)
    writer = Writer(cast.accounts["proposer"], cluster)
    for url in (*(writer.url(step) for step in range(1, 6)), f"/clusters/{cluster.name}/edit/"):
        assert writer.client.get(url).status_code == 200
        assert writer.client.head(url).status_code == 200
        assert writer.client.get(f"{url}?do=save&title=x&autosave=1").status_code == 200
    assert everything(cluster) == before


def test_the_address_without_a_step_shows_the_first_or_the_one_that_is_asked_for(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    client = Client()
    client.force_login(cast.accounts["proposer"])
    for query, number in (
        ("", 1),
        ("?step=3", 3),
        ("?step=9", 1),
        ("?step=x", 1),
        ("?step=-1", 1),
        ("?step=" + "9" * 99, 1),
    ):
        page = client.get(f"/clusters/{cluster.name}/edit/{query}").content.decode()
        assert f"Step {number} of 5" in page
    assert client.get(f"/clusters/{cluster.name}/edit/99/").status_code == 200
    assert client.get("/clusters/draft-zzzzzzzz/edit/").status_code == 404


#: What no form sends; every second a day, all in the long run.
HOSTILE: list[dict[str, Any]] = [
    {},
    {"do": "\x00"},
    {"do": "go:99"},
    {"do": "save", "title": "\x00"},
    {"do": "save", "seen": "x" * 9000},
    {"do": "row:people:add"},
    {"do": "person:\x00"},
    {"do": "lead:" + "x" * 500},
    {"do": "need:99999999999999999999999"},
    {"do": "organisation:99999999999999999999999"},
    {"do": "save", "people-0-organisation": "99999999999999999999999"},
    {"do": "save", "territories": ["١", "\x00"]},
    {"do": "save", "themes": ["99999999999999999999999"]},
    {"do": "save", "solutions": ["99999999999999999999999"]},
    {"do": "save", "need": "99999999999999999999999"},
    {"do": "save", "starts_on": "٣١/٠٤/٢٠٢٧"},
    {"do": "find:solutions", "find_solutions": "\x00"},
    {"do": "find:people", "find_people": "%" * 300},
    {"do": "find:territories", "find_territories": "\u202e", "territories": "x"},
    {"do": "save", "size_limit": "9" * 400},
    {"do": "save", "stages-9999-title": "far", "stages-0-kind": "\x00"},
]


@pytest.mark.wide
@pytest.mark.parametrize("data", HOSTILE if os.environ.get("THOROUGH") == "1" else HOSTILE[::2], ids=str)
def test_no_post_breaks_a_step(cast: Cast, data: dict[str, Any]) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    writer = Writer(cast.accounts["proposer"], cluster)
    for step in range(1, 6):
        for extra in ({}, {"autosave": "1"}):
            assert writer.client.post(writer.url(step), {**data, **extra}).status_code < 500


def more_of_everything(cast: Cast, cluster: Cluster, count: int) -> None:
    """Give a draft `count` of each thing that a page lists."""
    for number in range(count):
        Objective.objects.create(cluster=cluster, position=number + 5, text=f"Objective {number}")
        Stage.objects.create(
            cluster=cluster, position=number + 5, title=f"Stage {number}", planned_end_on=date(2027, 1, 1)
        )
        member = make.make_member(f"Named {number}", organisation=make.make_organisation(), consents=("directory",))
        Participation.objects.create(
            cluster=cluster, member=member, organisation=member.organisation_on(make.TODAY), status="invited"
        )
        Participation.objects.create(cluster=cluster, organisation=make.make_organisation(), status="wanted")
        DraftShare.objects.create(cluster=cluster, member=member, shared_by=cast.accounts["proposer"])
        cluster.solutions.add(make.make_solution(f"Result {number}"))
        cluster.themes.add(make.make_term())
        cluster.sdgs.add(make.make_term("sdg"))
        cluster.territories.add(make.make_territory(is_programme_region=True))
        cluster.further_working_groups.add(make.make_working_group())
        make.make_need(f"How does a flood plan count a coastal wetland, question {number}?")
        make_cluster(cast, State.RUNNING, title=f"Wetland storage in a flood plan {number}")


@pytest.mark.parametrize("step", range(1, 6))
def test_a_step_costs_the_same_queries_for_one_row_as_for_three(cast: Cast, step: int) -> None:
    counts = []
    for rows in (1, 2):
        cluster = make_cluster(cast, State.DRAFT, draft_code="abcdefg" + "ab"[rows - 1], need=make.make_need())
        more_of_everything(cast, cluster, rows * 2 - 1)
        writer = Writer(cast.accounts["proposer"], cluster)
        writer.page(step)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            writer.page(step)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= MOST_QUERIES
