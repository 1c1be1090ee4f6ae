"""What becomes of questions for a merge, in the history of the cluster that would end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from clusters.choices import DECIDERS, MergeStatus
from clusters.lifecycle import CLUSTER
from clusters.models import MergeRequest
from clusters.permissions import capacities
from community import events
from community.models import Event, User


def take_back(rows: Iterable[MergeRequest], *, by: User | None, at: datetime) -> None:
    """Take open questions back, whose place another one or a merge takes; one event each. The cluster is locked."""
    for row in rows:
        row.status, row.answered_by, row.answered_at = MergeStatus.WITHDRAWN, by, at
        row.save(update_fields=["status", "answered_by", "answered_at"])
        record_of("merge_withdrawn", row, by=by, at=at)


def record_of(verb: str, row: MergeRequest, *, by: User | None, at: datetime, message: str = "") -> Event:
    """Leave the event in the chain of the cluster that would end; the words are for those who work on it."""
    held = capacities(by, row.cluster, timezone.localdate(at))
    who = (*DECIDERS, *CLUSTER.verb("merge").who)
    return events.record(
        verb=verb,
        subject=row.cluster,
        by=by,
        at=at,
        role=next((str(code) for code in who if code in held), ""),
        data={"into": row.into_id},
        detail={"message": message} if message else None,
    )
