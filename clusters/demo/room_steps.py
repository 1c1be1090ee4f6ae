"""What happens in a cluster's room in its story, by the actions that pages use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile

from clusters.actions.room import reply, start_thread
from clusters.actions.room_file import add_room_file, add_version
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


def keep_file(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Keep a file in the room; one of the same title is its next version."""
    cluster = parts.current(world, entry)
    given = {
        "by": world.account(line["by"]),
        "content": ContentFile(line["text"].encode(), line["name"]),
        "rights_holder": world.employer[line["by"]].name,
        "licence": line["licence"],
        "is_free_for_eu_use": True,
        "at": at,
    }
    there = cluster.room_files.filter(title=line["title"]).first()
    if there is None:
        add_room_file(cluster=cluster, title=line["title"], visibility=line["visibility"], **given)
    else:
        add_version(room_file=there, note=line.get("note", ""), **given)
