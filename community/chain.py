"""The hash chains under the record: how a link is made, sealed and verified.

`hash = sha256(canonical JSON of every column of the event, `previous` included)`.
Only the digest of an event's detail is a column, so emptying a detail breaks nothing.
A chain is anchored where its head was written down: in a daily seal, and in each
issued document (contribution `chain_anchors`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max
from django.utils import timezone

from community.models import ChainHead, Seal

if TYPE_CHECKING:
    from community.models import Event


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return `value` as both databases give it back: JSON types only, dates and decimals as text.

    Raises:
        TypeError: it holds a fraction, which the databases write differently; give a text or an integer.
    """
    read: dict[str, Any] = json.loads(json.dumps(value, cls=DjangoJSONEncoder), parse_float=_refuse_fraction)
    return read


def canonical(value: Any) -> bytes:
    """Return the one way to write a JSON value: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def detail_digest(salt: str, body: Mapping[str, Any]) -> str:
    """Return sha256 over the salt and the canonical detail, in hex."""
    return hashlib.sha256(salt.encode() + canonical(body)).hexdigest()


def hashed_text(event: Event, *, number: int | None = None) -> bytes:
    """Return what an event's hash is taken over: its columns as one line of canonical JSON."""
    columns = {
        "chain": event.chain,
        "number": event.number if number is None else number,
        "verb": event.verb,
        "kind": event.kind,
        "subject_id": event.subject_id,
        "by": event.by_id,
        "role": event.role,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "data": event.data,
        "detail_digest": event.detail_digest,
        "previous": event.previous,
    }
    return canonical(columns)


def event_hash(event: Event, *, number: int | None = None) -> str:
    """Return the hash that the event's columns give, as if it stood at `number` when one is given."""
    return hashlib.sha256(hashed_text(event, number=number)).hexdigest()


def locked_head(chain: str) -> ChainHead:
    """Return the head of a chain, its row locked until the transaction ends; begins a chain where there is none."""
    heads = ChainHead.objects.select_for_update()
    head = heads.filter(chain=chain).first()
    if head is None:
        ChainHead.objects.get_or_create(chain=chain)
        head = heads.get(chain=chain)
    return head


def head_of(chain: str) -> tuple[int, str]:
    """Return number and hash of the newest event of a chain, for a document to print; (0, "") before the first."""
    return ChainHead.objects.filter(chain=chain).values_list("number", "hash").first() or (0, "")


def seal_chains(at: datetime) -> int:
    """Seal the head of every chain that grew since its last seal, once a day; return how many.

    A no-op for chains sealed on that day already. Two schedulers at once write one seal.
    """
    on = timezone.localdate(at)
    sealed = dict(Seal.objects.values("chain").order_by().annotate(newest=Max("number")).values_list("chain", "newest"))
    today = set(Seal.objects.filter(sealed_on=on).values_list("chain", flat=True))
    new = [
        Seal(chain=head.chain, number=head.number, hash=head.hash, sealed_on=on, sealed_at=at)
        for head in ChainHead.objects.filter(number__gt=0).iterator()
        if head.chain not in today and head.number > sealed.get(head.chain, 0)
    ]
    Seal.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)


def _refuse_fraction(text: str) -> float:
    raise TypeError(f"{text} is a fraction: events hold integers and texts")
