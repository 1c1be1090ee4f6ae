"""Clusters and needs that ask nearly the same as a proposal, so that groups do not overlap without knowing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import Q

from clusters.choices import State
from clusters.models import Cluster
from clusters.querysets.words import HoldsWords, words_of
from community.models import Need, User

#: Words in so many questions that they tell nothing; shorter ones are left out anyway.
COMMON = frozenset(
    """about after against also area areas best between build cluster clusters coastal could does each example from good
    have help into keep make many marine mediterranean more most natural nature need needs over park parks pays plan
    project projects region regional regions same should than that their them then there these they this through used
    what when where which while with within without work works would your""".split()  # noqa: SIM905 - readable as text
)
WORD_LENGTH = 4
WORDS = 10
#: At most so many candidates are compared, newest first.
CANDIDATES = 60
SHOWN = 3
WORDS_SHOWN = 5
LEAST_SHARED = 2

Row = TypeVar("Row", Cluster, Need)


@dataclass(frozen=True)
class Overlap:
    """What comes close: clusters and needs, each with the words that both speak of."""

    clusters: list[tuple[Cluster, list[str]]] = field(default_factory=list)
    needs: list[tuple[Need, list[str]]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many come close."""
        return len(self.clusters) + len(self.needs)


def telling_words(text: str) -> list[str]:
    """Return the words that tell what a text is about: the longest ten, folded."""
    words = {word for word in words_of(text) if len(word) >= WORD_LENGTH and word not in COMMON}
    # "warn" tells nothing beside "warning".
    telling = [word for word in words if not any(word != other and other.startswith(word) for other in words)]
    return sorted(telling, key=lambda word: (-len(word), word))[:WORDS]


def overlap_of(cluster: Cluster, user: User) -> Overlap:
    """Return what `user` may see and comes close to the cluster's title and question; two queries, bounded.

    Something comes close when two telling words are the same, or all where the proposal has fewer.
    """
    words = telling_words(f"{cluster.title} {cluster.question}")
    if len(words) < LEAST_SHARED:
        return Overlap()
    holds = Q()
    for word in words:
        holds |= Q(HoldsWords([word]))
    others = Cluster.objects.visible_to(user).exclude(pk=cluster.pk).exclude(state__in=[State.DRAFT, State.MERGED])
    clusters = _closest(others.filter(holds).order_by("-updated_at", "-pk")[:CANDIDATES], words)
    return Overlap(clusters, _closest(_needs(cluster, user, words), words))


def _needs(cluster: Cluster, user: User, words: list[str]) -> list[Need]:
    holds = Q()
    for word in words:
        holds |= Q(search_text__contains=word)
    rows = Need.objects.visible_to(user).open().exclude(pk=cluster.need_id or 0).filter(holds)
    return list(rows.order_by("-raised_at", "-pk")[:CANDIDATES])


def _closest(rows: Iterable[Row], words: list[str]) -> list[tuple[Row, list[str]]]:
    """Return the rows that share most words with the proposal, each with these words."""
    scored = []
    for place, row in enumerate(rows):
        # The first two lines of a cluster's text are its title and question; a need has one line.
        head = set(words_of(" ".join(row.search_text.split("\n")[:2])))
        shared = [word for word in words if any(other.startswith(word) for other in head)]
        if len(shared) >= LEAST_SHARED:
            scored.append((-len(shared), place, row, shared[:WORDS_SHOWN]))
    return [(row, shared) for _score, _place, row, shared in sorted(scored, key=lambda item: item[:2])[:SHOWN]]
