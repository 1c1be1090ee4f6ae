"""The summary keeps what it drew, and shows nobody more or older things for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from clusters.actions.condition import meet_condition
from clusters.actions.roadmap import update_stage
from clusters.choices import State
from clusters.models import Cluster
from community.actions.transition import transition
from community.models import Consent, Member, Organisation, Project, Solution, Term, Territory, WorkingGroup
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_condition_actions import make_condition
from tests.clusters.test_lifecycle_pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def read(client: Client, cluster: Cluster) -> str:
    return client.get(cluster.get_absolute_url()).content.decode()


def test_no_reader_gets_what_was_drawn_for_another_who_may_read_more(cast: Cast) -> None:
    cluster, lead = make_cluster(cast, State.RUNNING), cast.member("lead")
    transition(cluster, "pause", by=cast.user("lead"), reason="The harbour is closed.")
    readers = {role: client_of(cast, role) for role in ("participant", "member", "visitor")}

    def read_by() -> dict[str, int]:
        return {role: read(client, cluster).count(lead.name) for role, client in readers.items()}

    shown = {"participant": 2, "member": 0, "visitor": 0}
    assert [read_by(), read_by()] == [shown, shown], "in the facts and in the history"
    consent = make.make_consent(lead, "public")
    assert read_by() == {"participant": 2, "member": 1, "visitor": 1}
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=timezone.now())
    assert read_by() == {"participant": 2, "member": 0, "visitor": 0}
    Member.objects.filter(pk=lead.pk).update(name="Erased", erased_at=timezone.now())
    assert read_by() == {"participant": 0, "member": 0, "visitor": 0}


def test_whatever_changes_is_seen_at_once(cast: Cast) -> None:
    need = make.make_need("Who pays for the gauge?", organisation=make.make_organisation("Port"))
    cluster = make_cluster(cast, State.RUNNING, need=need)
    cluster.territories.add(make.make_territory())
    cluster.themes.add(make.make_term())
    cluster.solutions.add(make.make_solution())
    condition, visitor, lead = make_condition(cast, cluster), client_of(cast, "visitor"), cast.accounts["lead"]
    assert "Name one harbour." in read(visitor, cluster)
    stage = cluster.stages.order_by("position")[0]
    changes: dict[str, Callable[[], object]] = {
        "Measure it twice": lambda: update_stage(
            stage=stage, by=lead, seen_version=stage.version, title="Measure it twice"
        ),
        "Met, says the lead": lambda: meet_condition(condition=condition, by=lead, note="Igoumenitsa."),
        "RENAMED PROJECT": lambda: Project.objects.update(acronym="RENAMED PROJECT"),
        "Renamed result": lambda: Solution.objects.update(title="Renamed result"),
        "Renamed place": lambda: Territory.objects.update(name="Renamed place"),
        "Renamed theme": lambda: Term.objects.update(labels={"en": "Renamed theme"}),
        "Renamed group": lambda: WorkingGroup.objects.update(title="Renamed group"),
        "Renamed port": lambda: Organisation.objects.filter(name="Port").update(name="Renamed port"),
        "1 more says": lambda: make.make_me_too(need),
        "Renamed partner": lambda: Organisation.objects.filter(pk=cast.organisation.pk).update(name="Renamed partner"),
        "Paused": lambda: transition(cluster, "pause", by=lead, reason="The harbour is closed."),
    }
    for words, change in changes.items():
        assert words not in read(visitor, cluster)
        change()
        assert words in read(visitor, cluster)
