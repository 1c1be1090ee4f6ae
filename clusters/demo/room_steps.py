"""What happens in a cluster's room in its story, by the actions that pages use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clusters.actions.room import reply, start_thread
from clusters.demo import parts
from clusters.demo.world import World
from community.models import Comment


def comment(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Write in the room: a line with a title begins a discussion, one without goes on with the last."""
    cluster = parts.current(world, entry)
    said = {
        "by": world.account(line["by"]),
        "text": line["text"],
        "mentions": [world.people[key] for key in line.get("mentions", ())],
        "at": at,
    }
    if "title" in line:
        start_thread(cluster=cluster, title=line["title"], **said)
        return
    thread = Comment.objects.filter(kind="cluster", subject_id=cluster.pk, reply_to=None).order_by("created_at").last()
    if thread is None:
        raise ValueError(f"{cluster} has no discussion to go on with")
    reply(thread=thread, **said)
