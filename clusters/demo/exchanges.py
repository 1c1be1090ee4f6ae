"""Peer exchanges, contacts with outside networks, and who follows what."""

from __future__ import annotations

from datetime import time
from typing import Any

from clusters.demo.files import document, paragraphs
from clusters.demo.world import World
from community.choices import Vocabulary
from community.models import Liaison, Member, PeerExchange, Subscription


def make_exchanges(world: World) -> None:
    """Make what members offer each other and what the groups keep contact with."""
    listed = document("exchanges.toml")
    for entry in listed["exchange"]:
        exchange = PeerExchange.objects.create(
            kind=entry["kind"],
            topic=entry["topic"],
            description=paragraphs(entry.get("description", "")),
            offered_by=_person(world, entry, "offered_by"),
            asked_by=_person(world, entry, "asked_by"),
            status=entry["status"],
            starts_on=world.day(entry["starts"]) if "starts" in entry else None,
            ends_on=world.day(entry["ends"]) if "ends" in entry else None,
            what_came_of_it=paragraphs(entry.get("came", "")),
            created_at=world.moment(entry["on"], time(10)),
        )
        exchange.challenges.set(world.some_terms(Vocabulary.CHALLENGE, entry["challenges"]))
    Liaison.objects.bulk_create(
        Liaison(
            network=entry["network"],
            working_group=world.groups[entry["group"]],
            kept_by=world.people[entry["by"]],
            what_for=entry["what_for"],
            from_on=world.day(entry["since"]),
        )
        for entry in listed["liaison"]
    )


def make_subscriptions(world: World) -> None:
    """Let some members follow clusters; lead and participants hear of theirs anyway."""
    wanted = {
        "member": ("coastal-adaptation", "anchors-off", "river-meadows"),
        "elisaveta": ("coastal-adaptation", "beach-wrack"),
        "yana": ("flood-regulation", "beach-wrack"),
    }
    Subscription.objects.bulk_create(
        Subscription(user=world.account(person), kind="cluster", subject_id=world.clusters[key].pk)
        for person, keys in wanted.items()
        for key in keys
        if key in world.clusters
    )


def _person(world: World, entry: dict[str, Any], name: str) -> Member | None:
    return world.people[entry[name]] if name in entry else None
