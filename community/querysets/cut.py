"""The beginning of a list for a page that shows no more of it: how many there are, read with the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, QuerySet, Subquery, Value

#: The word of an address by which one list of a page is shown whole: `?all=panel`.
UNFOLDS: Final = "all"
#: A page that is asked for all of a list shows so many at most.
MOST_AT_ALL: Final = 500


@dataclass(frozen=True)
class Cut:
    """The first rows of a list, and how many it has; false where it has none."""

    rows: list[Any]
    total: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.total > len(self.rows)

    @property
    def at_all(self) -> int:
        """How many its page shows where its address asks for the whole list."""
        return min(self.total, MOST_AT_ALL)

    @property
    def is_too_long(self) -> bool:
        """Whether its page never shows all of it."""
        return self.total > MOST_AT_ALL

    @property
    def can_grow(self) -> bool:
        """Whether its page shows more where its address asks for that."""
        return len(self.rows) < self.at_all

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.rows)


def cut(rows: QuerySet[Any], most: int) -> Cut:
    """Return the first `most` rows and the number of all; one query, whatever the number.

    The number is counted beside the rows, not over them: they need not be read to be counted.
    """
    keys = rows.model._default_manager.order_by().filter(pk__in=rows.order_by().values("pk"))
    number = keys.annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")
    found = list(rows.annotate(of_all=Subquery(number))[:most])
    return Cut(found, found[0].of_all if found else 0)


def cut_or_whole(rows: QuerySet[Any], usual: int, query: Mapping[str, Any], name: str) -> Cut:
    """Return the first `usual` rows, or as many as a page may hold where its address asks for the list of this name."""
    return cut(rows, MOST_AT_ALL if query.get(UNFOLDS) == name else usual)
