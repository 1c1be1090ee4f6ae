"""What happens to the parts of a cluster in its story, each by the action that pages use where there is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from clusters.actions.amendment import decide_amendment, suggest_amendment
from clusters.actions.condition import confirm_condition, meet_condition
from clusters.actions.evidence import add_evidence, add_outcome_file
from clusters.actions.follow_up import answer_follow_up, ask_follow_up
from clusters.actions.outcome import add_outcome, measure_objective
from clusters.actions.roadmap import complete_stage, drop_stage, start_stage, update_stage
from clusters.actions.roadmap_confirm import confirm_roadmap
from clusters.actions.roadmap_shift import shift_stages
from clusters.choices import AmendmentState, MeetingKind
from clusters.demo.files import paragraphs
from clusters.demo.world import Day, World
from clusters.models import Amendment, Attendance, Cluster, Condition, Meeting, Stage
from clusters.rules.roadmap import seen_versions
from clusters.rules.shift import shift_of
from community.choices import MessageState
from community.models import Message, SignedLink, User

StageOf = Callable[[], Stage]


def current(world: World, entry: dict[str, Any]) -> Cluster:
    """Return the cluster of a file as it is now."""
    return Cluster.objects.get(pk=world.clusters[entry["key"]].pk)


def lead_of(cluster: Cluster) -> User:
    """Return the account of the lead.

    Raises:
        ValueError: nobody leads, so the story does not fit.
    """
    account: User | None = cluster.lead.user if cluster.lead else None
    if account is None:
        raise ValueError(f"{cluster} has no lead now")
    return account


def stage_of(world: World, entry: dict[str, Any], number: int) -> Stage:
    """Return a stage by its place in the roadmap, counted from 0."""
    return current(world, entry).stages.all()[number]


def start(world: World, stage_of: StageOf, at: datetime) -> None:
    """Begin a stage that day."""
    stage = stage_of()
    start_stage(stage=stage, by=lead_of(stage.cluster), seen_version=stage.version, at=at)


def replan(world: World, stage_of: StageOf, plan: list[Day], at: datetime) -> None:
    """Give a stage other planned dates: [on which day, start, end]."""
    stage = stage_of()
    update_stage(
        stage=stage,
        by=lead_of(stage.cluster),
        seen_version=stage.version,
        at=at,
        planned_start_on=world.day(plan[1]),
        planned_end_on=world.day(plan[2]),
    )


def complete(world: World, stage_of: StageOf, line: dict[str, Any], at: datetime) -> None:
    """Mark a stage done that day, with the lead's note."""
    stage = stage_of()
    complete_stage(
        stage=stage,
        by=lead_of(stage.cluster),
        seen_version=stage.version,
        at=at,
        actual_start_on=stage.actual_start_on,
        actual_end_on=timezone.localdate(at),
        note=line.get("note", ""),
    )


def drop(world: World, stage_of: StageOf, reason: str, at: datetime) -> None:
    """Drop a stage with a reason."""
    stage = stage_of()
    drop_stage(stage=stage, by=lead_of(stage.cluster), seen_version=stage.version, reason=reason, at=at)


def note(world: World, stage_of: StageOf, text: str, at: datetime) -> None:
    """Write a progress note on an open stage."""
    stage = stage_of()
    update_stage(stage=stage, by=lead_of(stage.cluster), seen_version=stage.version, at=at, note=text)


def shift(world: World, stage_of: StageOf, days: int, at: datetime) -> None:
    """Move the plan of a stage and of all after it."""
    stage = stage_of()
    cluster = stage.cluster
    seen = shift_of(cluster, list(cluster.stages.all()), stage, days).seen
    shift_stages(stage=stage, by=lead_of(cluster), days=days, seen=seen, at=at)


def confirm_roadmap_of(world: World, entry: dict[str, Any], at: datetime) -> None:
    """Let the lead say that the roadmap is still true."""
    cluster = current(world, entry)
    confirm_roadmap(cluster=cluster, by=lead_of(cluster), seen=seen_versions(cluster.stages.all()), at=at)


def keep_file(world: World, stage_of: StageOf, line: dict[str, Any], at: datetime) -> None:
    """Keep a file with a stage."""
    stage = stage_of()
    add_evidence(stage=stage, by=lead_of(stage.cluster), at=at, **_file(stage.cluster, line))


def _file(cluster: Cluster, line: dict[str, Any]) -> dict[str, Any]:
    """Return a file of the story with its rights, which are with the lead's organisation."""
    holder = cluster.lead_organisation
    return {
        "content": ContentFile(line["text"].encode(), line["name"]),
        "title": line["title"],
        "rights_holder": holder.name if holder else "",
        "licence": line["licence"],
        "is_free_for_eu_use": True,
        "visibility": line["visibility"],
    }


