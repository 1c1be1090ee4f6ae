"""What a snapshot says of who takes part: in a cluster that is over also who left before its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clusters.choices import ParticipationRole, ParticipationStatus, State
from clusters.models import Cluster, Participation
from clusters.summary import snapshot
from factsheets.summary import organisations
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def told(cluster: Cluster) -> list[tuple[str, list[str], int]]:
    lines = snapshot(Cluster.objects.get(pk=cluster.pk), at=NOW)["participants"]
    return [(line["organisation"]["name"], line["roles"], line["people"]) for line in lines]


def leave(row: Participation, days: int) -> None:
    """End a part so many days after the work began."""
    begun = row.cluster.started_on
    assert begun is not None
    row.status, row.until_on = ParticipationStatus.LEFT, begun + timedelta(days=days)
    row.save(update_fields=["status", "until_on"])


@pytest.mark.parametrize(
    ("state", "stays"), [(State.CONCLUDED, True), (State.DISCONTINUED, True), (State.RUNNING, False)]
)
def test_who_left_took_part_in_what_is_over(cast: Cast, state: State, stays: bool) -> None:
    cluster = make_cluster(cast, state)
    before = told(cluster)
    for row in cluster.participations.active().exclude(role=ParticipationRole.LEAD):
        leave(row, 3)
    assert (told(cluster) == before) is stays
    assert len(told(cluster)) == (len(before) if stays else 1)


def test_who_left_on_the_first_day_took_part_in_nothing(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    row = cluster.participations.active().exclude(role=ParticipationRole.LEAD)[0]
    people = sum(people for _name, _roles, people in told(cluster))
    leave(row, 0)
    assert sum(people for _name, _roles, people in told(cluster)) == people - 1


def test_who_led_before_the_present_lead_took_part(cast: Cast) -> None:
    cluster = make_cluster(cast, State.CONCLUDED)
    cluster.participations.create(
        member=cast.member("member"),
        organisation=cast.partner,
        role=ParticipationRole.LEAD,
        status=ParticipationStatus.LEFT,
        until_on=cluster.ended_on,
    )
    leads = [name for name, roles, _people in told(cluster) if "lead" in roles]
    assert len(leads) == 1
    assert leads != [cast.partner.name]
    cluster.participations.active().filter(role=ParticipationRole.LEAD).delete()
    assert [name for name, roles, _people in told(cluster) if "lead" in roles] == [cast.partner.name]


def test_an_organisation_with_people_from_outside_counts_once(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    before = organisations(snapshot(cluster, at=NOW))
    lead = cluster.participations.active().get(role=ParticipationRole.LEAD)
    guest = cluster.participations.create(
        member=cast.member("member"),
        organisation=lead.organisation,
        status=ParticipationStatus.ACTIVE,
        is_external=True,
    )
    cluster = Cluster.objects.get(pk=cluster.pk)
    assert guest.is_external
    assert len(snapshot(cluster, at=NOW)["participants"]) == len(told(cluster)) > 1
    assert organisations(snapshot(cluster, at=NOW)) == before
