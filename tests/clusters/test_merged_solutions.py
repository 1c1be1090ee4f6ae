"""Clusters that were merged before a merge took solutions along: what they worked with goes on in the other one."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from clusters import search
from clusters.actions.merge import merge
from clusters.choices import State
from clusters.models import Cluster
from community.models import Event
from community.verification import verify_history
from tests import factories as make
from tests.cast import make_cast, make_cluster

pytestmark = pytest.mark.django_db

take_along = import_module("clusters.migrations.0023_merged_clusters_take_solutions_along").take_along


def titles(cluster: Cluster) -> list[str]:
    return sorted(cluster.solutions.values_list("title", flat=True))


def test_what_merges_left_behind_goes_on_in_all_later_clusters_as_a_merge_of_today_moves_it() -> None:
    cast = make_cast()
    first, second, last = (make_cluster(cast, State.APPROVED, title=title) for title in ("Reeds", "Dunes", "Water"))
    other = make_cluster(cast, State.RUNNING, title="Forests")
    by = cast.user("mission_coordinator")
    for cluster, into in ((first, second), (second, last)):
        merge(cluster=cluster, into=into, by=by, reason="Both ask the same.")
    # As it stood before the rule: each kept what it had, and nobody took anything over.
    reeds, dunes, water = (make.make_solution(f"{word} method") for word in ("Phragmites", "Ammophila", "Posidonia"))
    for cluster, solutions in ((first, [reeds, water]), (second, [dunes]), (last, [water]), (other, [reeds])):
        cluster.solutions.set(solutions)
        search.index(cluster)
    events = list(Event.objects.order_by("pk").values_list("pk", "hash"))
    versions = dict(Cluster.objects.values_list("pk", "version"))
    for _twice in range(2):
        take_along(apps, None)
        assert [titles(cluster) for cluster in (first, second, last, other)] == [
            ["Phragmites method", "Posidonia method"],
            ["Ammophila method", "Phragmites method", "Posidonia method"],
            ["Ammophila method", "Phragmites method", "Posidonia method"],
            ["Phragmites method"],
        ]
    for cluster in Cluster.objects.all():
        assert cluster.search_text == search.texts_of([cluster.pk])[cluster.pk], cluster.title
        assert (cluster.version > versions[cluster.pk]) == (cluster.pk in (second.pk, last.pk)), cluster.title
    assert Cluster.objects.matching("phragmites").filter(pk=last.pk).exists()
    assert list(Event.objects.order_by("pk").values_list("pk", "hash")) == events
    assert [finding for finding in verify_history() if finding.is_fault] == []
