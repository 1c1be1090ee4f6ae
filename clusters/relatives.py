"""Clusters that stand in a line: merged into one another, or proposed again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from clusters.choices import State
from clusters.models import Cluster
from clusters.sentences import Entry, events_for, history
from community.models import User


def took_it_in(cluster: Cluster, user: User | AnonymousUser) -> Cluster | None:
    """Return where a merged cluster is now, after as many merges as there were.

    None for one that was not merged, and for readers who may not see where it went: they keep the old page.
    """
    kept, seen = cluster, {cluster.pk}
    while kept.state == State.MERGED and kept.merged_into is not None and kept.merged_into_id not in seen:
        kept = kept.merged_into
        seen.add(kept.pk)
    if kept.pk == cluster.pk or not Cluster.objects.visible_to(user).filter(pk=kept.pk).exists():
        return None
    return kept


def has_ties(cluster: Cluster) -> bool:
    """Tell whether something was merged into a cluster or proposes it again; `with_ties` knows it already."""
    known: bool = getattr(cluster, "has_relatives", True)
    return known


def relatives(cluster: Cluster, user: User | AnonymousUser) -> dict[str, Any]:
    """Return the clusters that went into this one, the one it proposes again, and those that propose it again."""
    if not (has_ties(cluster) or cluster.follows_id):
        return {}
    seen = Cluster.objects.visible_to(user).order_by("pk")
    ties = Q(merged_into=cluster.pk) | Q(follows=cluster.pk) | Q(pk=cluster.follows_id or 0)
    rows = list(seen.filter(ties).exclude(state=State.DRAFT))
    return {
        "took_in": [row for row in rows if row.merged_into_id == cluster.pk],
        "follows": next((row for row in rows if row.pk == cluster.follows_id), None),
        "followed_by": [row for row in rows if row.follows_id == cluster.pk],
    }


def history_of(cluster: Cluster, user: User | AnonymousUser, *, most: int | None = None) -> list[Entry]:
    """Return what is read as the cluster's history, newest first: its own chain, and those of what went into it.

    The `most` newest ones, for the cluster's first page, leave the talk of the room to the room. Of a merged cluster
    only what the reader may see: one that went in as a proposal was never public. Its entries begin with its name.
    """
    below = Cluster.objects.visible_to(user).merged_below(cluster.pk) if has_ties(cluster) else []
    merged = list(Cluster.objects.filter(pk__in=below)) if below else []
    names = {f"cluster:{row.pk}": row.name for row in merged}
    rows = events_for(user, cluster, *merged)
    events = list(rows if most is None else rows.exclude(kind="comment")[:most])
    entries = history(events, cluster, user=user)
    return [
        replace(entry, sentence=f"{names[event.chain]}: {entry.sentence}") if event.chain in names else entry
        for event, entry in zip(events, entries, strict=True)
    ]
