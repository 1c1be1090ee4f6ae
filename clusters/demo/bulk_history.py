"""Events, details, heads of chains and decisions of clusters made in bulk, hashed as `community.events` does."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from clusters.choices import Capacity, StageStatus, State
from clusters.demo.bulk_fate import at, moment_of
from clusters.demo.bulk_words import DOUBTS, REASONS
from clusters.models import Cluster, Decision
from community.chain import detail_digest, event_hash
from community.models import ChainHead, Event, EventDetail

if TYPE_CHECKING:
    from clusters.demo.bulk_clusters import Plan

#: verb -> (state that follows, who does it).
_MOVES: dict[str, tuple[State, Capacity]] = {
    "submit": (State.SUBMITTED, Capacity.PROPOSER),
    "return": (State.RETURNED, Capacity.COORDINATOR),
    "approve": (State.APPROVED, Capacity.COORDINATOR),
    "decline": (State.DECLINED, Capacity.COORDINATOR),
    "merge": (State.MERGED, Capacity.COORDINATOR),
    "withdraw": (State.WITHDRAWN, Capacity.PROPOSER),
    "start": (State.RUNNING, Capacity.LEAD),
    "pause": (State.PAUSED, Capacity.LEAD),
    "conclude": (State.CONCLUDED, Capacity.LEAD),
    "discontinue": (State.DISCONTINUED, Capacity.LEAD),
}
_DECISIONS = ("return", "approve", "decline")
_CHECKED = ("question", "lead", "end", "roadmap", "result", "outcomes", "adoption")


@dataclass
class Told:
    """One event before it is chained."""

    at: datetime
    verb: str
    kind: str
    subject: int
    by: int
    role: str
    data: dict[str, Any]
    detail: dict[str, Any] = field(default_factory=dict)


def write_history(plans: Sequence[Plan], rng: random.Random) -> None:
    """Insert the chains of all plans, each from its first submit, and the decisions that stand on them."""
    events: list[Event] = []
    bodies: list[tuple[str, dict[str, Any]] | None] = []
    heads: list[ChainHead] = []
    for plan in plans:
        chain = f"cluster:{plan.row.pk}"
        number, previous = 0, ""
        for told in sorted(_told(plan, rng), key=lambda one: one.at):
            number += 1
            salt = f"{rng.getrandbits(256):064x}"
            event = _event(told, chain, number, previous, salt)
            previous = event.hash
            events.append(event)
            bodies.append((salt, told.detail) if told.detail else None)
        if number:
            heads.append(ChainHead(chain=chain, number=number, hash=previous))
            plan.row.version = number + 1
    Event.objects.bulk_create(events)
    EventDetail.objects.bulk_create(
        EventDetail(event=event, salt=body[0], body=body[1]) for event, body in zip(events, bodies, strict=True) if body
    )
    ChainHead.objects.bulk_create(heads)
    Cluster.objects.bulk_update([plan.row for plan in plans if plan.row.version > 1], ["version"], batch_size=500)
    _write_decisions(plans, events)


def _event(told: Told, chain: str, number: int, previous: str, salt: str) -> Event:
    """Return the chained event, unsaved."""
    event = Event(
        chain=chain,
        number=number,
        verb=told.verb,
        kind=told.kind,
        subject_id=told.subject,
        by_id=told.by,
        role=told.role,
        at=told.at,
        data=told.data,
        detail_digest=detail_digest(salt, told.detail) if told.detail else "",
        previous=previous,
    )
    event.hash = event_hash(event)
    return event


def _told(plan: Plan, rng: random.Random) -> Iterator[Told]:
    """Yield what happened to a plan's cluster and its parts, in no order yet."""
    state: str = State.DRAFT
    doers = {Capacity.PROPOSER: plan.proposer, Capacity.COORDINATOR: plan.decider, Capacity.LEAD: plan.lead}
    for verb, day in plan.fate.moves:
        target, capacity = _MOVES[verb]
        data: dict[str, Any] = {"from": state, "to": target.value}
        if verb == "merge":
            data["into"] = plan.row.merged_into_id
        detail = {"reason": _reason(verb, rng)} if verb not in ("submit", "start", "conclude") else {}
        yield Told(
            moment_of(verb, day), verb, "cluster", plan.row.pk, doers[capacity].user, capacity.value, data, detail
        )
        state = target.value
    if plan.row.lead_accepted_at is not None and plan.lead != plan.proposer:
        data = {"from": State.SUBMITTED.value, "to": State.SUBMITTED.value}
        yield Told(
            at(plan.fate.submitted, 11),
            "accept_lead",
            "cluster",
            plan.row.pk,
            plan.lead.user,
            Capacity.NAMED_LEAD.value,
            data,
        )
    yield from _told_of_parts(plan, rng)


def _told_of_parts(plan: Plan, rng: random.Random) -> Iterator[Told]:
    """Yield the stages that were done and the outcomes that were recorded."""
    lead = (plan.lead.user, Capacity.LEAD.value)
    for number, stage in enumerate(plan.stages, 1):
        if stage.actual_end_on is not None:
            changes = {"status": {"was": StageStatus.RUNNING.value, "now": StageStatus.DONE.value}}
            detail = {"title": stage.title, "changes": changes}
            moment = _moment(stage.actual_end_on, 13, rng)
            yield Told(moment, "stage.done", "stage", stage.pk, *lead, {"number": number, "version": 2}, detail)
    for outcome in plan.outcomes:
        moment = _moment(outcome.reached_on or plan.fate.starts, 14, rng)
        detail = {"title": outcome.title}
        yield Told(moment, "outcome.recorded", "outcome", outcome.pk, *lead, {"kind": str(outcome.kind)}, detail)


def _reason(verb: str, rng: random.Random) -> str:
    return rng.choice(REASONS if verb == "approve" else DOUBTS)


def _moment(day: date, hour: int, rng: random.Random) -> datetime:
    return at(day, hour, rng.randrange(60))


def _write_decisions(plans: Sequence[Plan], events: Sequence[Event]) -> None:
    """Insert what coordinators decided, with a check-list in which all is fulfilled."""
    by_pk = {plan.row.pk: plan for plan in plans}
    checklist = [{"code": code, "result": "pass", "evidence": ""} for code in _CHECKED]
    Decision.objects.bulk_create(
        Decision(
            cluster=by_pk[event.subject_id].row,
            verb=event.verb,
            decided_by_id=by_pk[event.subject_id].decider.member,
            capacity=Capacity.COORDINATOR,
            working_group_id=by_pk[event.subject_id].group,
            decided_at=event.at,
            proposer_id=by_pk[event.subject_id].proposer.member,
            lead_id=by_pk[event.subject_id].lead.member,
            checklist=checklist,
            content_hash=event.hash,
            event=event,
        )
        for event in events
        if event.kind == "cluster" and event.verb in _DECISIONS
    )
