"""Lists: one page of rows, ids first, so that the last page costs what the first one does."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

PER_PAGE = 25

Rows = QuerySet[Any]
if TYPE_CHECKING:
    BasePaginator = Paginator[Any]
else:
    BasePaginator = Paginator


class RowsPaginator(BasePaginator):
    """Cuts the list of ids, then loads only the rows of the page by `fetch`."""

    def __init__(self, rows: Rows, *, fetch: Callable[[Rows], Rows], per_page: int = PER_PAGE) -> None:
        """Keep the ordered rows; `fetch` adds what a page shows to the rows of that page."""
        super().__init__(rows, per_page)
        self.ordered = rows
        self.fetch = fetch

    def page(self, number: int | str) -> Page[Any]:
        """Return one page, in the list's order."""
        valid = int(self.validate_number(number))
        start = (valid - 1) * self.per_page
        ids = list(self.ordered.values_list("pk", flat=True)[start : start + self.per_page])
        found = {row.pk: row for row in self.load(ids)}
        return Page([found[pk] for pk in ids if pk in found], valid, self)

    def load(self, ids: Collection[Any]) -> Rows:
        """Return the rows of a page by their keys."""
        return self.fetch(self.ordered.model._default_manager.filter(pk__in=ids))


def page_of(rows: Rows, number: str | None, *, fetch: Callable[[Rows], Rows], per_page: int = PER_PAGE) -> Page[Any]:
    """Return the page that an address asks for: the first for no or a bad number, the last for one too high."""
    page: Page[Any] = RowsPaginator(rows, fetch=fetch, per_page=per_page).get_page(number or 1)
    return page
