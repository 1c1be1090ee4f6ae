"""Lines of snapshots, and an empty one: what the samples are made of."""

from __future__ import annotations

from clusters.snapshot_shape import (
    SHAPE,
    Coded,
    ObjectiveLine,
    OrganisationLine,
    OutcomeLine,
    ParticipantLine,
    Snapshot,
    SolutionLine,
    StageLine,
    TerritoryLine,
    UptakeLine,
)


def coded(code: str, label: str, **others: str) -> Coded:
    """Return a term with its English label and others."""
    return {"code": code, "labels": {"en": label, **others}}


def organisation(name: str, country: str) -> OrganisationLine:
    """Return an organisation's line."""
    return {"name": name, "country": country}


def region(code: str, name: str = "", nuts: str = "2021") -> TerritoryLine:
    """Return a region of a NUTS version."""
    return {
        "code": code,
        "name": name or {"ITG2": "Sardinia"}.get(code, code),
        "country": code[:2],
        "nuts_version": nuts,
    }


def stage(
    number: int,
    title: str,
    status: str,
    planned: tuple[str, str],
    *,
    actual: tuple[str | None, str | None] = (None, None),
    baseline: tuple[str, str] | None = None,
    slip: int | None = None,
    deliverable: str = "",
    kind: str = "work",
) -> StageLine:
    """Return a stage's line."""
    return {
        "number": number,
        "title": title,
        "kind": kind,
        "status": status,
        "planned_start": planned[0],
        "planned_end": planned[1],
        "actual_start": actual[0],
        "actual_end": actual[1],
        "baseline_start": baseline[0] if baseline else None,
        "baseline_end": baseline[1] if baseline else None,
        "slip": slip,
        "first_slip": slip,
        "deliverable": deliverable,
        "note": "",
        "waits_for": None,
        "waits_why": "",
        "evidence": [],
        "evidence_url": "",
    }


def participant(
    name: str,
    country: str,
    *roles: str,
    external: bool = False,
    persons: tuple[str, ...] = (),
    people: int | None = None,
) -> ParticipantLine:
    """Return a participating organisation's line."""
    return {
        "organisation": organisation(name, country),
        "roles": list(roles) or ["participant"],
        "external": external,
        "persons": list(persons),
        "people": len(persons) if people is None else people,
    }


def objective(number: int, text: str, criterion: str, measured: str = "", reached: bool | None = None) -> ObjectiveLine:
    """Return an objective's line."""
    said = {"measured": measured, "reached": reached, "partly": False}
    return {"number": number, "text": text, "criterion": criterion, **said}  # type: ignore[typeddict-item]


def solution(title: str, project: str, maturity: str = "validated") -> SolutionLine:
    """Return a solution's line."""
    return {"title": title, "project": project, "maturity": coded(maturity, maturity)}


def outcome(
    kind: str,
    text: str,
    on: str,
    evidence: str = "",
    *,
    at_stage: int | None = None,
    reached: tuple[int | None, int | None, int | None] = (None, None, None),
) -> OutcomeLine:
    """Return an outcome's line; `reached` are participants, organisations and countries."""
    return {
        "kind": kind,
        "text": text,
        "detail": "",
        "on": on,
        "stage": at_stage,
        "objective": None,
        "evidence": evidence,
        "files": [],
        "participants": reached[0],
        "organisations": reached[1],
        "countries": reached[2],
    }


def uptake(title: str, name: str, country: str, code: str, kind: str, since: str, *, documented: bool) -> UptakeLine:
    """Return the line of an uptake in use."""
    return {
        "solution": title,
        "organisation": organisation(name, country),
        "territory": region(code),
        "step": "in_use",
        "kind": kind,
        "since": since,
        "documented": documented,
    }


def empty() -> Snapshot:
    """Return a cluster of which nothing but the least is known."""
    return {
        "shape": SHAPE,
        "as_of": "2026-05-12",
        "language": "en",
        "reference": "M4N-CL-2026-09",
        "title": "Seagrass",
        "question": "Who counts seagrass?",
        "state": "approved",
        "state_since": "2026-05-12",
        "recorded_afterwards": False,
        "working_group": {"code": "WG1", "title": "Connectivity of ecosystems"},
        "further_working_groups": [],
        "focus": "thematic",
        "levels": [],
        "planned_start": None,
        "planned_end": None,
        "started_on": None,
        "ended_on": None,
        "deadline": None,
        "join_policy": "invitation",
        "size_limit": None,
        "need": None,
        "objectives": [],
        "out_of_scope": "",
        "themes": [],
        "specific_objectives": [],
        "sdgs": [],
        "territories": [],
        "lead": {"organisation": None, "person": None},
        "participants": [],
        "solutions": [],
        "baseline": None,
        "stages": [],
        "expected_outcomes": [],
        "adoption_plan": "",
        "outcomes": [],
        "no_outcome": False,
        "uptakes": [],
        "reviews": [],
        "meetings": [],
        "advice": [],
        "practitioners_summary": "",
        "lessons": "",
        "next_steps": "",
        "amendments": [],
        "conditions": [],
        "follow_ups": [],
    }
