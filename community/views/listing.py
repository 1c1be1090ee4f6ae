"""What the lists of all nouns have in common: a filter bar, pages, an address that says everything."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views import View

from community.filters import ListFilter
from community.tables import PER_PAGE, Rows, page_of


class NounListView(View):
    """A list of one noun; a child names template and filter and says which rows exist for whom."""

    http_method_names = ["get", "head", "options"]
    template_name: ClassVar[str]
    filter_class: ClassVar[type[ListFilter]]
    per_page: ClassVar[int] = PER_PAGE

    def rows(self, request: HttpRequest) -> Rows:
        """Return the rows that the reader may see, in a total order."""
        raise NotImplementedError

    def fetch(self, rows: Rows) -> Rows:
        """Load what one row of the list shows."""
        raise NotImplementedError

    def more(self, request: HttpRequest, page: Any) -> dict[str, Any]:
        """Return what the template needs besides."""
        return {}

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Draw one page of the list."""
        filters = self.filter_class(request.GET, queryset=self.rows(request), request=request)
        page = page_of(filters.rows, request.GET.get("page"), fetch=self.fetch, per_page=self.per_page)
        context = {"filter": filters, "form": filters.form, "page_obj": page, "clear_url": request.path}
        return render(request, self.template_name, context | self.more(request, page))
