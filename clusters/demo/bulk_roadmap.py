"""Roadmaps and baselines of clusters made in bulk: four stages that slip a little, or one day."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from clusters.choices import StageKind, StageStatus, State
from clusters.demo.bulk_fate import moment_of
from clusters.demo.bulk_words import DELIVERABLES, STAGE_KINDS, STAGES
from clusters.models import Baseline, BaselineStage, Stage

if TYPE_CHECKING:
    from clusters.demo.bulk_clusters import Plan

_SLIPS = (0, 0, 0, 2, 5, 12, -2)
_OVER = frozenset({State.CONCLUDED, State.DISCONTINUED})


def write_roadmaps(plans: Sequence[Plan], rng: random.Random, today: date) -> None:
    """Insert the stages of all plans, and baseline 1 of what has started."""
    for plan in plans:
        plan.stages = list(_stages(plan, rng, today))
    Stage.objects.bulk_create(stage for plan in plans for stage in plan.stages)
    frozen = [
        Baseline(
            cluster=plan.row,
            number=1,
            frozen_at=moment_of("start", plan.fate.starts),
            starts_on=plan.fate.starts,
            ends_on=plan.fate.ends,
        )
        for plan in plans
        if plan.fate.has_started
    ]
    Baseline.objects.bulk_create(frozen)
    stages = {plan.row.pk: plan.stages for plan in plans}
    BaselineStage.objects.bulk_create(
        BaselineStage(
            baseline=baseline,
            stage=stage,
            position=stage.position,
            title=stage.title,
            planned_start_on=stage.planned_start_on,
            planned_end_on=stage.planned_end_on,
        )
        for baseline in frozen
        for stage in stages[baseline.cluster_id]
    )


def _stages(plan: Plan, rng: random.Random, today: date) -> Iterator[Stage]:
    """Yield the stages of one plan, as far as the day has come."""
    fate = plan.fate
    length = (fate.ends - fate.starts).days
    if not length:
        stage = Stage(cluster=plan.row, position=1, title=plan.row.title[:120], kind=StageKind.MEETING)
        stage.planned_start_on = stage.planned_end_on = fate.starts
        yield _as_of(stage, plan, 0, today)
        return
    part = length // len(STAGES)
    for number, (title, kind, deliverable) in enumerate(zip(STAGES, STAGE_KINDS, DELIVERABLES, strict=True)):
        begins = fate.starts + timedelta(days=part * number)
        ends = fate.ends if number == len(STAGES) - 1 else begins + timedelta(days=part - 1)
        stage = Stage(
            cluster=plan.row,
            position=number + 1,
            title=title,
            kind=kind,
            deliverable=deliverable,
            planned_start_on=begins,
            planned_end_on=ends,
        )
        yield _as_of(stage, plan, rng.choice(_SLIPS), today)


def _as_of(stage: Stage, plan: Plan, slip: int, today: date) -> Stage:
    """Let a stage go as it went: done, under way, dropped when the cluster was given up, or planned."""
    fate = plan.fate
    if not fate.has_started or stage.planned_start_on is None or stage.planned_end_on is None:
        return stage
    until = fate.ended or today
    begins = stage.planned_start_on
    ends = max(begins, stage.planned_end_on + timedelta(days=slip))
    if fate.state == State.CONCLUDED:
        ends = min(ends, until)
    if ends <= until:
        stage.status, stage.actual_start_on, stage.actual_end_on = StageStatus.DONE, begins, ends
    elif fate.state in _OVER:
        stage.status, stage.note = StageStatus.DROPPED, "Given up with the cluster."
    elif begins <= until:
        stage.status, stage.actual_start_on = StageStatus.RUNNING, begins
    return stage
