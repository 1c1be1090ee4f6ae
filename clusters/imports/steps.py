"""The steps of a cluster that is entered, from proposal to conclusion; each by its own action."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clusters.actions.outcome import add_outcome
from clusters.actions.proposal import create_draft, save_step
from clusters.actions.proposal_values import digest, stored
from clusters.actions.roadmap import complete_stage
from clusters.choices import OPEN_STAGES, State
from clusters.imports.cells import outcomes_of
from clusters.models import Cluster
from clusters.rules import checklist
from community.actions.transition import transition
from community.imports.row import Row, RowRefused
from community.lifecycle import Entered
from community.models import Member, User
from community.permissions import Refusal

#: The columns that answer the points of the check-list; about the lead its own rules speak.
ANSWERED_IN = {
    "question": "question",
    "end": "ends_on",
    "roadmap": "stages",
    "result": "solutions",
    "outcomes": "expected_outcomes",
    "adoption": "adoption_plan",
}


def propose(
    values: dict[str, Any], days: dict[str, datetime], people: dict[str, Member], *, entered: Entered
) -> Cluster:
    """Write the draft and propose it. Of a decided one the lead accepted; of one that waits, the lead is asked now."""
    proposer, lead = people["proposer"].user, people["lead"].user
    if proposer is None:
        raise AssertionError("who proposes has an account")
    cluster = create_draft(by=proposer, code="")
    Cluster.objects.filter(pk=cluster.pk).update(is_recorded_afterwards=not entered.is_waiting)
    save_step(cluster=cluster, values=values, by=proposer, seen=digest(stored(cluster, values)))
    at = days["proposed_on"]
    cluster = transition(cluster, "submit", by=proposer, at=at, entered=entered)
    if cluster.lead_accepted_at is None and not entered.is_waiting:
        cluster = transition(cluster, "accept_lead", by=lead, at=at.replace(hour=10), entered=entered)
    return cluster


def approve(
    cluster: Cluster, row: Row, days: dict[str, datetime], people: dict[str, Member], *, entered: Entered
) -> Cluster:
    """Enter the approval of the coordinator who gave it, with conditions where the row has some.

    Raises:
        RowRefused: the person could not decide that day, or a point of the check-list fails and no condition is named.
    """
    conditions = [{"text": text, "due_on": None} for text in row.words("conditions")]
    details: dict[str, Any] = {"conditions": conditions} if conditions else {}
    at, person = days["decided_on"], people["decided_by"]
    if not conditions:
        _refuse_unfulfilled(cluster, row, timezone.localdate(at))
    try:
        return transition(
            cluster, "approve", by=person.user, at=at, reason=row.text("reason"), entered=entered, **details
        )
    except Refusal as refusal:
        if refusal.code != "forbidden":
            raise
        words = _(
            "%(person)s could not decide on it that day. Name a coordinator of the group who neither proposed nor "
            "leads it."
        )
        row.wrong("decided_by", words % {"person": person.name})
        raise RowRefused from refusal


def _refuse_unfulfilled(cluster: Cluster, row: Row, on: date) -> None:
    """Note each point of the check-list that failed on the day, at the column that answers it.

    Raises:
        RowRefused: one did.
    """
    for point in checklist.unfulfilled(checklist.checklist(cluster, on)):
        if point.code in ANSWERED_IN:
            words = _("%(evidence)s. Fill this in, or write a condition of the approval under “conditions”.")
            row.wrong(ANSWERED_IN[point.code], words % {"evidence": capfirst(point.evidence)})
    row.refuse_if_wrong()


def carry_on(cluster: Cluster, row: Row, days: dict[str, datetime], *, state: str, entered: Entered) -> None:
    """Bring an approved cluster to the state of the row: start it, record what came of it, then pause or end it.

    Its approval may have started it; one that was given up before it began is not started. A concluded one has closed
    its stages. What was learnt is written with the end, or, while the work goes on, beside it.
    """
    lead: User = cluster.lead.user  # type: ignore[union-attr]
    if cluster.state != State.RUNNING and "started_on" in days:
        cluster = transition(cluster, "start", by=lead, at=days["started_on"], entered=entered)
    at = days.get("ended_on") or days.get("paused_on") or days["started_on"]
    if state == State.CONCLUDED:
        _close_stages(cluster, lead, days, entered)
    outcomes = outcomes_of(row)
    for kind, title in outcomes:
        day = timezone.localdate(at)
        add_outcome(cluster=cluster, by=lead, at=at, entered=entered, kind=kind, title=title, reached_on=day)
    results: dict[str, Any] = {name: row.text(name) for name in ("practitioners_summary", "lessons", "next_steps")}
    if state == State.CONCLUDED:
        results["has_no_outcome"] = not outcomes
        transition(cluster, "conclude", by=lead, at=at, ended_on=timezone.localdate(at), entered=entered, **results)
        return
    if any(results.values()):
        Cluster.objects.filter(pk=cluster.pk).update(**results)
    reason = row.text("why_stopped")
    if state == State.PAUSED:
        transition(cluster, "pause", by=lead, at=at, reason=reason, entered=entered)
    elif state == State.DISCONTINUED:
        day = timezone.localdate(at)
        transition(cluster, "discontinue", by=lead, at=at, reason=reason, ended_on=day, entered=entered, **results)


def _close_stages(cluster: Cluster, lead: User, days: dict[str, datetime], entered: Entered) -> None:
    """Mark every stage done within the days that the cluster ran."""
    first, last = timezone.localdate(days["started_on"]), timezone.localdate(days["ended_on"])
    for stage in cluster.stages.filter(status__in=OPEN_STAGES):
        begun = min(max(stage.planned_start_on or first, first), last)
        ended = min(max(stage.planned_end_on or last, begun), last)
        complete_stage(
            stage=stage,
            by=lead,
            seen_version=stage.version,
            at=days["ended_on"],
            entered=entered,
            actual_start_on=begun,
            actual_end_on=ended,
        )
