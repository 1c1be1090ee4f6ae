"""The story of a cluster as steps, each at its moment: who did what, through which action.

All steps of all clusters are played in the order of time, so that references are numbered as they were
given, capacities are those of the day, and a step finds what earlier ones left. Steps after now are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from clusters import contributions
from clusters.demo import panel_steps, parts, people_steps, proposal_steps, room_steps, translation_steps
from clusters.demo.clusters import make_draft
from clusters.demo.files import paragraphs
from clusters.demo.world import Day, World
from clusters.models import Cluster
from community.actions.transition import transition

#: The hour of a step, so that steps of one day follow each other as they would.
HOURS = {
    "draft": 8,
    "start": 9,
    "follow_up.asked": 9,
    "submit": 10,
    "accept_lead": 11,
    "stage.started": 11,
    "join": 12,
    "approve": 13,
    "return": 13,
    "decline": 13,
    "merge": 13,
    "met": 14,
    "confirmed": 15,
    "outcome": 15,
    "uptake": 15,
    "uptake.step": 15,
    "uptake.asked": 16,
    "uptake.answered": 16,
    "panel": 9,
    "panel.asked": 10,
    "panel.said": 14,
    "panel.answered": 15,
    "panel.closed": 15,
    "stage.done": 16,
    "statement": 9,
    "statement.opened": 17,
    "statement.commented": 10,
    "statement.revised": 9,
    "statement.adopted": 15,
    "file": 17,
    "close_stages": 16,
    "measured": 16,
    "meeting": 17,
    "conclude": 17,
    "interim": 18,
    "skipped": 18,
    "batch": 19,
    "translation": 12,
    "issued_in": 14,
    "report": 10,
    "report.delivered": 11,
    "discontinue": 17,
}
#: What is said in a room or on a proposal one after the other, also where a weekend moves it to one day.
HOURS |= {f"{sort}.{number}": 9 + number for sort in ("comment", "remark") for number in range(8)}
#: What is followed by a document that is drawn at once.
ISSUING = frozenset({"approve", "conclude", "discontinue", "correct", "amended", "interim", "report", "issued_in"})
_DRAFT_DAYS = 6


@dataclass(frozen=True)
class Step:
    """One thing that was done at a moment; `is_issuing` tells that a document follows."""

    at: datetime
    order: int
    do: Callable[[datetime], object]
    is_issuing: bool = False


def steps_of(world: World, entry: dict[str, Any]) -> list[Step]:
    """Return the steps of a cluster's file, the ones that lie ahead left out."""
    made: list[Step] = []
    for day, name, do in _all(world, entry):
        minute = world.rng.randrange(2, 58)
        at = world.moment(day, time(HOURS.get(name, 11), minute))
        if world.day(day) <= world.today:
            made.append(Step(at, len(made), do, is_issuing=name in ISSUING))
    return made


Told = tuple[Day, str, Callable[[datetime], object]]


def _all(world: World, entry: dict[str, Any]) -> Iterator[Told]:
    """Yield (day, what, function of the moment) for everything that the file tells."""
    story = entry.get("story", ())
    first: Day = story[0]["on"] if story else entry["story_draft"]["on"]
    yield _earlier(first, _DRAFT_DAYS), "draft", partial(make_draft, world, entry)
    for line in story:
        yield line["on"], line["do"], partial(_do, world, entry, line)
    if not story:
        return
    yield from people_steps.told(world, entry)
    yield from _roadmap(world, entry)
    yield from _results(world, entry)
    yield from proposal_steps.told(world, entry)
    yield from _room(world, entry)
    yield from _conditions(world, entry)
    yield from panel_steps.told(world, entry)
    yield from translation_steps.told(world, entry)
    for tell in contributions.demo_steps:
        yield from tell(world, entry)


def _earlier(day: Day, days: int) -> Day:
    return day - days if isinstance(day, int) else day - timedelta(days=days)


