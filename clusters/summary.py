"""A cluster on one day as plain values: what pages show and documents freeze.

`snapshot` follows `clusters.snapshot_shape` field by field. It is the same for every reader, so it can be kept
(`clusters.kept_snapshot`); names of persons are resolved by whoever draws it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from clusters import contributions
from clusters import snapshot_shape as shape
from clusters.choices import FINISHED_STATES, AmendmentState, ParticipationRole, ParticipationStatus, StageStatus
from clusters.models import Amendment, Baseline, Cluster, Condition, Objective, Outcome, Participation, Stage
from clusters.panel_summary import advice_lines
from community.models import Organisation, Term

#: Most important first: the order of roles in a line of participants.
ROLE_ORDER = [str(role) for role in ParticipationRole]


def snapshot(cluster: Cluster, *, at: datetime) -> shape.Snapshot:
    """Return `cluster` as it stands at the moment `at`, complete for a factsheet."""
    on = timezone.localdate(at)
    full = Cluster.objects.for_snapshot().get(pk=cluster.pk)
    baseline = full.baselines.order_by("-number").first()
    first = baseline if baseline is None or baseline.number == 1 else full.baselines.order_by("number").first()
    stages = list(full.stages.all())
    parts: Any = {
        "shape": shape.SHAPE,
        "as_of": on.isoformat(),
        "language": full.language,
        "reference": full.name,
        **_words(full),
        **_standing(full, on),
        **_days(full),
        "need": _need(full),
        "objectives": [_objective(number, row) for number, row in enumerate(full.objectives.all(), 1)],
        **_places_and_themes(full),
        "lead": {"organisation": _organisation(full.lead_organisation), "person": full.lead.key if full.lead else None},
        "participants": participant_lines(_taking_part(full)),
        "solutions": _solutions(full),
        "baseline": _baseline(baseline),
        "stages": stage_lines(stages, baseline, first, on=on),
        "expected_outcomes": [{"kind": row.kind, "how": row.note, "on": None} for row in full.expected_outcomes.all()],
        "outcomes": _outcomes(full, stages),
        "no_outcome": full.has_no_outcome,
        "uptakes": contributions.uptake_lines(full),
        "reviews": contributions.review_lines(full),
        "meetings": _meetings(full),
        "advice": advice_lines(full),
        "amendments": _amendments(full),
        "conditions": [
            {"text": row.text, "due": _day(row.due_on), "state": condition_state(row)} for row in full.conditions.all()
        ],
        "follow_ups": [row.due_on.isoformat() for row in full.follow_ups.all() if row.cancelled_at is None],
    }
    whole: shape.Snapshot = parts
    return whole


def _standing(cluster: Cluster, on: date) -> Any:
    """Return how a cluster stands and how one joins it."""
    return {
        "state": cluster.state,
        "state_since": _day(timezone.localdate(cluster.state_since)) if cluster.state_since else None,
        "recorded_afterwards": cluster.is_recorded_afterwards,
        "working_group": _group(cluster.working_group, on),
        "further_working_groups": [_group(group, on) for group in cluster.further_working_groups.all()],
        "join_policy": cluster.join_policy,
        "size_limit": cluster.size_limit,
    }


def _places_and_themes(cluster: Cluster) -> Any:
    """Return what a cluster is about and where."""
    return {
        "focus": cluster.focus,
        "levels": [row.level for row in cluster.levels.all()],
        "themes": [_coded(term) for term in cluster.themes.all()],
        "specific_objectives": [_coded(cluster.specific_objective)] if cluster.specific_objective else [],
        "sdgs": [_coded(term) for term in cluster.sdgs.all()],
        "territories": [_territory(territory) for territory in cluster.territories.all()],
    }


def _solutions(cluster: Cluster) -> list[shape.SolutionLine]:
    return [
        {
            "title": solution.title,
            "project": solution.project.acronym,
            "maturity": _coded(solution.maturity) if solution.maturity else None,
        }
        for solution in cluster.solutions.all()
    ]


def _amendments(cluster: Cluster) -> list[shape.AmendmentLine]:
    return [
        {
            "number": row.number,
            "accepted_on": timezone.localdate(row.decided_at).isoformat(),
            "fields": sorted(name for name, pair in row.changes.items() if pair.get("accepted", True)),
            "reason": row.reason,
        }
        for row in told_amendments(cluster)
        if row.decided_at
    ]


def told_amendments(cluster: Cluster) -> list[Amendment]:
    """Return the amendments that a snapshot tells: those that were accepted, at least in part."""
    told = (AmendmentState.ACCEPTED, AmendmentState.PARTLY_ACCEPTED)
    return [row for row in cluster.amendments.all() if row.state in told and row.decided_at]


def condition_state(condition: Condition) -> str:
    """Return open, met, confirmed or waived."""
    if condition.waived_at:
        return "waived"
    if condition.confirmed_at:
        return "confirmed"
    return "met" if condition.met_at else "open"


def stage_lines(
    stages: Iterable[Stage], baseline: Baseline | None, first: Baseline | None, *, on: date
) -> list[shape.StageLine]:
    """Return the roadmap's lines with the slip of each end against the newest and the first baseline, in days.

    The stages come with their public files (`ClusterQuerySet.for_snapshot`).
    """
    frozen = {row.stage_id: row for row in baseline.stages.all()} if baseline else {}
    at_first = frozen if first == baseline else {row.stage_id: row for row in first.stages.all()} if first else {}
    lines: list[shape.StageLine] = []
    stages = list(stages)
    numbers = {stage.pk: number for number, stage in enumerate(stages, 1)}
    for number, stage in enumerate(stages, 1):
        base, start = frozen.get(stage.pk), at_first.get(stage.pk)
        lines.append(
            {
                "number": number,
                "title": stage.title,
                "kind": stage.kind,
                "status": stage.status,
                "planned_start": _day(stage.planned_start_on),
                "planned_end": _day(stage.planned_end_on),
                "actual_start": _day(stage.actual_start_on),
                "actual_end": _day(stage.actual_end_on),
                "baseline_start": _day(base.planned_start_on) if base else None,
                "baseline_end": _day(base.planned_end_on) if base else None,
                "slip": slip_of(stage, base.planned_end_on if base else None, on=on),
                "first_slip": slip_of(stage, start.planned_end_on if start else None, on=on),
                "deliverable": stage.deliverable,
                "note": stage.note,
                "waits_for": numbers.get(stage.waits_for_id or 0),
                "waits_why": stage.waits_why,
                "evidence": _files(stage),
                "evidence_url": stage.evidence_url,
            }
        )
    return lines


def slip_of(stage: Stage, baseline_end: date | None, *, on: date) -> int | None:
    """Return by how many days a stage's end lies behind its baseline; negative is early.

    The actual end counts; else the planned one, or the day `on` where that is later and the stage is open.
    None without a baseline, without a planned end, or for a dropped stage.
    """
    if baseline_end is None or stage.status == StageStatus.DROPPED:
        return None
    end = stage.actual_end_on or stage.planned_end_on
    if end is None:
        return None
    if stage.is_open and end < on:
        end = on
    return (end - baseline_end).days


def _taking_part(cluster: Cluster) -> list[tuple[Participation, str]]:
    """Return who takes part for which role; in a cluster that is over, also who left after the work began.

    What was done stays done, as in the figures (decision 0173). Who led before the present lead took part.
    """
    rows = [row for row in cluster.participations.all() if row.organisation is not None]
    present = [row for row in rows if row.status == ParticipationStatus.ACTIVE]
    begun = cluster.started_on if cluster.state in FINISHED_STATES else None
    left = [row for row in rows if row.status == ParticipationStatus.LEFT] if begun else []
    gone = [row for row in left if row.until_on is not None and begun is not None and row.until_on > begun]
    is_led = any(row.role == ParticipationRole.LEAD for row in present)
    was = {ParticipationRole.LEAD: ParticipationRole.PARTICIPANT} if is_led else {}
    return [(row, row.role) for row in present] + [
        (row, was.get(ParticipationRole(row.role), row.role)) for row in gone
    ]


def participant_lines(rows: Iterable[tuple[Participation, str]]) -> list[shape.ParticipantLine]:
    """Return one line an organisation: lead first, then members of the community, then externals, by name."""
    lines: dict[tuple[int | None, bool], shape.ParticipantLine] = {}
    for row, role in rows:
        if row.organisation is None:
            continue
        line = lines.setdefault(
            (row.organisation_id, row.is_external),
            {
                "organisation": {"name": row.organisation.name, "country": row.organisation.country},
                "roles": [],
                "external": row.is_external,
                "persons": [],
                "people": 0,
            },
        )
        if role not in line["roles"]:
            line["roles"].append(role)
        if row.member is not None and row.member.key not in line["persons"]:
            line["persons"].append(row.member.key)
            line["people"] += 1
    for line in lines.values():
        line["roles"].sort(key=ROLE_ORDER.index)
        line["persons"].sort()
    return sorted(
        lines.values(),
        key=lambda line: (ParticipationRole.LEAD not in line["roles"], line["external"], line["organisation"]["name"]),
    )


def _words(cluster: Cluster) -> Any:
    names = (
        "title",
        "question",
        "out_of_scope",
        "adoption_plan",
        "practitioners_summary",
        "lessons",
        "next_steps",
    )
    return {name: getattr(cluster, name) for name in names}


def _days(cluster: Cluster) -> Any:
    deadline = None
    if cluster.deadline_on:
        deadline = {"on": cluster.deadline_on.isoformat(), "reason": cluster.deadline_reason}
    return {
        "planned_start": _day(cluster.starts_on),
        "planned_end": _day(cluster.ends_on),
        "started_on": _day(cluster.started_on),
        "ended_on": _day(cluster.ended_on),
        "deadline": deadline,
    }


def _need(cluster: Cluster) -> shape.NeedLine | None:
    need = cluster.need
    if need is None:
        if not cluster.need_text:
            return None
        return {"text": cluster.need_text, "raised_by": None, "raised_by_person": None, "me_too": 0}
    return {
        "text": cluster.need_text or need.question,
        "raised_by": _organisation(need.organisation),
        "raised_by_person": need.raised_by.key,
        "me_too": need.me_toos.count(),
    }


def _objective(number: int, row: Objective) -> shape.ObjectiveLine:
    return {
        "number": number,
        "text": row.text,
        "criterion": row.criterion,
        "measured": row.measured,
        "reached": row.is_reached,
        "partly": row.is_partly,
    }


def _outcomes(cluster: Cluster, stages: list[Stage]) -> list[shape.OutcomeLine]:
    stage_numbers = {stage.pk: number for number, stage in enumerate(stages, 1)}
    objective_numbers = {row.pk: number for number, row in enumerate(cluster.objectives.all(), 1)}
    return [
        {
            "kind": row.kind,
            "text": row.title,
            "detail": row.description,
            "on": _day(row.reached_on),
            "stage": stage_numbers.get(row.stage_id) if row.stage_id else None,
            "objective": objective_numbers.get(row.objective_id) if row.objective_id else None,
            "evidence": row.evidence_url,
            "files": _files(row),
            "participants": row.participants_count,
            "organisations": row.organisations_count,
            "countries": row.countries_count,
        }
        for row in cluster.outcomes.all()
    ]


def _files(part: Stage | Outcome) -> list[shape.EvidenceLine]:
    """Return the public files of a stage or an outcome, as they were fetched for the snapshot."""
    return [{"title": file.title, "licence": file.licence, "sha256": file.sha256} for file in part.evidence.all()]


def _meetings(cluster: Cluster) -> list[shape.MeetingLine]:
    """Return the meetings to which somebody came: what is called only, or was cancelled, is no meeting yet."""
    return [
        {
            "kind": row.kind,
            "title": row.title,
            "on": row.held_on.isoformat(),
            "people": sum(a.persons for a in row.attendance.all()),
            "organisations": len(row.attendance.all()),
        }
        for row in cluster.meetings.all()
        if row.cancelled_at is None and row.attendance.all()
    ]


def _baseline(baseline: Baseline | None) -> shape.BaselineLine | None:
    if baseline is None:
        return None
    return {"number": baseline.number, "frozen_on": timezone.localdate(baseline.frozen_at).isoformat()}


def _group(group: Any, on: date) -> shape.WorkingGroupLine:
    if group is None:
        return {"code": "", "title": ""}
    return {"code": group.code, "title": group.title_on(on)}


def _coded(term: Term) -> shape.Coded:
    return {"code": term.code, "labels": term.labels}


def _territory(territory: Any) -> shape.TerritoryLine:
    return {
        "code": territory.code,
        "name": territory.name,
        "country": territory.country,
        "nuts_version": territory.nuts_version,
    }


def _organisation(organisation: Organisation | None) -> Any:
    return {"name": organisation.name, "country": organisation.country} if organisation else None


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
