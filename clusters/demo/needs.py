"""The needs board: questions of members, and the others who say "me too", through the actions of the board."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from clusters.demo.files import document, paragraphs
from clusters.demo.world import World
from community.actions.need import raise_need, say_me_too, set_need_status
from community.choices import NeedStatus, Vocabulary

#: Days between a question and the first "me too", and between one and the next.
FIRST_DAYS, EACH_DAYS = 3, 5


def make_needs(world: World) -> None:
    """Raise all needs in the order of time, then let the others say that they have them too."""
    listed = sorted(document("needs.toml")["need"], key=lambda entry: world.day(entry["raised"]))
    for entry in listed:
        _raise(world, entry)
    for entry in listed:
        need = world.needs[entry["key"]]
        for number, (person, note) in enumerate(entry.get("others", ())):
            at = min(need.raised_at + timedelta(days=FIRST_DAYS + EACH_DAYS * number), world.now)
            say_me_too(need=need, by=world.account(person), note=note, at=at)
        if entry.get("status"):
            status, by = NeedStatus(entry["status"]), world.account(entry["by"])
            set_need_status(need=need, status=status, by=by, note=entry["status_note"])


def _raise(world: World, entry: dict[str, Any]) -> None:
    world.needs[entry["key"]] = raise_need(
        by=world.account(entry["by"]),
        question=entry["question"],
        description=paragraphs(entry["description"]),
        urgency=entry["urgency"],
        territories=[world.regions[code] for code in entry["territories"]],
        challenges=world.some_terms(Vocabulary.CHALLENGE, entry["challenges"]),
        solution_types=world.some_terms(Vocabulary.SOLUTION_TYPE, entry["types"]),
        at=world.moment(entry["raised"], time(9, world.rng.randrange(60))),
    )
