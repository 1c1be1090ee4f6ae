"""What a coordinator decides on: the proposal's content as plain values, and its hash.

The page shows the hash in its form; the decision stores it. What was shown is what is stored.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from clusters.choices import ParticipationStatus
from clusters.models import Cluster

_TEXTS = (
    "title",
    "question",
    "need_text",
    "out_of_scope",
    "adoption_plan",
    "focus",
    "language",
    "deadline_reason",
    "join_policy",
)
_DAYS = ("starts_on", "ends_on", "deadline_on")
_KEYS = ("need_id", "lead_id", "lead_organisation_id", "working_group_id", "specific_objective_id", "size_limit")


def content(cluster: Cluster) -> dict[str, Any]:
    """Return everything that a decision rests on, in JSON values with a total order."""
    found: dict[str, Any] = {name: getattr(cluster, name) for name in (*_TEXTS, *_KEYS)}
    found |= {name: _day(getattr(cluster, name)) for name in _DAYS}
    found["lead_accepted"] = cluster.lead_accepted_at is not None
    for name in ("themes", "sdgs", "territories", "solutions", "further_needs", "further_working_groups"):
        found[name] = sorted(row.pk for row in getattr(cluster, name).all())
    found["levels"] = sorted(row.level for row in cluster.levels.all())
    found["expected_outcomes"] = sorted([row.kind, row.note] for row in cluster.expected_outcomes.all())
    found["objectives"] = [[row.text, row.criterion] for row in cluster.objectives.all()]
    found["stages"] = [
        [row.title, row.kind, _day(row.planned_start_on), _day(row.planned_end_on), row.deliverable]
        for row in cluster.stages.all()
    ]
    found["participations"] = sorted(
        [row.member_id or 0, row.organisation_id or 0, row.role]
        for row in cluster.participations.all()
        if row.status in (ParticipationStatus.WANTED, ParticipationStatus.INVITED, ParticipationStatus.ACTIVE)
    )
    return found


def content_hash(cluster: Cluster) -> str:
    """Return the SHA-256 of the content, in hexadecimal."""
    text = json.dumps(content(cluster), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
