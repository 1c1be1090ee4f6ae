"""What clusters are found by, and which of the found ones come first.

`Cluster.search_text` holds three lines of folded words: title, question, everything else that a cluster's page says
in words. No person's name goes in. Actions, imports and `demo_data` keep it through `index` and `rebuild`, not
`save()`; the database keeps the index over it (`clusters.search_index`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Substr

from clusters.models import Cluster, Objective, Outcome, Participation, Stage
from clusters.querysets.cluster import ClusterQuerySet
from clusters.querysets.words import query_words, words_of
from community.models import User

#: Rank when at most so many are found; above that the newest come first.
FEW: Final = 200
BATCH: Final = 500
#: Title and question stand within the first so many signs of the text.
HEAD: Final = Substr("search_text", 1, 420)
NEWEST: Final = "changed"

_OWN: Final = (
    "reference",
    "need_text",
    "need__question",
    "out_of_scope",
    "adoption_plan",
    "practitioners_summary",
    "lessons",
    "next_steps",
    "working_group__code",
    "working_group__title",
    "lead_organisation__name",
    "lead_organisation__short_name",
    "owning_project__acronym",
)


def _related() -> Iterator[tuple[models.QuerySet[Any], tuple[str, ...]]]:
    """Yield the rows beside a cluster whose words count, each with the columns that hold them."""
    yield Objective.objects.all(), ("text", "criterion")
    yield Stage.objects.all(), ("title", "deliverable")
    yield Outcome.objects.all(), ("title",)
    yield Participation.objects.active(), ("organisation__name", "organisation__short_name")
    yield Cluster.territories.through._default_manager.all(), ("territory__code", "territory__name")
    yield Cluster.themes.through._default_manager.all(), ("term__labels",)
    yield Cluster.further_needs.through._default_manager.all(), ("need__question",)
    yield Cluster.solutions.through._default_manager.all(), ("solution__title", "solution__project__acronym")


def texts_of(pks: Sequence[int]) -> dict[int, str]:
    """Return the search text of each cluster, with the same nine queries for one or many."""
    words: dict[int, list[str]] = defaultdict(list)
    heads: dict[int, str] = {}
    rows = Cluster.objects.filter(pk__in=pks).order_by()
    for pk, title, question, *own in rows.values_list("pk", "title", "question", *_OWN):
        heads[pk] = f"{' '.join(words_of(title))}\n{' '.join(words_of(question))}\n"
        words[pk] += _words(own)
    for related, columns in _related():
        of_these = related.filter(cluster__in=pks).order_by("pk")
        for pk, *values in of_these.values_list("cluster_id", *columns):
            words[pk] += _words(values)
    return {pk: head + " ".join(dict.fromkeys(words[pk])) for pk, head in heads.items()}


def _words(values: Iterable[Any]) -> Iterator[str]:
    """Yield the words of texts, and of the labels of a term in every language."""
    for value in values:
        if isinstance(value, dict):
            yield from _words(value.values())
        elif value:
            yield from words_of(str(value))


def index(cluster: Cluster) -> None:
    """Write the search text of one cluster, after its parts are in place. No-op when nothing changed."""
    text = texts_of([cluster.pk]).get(cluster.pk, "")
    if text:
        Cluster.objects.filter(pk=cluster.pk).exclude(search_text=text).update(search_text=text)
        cluster.search_text = text


def rebuild(pks: Iterable[int] | None = None, *, tell: Callable[[int], object] | None = None) -> int:
    """Write the search text of all clusters (or of `pks`) in batches; return how many were read.

    Args:
        tell: called after each batch with its size, for a progress bar.
    """
    rows = Cluster.objects.order_by("pk").values_list("pk", flat=True)
    wanted = iter(rows.iterator(chunk_size=BATCH) if pks is None else list(pks))
    count = 0
    while batch := list(islice(wanted, BATCH)):
        changed = [Cluster(pk=pk, search_text=text) for pk, text in texts_of(batch).items()]
        Cluster.objects.bulk_update(changed, ["search_text"], batch_size=BATCH)
        count += len(changed)
        if tell is not None:
            tell(len(batch))
    return count


def ranked(rows: ClusterQuerySet, query: str) -> list[int]:
    """Return the keys of `rows` (few, found by `query`), best first."""
    return best_first(rows.in_order(NEWEST).values_list("pk", "reference", HEAD), query)


def best_first(heads: Iterable[tuple[int, str | None, str]], query: str) -> list[int]:
    """Return the keys of (key, reference, head of the text), given newest first: reference, title, question, the rest.

    A whole word counts more than the beginning of one. The same order on both databases.
    """
    wanted = query_words(query)
    told = query.strip().casefold()
    scores: list[tuple[int, int]] = []
    for pk, reference, head in heads:
        title, question, *_rest = [line.split() for line in f"{head}\n\n".split("\n")]
        score = 1000 if (reference or "").casefold() == told else 0
        for word in wanted:
            score += 6 * _match(word, title) + 2 * _match(word, question)
        scores.append((-score, pk))
    return [pk for _score, pk in sorted(scores, key=lambda scored: scored[0])]


def _match(word: str, line: list[str]) -> int:
    """Return 2 for a whole word of the line, 1 for the beginning of one, else 0."""
    if word in line:
        return 2
    return int(any(other.startswith(word) for other in line))


def find(user: User | AnonymousUser, query: str, limit: int) -> list[tuple[str, str, str]]:
    """Return (title, address, question) of what `user` sees of the matches, best first: for the site's search."""
    if not query_words(query):
        return []
    found = Cluster.objects.visible_to(user).matching(query)
    newest = list(found.in_order(NEWEST).values_list("pk", flat=True)[: FEW + 1])
    pks = ranked(Cluster.objects.filter(pk__in=newest), query) if len(newest) <= FEW else newest
    rows = Cluster.objects.in_bulk(pks[:limit])
    return [(str(rows[pk]), rows[pk].get_absolute_url(), rows[pk].question) for pk in pks[:limit] if pk in rows]
