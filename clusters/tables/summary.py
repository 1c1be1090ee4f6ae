"""The parts of a cluster's summary that many readers share, drawn once and kept (see `clusters.tables.drawn_html`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from clusters.models import Cluster
from clusters.pictures.snapshot import cached_pictures
from clusters.sentences import Entry
from clusters.snapshot_shape import Snapshot
from clusters.tables.drawn_html import Part, drawn


def parts_html(
    cluster: Cluster, facts: Snapshot, *, lead_name: str, entries: Sequence[Entry], on: date
) -> dict[str, SafeString]:
    """Return the HTML of plan, facts, record and history, as the reader sees them to whom these names are shown.

    `lead_name` is empty for a reader who may not read it; `entries` are worded for the reader.
    """
    pictures: Any = SimpleLazyObject(lambda: cached_pictures(cluster, facts, on=on))
    same = {"cluster": cluster, "facts": facts}
    return drawn(
        {
            "plan": Part("clusters/cluster/_plan.html", facts, same),
            "facts_table": Part(
                "clusters/cluster/_facts.html", (facts, _own(cluster), lead_name), {**same, "lead_name": lead_name}
            ),
            "record": Part("clusters/cluster/_record.html", (facts, cluster.name), {**same, "pictures": pictures}),
            "history": Part("components/history.html", list(entries), {"entries": entries}),
        },
        on,
    )


def _own(cluster: Cluster) -> object:
    """Return what the table of facts reads of the cluster beside its snapshot: its columns, and what they name."""
    place, need = cluster.lead_organisation, cluster.need
    further: list[tuple[int, str]] = []
    if getattr(cluster, "has_further_needs", True):
        further = [(row.pk, row.question) for row in cluster.further_needs.all()]
    return (
        [getattr(cluster, column.attname) for column in cluster._meta.concrete_fields],
        (place.name, place.country) if place else None,
        need.question if need else None,
        further,
    )
