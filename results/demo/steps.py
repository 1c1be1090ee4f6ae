"""The story of the demonstration's uptakes as steps, each at its moment, by the actions that pages use."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from clusters.demo import parts
from clusters.demo.world import World
from clusters.models import Cluster
from community.choices import MessageState
from community.models import Message, SignedLink
from results.actions.answer import answer_adopter
from results.actions.confirmation import ask_adopter
from results.actions.uptake import change_step, record_uptake
from results.models import Uptake, UptakeConfirmation

FILE = Path(__file__).with_name("uptakes.toml")


@cache
def lines() -> list[dict[str, Any]]:
    """Return the uptakes of the file."""
    found: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["uptakes"]
    return found


def told(world: World, entry: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield (day, what, function of the moment) for the uptakes of one cluster."""
    for line in lines():
        if line["cluster"] != entry["key"]:
            continue
        yield line["on"], "uptake", partial(_record, world, entry, line)
        for step in line.get("steps", ()):
            yield step["on"], "uptake.step", partial(_step, world, entry, line, step)
        for question in line.get("asked", ()):
            yield question["on"], "uptake.asked", partial(_ask, world, entry, line, question)
            if "answered" in question:
                yield question["answered"], "uptake.answered", partial(_answer, world, entry, line, question)


def _record(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Record an uptake, as the lead."""
    cluster = parts.current(world, entry)
    record_uptake(
        cluster=cluster,
        by=parts.lead_of(cluster),
        at=at,
        solution=world.solutions[line["solution"]],
        organisation=world.organisations[line["organisation"]],
        territory=world.regions[line["territory"]],
        state=line["step"],
        kind=line.get("kind", ""),
        evidence_url=line.get("url", ""),
        tailoring=line.get("tailoring", ""),
        is_disclosed=not line.get("undisclosed", False),
    )


def _step(world: World, entry: dict[str, Any], line: dict[str, Any], step: dict[str, Any], at: datetime) -> None:
    """Carry an uptake to its next step, as the lead."""
    uptake = _uptake(world, entry, line)
    details: dict[str, Any] = {
        "kind": step.get("kind", ""),
        "adaptation": step.get("adaptation", "") or uptake.adaptation,
        "evidence_url": step.get("url", ""),
    }
    if "since" in step:
        details["in_use_on"] = world.day(step["since"])
    by = parts.lead_of(uptake.cluster)
    change_step(uptake=uptake, verb=f"uptake.{step['verb']}", by=by, at=at, reason=step.get("reason", ""), **details)


def _ask(world: World, entry: dict[str, Any], line: dict[str, Any], question: dict[str, Any], at: datetime) -> None:
    """Ask the adopting organisation, as the lead."""
    uptake = _uptake(world, entry, line)
    words = {"address": question["address"], "message": question.get("message", "")}
    ask_adopter(uptake=uptake, by=parts.lead_of(uptake.cluster), at=at, **words)


def _answer(world: World, entry: dict[str, Any], line: dict[str, Any], question: dict[str, Any], at: datetime) -> None:
    """Answer for the organisation with the link of the mail, which had gone out."""
    uptake = _uptake(world, entry, line)
    row = UptakeConfirmation.objects.open().get(uptake=uptake, address=question["address"])
    mails = Message.objects.filter(kind="confirmation", subject_id=row.pk)
    mails.update(state=MessageState.SENT, sent_at=row.asked_at, created_at=row.asked_at, due_at=row.asked_at)
    answer_adopter(
        link=SignedLink.objects.about(row).open().get(),
        by=None,
        answer=question["answer"],
        seen_statement=uptake.statement,
        at=at,
        person_name=question["name"],
        function=question["function"],
        organisation_name=uptake.organisation.name,
        document_number=question.get("number", ""),
        document_url=question.get("url", ""),
        said=question.get("said", ""),
        corrected_kind=question.get("kind", ""),
        corrected_on=world.day(question["since"]) if "since" in question else None,
    )


def _uptake(world: World, entry: dict[str, Any], line: dict[str, Any]) -> Uptake:
    """Return the uptake of a line as it is now."""
    cluster: Cluster = parts.current(world, entry)
    rows = Uptake.objects.of_cluster(cluster).of_solution(world.solutions[line["solution"]])
    return rows.get(organisation=world.organisations[line["organisation"]])
