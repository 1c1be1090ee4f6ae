"""Writing the record: one event per change, in the transaction of the change."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from community import kinds
from community.chain import detail_digest, event_hash, locked_head, plain
from community.choices import RedactionReason, RedactionTarget
from community.models import ChainHead, Event, EventDetail, Redaction, User
from community.signals import recorded


def record(
    *,
    verb: str,
    subject: models.Model,
    by: User | None,
    at: datetime | None = None,
    role: str = "",
    data: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    is_whole: bool = True,
) -> Event:
    """Append one event to its subject's chain and send `recorded`.

    Order of effects: lock the chain's head until the transaction ends, so that it
    never forks; write event and detail; move the head; send the signal.

    Args:
        verb: what was done, as a code that is worded at display.
        subject: what it was done to; its kind names the chain.
        by: who did it; None is the registry itself.
        at: when; now unless a record is entered afterwards.
        role: in which capacity ("coordinator").
        data: states, ids and figures. Never a name or free text.
        detail: free text, old and new values; only its salted digest is chained, so erasure can empty it.
        is_whole: False where the caller changes more first and then calls `announce` itself.

    Raises:
        TransactionManagementError: there is no transaction to belong to.
        TypeError: `data` or `detail` holds a fraction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("an event belongs to the transaction of its change")
    kind = kinds.of(subject)
    event = Event(chain=kind.chain(subject), kind=kind.code, subject_id=subject.pk, verb=verb, by=by, role=role)
    event.at, event.data = at or timezone.now(), plain(data or {})
    _append(event, plain(detail) if detail else None)
    if is_whole:
        announce(event)
    return event


def announce(event: Event) -> None:
    """Send `recorded` for an event that was written without, in the transaction of its change."""
    recorded.send(sender=Event, event=event)


def _append(event: Event, body: dict[str, Any] | None) -> None:
    """Give the event its place at the end of its chain and write it with its detail."""
    head = locked_head(event.chain)
    detail = _place(event, head, body)
    event.save(force_insert=True)
    if detail is not None:
        detail.event = event
        detail.save(force_insert=True)
    head.save(update_fields=["number", "hash"])


def _place(event: Event, head: ChainHead, body: dict[str, Any] | None) -> EventDetail | None:
    """Link the event behind `head` and move that to it, both in memory; return the detail to write, if any."""
    salt = secrets.token_hex(32)
    event.number, event.previous = head.number + 1, head.hash
    event.detail_digest = detail_digest(salt, body) if body else ""
    event.hash = event_hash(event)
    head.number, head.hash = event.number, event.hash
    return EventDetail(event=event, salt=salt, body=body) if body else None


def record_all(
    *, verb: str, subjects: Iterable[tuple[models.Model, Mapping[str, Any], Mapping[str, Any]]], by: User | None
) -> list[Event]:
    """Append one event for each of (subject, data, detail), all of one chain, in few statements: for imports.

    The events are those that `record` would write one after the other.

    Raises:
        TransactionManagementError: there is no transaction to belong to.
        ValueError: the subjects stand in different chains.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("an event belongs to the transaction of its change")
    at, head = timezone.now(), None
    events: list[Event] = []
    details: list[EventDetail] = []
    for subject, data, body in subjects:
        kind = kinds.of(subject)
        head = head or locked_head(kind.chain(subject))
        if kind.chain(subject) != head.chain:
            raise ValueError("events that are written together stand in one chain")
        event = Event(chain=head.chain, kind=kind.code, subject_id=subject.pk, verb=verb, by=by, at=at)
        event.data = plain(data)
        events.append(event)
        if (detail := _place(event, head, plain(body))) is not None:
            details.append(detail)
    Event.objects.bulk_create(events, batch_size=500)
    EventDetail.objects.bulk_create(details, batch_size=500)
    if head is not None:
        head.save(update_fields=["number", "hash"])
    for event in events:
        recorded.send(sender=Event, event=event)
    return events


def redact(
    detail: EventDetail, *, reason: RedactionReason, by: User | None, at: datetime, erasure: str = ""
) -> Redaction:
    """Empty an event's detail and enter that in the ledger; the chain still verifies.

    A no-op that returns the old row when the detail is empty already. The
    ledger's row is written first, because the database refuses to empty a detail without one.
    """
    locked = EventDetail.objects.select_for_update().get(pk=detail.pk)
    if locked.redaction is not None:
        return locked.redaction
    row = Redaction.objects.create(
        target=RedactionTarget.EVENT_DETAIL, target_id=locked.pk, reason=reason, erasure=erasure, by=by, at=at
    )
    EventDetail.objects.filter(pk=locked.pk).update(body=None, salt="", redaction=row)
    return row


def redact_all(
    details: Iterable[EventDetail], *, reason: RedactionReason, by: User | None, at: datetime, erasure: str
) -> int:
    """Empty many details, each with its row of the ledger, in few statements; return how many were not empty yet."""
    keys = sorted({detail.pk for detail in details})
    count = 0
    for start in range(0, len(keys), 500):
        rows = EventDetail.objects.select_for_update().filter(pk__in=keys[start : start + 500], redaction=None)
        found = list(rows.order_by("pk"))
        common = {"target": RedactionTarget.EVENT_DETAIL, "reason": reason, "erasure": erasure, "by": by, "at": at}
        ledger = Redaction.objects.bulk_create(Redaction(target_id=row.pk, **common) for row in found)
        for row, entry in zip(found, ledger, strict=True):
            EventDetail.objects.filter(pk=row.pk).update(body=None, salt="", redaction=entry)
        count += len(found)
    return count
