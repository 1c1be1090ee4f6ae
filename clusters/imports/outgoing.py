"""Clusters as they go out, in the columns in which they come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from clusters.choices import State
from clusters.models import Decision
from community.imports.entry import cell_of, term_cell
from community.imports.several import joined
from community.imports.sheet import as_read
from community.models import Event, Member

#: The states of which the table says why.
STOPPED = (State.PAUSED, State.DISCONTINUED)
#: Columns that are columns of a cluster too.
PLAIN = (
    *("title", "question", "out_of_scope", "adoption_plan", "focus", "starts_on", "ends_on", "state"),
    *("started_on", "ended_on", "practitioners_summary", "lessons", "next_steps"),
)


def lines_of(queryset: Any) -> Iterator[dict[str, str]]:
    """Yield each cluster as cells, by reference; a few queries for all of them."""
    approvals = Decision.objects.filter(verb="approve").select_related("decided_by__user", "event__detail")
    rows = queryset.select_related("working_group", "lead__user", "lead_organisation", "proposer__user", "need")
    rows = rows.prefetch_related(
        *("objectives", "stages", "expected_outcomes", "outcomes", "levels", "conditions"),
        *("themes", "sdgs", "territories", "solutions"),
        Prefetch("decisions", queryset=approvals.order_by("decided_at", "pk"), to_attr="approvals"),
    )
    why_stopped = _why_stopped(queryset)
    for cluster in rows.order_by("reference", "pk").iterator(chunk_size=200):
        yield _cells(cluster, why_stopped)


def _why_stopped(queryset: Any) -> dict[int, str]:
    """Return by key why those that are paused or discontinued are: what was said when they came to it; one query."""
    stopped = queryset.filter(state__in=STOPPED).order_by().values("pk")
    events = Event.objects.of_verbs(["pause", "discontinue"]).filter(kind="cluster", subject_id__in=stopped)
    said = events.select_related("detail").order_by("at", "pk")
    return {
        row.subject_id: as_read(str((row.detail.body or {}).get("reason", "")))
        for row in said
        if hasattr(row, "detail")
    }


def _cells(cluster: Any, why_stopped: Mapping[int, str]) -> dict[str, str]:
    """Return one cluster as cells of text."""
    return {
        "reference": cluster.reference or "",
        **{name: cell_of(getattr(cluster, name)) for name in PLAIN},
        "need": cell_of(cluster.need_text or (cluster.need.question if cluster.need else "")),
        "objectives": joined((row.text, row.criterion) for row in cluster.objectives.all()),
        "stages": joined(
            (row.title, cell_of(row.planned_start_on), cell_of(row.planned_end_on)) for row in cluster.stages.all()
        ),
        "working_group": cluster.working_group.code if cluster.working_group else "",
        "lead": _address(cluster.lead),
        "lead_organisation": cluster.lead_organisation.name if cluster.lead_organisation else "",
        "proposer": _address(cluster.proposer),
        "proposed_on": _day(cluster.submitted_at),
        **_decided(cluster),
        "paused_on": _day(cluster.state_since) if cluster.state == State.PAUSED else "",
        "why_stopped": why_stopped.get(cluster.pk, ""),
        "expected_outcomes": joined(row.kind for row in cluster.expected_outcomes.all()),
        "outcomes": joined((row.kind, row.title) for row in cluster.outcomes.all()),
        "levels": joined(row.level for row in cluster.levels.all()),
        "themes": joined(term_cell(term) for term in cluster.themes.all()),
        "sdgs": joined(term_cell(term) for term in cluster.sdgs.all()),
        "territories": joined(row.code or row.name for row in cluster.territories.all()),
        "solutions": joined(row.title for row in cluster.solutions.all()),
    }


def _decided(cluster: Any) -> dict[str, str]:
    """Return who approved it when, with which words and conditions; the last time it was."""
    approval = cluster.approvals[-1] if cluster.approvals else None
    detail = getattr(approval.event, "detail", None) if approval else None
    conditions = [row.text for row in cluster.conditions.all() if approval and row.decision_id == approval.pk]
    return {
        "decided_by": _address(approval.decided_by) if approval else "",
        "decided_on": _day(approval.decided_at) if approval else "",
        "reason": str(((detail.body if detail else None) or {}).get("reason", "")),
        "conditions": joined(conditions),
    }


def _address(member: Member | None) -> str:
    return member.user.email if member is not None and member.user is not None else ""


def _day(moment: datetime | None) -> str:
    day: date | None = timezone.localdate(moment) if moment else None
    return cell_of(day)