def _do(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Carry out one verb of the life cycle, or close the stages of a day."""
    cluster = parts.current(world, entry)
    by = world.account(line["by"]) if line["by"] else None
    if line["do"] == "close_stages":
        parts.close_stages(cluster, by=by, at=at)
        return
    transition(cluster, line["do"], by=by, at=at, reason=line.get("reason", ""), **_details(world, entry, line))


def _details(world: World, entry: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    """Return what the form of the verb asks besides the reason."""
    verb, results = line["do"], entry.get("results", {})
    if verb == "approve" and line.get("conditions"):
        wanted = entry["conditions"]
        return {"conditions": [{"text": one["text"], "due_on": world.day(one["due"])} for one in wanted]}
    if verb == "merge":
        return {"into": Cluster.objects.get(pk=world.clusters[line["into"]].pk)}
    if verb not in ("conclude", "discontinue", "correct"):
        return {}
    details: dict[str, Any] = {
        "practitioners_summary": paragraphs(results["summary"]).replace(*line.get("mistake", ("", ""))),
        "lessons": paragraphs(results["lessons"]),
        "next_steps": paragraphs(results["next_steps"]),
        "has_no_outcome": results.get("no_outcome", False),
    }
    if "ended" in line:
        details["ended_on"] = world.day(line["ended"])
    return details


def _roadmap(world: World, entry: dict[str, Any]) -> Iterator[Told]:
    """Yield how each stage went: begun, planned anew, done or dropped, and what the lead noted last."""
    for number, line in enumerate(entry.get("stages", ())):
        stage = partial(parts.stage_of, world, entry, number)
        actual = line.get("actual", ())
        if len(actual) > 0:
            yield actual[0], "stage.started", partial(parts.start, world, stage)
        if "replanned" in line:
            yield line["replanned"][0], "stage.replanned", partial(parts.replan, world, stage, line["replanned"])
        if len(actual) > 1:
            yield actual[1], "stage.done", partial(parts.complete, world, stage, line)
        elif "dropped" in line:
            yield line["dropped"][0], "stage.dropped", partial(parts.drop, world, stage, line["dropped"][1])
        elif "note" in line:
            yield _noted_on(world, actual), "stage.noted", partial(parts.note, world, stage, line["note"])
        for file in line.get("files", ()):
            yield file["on"], "file", partial(parts.keep_file, world, stage, file)
    for day, number, days in entry.get("shifted", ()):
        yield day, "shifted", partial(parts.shift, world, partial(parts.stage_of, world, entry, number - 1), days)
    for day in entry.get("roadmap_confirmed", ()):
        yield day, "roadmap.confirmed", partial(parts.confirm_roadmap_of, world, entry)


def _noted_on(world: World, actual: list[Day]) -> date:
    """Return when the lead last wrote about an open stage: lately, but not before it began."""
    lately = world.day(-2)
    return max(lately, world.day(actual[0])) if actual else lately


def _results(world: World, entry: dict[str, Any]) -> Iterator[Told]:
    """Yield outcomes, measured objectives, meetings, amendments and answers to follow-ups."""
    for line in entry.get("outcomes", ()):
        yield line.get("recorded", line["on"]), "outcome", partial(parts.record_outcome, world, entry, line)
    for number, line in enumerate(entry.get("objectives", ())):
        if "measured_on" in line:
            yield line["measured_on"], "measured", partial(parts.measure, world, entry, number, line)
    for line in entry.get("meetings", ()):
        yield line.get("until", line["on"]), "meeting", partial(parts.hold_meeting, world, entry, line)
    for line in entry.get("amendments", ()):
        yield line["on"], "amendment", partial(parts.propose_amendment, world, entry, line)
        yield line["decided"], "amended", partial(parts.accept_amendment, world, entry, line)
    for line in entry.get("follow_ups", ()):
        yield line["asked"], "follow_up.asked", partial(parts.ask, world, entry, line)
        if "answer" in line:
            yield line["on"], "follow_up", partial(parts.answer, world, entry, line)


def _room(world: World, entry: dict[str, Any]) -> Iterator[Told]:
    """Yield what was said in the room, its files, and the meetings that were called there and held."""
    for number, line in enumerate(entry.get("comments", ())):
        yield line["on"], f"comment.{number % 8}", partial(room_steps.comment, world, entry, line)
    for line in entry.get("room_files", ()):
        yield line["on"], "file", partial(room_steps.keep_file, world, entry, line)
    for line in entry.get("letters", ()):
        yield line["on"], "letter", partial(room_steps.write_to_all, world, entry, line)
    for line in entry.get("calls", ()):
        yield line["on"], "call", partial(room_steps.call, world, entry, line)
        if "minutes" in line:
            yield line["minuted"], "minuted", partial(room_steps.minute, world, entry, line)


def _conditions(world: World, entry: dict[str, Any]) -> Iterator[Told]:
    """Yield how the conditions of the approval were met and settled."""
    decider = next((line["by"] for line in entry.get("story", ()) if line["do"] == "approve"), "")
    for number, line in enumerate(entry.get("conditions", ())):
        if "met" in line:
            yield line["met"][0], "met", partial(parts.meet, world, entry, number, line["met"][1])
        if "confirmed" in line:
            yield line["confirmed"], "confirmed", partial(parts.confirm, world, entry, number, decider)
