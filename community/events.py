"""Writing the record: one event per change, in the transaction of the change."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from community import kinds
from community.chain import detail_digest, event_hash, locked_head, plain
from community.choices import RedactionReason, RedactionTarget
from community.models import Event, EventDetail, Redaction, User
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
) -> Event:
    """Append one event to its subject's chain and send `recorded`.

    Order of effects: lock the chain's head, write event and detail, move the
    head, send the signal. The lock holds until the transaction ends, so that a
    chain never forks.

    Args:
        verb: what was done, as a code that is worded at display.
        subject: what it was done to; its kind names the chain.
        by: who did it; None is the registry itself.
        at: when; now unless a record is entered afterwards.
        role: in which capacity ("coordinator").
        data: states, ids and figures. Never a name or free text.
        detail: free text, old and new values; only its salted digest is chained, so erasure can empty it.

    Raises:
        TransactionManagementError: there is no transaction to belong to.
        TypeError: `data` or `detail` holds a fraction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("an event belongs to the transaction of its change")
    kind = kinds.of(subject)
    head = locked_head(kind.chain(subject))
    salt, body = secrets.token_hex(32), plain(detail) if detail else None
    event = Event(
        chain=head.chain,
        number=head.number + 1,
        verb=verb,
        kind=kind.code,
        subject_id=subject.pk,
        by=by,
        role=role,
        at=at or timezone.now(),
        data=plain(data or {}),
        detail_digest=detail_digest(salt, body) if body else "",
        previous=head.hash,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    if body:
        EventDetail.objects.create(event=event, salt=salt, body=body)
    head.number, head.hash = event.number, event.hash
    head.save(update_fields=["number", "hash"])
    recorded.send(sender=Event, event=event)
    return event


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
