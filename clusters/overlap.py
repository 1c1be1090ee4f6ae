"""Clusters and needs that come close to a proposal, so that groups do not overlap without knowing.

Signals are counted first, by one query over indexes that knows no names: a telling word, a theme, a territory, a
project, a result to transfer. Only what is strongest, and the reader may see, is loaded and compared word by word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from django.db.models import IntegerField, Manager, Prefetch, QuerySet, Value, prefetch_related_objects
from django.utils.translation import gettext as _

from clusters.choices import State
from clusters.models import Cluster
from clusters.querysets.words import HoldsWords, words_of
from clusters.rules.content import Parts, parts_of
from community.models import Need, Solution, User
from community.telling import telling_words

#: So many of those with the strongest signals are loaded and compared.
CANDIDATES = 120
SHOWN = 3
WORDS_SHOWN = 5
#: Something comes close from so many points on.
LEAST_POINTS = 2

#: Signals beside the words, which are numbered from 0; each counts its points once, however much is shared.
THEME, PLACE, PROJECT, RESULT = 101, 102, 103, 104
#: Added to the signals of needs, which are counted in the same query as those of clusters.
OF_NEEDS: Final = 1000
POINTS: Final = {THEME: 1, PLACE: 1, PROJECT: 1, RESULT: 2}

Row = TypeVar("Row", Cluster, Need)
RowsOfSignals = list[tuple[int, QuerySet[Any, Any]]]
Signals = dict[int, set[int]]


@dataclass(frozen=True)
class Hit(Generic[Row]):
    """Something that comes close, with what it shares with the proposal."""

    row: Row
    words: list[str]
    themes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """Why it comes close, one sentence a reason."""
        said = (
            (_("Both speak of: %(names)s"), self.words),
            (_("Both work with: %(names)s"), self.results),
            (_("Both belong to: %(names)s"), self.projects),
            (_("Both on the theme: %(names)s"), self.themes),
            (_("Both in: %(names)s"), self.places),
        )
        return [sentence % {"names": ", ".join(names)} for sentence, names in said if names]


@dataclass(frozen=True)
class Overlap:
    """What comes close: clusters and needs."""

    clusters: list[Hit[Cluster]] = field(default_factory=list)
    needs: list[Hit[Need]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many come close."""
        return len(self.clusters) + len(self.needs)


@dataclass(frozen=True)
class Asked:
    """What a proposal is about, as it is compared: words, and the keys of what it names."""

    words: list[str]
    themes: frozenset[int]
    places: frozenset[int]
    results: frozenset[int]
    projects: frozenset[int]

    @property
    def says_too_little(self) -> bool:
        """Whether nothing could come close."""
        points = len(self.words) + bool(self.themes) + bool(self.places) + bool(self.projects) + 2 * bool(self.results)
        return points < LEAST_POINTS


def overlap_of(cluster: Cluster, user: User, parts: Parts | None = None) -> Overlap:
    """Return what `user` may see and comes close to the proposal; a fixed number of queries, each over an index.

    `parts` are those of the proposal, where they are known.

    A shared word, theme, territory or project is a point, a shared result to transfer two. Something comes close from
    two points on; the most points first, then the newest.
    """
    known = parts or parts_of([cluster])[cluster.pk]
    asked = _asked(cluster, known)
    if asked.says_too_little:
        return Overlap()
    own = known.further_needs | ({cluster.need_id} if cluster.need_id else set())
    clusters, needs = _signals([*_cluster_parts(asked), *_need_parts(asked)])
    return Overlap(_clusters(cluster, user, asked, clusters), _needs(user, asked, own, needs))


def _asked(cluster: Cluster, parts: Parts) -> Asked:
    projects = set(parts.solutions.values()) | ({cluster.owning_project_id} - {None})
    return Asked(
        telling_words(f"{cluster.title} {cluster.question}"),
        frozenset(parts.themes),
        frozenset(parts.territories),
        frozenset(parts.solutions),
        frozenset(pk for pk in projects if pk is not None),
    )


def _cluster_parts(asked: Asked) -> RowsOfSignals:
    """Return which clusters share what, a query for each signal."""
    rows, through = Cluster.objects.order_by(), _through(Cluster)
    used = through("solutions")
    return [
        *((number, rows.filter(HoldsWords([word])).values("pk")) for number, word in enumerate(asked.words)),
        (THEME, through("themes").filter(term__in=asked.themes).values("cluster")),
        (PLACE, through("territories").filter(territory__in=asked.places).values("cluster")),
        (RESULT, used.filter(solution__in=asked.results).values("cluster")),
        (PROJECT, used.filter(solution__project__in=asked.projects).values("cluster")),
        (PROJECT, rows.filter(owning_project__in=asked.projects).values("pk")),
    ]


