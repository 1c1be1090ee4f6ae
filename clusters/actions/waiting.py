"""The waiting list of a full cluster: who stands first asks as soon as a place is free."""

from __future__ import annotations

from datetime import datetime

from clusters.actions.parts import record_part
from clusters.choices import ACTIVE_STATES, ParticipationStatus
from clusters.models import Cluster
from clusters.notifications import lifecycle as notifications

Status = ParticipationStatus


def move_up(cluster: Cluster, *, at: datetime) -> None:
    """Turn the first on the waiting list into requests: as many as free places that nobody asks for yet.

    The cluster's row is locked by the caller. A place is not given: the lead answers, as with every request.
    Who moves up and the lead's side are told; the registry signs. A no-op where nobody waits or all is taken.
    """
    if cluster.state not in ACTIVE_STATES:
        return
    waiting = cluster.participations.waiting().select_related("member__user", "organisation")
    if cluster.size_limit is not None:
        taken = cluster.participations.filter(status__in=[Status.ACTIVE, Status.REQUESTED]).count()
        waiting = waiting[: max(0, cluster.size_limit - taken)]
    for row in list(waiting):
        row.status, row.asked_at = Status.REQUESTED, at
        row.save(update_fields=["status", "asked_at"])
        event = record_part(cluster, "moved_up", row, by=None, at=at)
        notifications.tell_participant("waiting_moved_up", cluster, row, event=event)
        notifications.tell_leads("waiting_asks", cluster, event=event)
