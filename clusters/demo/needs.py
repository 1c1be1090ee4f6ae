"""The needs board: questions of members, and the others who say "me too"."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from clusters.demo.files import document, paragraphs
from clusters.demo.world import World
from community.choices import NeedStatus, Vocabulary
from community.models import MeToo, Need


def make_needs(world: World) -> None:
    """Make needs with their territories, challenges and wanted types, and who says "me too"."""
    listed = document("needs.toml")["need"]
    made = [_need(world, entry) for entry in listed]
    Need.objects.bulk_create(made)
    for entry, need in zip(listed, made, strict=True):
        need.territories.set([world.regions[code] for code in entry["territories"]])
        need.challenges.set(world.some_terms(Vocabulary.CHALLENGE, entry["challenges"]))
        need.solution_types.set(world.some_terms(Vocabulary.SOLUTION_TYPE, entry["types"]))
        world.needs[entry["key"]] = need
    MeToo.objects.bulk_create(
        MeToo(
            need=need,
            member=world.people[person],
            organisation=world.employer[person],
            note=note,
            said_at=min(need.raised_at + timedelta(days=3 + 5 * number), world.now),
        )
        for entry, need in zip(listed, made, strict=True)
        for number, (person, note) in enumerate(entry.get("others", ()))
    )


def _need(world: World, entry: dict[str, Any]) -> Need:
    """Return the need of an entry."""
    raised: int | date = entry["raised"]
    return Need(
        question=entry["question"],
        description=paragraphs(entry["description"]),
        raised_by=world.people[entry["by"]],
        organisation=world.employer[entry["by"]],
        urgency=entry["urgency"],
        status=entry.get("status", NeedStatus.OPEN),
        status_note=entry.get("status_note", ""),
        raised_at=world.moment(raised, time(9, 30)),
    )
