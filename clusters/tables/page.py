"""One page of the register: how many match, which rows stand on it, and what is counted beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any, Final, TypeVar

from django.core.cache import cache
from django.core.paginator import Page, Paginator

from clusters import search
from clusters.filters import BEST, FACTS, NEWEST, ClusterFilter
from clusters.models import Cluster
from clusters.querysets.cluster import ClusterQuerySet
from clusters.tables.bearings import Bearings
from clusters.tables.facets import Counts, cells_of, count, summed
from clusters.tables.rows import Place, places, ranked_places
from clusters.visibility import Viewer

PER_PAGE: Final = 25
#: A search that finds more is told as "1000+" and shown so far.
CAP: Final = 1000
_KEPT_SECONDS: Final = 3600

Made = TypeVar("Made")


@dataclass(frozen=True)
class Listing:
    """A page of places with its counts."""

    counts: Counts
    page: Page[int]
    places: list[Place]

    @property
    def total(self) -> int:
        """How many match, at most `CAP` when the counts are capped."""
        return self.counts.total


@dataclass(frozen=True)
class Reader:
    """Who reads the register, when, and what stands beside it for them."""

    who: Viewer
    now: datetime
    found: Bearings

    def group_keys(self, codes: Sequence[str]) -> set[int]:
        """Return the keys of the working groups with those codes."""
        return {label.pk for label in self.found.groups.values() if label.code in codes}


def listing(filters: ClusterFilter, reader: Reader, number: str) -> Listing:
    """Return the page with that number: the first for a number that is none, the last for one beyond the end."""
    if "q" in filters.chosen:
        return _searched(filters, reader, number)
    group_keys = reader.group_keys(filters.chosen.get("wg", []))
    made = partial(count, filters, group_keys, size=reader.found.size)
    counts = _kept(_key("counts", filters, reader), made)
    page = _page(counts.total, number)
    key = _key(("page", filters.sort, page.number), filters, reader)
    return Listing(counts, page, _slice(filters.rows(), filters.sort, page, key))


def _page(total: int, number: str) -> Page[int]:
    """Return Django's page over so many rows; it needs no rows for that."""
    digits = number.strip()
    return Paginator(range(total), PER_PAGE).get_page(int(digits[:9]) if is_number(digits) else 1)


def is_number(digits: str) -> bool:
    """Tell whether a page may have that number."""
    return digits.isdecimal() and int(digits[:9]) > 0


def _slice(rows: ClusterQuerySet, sort: str, page: Page[int], key: str) -> list[Place]:
    """Return the places of a page. The keys are found first, from whichever end of the order is nearer.

    They are kept under `key`, so that a page which is asked for again needs no walk to it.
    """
    known: list[int] | None = cache.get(key) if key else None
    if known is not None:
        standing = {place.pk: place for place in places(Cluster.objects.filter(pk__in=known).order_by())}
        return [standing[pk] for pk in known if pk in standing]
    first, last = _bounds(page)
    total = page.paginator.count
    ordered = rows.in_order(sort)
    if first > total // 2:
        keys = ordered.reverse().values("pk")[total - last : total - first]
    else:
        keys = ordered.values("pk")[first:last]
    found = places(Cluster.objects.filter(pk__in=keys).in_order(sort)) if last else []
    if key:
        cache.set(key, [place.pk for place in found], _KEPT_SECONDS)
    return found


def _bounds(page: Page[int]) -> tuple[int, int]:
    """Return the page's part of all rows as a slice's ends."""
    return (page.start_index() - 1, page.end_index()) if page.object_list else (0, 0)


def _key(what: object, filters: ClusterFilter, reader: Reader) -> str:
    """Return where something is kept under the registry's stamp, the person's rights, the day and the filters.

    Empty while the stamp is too young to be relied on: then nothing is kept.
    """
    if not reader.found.is_settled(reader.now):
        return ""
    asked = (what, reader.found.stamp, reader.who, reader.now.date(), sorted(filters.chosen.items()))
    return f"register:{blake2b(repr(asked).encode(), digest_size=16).hexdigest()}"


def _kept(key: str, make: Callable[[], Made]) -> Made:
    """Return what is kept under `key`, made where it is not."""
    known: Made | None = cache.get(key) if key else None
    if known is not None:
        return known
    made = make()
    if key:
        cache.set(key, made, _KEPT_SECONDS)
    return made


def _searched(filters: ClusterFilter, reader: Reader, number: str) -> Listing:
    """Return a page of what the words find: ranked when it is little, else in the order asked for."""
    keys, counts = _kept(_key("hits", filters, reader), partial(_hits, filters, reader))
    page = _page(counts.total, number)
    sort = NEWEST if filters.sort == BEST else filters.sort
    if keys is None:
        key = _key(("page", sort, page.number), filters, reader)
        return Listing(counts, page, _slice(filters.rows(is_common=True), sort, page, key))
    first, last = _bounds(page)
    found = Cluster.objects.filter(pk__in=keys)
    if filters.sort != BEST or len(keys) > search.FEW:
        return Listing(counts, page, places(found.in_order(sort)[first:last]))
    return Listing(counts, page, ranked_places(found, filters.chosen["q"])[first:last])


def _hits(filters: ClusterFilter, reader: Reader) -> tuple[list[int] | None, Counts]:
    """Return the keys that match (None: more than `CAP`) with the counts that follow from reading them."""
    group_keys = reader.group_keys(filters.chosen.get("wg", []))
    hits = filters.rows(leave_out=FACTS).facts_of(CAP + 1)
    if len(hits) <= CAP:
        total, groups = summed(cells_of(hits), filters, group_keys)
        return [pk for pk, *cell in hits if _fits(cell, filters, group_keys)], Counts(total, groups)
    if FACTS & filters.chosen.keys():
        hits = filters.rows().facts_of(CAP + 1)
    if len(hits) <= CAP:
        return [hit[0] for hit in hits], Counts(len(hits))
    return None, Counts(CAP, is_capped=True)


def _fits(cell: Sequence[Any], filters: ClusterFilter, group_keys: set[int]) -> bool:
    """Tell whether state, working group and focus are among those chosen."""
    chosen = (filters.chosen.get("state"), group_keys, filters.chosen.get("focus"))
    return all(not wanted or value in wanted for wanted, value in zip(chosen, cell, strict=True))
