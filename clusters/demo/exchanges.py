"""Peer exchanges, contacts with outside networks, and who follows what."""

from __future__ import annotations

from datetime import time
from typing import Any

from clusters.demo.files import document, paragraphs
from clusters.demo.world import World
from community import search
from community.choices import Vocabulary
from community.models import ExchangeLanguage, ExchangeWish, Liaison, Member, PeerExchange, Subscription


def make_exchanges(world: World) -> None:
    """Make what members offer each other and what the groups keep contact with."""
    listed = document("exchanges.toml")
    for entry in listed["exchange"]:
        _make_exchange(world, entry)
    Liaison.objects.bulk_create(
        Liaison(
            network=entry["network"],
            working_group=world.groups[entry["group"]],
            kept_by=world.people[entry["by"]],
            what_for=entry["what_for"],
            from_on=world.day(entry["since"]),
        )
        for entry in listed["liaison"]
        if "group" in entry
    )


def _make_liaisons_of_clusters(world: World) -> None:
    """Make the networks with which clusters keep contact, once the clusters are there."""
    Liaison.objects.bulk_create(
        Liaison(
            network=entry["network"],
            kind="cluster",
            subject_id=world.clusters[entry["cluster"]].pk,
            kept_by=world.clusters[entry["cluster"]].lead,
            what_for=entry["what_for"],
            from_on=world.day(entry["since"]),
        )
        for entry in document("exchanges.toml")["liaison"]
        if entry.get("cluster") in world.clusters
    )


def _make_exchange(world: World, entry: dict[str, Any]) -> None:
    """Make one exchange as it is today, with those who would like to."""
    offers, asks = _person(world, entry, "offered_by"), _person(world, entry, "asked_by")
    begun = world.moment(entry["on"], time(10))
    exchange = PeerExchange(
        kind=entry["kind"],
        topic=entry["topic"],
        description=paragraphs(entry.get("description", "")),
        timing=entry.get("timing", ""),
        is_offer=entry.get("opened", "offer" if offers else "ask") == "offer",
        offered_by=offers,
        offering_organisation=offers.organisation_on(world.day(entry["on"])) if offers else None,
        asked_by=asks,
        asking_organisation=asks.organisation_on(world.day(entry["on"])) if asks else None,
        status=entry["status"],
        starts_on=world.day(entry["starts"]) if "starts" in entry else None,
        ends_on=world.day(entry["ends"]) if "ends" in entry else None,
        what_came_of_it=paragraphs(entry.get("came", "")),
        created_at=begun,
        state_since=begun,
    )
    exchange.search_text = search.search_text_of(exchange)
    exchange.save(force_insert=True)
    exchange.challenges.set(world.some_terms(Vocabulary.CHALLENGE, entry["challenges"]))
    ExchangeLanguage.objects.bulk_create(
        ExchangeLanguage(exchange=exchange, code=code) for code in entry.get("languages", [])
    )
    for key, note in entry.get("wishes", {}).items():
        person, on = world.people[key], entry["on"] + 3
        ExchangeWish.objects.create(
            exchange=exchange,
            member=person,
            organisation=person.organisation_on(world.day(on)),
            note=note,
            said_at=world.moment(on, time(11)),
        )


def make_subscriptions(world: World) -> None:
    """Let some members follow clusters; lead and participants hear of theirs anyway."""
    wanted = {
        "member": ("coastal-adaptation", "anchors-off", "river-meadows"),
        "elisaveta": ("coastal-adaptation", "beach-wrack"),
        "yana": ("flood-regulation", "beach-wrack"),
    }
    challenge = world.terms[Vocabulary.CHALLENGE, "climate-change"]
    Subscription.objects.create(user=world.account("member"), kind="term", subject_id=challenge.pk)
    _make_liaisons_of_clusters(world)
    Subscription.objects.bulk_create(
        Subscription(user=world.account(person), kind="cluster", subject_id=world.clusters[key].pk)
        for person, keys in wanted.items()
        for key in keys
        if key in world.clusters
    )


def _person(world: World, entry: dict[str, Any], name: str) -> Member | None:
    return world.people[entry[name]] if name in entry else None
