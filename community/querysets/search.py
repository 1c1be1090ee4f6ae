"""Search over the folded text that actions keep beside a row."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models

from community.folding import fold

Row = TypeVar("Row", bound=models.Model)


class SearchableQuerySet(models.QuerySet[Row]):
    """For models with `search_text`."""

    def matching(self, query: str) -> Self:
        """Keep the rows whose folded text holds every word of `query`; all rows for an empty one."""
        return self.filter(holding(query))


def holding(query: str) -> models.Q:
    """Return the condition that a folded text holds every word of `query`."""
    return models.Q(*(("search_text__contains", word) for word in fold(query).split()))