def _clusters(cluster: Cluster, user: User, asked: Asked, signals: Signals) -> list[Hit[Cluster]]:
    """Return the clusters that come close; the first two lines of their text are title and question."""
    if not (strongest := _strongest(signals)):
        return []
    others = Cluster.objects.visible_to(user).exclude(pk=cluster.pk).exclude(state__in=[State.DRAFT, State.MERGED])
    found = others.filter(pk__in=strongest).select_related("owning_project").order_by("-updated_at", "-pk")
    close = _closest(found, signals, asked.words, lambda row: " ".join(row.search_text.split("\n")[:2]))
    results = Prefetch("solutions", Solution.objects.select_related("project"))
    prefetch_related_objects([row for row, *_rest in close], "themes", "territories", results)
    return [
        Hit(
            row,
            words,
            [term.label for term in row.themes.all() if term.pk in asked.themes],
            [place.name for place in row.territories.all() if place.pk in asked.places],
            _projects(row, asked),
            [result.title for result in row.solutions.all() if result.pk in asked.results],
        )
        for row, words in close
    ]


def _projects(row: Cluster, asked: Asked) -> list[str]:
    """Return the shared projects, without those that a shared result names already."""
    named = {result.project.acronym for result in row.solutions.all() if result.project_id in asked.projects}
    said = {result.project.acronym for result in row.solutions.all() if result.pk in asked.results}
    if row.owning_project_id in asked.projects and row.owning_project is not None:
        named.add(row.owning_project.acronym)
    return sorted(named - said)


def _need_parts(asked: Asked) -> RowsOfSignals:
    """Return which needs share what, a query for each signal, with the signals of needs."""
    rows, through = Need.objects.order_by(), _through(Need)
    parts: RowsOfSignals = [
        (number, rows.filter(search_text__contains=word).values("pk")) for number, word in enumerate(asked.words)
    ]
    parts += [
        (THEME, through("challenges").filter(term__in=asked.themes).values("need")),
        (PLACE, through("territories").filter(territory__in=asked.places).values("need")),
    ]
    return [(OF_NEEDS + code, found) for code, found in parts]


def _needs(user: User, asked: Asked, own: set[int], signals: Signals) -> list[Hit[Need]]:
    """Return the open needs that come close."""
    if not (strongest := _strongest(signals)):
        return []
    open_ = Need.objects.visible_to(user).open().exclude(pk__in=own).filter(pk__in=strongest)
    close = _closest(open_.order_by("-raised_at", "-pk"), signals, asked.words, lambda row: row.search_text)
    prefetch_related_objects([row for row, *_rest in close], "challenges", "territories")
    return [
        Hit(
            row,
            words,
            [term.label for term in row.challenges.all() if term.pk in asked.themes],
            [place.name for place in row.territories.all() if place.pk in asked.places],
        )
        for row, words in close
    ]


def _through(model: type[Cluster | Need]) -> Callable[[str], Manager[Any]]:
    """Return the rows that tie `model` to a vocabulary, by the name of the relation."""
    return lambda name: getattr(model, name).through._default_manager


def _signals(parts: RowsOfSignals) -> tuple[Signals, Signals]:
    """Return what each cluster and what each need shares, by its key; one query over all parts."""
    asked = [
        rows.order_by().annotate(signal=Value(code, IntegerField())).values_list(*rows.query.values_select, "signal")
        for code, rows in parts
    ]
    clusters: Signals = defaultdict(set)
    needs: Signals = defaultdict(set)
    for key, code in asked[0].union(*asked[1:], all=True):
        found = needs if code >= OF_NEEDS else clusters
        found[key].add(code % OF_NEEDS)
    return clusters, needs


def _strongest(signals: Signals) -> list[int]:
    """Return the keys with most points, of equals the newest; none that cannot come close."""
    scored = ((_points(codes), key) for key, codes in signals.items())
    enough = [pair for pair in scored if pair[0] >= LEAST_POINTS]
    return [key for _points, key in sorted(enough, reverse=True)[:CANDIDATES]]


def _points(codes: Collection[int]) -> int:
    has_result = RESULT in codes
    return sum(POINTS.get(code, 1) for code in codes if not (code == PROJECT and has_result))


def _closest(
    rows: Iterable[Row], signals: Signals, words: Sequence[str], head: Callable[[Row], str]
) -> list[tuple[Row, list[str]]]:
    """Return the rows with most points, each with the words that it shares in its head."""
    scored = []
    for place, row in enumerate(rows):
        spoken = set(words_of(head(row)))
        shared = [word for word in words if any(other.startswith(word) for other in spoken)]
        points = len(shared) + _points([code for code in signals[row.pk] if code in POINTS])
        if points >= LEAST_POINTS:
            scored.append((-points, place, row, shared[:WORDS_SHOWN]))
    return [(row, shared) for *_place, row, shared in sorted(scored, key=lambda item: item[:2])[:SHOWN]]
