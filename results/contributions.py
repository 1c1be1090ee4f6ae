"""What stands in a chain from a need to a line of policy: kinds of links, each registered by whom they belong to.

A chain is read from any of its links, both ways. Every kind says of its rows what they rest on, and finds the rows
that rest on others; both leave out what the reader may not see, so the chain ends where that begins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from community.contributions import Registry

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

Words = str | Promise
#: So many places of a link stand in a story.
MOST_PLACES = 6
#: A link by its kind and key.
Ref = tuple[str, int]
Refs = Mapping[str, Collection[int]]


@dataclass(frozen=True)
class Agent:
    """Who is behind a link, for data: an organisation, project or working group, never a person."""

    kind: str
    pk: int
    name: str


@dataclass(frozen=True)
class Node:
    """One link of a chain: what happened when, by whom, where, on what evidence.

    `on` is the day by which the story is told, `until` the last day of what lasts. `who` and `where` are short texts,
    `said` a sentence or two. `evidence` are (words, address) pairs; an address may be empty. `is_documented` is None
    where nobody else has to confirm it; `gone` says that it is not in force any more, or denied. `agents` are the
    organisations, projects and groups behind it, for data. `places` are the territories in which it is, in words.
    """

    kind: str
    pk: int
    title: str
    url: str = ""
    on: date | None = None
    until: date | None = None
    over: Words = ""
    who: str = ""
    where: str = ""
    said: str = ""
    evidence: Sequence[tuple[Words, str]] = ()
    is_documented: bool | None = None
    rests_on: Sequence[Ref] = ()
    agents: Sequence[Agent] = field(default=())
    gone: Words = ""
    places: Sequence[str] = ()

    @property
    def places_shown(self) -> Sequence[str]:
        """The places that a story names; there may be more."""
        return self.places[:MOST_PLACES]

    @property
    def places_more(self) -> int:
        """How many places it does not name."""
        return len(self.places) - len(self.places_shown)

    @property
    def ref(self) -> Ref:
        """Kind and key."""
        return (self.kind, self.pk)


@dataclass(frozen=True)
class LinkKind:
    """A kind of link. `order` is its place from cause to effect; a row rests only on kinds of a lower order.

    `load(user, keys)` returns those rows that the reader may see. `resting_on(user, refs, most)` returns up to `most`
    visible rows that rest on some of the links of `refs`, the newest first. Both take a fixed number of queries.
    `prov` is what it is in W3C PROV: "entity" or "activity".
    """

    code: str
    label: Words
    plural: Words
    order: int
    icon: str
    colour: str
    state: str
    load: Callable[[User | AnonymousUser | None, Collection[int]], Sequence[Node]]
    resting_on: Callable[[User | AnonymousUser | None, Refs, int], Sequence[Node]]
    prov: str = "entity"


chain_kinds: Registry[LinkKind] = Registry("chain_kinds")


def in_order() -> list[LinkKind]:
    """Return the kinds of links from cause to effect."""
    return sorted(chain_kinds, key=lambda kind: kind.order)


def nothing(_user: Any, _refs: Refs, _most: int) -> Sequence[Node]:
    """Return no row: what a kind answers that rests on nothing."""
    return ()
