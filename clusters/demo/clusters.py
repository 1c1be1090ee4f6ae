"""A cluster of a file as a draft: what its proposer had written when the story begins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clusters.choices import JoinPolicy, ParticipationRole, ParticipationStatus, StageKind
from clusters.demo.files import paragraphs
from clusters.demo.world import World
from clusters.models import Cluster, ClusterLevel, DraftShare, ExpectedOutcome, Objective, Participation, Stage
from community.choices import Vocabulary


def make_draft(world: World, entry: dict[str, Any], at: datetime) -> Cluster:
    """Make the draft of a file with all its parts. Drafts write no events, so plain inserts do."""
    cluster = Cluster.objects.create(draft_code=world.letters(8), **_texts(entry), **_links(world, entry))
    Cluster.objects.filter(pk=cluster.pk).update(created_at=at, updated_at=at)
    cluster.themes.set(world.some_terms(Vocabulary.CHALLENGE, entry.get("themes", ())))
    cluster.sdgs.set(world.some_terms(Vocabulary.SDG, entry.get("sdgs", ())))
    cluster.territories.set([world.regions[code] for code in entry.get("territories", ())])
    cluster.solutions.set([world.solutions[key] for key in entry.get("solutions", ())])
    cluster.further_working_groups.set([world.groups[code] for code in entry.get("further", ())])
    ClusterLevel.objects.bulk_create(ClusterLevel(cluster=cluster, level=level) for level in entry.get("levels", ()))
    ExpectedOutcome.objects.bulk_create(
        ExpectedOutcome(cluster=cluster, kind=kind, note=note) for kind, note in entry.get("expected", ())
    )
    Objective.objects.bulk_create(
        Objective(cluster=cluster, position=number, text=line["text"], criterion=line.get("criterion", ""))
        for number, line in enumerate(entry.get("objectives", ()), 1)
    )
    _make_stages(world, cluster, entry)
    _name_people(world, cluster, entry)
    DraftShare.objects.bulk_create(
        DraftShare(cluster=cluster, member=world.people[key], shared_by=world.account(entry["proposer"]))
        for key in entry.get("shared", ())
    )
    world.clusters[entry["key"]] = cluster
    return cluster


def _texts(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the words of a proposal."""
    return {
        "title": entry["title"],
        "question": entry["question"],
        "need_text": paragraphs(entry.get("need_text", "")),
        "out_of_scope": entry.get("out_of_scope", ""),
        "adoption_plan": paragraphs(entry.get("adoption_plan", "")),
        "practitioners_summary": paragraphs(entry.get("summary", "")),
        "focus": entry.get("focus", ""),
        "deadline_reason": entry.get("deadline_reason", ""),
        "join_policy": entry.get("join", JoinPolicy.OPEN),
        "size_limit": entry.get("size"),
    }


def _links(world: World, entry: dict[str, Any]) -> dict[str, Any]:
    """Return the days of a proposal and the rows that it points to."""
    days = {
        column: world.day(entry[name]) if name in entry else None
        for name, column in (("starts", "starts_on"), ("ends", "ends_on"), ("deadline", "deadline_on"))
    }
    lead = entry.get("lead")
    return days | {
        "proposer": world.people[entry["proposer"]],
        "lead": world.people[lead] if lead else None,
        "lead_organisation": world.employer[lead] if lead else None,
        "working_group": world.groups[entry["group"]],
        "need": world.needs[entry["need"]] if "need" in entry else None,
        "specific_objective": world.term(Vocabulary.OBJECTIVE, entry["objective"]) if "objective" in entry else None,
        "owning_project": world.projects[entry["project"]] if "project" in entry else None,
    }


def _make_stages(world: World, cluster: Cluster, entry: dict[str, Any]) -> None:
    """Make the roadmap as first planned; what came otherwise is told by the story."""
    lines = entry.get("stages", ())
    stages = [
        Stage(
            cluster=cluster,
            position=number,
            title=line["title"],
            kind=line.get("kind", StageKind.WORK),
            planned_start_on=world.day(line["planned"][0]),
            planned_end_on=world.day(line["planned"][1]),
            deliverable=line.get("deliverable", ""),
            responsible=world.people[line["responsible"]] if "responsible" in line else None,
            waits_why=line.get("waits_why", ""),
        )
        for number, line in enumerate(lines, 1)
    ]
    Stage.objects.bulk_create(stages)
    for line, stage in zip(lines, stages, strict=True):
        if "waits_for" in line:
            Stage.objects.filter(pk=stage.pk).update(waits_for=stages[line["waits_for"] - 1])


def _name_people(world: World, cluster: Cluster, entry: dict[str, Any]) -> None:
    """Name those who are to take part, and organisations without a person yet. A deputy is named later."""
    rows = [
        Participation(
            cluster=cluster,
            member=world.people[line["member"]],
            organisation=world.employer[line["member"]],
            role=_role(line),
            status=ParticipationStatus.INVITED,
            asked_by=world.account(entry["proposer"]),
        )
        for line in entry.get("people", ())
        if line.get("named")
    ]
    rows += [
        Participation(
            cluster=cluster,
            organisation=world.organisations[line["organisation"]],
            purpose=line["purpose"],
            status=ParticipationStatus.WANTED,
            asked_by=world.account(entry["proposer"]),
        )
        for line in entry.get("wanted", ())
    ]
    Participation.objects.bulk_create(rows)


def _role(line: dict[str, Any]) -> str:
    role = str(line.get("role", ParticipationRole.PARTICIPANT))
    return ParticipationRole.PARTICIPANT if role == ParticipationRole.DEPUTY else role
