"""Amendments suggested through the real action, and what came of them."""

from __future__ import annotations

from typing import Any

from clusters.actions.amendment import suggest_amendment
from clusters.models import Amendment, Cluster
from community.models import Message
from tests.cast import Cast

LATER = "2026-11-30"


def suggest(cast: Cast, cluster: Cluster, role: str = "lead", **wished: Any) -> Amendment:
    """Suggest another end, or what is given."""
    values = wished or {"ends_on": LATER}
    return suggest_amendment(cluster=cluster, by=cast.user(role), wished=values, reason="The harbour opens later.")


def told(code: str) -> set[str]:
    """Return who got a mail."""
    return {str(row.to) for row in Message.objects.filter(template=f"clusters/{code}").select_related("to")}


def now(cluster: Cluster) -> Cluster:
    """Return the cluster as it stands now."""
    return Cluster.objects.get(pk=cluster.pk)
