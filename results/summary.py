"""What of a cluster's uptakes stands in its snapshot: the disclosed ones, declared and documented apart."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from clusters.contributions import Results
from clusters.models import Cluster
from clusters.snapshot_shape import TerritoryLine, UptakeLine
from community.models import Territory
from results.choices import UptakeStep
from results.models import Uptake
from results.sentences import RESULT_VERBS

# Six columns, as `clusters.summary` compares them. Both databases read it alike.
_NAMED: Final = """
SELECT 'uptake', u.id, o.name || o.country, s.title, COALESCE(t.code || t.name || t.country || t.nuts_version, ''),
    CAST((SELECT COUNT(*) FROM results_uptakeconfirmation c JOIN community_file f ON f.id = c.document_id
        WHERE c.uptake_id = u.id AND f.removed_at IS NULL) AS text)
    FROM results_uptake u JOIN community_organisation o ON o.id = u.organisation_id
    JOIN community_solution s ON s.id = u.solution_id LEFT JOIN community_territory t ON t.id = u.territory_id
    WHERE u.cluster_id = %s
"""


def uptake_lines(cluster: Cluster) -> list[UptakeLine]:
    """Return the disclosed uptakes of a cluster as its snapshot holds them: what is used first; one query.

    What its organisation does not confirm stands in no document (decision 0172).
    """
    return lines_of([cluster.pk]).get(cluster.pk, [])


def lines_of(clusters: Collection[int]) -> dict[int, list[UptakeLine]]:
    """Return by cluster what the snapshots of these clusters (keys) would hold of their uptakes now; one query."""
    rows = Uptake.objects.of_clusters(clusters).disclosed().unrefused().with_documented().in_order()
    found: dict[int, list[UptakeLine]] = {}
    for row in rows.select_related("solution", "organisation", "territory"):
        found.setdefault(row.cluster_id, []).append(_line(row))
    for lines in found.values():
        lines.sort(key=lambda line: line["step"] != UptakeStep.IN_USE)
    return found


def _line(uptake: Uptake) -> UptakeLine:
    return {
        "solution": uptake.solution.title,
        "organisation": {"name": uptake.organisation.name, "country": uptake.organisation.country},
        "territory": _territory(uptake.territory),
        "step": uptake.state,
        "kind": uptake.kind,
        "since": _day(uptake.in_use_on),
        "documented": uptake.is_documented,
    }


def _territory(territory: Territory | None) -> TerritoryLine | None:
    if territory is None:
        return None
    return {
        "code": territory.code,
        "name": territory.name,
        "country": territory.country,
        "nuts_version": territory.nuts_version,
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def is_used(cluster: Cluster) -> bool:
    """Tell whether an organisation uses a solution through a cluster, and does not deny it."""
    return Uptake.objects.of_cluster(cluster).in_use().unrefused().exists()


RESULTS = Results(RESULT_VERBS, uptake_lines, _NAMED, is_used)
