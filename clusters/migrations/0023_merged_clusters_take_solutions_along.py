"""Clusters that were merged before the rule held take their solutions along too, to all in which they went on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import migrations
from django.db.models import F

from clusters.querysets.words import words_of


def take_along(apps: Any, schema_editor: Any) -> None:
    """Let a cluster work with the solutions of those that were merged into it, as a merge of today does.

    Nothing else changes: the merged cluster keeps its links, and no event is written, for nobody does anything today.
    Run twice, it does nothing more.
    """
    clusters = apps.get_model("clusters", "Cluster").objects
    links = apps.get_model("clusters", "Cluster").solutions.through.objects
    merged = dict(clusters.exclude(merged_into=None).order_by("pk").values_list("pk", "merged_into_id"))
    for pk in merged:
        brought = list(links.filter(cluster_id=pk).order_by("pk").values_list("solution_id", flat=True))
        for into in _after(merged, pk):
            there = set(links.filter(cluster_id=into).values_list("solution_id", flat=True))
            new = [solution for solution in brought if solution not in there]
            if new:
                links.bulk_create(links.model(cluster_id=into, solution_id=solution) for solution in new)
                _find_by(apps, into, new)


def _after(merged: dict[int, int], pk: int) -> Iterator[int]:
    """Yield the clusters in which one went on, the nearest first."""
    seen = {pk}
    while pk in merged and merged[pk] not in seen:
        pk = merged[pk]
        seen.add(pk)
        yield pk


def _find_by(apps: Any, pk: int, solutions: list[int]) -> None:
    """Let a cluster be found by the words of its further solutions, which stand last among all; pages show them anew."""
    row = apps.get_model("clusters", "Cluster").objects.get(pk=pk)
    rows = apps.get_model("community", "Solution").objects.select_related("project").in_bulk(solutions)
    known, more = set(row.search_text.split("\n")[-1].split()), []
    for solution in (rows[key] for key in solutions):
        for word in (*words_of(solution.title), *words_of(solution.project.acronym if solution.project else "")):
            if word not in known:
                known.add(word)
                more.append(word)
    if row.search_text:
        row.search_text = " ".join([row.search_text, *more])
    type(row).objects.filter(pk=pk).update(search_text=row.search_text, version=F("version") + 1)


class Migration(migrations.Migration):
    dependencies = [("clusters", "0022_words_taken_out")]

    operations = [migrations.RunPython(take_along, migrations.RunPython.noop)]
