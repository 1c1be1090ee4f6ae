"""The waiting list of a full cluster: who stands first asks as soon as a place is free."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from clusters.actions.parts import record_part
from clusters.choices import ACTIVE_STATES, ParticipationStatus
from clusters.models import Cluster
from clusters.notifications import lifecycle as notifications
from community.models import Event

Status = ParticipationStatus


def move_up(cluster: Cluster, *, at: datetime, answer: Event | None = None) -> None:
    """Turn the first on the waiting list into requests: as many as free places that nobody asks for yet.

    The cluster's row is locked by the caller. A place is not given: the lead answers, as with every request.
    Who moves up and the lead's side are told; the registry signs. A no-op where nobody waits or all is taken.

    Args:
        answer: the answer to a request that freed the place: while it can be taken back, these mails wait too, and
            `move_back` undoes it.
    """
    why: dict[str, Any] = {"answer": answer.pk} if answer is not None else {}
    if cluster.state not in ACTIVE_STATES:
        return
    waiting = cluster.participations.waiting().select_related("member__user", "organisation")
    if cluster.size_limit is not None:
        taken = cluster.participations.filter(status__in=[Status.ACTIVE, Status.REQUESTED]).count()
        waiting = waiting[: max(0, cluster.size_limit - taken)]
    for row in list(waiting):
        more = {**why, "since": row.asked_at.isoformat()} if row.asked_at and why else why
        row.status, row.asked_at = Status.REQUESTED, at
        row.save(update_fields=["status", "asked_at"])
        event = record_part(cluster, "moved_up", row, by=None, at=at, **more)
        notifications.tell_participant("waiting_moved_up", cluster, row, event=event, hold=bool(why))
        notifications.tell_leads("waiting_asks", cluster, event=event, hold=bool(why))


def move_back(cluster: Cluster, answer: Event, *, at: datetime, cancel: Callable[[Event], None]) -> None:
    """Put back on the list, at their old places, who moved up because of an answer that is taken back.

    Their mails have not left and are cancelled. Who was answered or left meanwhile stays as they are.
    """
    moved = Event.objects.of_chains([f"cluster:{cluster.pk}"]).of_verbs(["participation.moved_up"])
    events = moved.filter(pk__gt=answer.pk).select_related("detail").order_by("pk")
    for event in events:
        facts = event.detail.body or {}
        if facts.get("answer") != answer.pk:
            continue
        row = cluster.participations.select_related("organisation").filter(pk=event.subject_id).first()
        if row is None or row.status != Status.REQUESTED or Event.objects.about(row).latest("pk") != event:
            continue
        cancel(event)
        row.status, row.asked_at = Status.WAITING, parse_datetime(facts["since"])
        row.save(update_fields=["status", "asked_at"])
        record_part(cluster, "moved_back", row, by=None, at=at)
