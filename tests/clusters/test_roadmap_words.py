"""Every word of a conflict can be translated, and what people typed beside it is data."""

from __future__ import annotations

import pytest
from django.test import Client

from clusters.actions.outcome import update_outcome
from clusters.actions.roadmap import update_stage
from clusters.actions.roadmap_order import move_stage
from clusters.choices import State
from clusters.models import Cluster, Stage
from tests.cast import Cast, make_cast, make_cluster
from tests.test_words import bare_words, data

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    cluster = make_cluster(cast, State.RUNNING)
    Stage.objects.create(cluster=cluster, position=2, title="Workshop")
    return cluster


def post(cast: Cast, cluster: Cluster, path: str, language: str, **typed: object) -> str:
    client = Client(headers={"accept-language": language, "hx-request": "true"})
    client.force_login(cast.accounts["lead"])
    answer = client.post(f"/clusters/{cluster.name}/{path}", typed)
    assert answer.status_code in (409, 422)
    return answer.content.decode()


def test_conflicts_of_a_stage_and_of_the_order(cast: Cast, cluster: Cluster, pseudo_locale: str) -> None:
    first, second = cluster.stages.all()
    deputy = cast.accounts["deputy_lead"]
    update_stage(stage=second, by=deputy, seen_version=1, note="Workshop", kind="training")
    typed = {"title": "Workshop", "kind": "visit", "initial-kind": "work", "note": "Kick-off", "seen_version": 1}
    page = post(cast, cluster, f"roadmap/{second.pk}/edit/", pseudo_locale, **typed)
    assert bare_words(page, data()) == []
    move_stage(stage=first, by=deputy, up=False, seen_order=[first.pk, second.pk])
    order = f"{first.pk},{second.pk}"
    page = post(cast, cluster, f"roadmap/{first.pk}/move/", pseudo_locale, direction="up", seen_order=order)
    assert bare_words(page, data()) == []
    page = post(cast, cluster, f"roadmap/{second.pk}/start/", pseudo_locale, seen_version=1)
    assert bare_words(page, data()) == []


def test_conflict_of_an_outcome(cast: Cast, cluster: Cluster, pseudo_locale: str) -> None:
    outcome = cluster.outcomes.get()
    update_outcome(outcome=outcome, by=cast.accounts["deputy_lead"], seen_version=1, description="Workshop")
    typed = {"title": outcome.title, "kind": "adoption", "description": "Kick-off", "seen_version": 1}
    page = post(cast, cluster, f"outcomes/{outcome.pk}/edit/", pseudo_locale, **typed)
    assert bare_words(page, data()) == []
