"""Queries that are composed once and asked by every request: they follow the clock and the settings all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory, override_settings
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from clusters.querysets.cluster import able_coordinators
from clusters.views.cluster import load
from community.backends import AccountBackend
from community.models import Message, User
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def loaded(cluster: Cluster, user: Any) -> Cluster:
    """Return the cluster as a page of this person gets it."""
    request = RequestFactory().get("/")
    request.user = user
    return load(request, cluster.name)


def unread(user: User) -> int | None:
    """Return how many notifications a request of this account finds unread."""
    account: Any = AccountBackend().get_user(user.pk)
    return account.unread_total


def test_what_waits_unread_is_counted_from_the_moment_on_at_which_it_is_told(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        user = cast.accounts["lead"]
        before = unread(user)
        at = timezone.now() + timedelta(minutes=1)
        Message.objects.create(
            template="clusters/start", to=user, kind="user", subject_id=user.pk, due_at=at, shown_at=at
        )
        assert unread(user) == before
        clock.shift(timedelta(minutes=2))
        assert unread(user) == (before or 0) + 1


def test_whether_the_lead_may_lead_follows_the_settings_and_the_day(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        cluster, user = make_cluster(cast, State.RUNNING), cast.accounts["lead"]
        assert loaded(cluster, user).leads_rightly
        with override_settings(LEAD_ROLES=["AP"]):
            assert not loaded(cluster, user).leads_rightly
        assert loaded(cluster, user).leads_rightly
        cast.member("lead").affiliations.update(until_on=TODAY)
        assert loaded(cluster, user).leads_rightly
        clock.shift(timedelta(days=1))
        assert not loaded(cluster, user).leads_rightly


def test_each_reader_gets_the_cluster_that_the_address_names(cast: Cast) -> None:
    one, other = make_cluster(cast, State.RUNNING), make_cluster(cast, State.RUNNING)
    for user in (AnonymousUser(), cast.accounts["member"], cast.accounts["coordinator"]):
        assert [loaded(cluster, user).pk for cluster in (one, other, one)] == [one.pk, other.pk, one.pk]


def test_who_may_decide_is_asked_anew_of_the_same_query(cast: Cast) -> None:
    make_cluster(cast, State.SUBMITTED)
    on = timezone.localdate()
    assert able_coordinators(on) is able_coordinators(on)
    assert (Cluster.objects.for_own_coordinators(on).count(), Cluster.objects.for_stand_ins(on).count()) == (1, 0)
    cast.group.appointments.update(absent_until=on)
    assert (Cluster.objects.for_own_coordinators(on).count(), Cluster.objects.for_stand_ins(on).count()) == (0, 1)