def close_stages(cluster: Cluster, *, by: User | None, at: datetime) -> None:
    """Mark the stage of a one-day cluster done on its day."""
    for stage in cluster.stages.open():
        complete_stage(
            stage=stage,
            by=by or lead_of(cluster),
            seen_version=stage.version,
            at=at,
            actual_start_on=cluster.starts_on,
            actual_end_on=cluster.starts_on,
        )


def record_outcome(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Record an outcome with its stage and objective."""
    cluster = current(world, entry)
    outcome = add_outcome(
        cluster=cluster,
        by=lead_of(cluster),
        at=at,
        kind=line["kind"],
        title=line["title"],
        description=line.get("text", ""),
        reached_on=world.day(line["on"]),
        stage=cluster.stages.all()[line["stage"] - 1] if "stage" in line else None,
        objective=cluster.objectives.all()[line["objective"] - 1] if "objective" in line else None,
        participants_count=line.get("people"),
        organisations_count=line.get("orgs"),
        countries_count=line.get("countries"),
    )
    for file in line.get("files", ()):
        add_outcome_file(outcome=outcome, by=lead_of(cluster), at=at, **_file(cluster, file))


def measure(world: World, entry: dict[str, Any], number: int, line: dict[str, Any], at: datetime) -> None:
    """Write down what was measured for an objective."""
    cluster = current(world, entry)
    objective = cluster.objectives.all()[number]
    measure_objective(
        objective=objective,
        by=lead_of(cluster),
        seen=(objective.measured, objective.is_reached, objective.is_partly),
        measured=line["measured"],
        is_reached=line.get("reached"),
        is_partly=line.get("partly", False),
        at=at,
    )


def meet(world: World, entry: dict[str, Any], number: int, words: str, at: datetime) -> None:
    """Let the lead say that a condition is met."""
    cluster = current(world, entry)
    meet_condition(condition=_condition(cluster, number), by=lead_of(cluster), note=words, at=at)


def confirm(world: World, entry: dict[str, Any], number: int, decider: str, at: datetime) -> None:
    """Let the coordinator who set a condition confirm it."""
    confirm_condition(condition=_condition(current(world, entry), number), by=world.account(decider), at=at)


def _condition(cluster: Cluster, number: int) -> Condition:
    return cluster.conditions.all()[number]


def hold_meeting(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Enter a meeting with its organisers and how many came from where."""
    cluster = current(world, entry)
    meeting = Meeting.objects.create(
        cluster=cluster,
        stage=cluster.stages.all()[line["stage"] - 1],
        kind=line.get("kind", MeetingKind.MEETING),
        title=line["title"],
        held_on=world.day(line["on"]),
        until_on=world.day(line["until"]) if "until" in line else None,
        place=line.get("place", ""),
        minutes=paragraphs(line.get("minutes", "")),
    )
    meeting.organisers.set([world.organisations[key] for key in line["organisers"]])
    left = line.get("completed", 0)
    for key, persons in line["attendance"]:
        completed = min(left, persons)
        left -= completed
        organisation = world.organisations[key]
        Attendance.objects.create(meeting=meeting, organisation=organisation, persons=persons, completed=completed)


def propose_amendment(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Put forward another end of the cluster."""
    row = suggest_amendment(
        cluster=current(world, entry),
        by=world.account(line["by"]),
        wished={"ends_on": world.day(line["ends"]).isoformat()},
        reason=line["reason"],
        at=at,
    )
    Amendment.objects.filter(pk=row.pk).update(created_at=at)


def accept_amendment(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Accept it as a coordinator: the end moves and the roadmap becomes the next baseline."""
    row = current(world, entry).amendments.get(state=AmendmentState.PROPOSED)
    decide_amendment(amendment=row, by=world.account(line["decided_by"]), accepted=["ends_on"], at=at)


def ask(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Let the registry ask what became of a cluster."""
    ask_follow_up(follow_up=current(world, entry).follow_ups.get(why=line["why"]), at=at)


def answer(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Answer what was asked months after the end, as the lead or with the link of the mail, which had gone out."""
    cluster = current(world, entry)
    row = cluster.follow_ups.get(why=line["why"])
    mails = Message.objects.filter(kind="follow_up", subject_id=row.pk)
    link = SignedLink.objects.about(row).open().first() if line.get("by_link") else None
    mails.update(state=MessageState.SENT, sent_at=row.asked_at, created_at=row.asked_at, due_at=row.asked_at)
    answer_follow_up(
        follow_up=row,
        by=None if link else lead_of(cluster),
        link=link,
        answer=line["answer"],
        note=line["note"],
        evidence_url=line.get("evidence", ""),
        seen_version=row.version,
        at=at,
    )
