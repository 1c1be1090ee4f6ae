"""A cluster's snapshot kept from one reader to the next, under its version and what it shows from elsewhere."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Final

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from clusters import contributions
from clusters import snapshot_shape as shape
from clusters.models import Cluster
from clusters.summary import snapshot

CACHE_SECONDS: Final = 24 * 3600

# Written out, because composing it anew costs ten times as long as asking it. Both databases read it alike.
_NAMED_ELSEWHERE: Final = """
WITH own AS (
    SELECT id, need_id, lead_organisation_id, working_group_id, specific_objective_id
    FROM clusters_cluster WHERE id = %s
), part AS (
    SELECT id, organisation_id, member_id, role, status, is_external FROM clusters_participation WHERE cluster_id = %s
), result AS (
    SELECT s.id, s.title, s.maturity_id, p.acronym FROM clusters_cluster_solutions c
    JOIN community_solution s ON s.id = c.solution_id JOIN community_project p ON p.id = s.project_id
    WHERE c.cluster_id = %s
), team AS (
    SELECT working_group_id AS id FROM own
    UNION SELECT workinggroup_id FROM clusters_cluster_further_working_groups WHERE cluster_id = %s
)
SELECT 'part', id, role || ' ' || status, CAST(is_external AS text), CAST(organisation_id AS text),
    CAST(member_id AS text) FROM part
UNION ALL
SELECT 'organisation', id, name, country, '', '' FROM community_organisation WHERE id IN (
    SELECT lead_organisation_id FROM own UNION SELECT organisation_id FROM part
    UNION SELECT organisation_id FROM community_need WHERE id IN (SELECT need_id FROM own))
UNION ALL
SELECT 'need', n.id, n.question, CAST(n.organisation_id AS text), CAST(n.raised_by_id AS text),
    CAST((SELECT COUNT(*) FROM community_metoo m WHERE m.need_id = n.id) AS text)
    FROM community_need n WHERE n.id IN (SELECT need_id FROM own)
UNION ALL
SELECT 'file', f.id, f.title, f.licence, f.visibility, CAST(f.removed_at AS text) FROM community_file f
    JOIN clusters_stage s ON s.id = f.subject_id WHERE f.kind = 'stage' AND s.cluster_id = %s
UNION ALL
SELECT 'shown', f.id, f.title, f.licence, f.visibility, CAST(f.removed_at AS text) FROM community_file f
    JOIN clusters_outcome o ON o.id = f.subject_id WHERE f.kind = 'outcome' AND o.cluster_id = %s
UNION ALL
SELECT 'result', id, title, acronym, CAST(maturity_id AS text), '' FROM result
UNION ALL
SELECT 'team', id, code, title, '', '' FROM community_workinggroup WHERE id IN (SELECT id FROM team)
UNION ALL
SELECT 'title', id, title, CAST(from_on AS text), CAST(until_on AS text), CAST(working_group_id AS text)
    FROM community_workinggrouptitle WHERE working_group_id IN (SELECT id FROM team)
UNION ALL
SELECT 'place', t.id, t.code, t.name, t.country, t.nuts_version FROM community_territory t
    JOIN clusters_cluster_territories c ON c.territory_id = t.id WHERE c.cluster_id = %s
UNION ALL
SELECT 'term', id, code, CAST(labels AS text), '', '' FROM community_term WHERE id IN (
    SELECT specific_objective_id FROM own UNION SELECT maturity_id FROM result
    UNION SELECT term_id FROM clusters_cluster_themes WHERE cluster_id = %s)
UNION ALL
SELECT 'goal', t.id, t.code, CAST(t.labels AS text), '', '' FROM community_term t
    JOIN clusters_cluster_sdgs c ON c.term_id = t.id WHERE c.cluster_id = %s
"""


def cached_snapshot(cluster: Cluster, *, at: datetime) -> shape.Snapshot:
    """Return the snapshot of this version and day, from the cache where it is kept.

    The version covers the cluster's own rows; what is written elsewhere and named in it is asked anew, so that a
    project, a territory or an organisation is called by its new name at once.
    """
    named = blake2b(repr(named_elsewhere(cluster.pk)).encode(), digest_size=12).hexdigest()
    day = timezone.localdate(at).isoformat()
    key = f"snapshot:{shape.SHAPE}:{cluster.pk}:{cluster.version}:{day}:{named}"
    found: shape.Snapshot | None = cache.get(key)
    if found is None:
        found = snapshot(cluster, at=at)
        cache.set(key, found, CACHE_SECONDS)
    return found


def named_elsewhere(pk: int) -> list[tuple[object, ...]]:
    """Return what a snapshot shows from rows that change without their cluster, and who takes part; one query."""
    with connection.cursor() as cursor:
        statement = _NAMED_ELSEWHERE + contributions.named_results()
        cursor.execute(statement, [pk] * statement.count("%s"))
        return sorted((tuple(row) for row in cursor.fetchall()), key=repr)
