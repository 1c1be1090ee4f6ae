"""What happens in a cluster's room in its story, by the actions that pages use."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.core.files.base import ContentFile

from clusters.actions.meeting import call_meeting, keep_minutes, note_decision
from clusters.actions.room import reply, start_thread
from clusters.actions.room_file import add_room_file, add_version
from clusters.actions.room_message import recipients_of, seal_of, send_message
from clusters.demo import parts
from clusters.demo.files import paragraphs
from clusters.demo.world import World
from clusters.rules.meeting_times import span_of
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


def call(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Call a meeting, as the lead: those who take part were invited."""
    cluster, day = parts.current(world, entry), world.day(line["day"])
    begins, ends = (time.fromisoformat(clock) for clock in line["clocks"])
    starts_at, ends_at = span_of((day, begins), (day, ends), line.get("zone", "Europe/Brussels"))
    call_meeting(
        cluster=cluster,
        by=parts.lead_of(cluster),
        at=at,
        title=line["title"],
        starts_at=starts_at,
        ends_at=ends_at,
        zone=line.get("zone", "Europe/Brussels"),
        place=line.get("place", ""),
        link=line.get("link", ""),
        agenda="\n".join(line["agenda"]),
        organisers=[world.organisations[key] for key in line.get("organisers", ())],
    )


def minute(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Write the minutes of a meeting, who came, and what was decided."""
    cluster = parts.current(world, entry)
    meeting, by = cluster.meetings.get(title=line["title"]), parts.lead_of(cluster)
    for text in line.get("decisions", ()):
        note_decision(meeting=meeting, by=by, text=text, at=at)
    keep_minutes(
        meeting=meeting,
        by=by,
        minutes=paragraphs(line["minutes"]),
        attendance={world.organisations[key]: (persons, 0) for key, persons in line["attendance"]},
        seen_version=meeting.version,
        at=at,
    )


def write_to_all(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Let the lead write to all who take part."""
    cluster = parts.current(world, entry)
    by = parts.lead_of(cluster)
    seen = seal_of(recipients_of(cluster, by))
    send_message(cluster=cluster, by=by, subject=line["subject"], text=paragraphs(line["text"]), seen=seen, at=at)
