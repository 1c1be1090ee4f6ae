"""Who wrote in a draft that was never proposed does not decide on it, whoever leads it afterwards."""

from __future__ import annotations

from datetime import date

import pytest

from clusters.actions.participation import give_role, leave
from clusters.actions.proposal import save_step
from clusters.actions.proposal_values import digest, stored
from clusters.choices import State
from clusters.models import Cluster
from clusters.permissions import deciding_members, parties
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.django_db, pytest.mark.both]

ON = date(2026, 5, 12)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def save(cluster: Cluster, role: str, cast: Cast, **values: object) -> None:
    cluster.refresh_from_db()
    save_step(cluster=cluster, values=values, by=cast.user(role), seen=digest(stored(cluster, values)))


def draft_named_to_lead(cast: Cast, role: str) -> Cluster:
    cluster = make_cluster(cast, State.DRAFT)
    Cluster.objects.filter(pk=cluster.pk).update(lead=cast.member(role), reference=None)
    return cluster


@pytest.mark.parametrize("wrote", [True, False])
def test_a_coordinator_who_wrote_in_a_draft_and_handed_the_lead_on_is_a_party(cast: Cast, wrote: bool) -> None:
    coordinator = cast.member("coordinator")
    cluster = draft_named_to_lead(cast, "coordinator")
    if wrote:
        save(cluster, "coordinator", cast, title="Written by a coordinator")
        save(cluster, "coordinator", cast, title="Written by a coordinator twice")
    save(cluster, "proposer", cast, lead=cast.member("lead"))
    Cluster.objects.filter(pk=cluster.pk).update(state=State.SUBMITTED, reference="M4N-CL-2026-901")
    cluster = Cluster.objects.get(pk=cluster.pk)
    assert cluster.draft_writers.count() == int(wrote)
    assert (coordinator.pk in parties(cluster)) is wrote
    assert (coordinator in deciding_members(cluster, ON)) is not wrote
    assert Cluster.objects.without_party(coordinator.pk).filter(pk=cluster.pk).exists() is not wrote


def test_who_discards_a_draft_discards_who_wrote_in_it(cast: Cast) -> None:
    cluster = draft_named_to_lead(cast, "coordinator")
    save(cluster, "coordinator", cast, title="Written by a coordinator")
    cluster.delete()
    assert not Cluster.objects.filter(pk=cluster.pk).exists()


@pytest.mark.parametrize("way", ["left", "role", "never"])
def test_who_was_deputy_does_not_decide_once_they_are_not(cast: Cast, way: str) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    coordinator = cast.member("coordinator")
    make.make_affiliation(coordinator, cast.organisation)
    row = cluster.participations.create(
        member=coordinator, organisation=cast.organisation, role="participant", status="active"
    )
    if way != "never":
        row = give_role(participation=row, by=cast.user("lead"), role="deputy")
    if way == "left":
        leave(participation=row, by=cast.user("coordinator"), reason="Too much.")
    if way == "role":
        give_role(participation=row, by=cast.user("lead"), role="participant")
    cluster = Cluster.objects.get(pk=cluster.pk)
    is_bound = way != "never"
    assert (coordinator.pk in parties(cluster)) is is_bound
    assert (coordinator in deciding_members(cluster, ON)) is not is_bound
    assert Cluster.objects.without_party(coordinator.pk).filter(pk=cluster.pk).exists() is not is_bound
