"""A full cluster's waiting list: in order of time, and the first asks when a place is free."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clusters.actions.participation import answer_request, enter, leave
from clusters.choices import JoinPolicy, ParticipationStatus, State
from clusters.rules.joining import way_in
from community.models import Event, Message
from tests import factories as make
from tests.cast import make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db]
Status = ParticipationStatus


def test_the_first_who_waits_asks_when_a_place_is_free_and_the_next_after_a_refusal() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING, join_policy=JoinPolicy.OPEN, size_limit=4)
    harbour = make.make_organisation("Harbour")
    first, second, third = (make.make_member(organisation=harbour) for _number in range(3))
    rows = [
        enter(cluster=cluster, by=who.user, way="wait", organisation=harbour, at=NOW + timedelta(minutes=minute))
        for minute, who in enumerate((first, second))
    ]
    assert [row.status for row in rows] == [Status.WAITING, Status.WAITING]
    leave(participation=cluster.participations.get(member=cast.user("participant").member), by=cast.user("participant"))
    assert [cluster.participations.get(pk=row.pk).status for row in rows] == [Status.REQUESTED, Status.WAITING]
    assert Message.objects.filter(template="clusters/waiting_moved_up").get().to == first.user
    offered = way_in(third.user, cluster)
    assert offered is not None
    assert offered.way == "wait"
    answer_request(participation=rows[0], by=cast.user("lead"), accept=False, reason="Another time.")
    assert cluster.participations.get(pk=rows[1].pk).status == Status.REQUESTED
    assert Event.objects.of_chain(f"cluster:{cluster.pk}").filter(verb="participation.moved_up").count() == 2
