"""`/review/clusters/`: all clusters of the coordinator's working groups on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters.filters import OverviewFilter
from clusters.querysets.overview import QUIET_DAYS
from clusters.tables.overview import clusters_of, groups_of, lines_of, with_parts
from clusters.visibility import viewer

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

#: So many clusters stand on one page.
PAGE = 50


class OverviewView(LoginRequiredMixin, View):
    """The overview: for coordinators their groups, for the mission and administrators all."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: SignedInRequest) -> HttpResponse:
        """Show the clusters under way under the filters of the address, those that want attention first."""
        on = timezone.localdate()
        who = viewer(request.user, on)
        if not (who.is_coordinator or who.is_administrator):
            raise PermissionDenied(_("The overview is for coordinators of a working group and for administrators."))
        groups = groups_of(who)
        filters = OverviewFilter(request.GET, clusters_of(request.user, who, on), groups=groups, on=on)
        page = Paginator(with_parts(filters.rows), PAGE).get_page(request.GET.get("page"))
        context = {
            "filters": filters,
            "form": filters.form,
            "groups": groups,
            "page_obj": page,
            "total": page.paginator.count,
            "lines": lines_of(page.object_list, on),
            "quiet_days": QUIET_DAYS,
            "is_coordinator": who.is_coordinator,
        }
        return render(request, "clusters/review/overview.html", context)
