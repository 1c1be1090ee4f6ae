"""The beginning of a list for a page that shows no more of it: how many there are, read with the rows themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, QuerySet, Subquery, Value

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
