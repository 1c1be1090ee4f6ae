"""Checking the record: changed, missing, reordered, cut and redacted rows, back to the last anchor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community import contributions
from community.chain import detail_digest, event_hash
from community.choices import RedactionTarget
from community.contributions import ChainAnchor
from community.models import ChainHead, Event, EventDetail, Redaction, Seal

Words = str | Promise


@dataclass(frozen=True)
class Finding:
    """One thing that the check has to say of a chain.

    `code`: changed, missing, reordered, cut, forked, detail or redacted; only redacted is in order.
    """

    chain: str
    number: int
    code: str
    sentence: Words

    @property
    def is_fault(self) -> bool:
        """Tell whether somebody tampered with the record."""
        return self.code != "redacted"


def verify_history(*, chains: Iterable[str] | None = None) -> Iterator[Finding]:
    """Yield what is to be said of every chain (or of `chains`), in the order of their names.

    Reads each chain once, in batches. Nothing yielded means: complete and unchanged since its last anchor.
    """
    anchors: dict[str, list[ChainAnchor]] = {}
    for anchor in _anchors():
        anchors.setdefault(anchor.chain, []).append(anchor)
    known = _with_events() | set(anchors)
    heads = dict(ChainHead.objects.values_list("chain", "number"))
    for chain in sorted(known if chains is None else known & set(chains)):
        yield from _verify_chain(chain, anchors.get(chain, []), head=heads.get(chain, 0))


def known_chains() -> set[str]:
    """Return the names of all chains that have events, or of which the head was written down somewhere."""
    return _with_events() | {anchor.chain for anchor in _anchors()}


def _with_events() -> set[str]:
    return set(Event.objects.order_by().values_list("chain", flat=True).distinct())


def _anchors() -> Iterator[ChainAnchor]:
    """Yield where the heads of chains were written down: heads, seals, and what upper apps contribute."""
    for head in ChainHead.objects.filter(number__gt=0).iterator():
        yield ChainAnchor(head.chain, head.number, head.hash, _("the head of the chain"))
    for seal in Seal.objects.iterator():
        words = _("the seal of %(day)s") % {"day": seal.sealed_on.isoformat()}
        yield ChainAnchor(seal.chain, seal.number, seal.hash, words)
    for source in contributions.chain_anchors:
        yield from source()


def _verify_chain(chain: str, anchors: list[ChainAnchor], *, head: int) -> Iterator[Finding]:
    """Walk one chain from its first event, then hold it against its anchors."""
    wanted = {anchor.number for anchor in anchors}
    seen: dict[int, str] = {}
    number, previous = 0, ""
    for event in Event.objects.of_chain(chain).select_related("detail", "detail__redaction").iterator(chunk_size=2000):
        if event.number > number + 1:
            yield _missing(chain, number + 1, event.number - 1)
        elif event.previous != previous and event_hash(event) == event.hash:
            yield Finding(chain, event.number, "forked", _("does not follow from the event before it"))
        yield from _verify_event(event)
        number, previous = event.number, event.hash
        if number in wanted:
            seen[number] = event.hash
    for anchor in sorted(anchors, key=lambda one: one.number):
        yield from _hold_against(anchor, last=number, seen=seen)
    if head < number:
        yield Finding(chain, number, "changed", _("is not known to the head of the chain"))


def _verify_event(event: Event) -> Iterator[Finding]:
    """Check one event's own columns and its detail."""
    if event_hash(event) != event.hash:
        place = _place_by_links(event)
        if place is not None and event_hash(event, number=place) == event.hash:
            yield Finding(event.chain, event.number, "reordered", _("stood at place %(place)d") % {"place": place})
        else:
            yield Finding(event.chain, event.number, "changed", _("was changed after it was written"))
    detail: EventDetail | None = getattr(event, "detail", None)
    if detail is None:
        if event.detail_digest:
            yield Finding(event.chain, event.number, "detail", _("has lost its detail"))
    elif detail.redaction is not None:
        yield _redacted(event, detail, detail.redaction)
    elif not event.detail_digest or detail_digest(detail.salt, detail.body or {}) != event.detail_digest:
        yield Finding(event.chain, event.number, "detail", _("has a detail that was changed after it was written"))


def _place_by_links(event: Event) -> int | None:
    """Return the event's place when the chain is followed by its hashes instead of its numbers."""
    follower = dict(Event.objects.filter(chain=event.chain).values_list("previous", "hash"))
    hash_, place = follower.get(""), 1
    while hash_ is not None and place <= len(follower):
        if hash_ == event.hash:
            return place
        hash_, place = follower.get(hash_), place + 1
    return None


def _redacted(event: Event, detail: EventDetail, redaction: Redaction) -> Finding:
    """Say that a detail was emptied, and hold that against the ledger."""
    if redaction.target != RedactionTarget.EVENT_DETAIL or redaction.target_id != detail.pk:
        return Finding(event.chain, event.number, "detail", _("was emptied without a row of the ledger"))
    words = _("redacted, %(reason)s %(erasure)s") % {
        "reason": redaction.get_reason_display(),
        "erasure": redaction.erasure or redaction.pk,
    }
    return Finding(event.chain, event.number, "redacted", words)


def _missing(chain: str, first: int, last: int) -> Finding:
    """Say which numbers are not there."""
    if first == last:
        return Finding(chain, first, "missing", _("is missing"))
    return Finding(chain, first, "missing", _("is missing, and all up to %(last)d") % {"last": last})


def _hold_against(anchor: ChainAnchor, *, last: int, seen: dict[int, str]) -> Iterator[Finding]:
    """Compare the chain with one place where its head was written down."""
    words = {"source": anchor.source}
    if anchor.number > last:
        yield Finding(anchor.chain, last + 1, "cut", _("is cut off: %(source)s knows later events") % words)
    elif anchor.number in seen and seen[anchor.number] != anchor.hash:
        yield Finding(anchor.chain, anchor.number, "changed", _("is not the event that %(source)s knows") % words)
