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
        rows = self
        for word in fold(query).split():
            rows = rows.filter(search_text__contains=word)
        return rows
