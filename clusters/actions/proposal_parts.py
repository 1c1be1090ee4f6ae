"""Writing the lists of a proposal: levels, objectives, expected outcomes, stages. The caller holds the row's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import models

from clusters.actions.proposal_values import ObjectiveLine, StageLine
from clusters.models import Cluster, Objective, Stage
from clusters.models.cluster import ClusterLevel, ExpectedOutcome


def write_part(cluster: Cluster, name: str, value: Any) -> None:
    """Write one list of a proposal.

    Raises:
        KeyError: there is no list of that name.
    """
    _WRITERS[name](cluster, value)


def _levels(cluster: Cluster, levels: Iterable[str]) -> None:
    cluster.levels.exclude(level__in=set(levels)).delete()
    known = set(cluster.levels.values_list("level", flat=True))
    ClusterLevel.objects.bulk_create(
        ClusterLevel(cluster=cluster, level=level) for level in dict.fromkeys(levels) if level not in known
    )


def _expected_outcomes(cluster: Cluster, notes: Mapping[str, str]) -> None:
    """Write one row a kind with its note, in the order of the kinds."""
    cluster.expected_outcomes.exclude(kind__in=set(notes)).delete()
    known = {row.kind: row for row in cluster.expected_outcomes.all()}
    for kind, note in notes.items():
        row = known.get(kind)
        if row is None:
            ExpectedOutcome.objects.create(cluster=cluster, kind=kind, note=note)
        elif row.note != note:
            row.note = note
            row.save(update_fields=["note"])


def _objectives(cluster: Cluster, lines: Sequence[ObjectiveLine]) -> None:
    columns = [{"text": line.text, "criterion": line.criterion} for line in lines]
    _in_place(cluster, Objective, list(cluster.objectives.order_by("position", "pk")), columns)


def _stages(cluster: Cluster, lines: Sequence[StageLine]) -> None:
    columns = [
        {
            "title": line.title,
            "kind": line.kind,
            "planned_start_on": line.planned_start_on,
            "planned_end_on": line.planned_end_on,
            "deliverable": line.deliverable,
        }
        for line in lines
    ]
    _in_place(cluster, Stage, list(cluster.stages.order_by("position", "pk")), columns)


def _in_place(
    cluster: Cluster, model: type[models.Model], rows: list[Any], columns: Sequence[Mapping[str, Any]]
) -> None:
    """Write the first line into the first row, and so on; make rows that lack, delete those that are too many."""
    for position, values in enumerate(columns, start=1):
        if position > len(rows):
            model._default_manager.create(cluster=cluster, position=position, **values)
            continue
        row = rows[position - 1]
        for name, value in {**values, "position": position}.items():
            setattr(row, name, value)
        row.save(update_fields=[*values, "position"])
    for row in rows[len(columns) :]:
        row.delete()


_WRITERS: dict[str, Callable[[Cluster, Any], None]] = {
    "levels": _levels,
    "objectives": _objectives,
    "expected_outcomes": _expected_outcomes,
    "stages": _stages,
}
