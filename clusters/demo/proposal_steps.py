"""What happens to a proposal besides the verbs of its life: comments, until when they are asked for, prepared words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from clusters.actions.prepared import prepare_decision
from clusters.actions.proposal_comment import ask_for_comments, comment_on_proposal
from clusters.demo import parts
from clusters.demo.world import World
from clusters.rules.content import content_hash
from clusters.rules.proposal_comments import KIND
from community.models import Comment

Told = tuple[int | date, str, Callable[[datetime], object]]


def told(world: World, entry: dict[str, Any]) -> Iterator[Told]:
    """Yield (day, what, function of the moment) for what the file tells of the proposal."""
    if "asks_for_comments" in entry:
        line = entry["asks_for_comments"]
        yield line["on"], "remark.0", partial(ask, world, entry, line)
    for number, line in enumerate(entry.get("remarks", ())):
        yield line["on"], f"remark.{number % 8}", partial(remark, world, entry, line)
    if "prepared" in entry:
        yield entry["prepared"]["on"], "prepared", partial(prepare, world, entry, entry["prepared"])


def ask(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Ask for comments until a day."""
    ask_for_comments(
        cluster=parts.current(world, entry), by=world.account(line["by"]), until=world.day(line["until"]), at=at
    )


def remark(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Comment on the proposal; a line with `answers` answers the first comment."""
    cluster = parts.current(world, entry)
    first = Comment.objects.filter(kind=KIND, subject_id=cluster.pk, reply_to=None).order_by("created_at").first()
    reply_to = first.pk if first is not None and line.get("answers") else None
    comment_on_proposal(cluster=cluster, by=world.account(line["by"]), text=line["text"], reply_to=reply_to, at=at)


def prepare(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Prepare a decision that somebody announces by a press."""
    cluster = parts.current(world, entry)
    prepare_decision(
        cluster=cluster,
        by=world.account(line["by"]),
        verb=line["verb"],
        seen=content_hash(cluster),
        reason=line["reason"],
        at=at,
    )
