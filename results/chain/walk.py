"""Walks a chain from one of its links: up to what it rests on, and down to what rests on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from results.contributions import LinkKind, Node, Ref, chain_kinds, in_order

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

#: So many links of a kind a chain holds; the pages of its links hold all.
MOST: Final = 30
#: The kind at the end of a chain.
LAST: Final = "statement_line"


@dataclass(frozen=True)
class Chain:
    """The links of a chain with the one that it was asked for, and of which kinds there are more than it holds."""

    start: Node
    nodes: tuple[Node, ...]
    cut: tuple[LinkKind, ...] = ()

    @property
    def edges(self) -> list[tuple[Node, Node]]:
        """What rests on what, as (cause, effect), among the links that are there, from one kind to another."""
        return [(cause, effect) for cause, effect in self._pairs() if cause.kind != effect.kind]

    @property
    def handed_on(self) -> list[tuple[Node, Node]]:
        """Which cluster went on in which other one, as (merged, took in)."""
        return [(cause, effect) for cause, effect in self._pairs() if cause.kind == effect.kind]

    def _pairs(self) -> Iterable[tuple[Node, Node]]:
        known = {node.ref: node for node in self.nodes}
        return [(known[ref], node) for node in self.nodes for ref in node.rests_on if ref in known]

    @property
    def story(self) -> list[Node]:
        """The links in the order of their days, from cause to effect on the same day; undated ones at the end."""
        order = {kind.code: kind.order for kind in chain_kinds}
        return sorted(self.nodes, key=lambda node: (node.on or date.max, order[node.kind], node.pk))

    @property
    def days(self) -> int | None:
        """How many days lie between the first and the last link; None where fewer than two are dated."""
        known = [node.on for node in self.nodes if node.on is not None]
        return (max(known) - min(known)).days if len(known) > 1 else None


def chain_of(kind: LinkKind, pk: int, user: User | AnonymousUser | None) -> Chain | None:
    """Return the chain of one link as a reader sees it; None where the link itself is not visible.

    A kind is asked once for each direction, so the number of queries does not grow with the chain. Up: an uptake leads
    to its solution, outcome, cluster; an outcome to the reviews that count as it; a cluster leads to its needs, and to
    its solutions only when nothing below names one already. Down: what rests on the link, what rests on that, and so
    on. A chain that begins with a need or a solution is completed by what its clusters and uptakes rest on besides.
    That a cluster works with a solution makes no line of policy rest on it: a line and a solution stand in each
    other's chain only where an uptake or a peer review of the solution joins them. A cluster is loaded with those that
    were merged into it, and with the one that took it in: from there the chain goes on down.
    """
    loaded = {node.ref: node for node in kind.load(user, [pk])}
    start = loaded.get((kind.code, pk))
    if start is None:
        return None
    found: dict[Ref, Node] = {start.ref: start} | loaded
    cut = [*_climb(start, user, found), *_descend(start, user, found)]
    if not start.rests_on:
        cut += _complete(start, user, found)
    return Chain(start, tuple(found.values()), tuple(dict.fromkeys(cut)))


def _climb(start: Node, user: User | AnonymousUser | None, found: dict[Ref, Node]) -> Iterable[LinkKind]:
    """Add what the start rests on, kind by kind from effect to cause; yield the kinds that were cut."""
    wanted: dict[str, dict[int, None]] = defaultdict(dict)
    for node in list(found.values()):
        if node is start or node.ref in start.rests_on:
            _note(node, wanted)
    for kind in reversed(in_order()):
        keys = [pk for pk in wanted.get(kind.code, ()) if (kind.code, pk) not in found]
        if len(keys) > MOST:
            yield kind
        if not keys:
            continue
        loaded = kind.load(user, keys[:MOST])
        causes = {ref for node in loaded if node.pk in keys for ref in node.rests_on}
        for node in loaded:
            if node.pk not in keys and node.ref not in causes:
                continue
            found.setdefault(node.ref, node)
            is_known = start.kind == LAST or bool(wanted.get("solution"))
            _note(node, wanted, is_result_known=node.kind == "cluster" and is_known)


def _note(node: Node, wanted: dict[str, dict[int, None]], *, is_result_known: bool = False) -> None:
    """Remember what a link rests on."""
    for kind, pk in node.rests_on:
        if not (is_result_known and kind == "solution"):
            wanted[kind][pk] = None


def _descend(start: Node, user: User | AnonymousUser | None, found: dict[Ref, Node]) -> Iterable[LinkKind]:
    """Add what rests on the start, kind by kind from cause to effect; yield the kinds that were cut."""
    later = [node.pk for node in found.values() if node.kind == start.kind and node.ref not in start.rests_on]
    below: dict[str, list[int]] = defaultdict(list, {start.kind: later})
    first = chain_kinds.get(start.kind).order
    for kind in in_order():
        if kind.order <= first:
            continue
        nodes = kind.resting_on(user, below, MOST + 1)
        if len(nodes) > MOST:
            yield kind
        for node in nodes[:MOST]:
            found.setdefault(node.ref, node)
            if _carries(start, node, found):
                below[kind.code].append(node.pk)


def _carries(start: Node, node: Node, found: dict[Ref, Node]) -> bool:
    """Say whether what rests on a link rests on the start too: outcomes carry a solution only as reviews of it."""
    if (start.kind, node.kind) != ("solution", "outcome"):
        return True
    return any(ref[0] == "review" and ref in found for ref in node.rests_on)


def _complete(start: Node, user: User | AnonymousUser | None, found: dict[Ref, Node]) -> Iterable[LinkKind]:
    """Add the needs and solutions that the links rest on besides: solutions of uptakes where there are any."""
    nodes = list(found.values())
    is_taken_up = any(kind == "solution" for node in nodes if node.kind == "uptake" for kind, _pk in node.rests_on)
    wanted: dict[str, dict[int, None]] = defaultdict(dict)
    for node in nodes:
        _note(node, wanted, is_result_known=node.kind == "cluster" and is_taken_up)
    for kind in in_order():
        keys = [pk for pk in wanted.get(kind.code, ()) if (kind.code, pk) not in found]
        if not keys or kind.code == start.kind or kind.code not in ("need", "solution"):
            continue
        if len(keys) > MOST:
            yield kind
        for node in kind.load(user, keys[:MOST]):
            found.setdefault(node.ref, node)
