"""What stands at addresses of a cluster's room: files and meetings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from clusters.actions.meeting import call_meeting, note_decision
from clusters.actions.room_file import add_room_file
from clusters.choices import State
from clusters.models import (
    Cluster,
    Meeting,
    RoomFile,
)
from community.choices import FileVisibility
from tests.cast import Cast, make_cluster
from tests.factories import NOW, TODAY
from tests.matrix.places import Place


def make_room_file(cast: Cast, whole: Cluster, visibility: str = FileVisibility.ROOM, **fields: Any) -> RoomFile:
    """Let the participant keep a file in the cluster's room."""
    rights = {"rights_holder": "Region of the Gulf", "licence": "CC BY 4.0", "is_free_for_eu_use": True}
    return add_room_file(
        cluster=whole,
        by=cast.user("participant"),
        content=ContentFile(b"31 wells", "wells.txt"),
        visibility=visibility,
        **{"title": f"Wells, {visibility}", **rights, **fields},
    )


def room_file(visibility: str = FileVisibility.ROOM, **fields: Any) -> Place:
    """Return the participant's file in the room of a running cluster."""

    def made(cast: Cast) -> dict[str, Any]:
        running = make_cluster(cast, State.RUNNING)
        return {"reference": running.name, "pk": make_room_file(cast, running, visibility, **fields).pk}

    return made


def room_bytes(visibility: str, **fields: Any) -> Place:
    """Return the bytes of such a file."""

    def made(cast: Cast) -> dict[str, Any]:
        running = make_cluster(cast, State.RUNNING)
        row = make_room_file(cast, running, visibility, **fields)
        return {"reference": running.name, "pk": row.versions.get().file_id}

    return made


def make_meeting(cast: Cast, whole: Cluster, **fields: Any) -> Meeting:
    """Let the lead call a meeting in three weeks."""
    begins = NOW + timedelta(days=21)
    given = {"title": "Kick-off", "starts_at": begins, "ends_at": begins + timedelta(hours=2)}
    return call_meeting(cluster=whole, by=cast.user("lead"), **{**given, **fields})


def meeting(state: str = State.RUNNING) -> Place:
    """Return a meeting that was called while its cluster, now in `state`, was running."""

    def made(cast: Cast) -> dict[str, Any]:
        whole = make_cluster(cast, State.RUNNING)
        row = make_meeting(cast, whole)
        if state != State.RUNNING:
            Cluster.objects.filter(pk=whole.pk).update(state=state, ended_on=TODAY)
        return {"reference": whole.name, "pk": row.pk}

    return made


def make_begun_meeting(cast: Cast, whole: Cluster, **fields: Any) -> Meeting:
    """Let the lead enter a meeting that began an hour ago."""
    begun = {"starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(hours=1), "at": NOW}
    return make_meeting(cast, whole, **{**begun, "invite": False, **fields})


def begun_meeting(cast: Cast) -> dict[str, Any]:
    """Return a meeting of a running cluster that has begun, so that minutes may be written."""
    row = make_begun_meeting(cast, make_cluster(cast, State.RUNNING))
    return {"reference": row.cluster.name, "pk": row.pk}


def meeting_decision(cast: Cast) -> dict[str, Any]:
    """Return what a meeting of a running cluster decided."""
    row = make_meeting(cast, make_cluster(cast, State.RUNNING))
    decision = note_decision(meeting=row, by=cast.user("lead"), text="Two tables.")
    return {"reference": row.cluster.name, "pk": decision.pk}
