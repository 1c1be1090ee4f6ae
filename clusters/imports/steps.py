"""The steps after the approval: start, stages, outcomes, conclusion; each by its own action."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from clusters.actions.outcome import add_outcome
from clusters.actions.roadmap import complete_stage
from clusters.choices import OPEN_STAGES, State
from clusters.imports.cells import outcomes_of
from clusters.models import Cluster
from community.actions.transition import transition
from community.imports.row import Row
from community.models import User


def run_and_conclude(cluster: Cluster, row: Row, days: dict[str, datetime], *, is_concluded: bool) -> None:
    """Start a cluster unless its approval did; then close its stages, record its outcomes and conclude it."""
    lead: User = cluster.lead.user  # type: ignore[union-attr]
    if cluster.state != State.RUNNING:
        cluster = transition(cluster, "start", by=lead, at=days["started_on"])
    if not is_concluded:
        return
    at = days["ended_on"]
    _close_stages(cluster, lead, days)
    outcomes = outcomes_of(row)
    for kind, title in outcomes:
        add_outcome(
            cluster=cluster, by=lead, at=at.replace(hour=16), kind=kind, title=title, reached_on=timezone.localdate(at)
        )
    details: dict[str, Any] = {name: row.text(name) for name in ("practitioners_summary", "lessons", "next_steps")}
    details["has_no_outcome"] = not outcomes
    transition(cluster, "conclude", by=lead, at=at, ended_on=timezone.localdate(at), **details)


def _close_stages(cluster: Cluster, lead: User, days: dict[str, datetime]) -> None:
    """Mark every stage done within the days that the cluster ran."""
    first, last = timezone.localdate(days["started_on"]), timezone.localdate(days["ended_on"])
    for stage in cluster.stages.filter(status__in=OPEN_STAGES):
        begun = min(max(stage.planned_start_on or first, first), last)
        ended = min(max(stage.planned_end_on or last, begun), last)
        complete_stage(
            stage=stage,
            by=lead,
            seen_version=stage.version,
            at=days["ended_on"].replace(hour=15),
            actual_start_on=begun,
            actual_end_on=ended,
        )
