"""Clusters that stand in a line: merged into one another, or proposed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from clusters.choices import State
from clusters.models import Cluster
from clusters.sentences import Entry, events_for, history
from community.models import Event, User


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


def history_of(cluster: Cluster, user: User | AnonymousUser, *, most: int) -> list[Entry]:
    """Return the newest of what is read as the cluster's history, newest first; see `events_of`.

    They are for the cluster's first page, so the talk of the room is left to the room.
    """
    events, names = events_of(cluster, user)
    return told(events.exclude(kind="comment")[:most], cluster, user, names=names)


def events_of(cluster: Cluster, user: User | AnonymousUser) -> tuple[QuerySet[Event], dict[str, str]]:
    """Return what is read as the cluster's history, newest first: its own chain, and those of what went into it.

    Of a merged cluster only what the reader may see: one that went in as a proposal was never public. With it the
    names of the merged clusters by their chain, with which their sentences begin.
    """
    below = Cluster.objects.visible_to(user).merged_below(cluster.pk) if has_ties(cluster) else []
    merged = list(Cluster.objects.filter(pk__in=below)) if below else []
    return events_for(user, cluster, *merged), {f"cluster:{row.pk}": row.name for row in merged}


def told(
    events: Iterable[Event], cluster: Cluster, user: User | AnonymousUser, *, names: Mapping[str, str]
) -> list[Entry]:
    """Return the events as sentences, in the order given; `names` are those of merged clusters by their chain."""
    found = list(events)
    entries = history(found, cluster, user=user)
    return [
        replace(entry, sentence=f"{names[event.chain]}: {entry.sentence}") if event.chain in names else entry
        for event, entry in zip(found, entries, strict=True)
    ]
