"""Clusters of the demonstration."""

from __future__ import annotations

from datetime import date

from clusters.demo.world import World
from clusters.models import Cluster

REAL = {
    "environmental-governance": date(2025, 6, 25),
    "coastal-adaptation": date(2025, 7, 2),
    "disaster-risk-tools": date(2025, 7, 3),
    "forest-management": date(2025, 7, 3),
    "flood-regulation": date(2025, 7, 3),
    "mpa-governance-day": date(2025, 7, 3),
}


def cluster_of(world: World, key: str) -> Cluster:
    """Return a cluster of the demonstration by its key."""
    return Cluster.objects.get(pk=world.clusters[key].pk)
