"""The demonstration's advice panels as steps, each at its moment, by the actions that pages use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from functools import cache, partial
from typing import Any

from clusters.actions.panel import ask_people, ask_question, move_place, move_question
from clusters.demo import parts
from clusters.demo.files import document
from clusters.demo.world import World
from clusters.models import PanelAnswer, PanelQuestion
from community.choices import Vocabulary
from community.models import User


@cache
def panels() -> list[dict[str, Any]]:
    """Return the questions of the file."""
    found: list[dict[str, Any]] = document("panels.toml")["panel"]
    return found


def told(world: World, entry: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield (day, what, function of the moment) for the questions of one cluster."""
    for line in panels():
        if line.get("cluster") == entry["key"]:
            about = {"cluster": partial(parts.current, world, entry)}
            yield from _told(world, line, about)


def make_panels_of_needs(world: World) -> None:
    """Put the questions about needs, with what was said of them until today."""
    for line in panels():
        if "need" not in line:
            continue
        for day, _what, do in _told(world, line, {"need": lambda line=line: world.needs[line["need"]]}):
            if world.day(day) <= world.today:
                do(world.moment(day, time(11, 20)))


def _told(world: World, line: dict[str, Any], about: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield the steps of one question: it, who is asked, what they say, its end."""
    yield line["on"], "panel", partial(_ask, world, line, about)
    for person in line["people"]:
        yield person.get("on", line["on"]), "panel.asked", partial(_invite, world, line, about, person)
        if "said" in person:
            yield person["said"], "panel.said", partial(_move, world, line, about, person, "panel.accepted")
        if "declined" in person:
            yield person["declined"], "panel.said", partial(_move, world, line, about, person, "panel.declined")
        if "answer_on" in person:
            yield person["answer_on"], "panel.answered", partial(_answer, world, line, about, person)
    if "closed" in line:
        yield line["closed"], "panel.closed", partial(_close, world, line, about)


def _asker(about: dict[str, Any]) -> User:
    """Return who asks: the lead, or who raised the need.

    Raises:
        ValueError: they have no account, so the story does not fit.
    """
    if "cluster" in about:
        return parts.lead_of(about["cluster"]())
    account: User | None = about["need"]().raised_by.user
    if account is None:
        raise ValueError("who raised the need has no account")
    return account


def _question(line: dict[str, Any], about: dict[str, Any]) -> PanelQuestion:
    return PanelQuestion.objects.get(text=line["text"], **{name: find() for name, find in about.items()})


def _place(world: World, line: dict[str, Any], about: dict[str, Any], person: dict[str, Any]) -> PanelAnswer:
    return _question(line, about).answers.get(asked=world.people[person["who"]])


def _ask(world: World, line: dict[str, Any], about: dict[str, Any], at: datetime) -> None:
    """Put the question."""
    values = {
        "text": line["text"],
        "wanted_on": world.day(line["wanted"]),
        "languages": line.get("languages", []),
        "expertise": world.some_terms(Vocabulary.EXPERTISE, line["expertise"]),
        "territories": [world.regions[code] for code in line.get("territories", [])],
    }
    (found,) = (find() for find in about.values())
    ask_question(about=found, by=_asker(about), values=values, at=at)


def _invite(world: World, line: dict[str, Any], about: dict[str, Any], person: dict[str, Any], at: datetime) -> None:
    """Ask one person."""
    ask_people(question=_question(line, about), members=[world.people[person["who"]]], by=_asker(about), at=at)


def _move(
    world: World, line: dict[str, Any], about: dict[str, Any], person: dict[str, Any], verb: str, at: datetime
) -> None:
    """Say yes or no, as the person who is asked."""
    place = _place(world, line, about, person)
    move_place(panel_place=place, step=verb, by=world.account(person["who"]), at=at, reason=person.get("reason", ""))


def _answer(world: World, line: dict[str, Any], about: dict[str, Any], person: dict[str, Any], at: datetime) -> None:
    """Answer, as the person who is asked; who asks may find that it helped."""
    place, by = _place(world, line, about, person), world.account(person["who"])
    words = {"text": person["answer"].strip(), "credit": person["credit"]}
    move_place(panel_place=place, step="panel.answered", by=by, at=at, **words)
    if person.get("helped"):
        move_place(panel_place=place, step="panel.helped", by=_asker(about), at=at, helped=True)


def _close(world: World, line: dict[str, Any], about: dict[str, Any], at: datetime) -> None:
    """Close the question, and publish what it brought."""
    details = {"what_came": line["came"], "publish": line["publish"]}
    question = _question(line, about)
    move_question(question=question, step="panel_question.close", by=_asker(about), at=at, **details)
