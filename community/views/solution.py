"""The catalogue of transferable solutions."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View

from community.access import get_visible, named_members
from community.contributions import sections_of
from community.filters import SolutionFilter
from community.models import Solution
from community.tables import Rows
from community.views.listing import NounListView


@method_decorator(login_not_required, name="dispatch")
class SolutionListView(NounListView):
    """Solutions, by title."""

    template_name = "community/solution/list.html"
    filter_class = SolutionFilter

    def rows(self, request: HttpRequest) -> Rows:
        """Return the solutions that the reader may see."""
        return Solution.objects.visible_to(request.user)

    def fetch(self, rows: Rows) -> Rows:
        """Load project, type, maturity and challenges."""
        return rows.for_page()  # type: ignore[attr-defined, no-any-return]


@method_decorator(login_not_required, name="dispatch")
class SolutionView(View):
    """One solution: what it is, where it was tested, what a taker needs."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw the page."""
        solution = get_visible(Solution.objects.for_page(), request.user, pk=pk)
        contact = solution.contact
        context = {
            "solution": solution,
            "is_contact_named": contact is not None and bool(named_members(request.user, [contact])),
            "sections": sections_of("solution", request, solution),
        }
        return render(request, "community/solution/detail.html", context)
