"""`/uptakes/`: all disclosed uptakes of public clusters, filtered by the address, as page and files."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.decorators import method_decorator

from community.exports import file_of
from community.tables import Rows
from community.views.export import TOO_LONG, offer
from community.views.listing import NounListView
from results import exports
from results.filters import UptakeFilter
from results.models import Uptake
from results.querysets.uptake import UptakeQuerySet
from results.tables.exported import select_uptakes


@method_decorator(login_not_required, name="dispatch")
class UptakeListView(NounListView):
    """Which organisation took which result up, where, through which cluster, on what proof."""

    template_name = "results/uptake/all.html"
    filter_class = UptakeFilter

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Draw one page of the list, hand out all that is filtered as a file, or offer to have a long one made."""
        form, at = request.GET.get("format", ""), timezone.localtime()
        if form not in exports.FORMATS:
            return super().get(request)
        selection = select_uptakes(request.user, request.GET, at)
        if selection.problem:
            return super().get(request)
        if not exports.is_at_once(form, len(selection.keys)):
            return offer(request, "uptakes", status=TOO_LONG)
        count = len(selection.keys)
        return file_of(exports.uptakes(selection.keys), exports.UPTAKES, form, noun="uptakes", count=count, at=at)

    def rows(self, request: HttpRequest) -> Rows:
        """Return what everybody may read, what is used first."""
        return Uptake.objects.listed().in_order()

    def fetch(self, rows: Rows) -> Rows:
        """Join what a row shows."""
        return cast(UptakeQuerySet, rows).for_page()

    def more(self, request: HttpRequest, page: Any) -> dict[str, Any]:
        """Return the addresses of the files: exactly what is filtered."""
        address = request.GET.copy()
        address.pop("page", None)
        links = []
        for form in exports.FORMATS:
            address["format"] = form
            links.append((form.upper(), f"?{address.urlencode()}"))
        return {"exports": links}
