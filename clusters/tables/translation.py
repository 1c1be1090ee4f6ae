"""What the page of a cluster's translations shows of each language."""

from __future__ import annotations

from dataclasses import dataclass

from clusters.models import Cluster, Translation
from clusters.rules.translation import Tongue, languages_for
from clusters.translatable import Text, side_by_side, texts_of


@dataclass(frozen=True)
class Progress:
    """How far the texts of a cluster are translated into one language; `stale` ones count as not done."""

    tongue: Tongue
    total: int
    done: int
    stale: int

    @property
    def missing(self) -> int:
        """How many are not translated at all."""
        return self.total - self.done - self.stale

    @property
    def is_whole(self) -> bool:
        """Whether every text is translated as it stands now."""
        return self.done == self.total


def progress_of(cluster: Cluster) -> list[Progress]:
    """Return how far each language is; begun ones first, then by code."""
    texts = texts_of(cluster)
    rows = list(Translation.objects.of_cluster(cluster))
    found = [
        _progress(tongue, texts, [row for row in rows if row.language == tongue.code])
        for tongue in languages_for(cluster)
    ]
    return sorted(found, key=lambda one: (not (one.done or one.stale), -one.done))


def _progress(tongue: Tongue, texts: list[Text], rows: list[Translation]) -> Progress:
    sides = side_by_side(texts, rows)
    stale = sum(side.is_stale for side in sides)
    return Progress(tongue, len(sides), sum(side.row is not None for side in sides) - stale, stale)
