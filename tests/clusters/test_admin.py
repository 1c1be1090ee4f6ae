"""Clusters and decisions in the Django admin: looked at, never moved."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters.choices import State
from clusters.models import Cluster
from community.models import User
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.django_db, pytest.mark.both]

LIST = "admin:clusters_cluster_changelist"


@pytest.fixture
def cast() -> Cast:
    """Everybody."""
    return make_cast()


@pytest.fixture
def site(client: Client, cast: Cast) -> Client:
    """A browser in which the administrator is signed in."""
    client.force_login(cast.accounts["admin"])
    return client


def test_every_state_is_shown_with_a_link_and_without_a_control(site: Client, cast: Cast, thorough: bool) -> None:
    states = [state for state in State if state != State.DRAFT]
    for state in states if thorough else states[::3]:
        cluster = make_cluster(cast, state)
        text = site.get(reverse("admin:clusters_cluster_change", args=[cluster.pk])).content.decode()
        content = text.split('id="content"')[-1]
        assert f'href="{cluster.get_absolute_url()}"' in content
        for control in ("<select", "<textarea", 'type="text"', 'name="_save"', "deletelink"):
            assert control not in content, (state, control)


def test_nothing_is_added_changed_or_deleted(site: Client, cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    change = reverse("admin:clusters_cluster_change", args=[cluster.pk])
    for address in (reverse("admin:clusters_cluster_add"), change, change.replace("change", "delete")):
        assert site.post(address, {"state": "approved", "title": "Mine", "post": "yes"}).status_code == 403
    site.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [cluster.pk], "post": "yes"})
    row = Cluster.objects.get(pk=cluster.pk)
    assert (row.state, row.title, row.version) == (cluster.state, cluster.title, cluster.version)


def test_the_list_takes_the_same_queries_for_one_and_for_three(site: Client, cast: Cast) -> None:
    counts = []
    for number in (1, 2):
        for _each in range(number):
            make_cluster(cast, State.RUNNING)
        with CaptureQueriesContext(connection) as taken:
            assert site.get(reverse(LIST)).status_code == 200
        counts.append(len(taken))
    assert counts[0] == counts[1] <= 20


def test_a_decision_is_read_only_even_for_a_superuser(client: Client, cast: Cast) -> None:
    client.force_login(User.objects.create_superuser("root@registry.example"))
    assert client.get(reverse("admin:clusters_decision_changelist")).status_code == 200
    assert client.get(reverse("admin:clusters_decision_add")).status_code == 403


def test_others_have_no_admin(client: Client, cast: Cast) -> None:
    for role in ("member", "lead", "coordinator", "mission_coordinator", "external", "superuser"):
        client.force_login(cast.accounts[role])
        assert client.get(reverse(LIST)).status_code in (302, 403), role
