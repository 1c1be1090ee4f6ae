"""`events/`: the hash chain of the cluster, entry by entry, so that anybody computes it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.models import Cluster
from clusters.sentences import entry, events_for, history, people_of
from community.chain import hashed_text
from community.models import Event, Seal
from factsheets.dossier.archive import Archive
from factsheets.dossier.parts import Part, dossier_parts
from factsheets.dossier.reader import Reader

EVENTS: Final = (
    *("number", "at", "verb", "sentence", "reason", "changes", "kind", "subject", "role", "detail", "detail_digest"),
    *("previous", "hash", "hashed_text"),
)
_EXACT: Final = frozenset({"detail_digest", "previous", "hash", "hashed_text"})
_SEALS: Final = ("day", "chain", "number", "hash")
_AT_ONCE: Final = 200


def write(archive: Archive, reader: Reader) -> list[str]:
    """Add the chain of the cluster and of each that was merged into it, and the daily seals."""
    clusters = [reader.cluster, *reader.merged]
    for one in clusters:
        archive.table(f"events/{one.name}.csv", EVENTS, _rows(reader, one), exact=_EXACT)
    seals = Seal.objects.filter(chain__in=[_chain(one) for one in clusters]).order_by("chain", "sealed_on")
    archive.table(
        "events/seals.csv",
        _SEALS,
        [{"day": row.sealed_on, "chain": row.chain, "number": row.number, "hash": row.hash} for row in seals],
        exact=_EXACT,
    )
    return []


def _chain(cluster: Cluster) -> str:
    return f"cluster:{cluster.pk}"


def _rows(reader: Reader, cluster: Cluster) -> Iterator[dict[str, Any]]:
    """Yield a row for each event, oldest first; one that the reader may not read keeps its place in the chain."""
    events = Event.objects.of_chain(_chain(cluster)).for_sentences().select_related("detail__redaction")
    open_: set[int] | None = None
    if reader.user is not None:
        others = [cluster] if cluster.pk != reader.cluster.pk else []
        open_ = set(events_for(reader.user, reader.cluster, *others).order_by().values_list("pk", flat=True))
    stream = events.iterator(chunk_size=_AT_ONCE)
    while some := list(islice(stream, _AT_ONCE)):
        shown = [event for event in some if open_ is None or event.pk in open_]
        told = {event.pk: words for event, words in zip(shown, _told(reader, shown), strict=True)}
        for event in some:
            yield _row(event, told[event.pk]) if event.pk in told else _withheld(event)


def _told(reader: Reader, events: Sequence[Event]) -> Iterator[dict[str, Any]]:
    """Yield sentence, reason and changes of events, as far as they are for the reader; persons by their roles.

    A sentence names persons in a dossier for auditors only.
    """
    people = people_of(events) if reader.names_all else {}
    whole = history(events, reader.cluster, user=reader.user) if reader.user is not None else []
    for number, event in enumerate(events):
        words = entry(event, named=reader.names_all, people=people, is_told=True)
        allowed = whole[number] if whole else words
        yield {
            "sentence": words.sentence,
            "reason": allowed.reason,
            "changes": [f"{one.label}: {one.was} → {one.now}" for one in words.changes]
            + [str(line) for line in words.conditions],
        }


def _row(event: Event, told: dict[str, Any]) -> dict[str, Any]:
    detail = getattr(event, "detail", None)
    redaction = detail.redaction if detail is not None else None
    return {
        **_withheld(event),
        **told,
        "at": event.at,
        "verb": event.verb,
        "kind": event.kind,
        "subject": event.subject_id,
        "role": event.role,
        "detail": f"redacted {redaction.erasure}".strip() if redaction else "kept" if detail else "",
        "detail_digest": event.detail_digest,
        "hashed_text": hashed_text(event).decode(),
    }


def _withheld(event: Event) -> dict[str, Any]:
    """Return what everybody gets who may have the dossier: the link of the chain."""
    return {
        **dict.fromkeys(EVENTS, ""),
        "number": event.number,
        "sentence": _("Not for this reader."),
        "detail": "withheld",
        "previous": event.previous,
        "hash": event.hash,
    }


dossier_parts.register(
    "events",
    Part(
        "events/",
        gettext_lazy(
            "Everything that happened, oldest first, as a chain of hashes; one file for the cluster and one for each "
            "that was merged into it. detail says of the words behind an entry: kept; redacted, with the number of "
            "the erasure that emptied them; or withheld, where the entry is not for the reader of this dossier. "
            "seals.csv holds the newest hash of the chain as it was sealed day by day."
        ),
        write,
        order=120,
    ),
)
