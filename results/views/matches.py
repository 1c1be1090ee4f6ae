"""`/coverage/matches/` and `/coverage/matches/idle/`: unmet needs beside idle solutions, with reasons.

The first one names people, and is for who signed in; the second one holds what everybody may read.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from clusters.permissions import can_propose
from community.rights import can_see_directory
from community.tables import Rows
from community.views.listing import NounListView
from results.filters import IdleSolutionFilter, OpenNeedFilter
from results.matches import PER_PAGE, idle_in_order, matched_needs, matched_solutions, waiting_needs, with_terms


class MatchesView(NounListView):
    """Open needs, the longest waiting first, each with the solutions and people near it; for who signed in."""

    template_name = "results/matches/needs.html"
    filter_class = OpenNeedFilter
    per_page = PER_PAGE

    def rows(self, request: HttpRequest) -> Rows:
        """Return the open needs that the reader may see."""
        rows: Rows = waiting_needs(request.user)
        return rows

    def fetch(self, rows: Rows) -> Rows:
        """Load what one need is shown with and compared by."""
        return rows.for_page()  # type: ignore[attr-defined, no-any-return]

    def more(self, request: HttpRequest, page: Any) -> dict[str, Any]:
        """Add what is near each need, and whether the reader may propose."""
        matches = matched_needs(list(page), request.user)
        reads_people = bool(can_see_directory(request.user))
        return shared(request, idle=False) | {"matches": matches, "reads_people": reads_people}


@method_decorator(login_not_required, name="dispatch")
class IdleView(NounListView):
    """Idle solutions, each with the open needs near it that the reader may see."""

    template_name = "results/matches/idle.html"
    filter_class = IdleSolutionFilter
    per_page = PER_PAGE

    def rows(self, request: HttpRequest) -> Rows:
        """Return the solutions with which nobody works."""
        rows: Rows = idle_in_order()
        return rows

    def fetch(self, rows: Rows) -> Rows:
        """Load what one solution is shown with and compared by."""
        found: Rows = with_terms(rows)
        return found

    def more(self, request: HttpRequest, page: Any) -> dict[str, Any]:
        """Add the needs near each solution, and whether the reader may propose."""
        return shared(request, idle=True) | {"matches": matched_solutions(list(page), request.user)}


def shared(request: HttpRequest, *, idle: bool) -> dict[str, Any]:
    """Return what both pages show: the way to the other one, and whether the reader may propose."""
    views = [
        {"url": reverse("results:matches"), "icon": "need", "label": _("Open needs"), "current": not idle},
        {"url": reverse("results:idle"), "icon": "result", "label": _("Idle solutions"), "current": idle},
    ]
    return {"views": views if request.user.is_authenticated else [], "may_propose": can_propose(request.user)}
