"""One press says that the roadmap is still true; its age and its progress are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.actions.roadmap_confirm import confirm_roadmap, confirm_stage
from clusters.choices import StageStatus, State
from clusters.models import Cluster, Stage
from clusters.rules.roadmap import progress_in_words, seen_versions
from community.models import Event
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

LONG_AGO = datetime(2026, 4, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ([StageStatus.PLANNED], "0 of 1 stage done"),
        ([StageStatus.DONE, StageStatus.RUNNING, StageStatus.DROPPED], "1 of 2 stages done, 1 under way, 1 dropped"),
    ],
)
def test_progress_counts_each_stage_once_and_leaves_out_what_was_dropped(statuses: list[str], words: str) -> None:
    assert progress_in_words(statuses) == words


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    """A running cluster with one stage that is done and two open ones, last confirmed long ago."""
    cluster = make_cluster(cast, State.RUNNING)
    for position in (2, 3):
        day = date(2026, 6, position)
        Stage.objects.create(
            cluster=cluster, position=position, title=f"Part {position}", planned_end_on=day, confirmed_at=LONG_AGO
        )
    return cluster


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_one_press_confirms_all_open_stages_and_changes_no_word_of_them(cast: Cast, cluster: Cluster) -> None:
    lead, page = Client(), f"/clusters/{cluster.name}/roadmap/"
    lead.force_login(cast.user("lead"))
    shown = lead.get(page)
    text = shown.content.decode()
    assert ("Last confirmed: 40 days ago" in text, text.count(">Still true<")) == (True, 2)
    assert "Last confirmed" not in Client().get(page).content.decode()
    seen = {"seen": shown.context["roadmap"].seen}
    assert [lead.post(f"{page}still-true/", seen).status_code for _press in range(2)] == [302, 302]
    assert list(cluster.stages.values_list("confirmed_at", "version"))[1:] == [(NOW, 1), (NOW, 1)]
    assert Event.objects.filter(verb="roadmap.confirmed").count() == 1
    assert "All of it is still true" not in lead.get(page).content.decode()


@pytest.mark.django_db
def test_who_saw_another_roadmap_confirms_nothing(cast: Cast, cluster: Cluster) -> None:
    by: Any = cast.user("lead")
    order = list(cluster.stages.all())
    seen = seen_versions(order)
    Stage.objects.filter(pk=order[1].pk).update(version=2)
    with pytest.raises(Refusal, match="changed since you opened it"):
        confirm_roadmap(cluster=cluster, by=by, seen=seen)
    with pytest.raises(Refusal, match="stage 2"):
        confirm_stage(stage=order[1], by=by, seen_version=1)
    with pytest.raises(Refusal, match="is over"):
        confirm_stage(stage=order[0], by=by, seen_version=1)
    assert confirm_stage(stage=order[2], by=by, seen_version=1).confirmed_at > LONG_AGO
    assert Event.objects.filter(verb="stage.confirmed").count() == 1
