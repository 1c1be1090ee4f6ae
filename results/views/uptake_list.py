"""`/uptakes/`: all disclosed uptakes of public clusters, filtered by the address, as page, CSV and XLSX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator

from community.tables import Rows
from community.views.listing import NounListView
from results import exports
from results.filters import UptakeFilter
from results.models import Uptake
from results.querysets.uptake import UptakeQuerySet

COLUMNS: Final = (
    *("solution", "project", "organisation", "country", "territory", "step", "how", "in_use_on", "proof"),
    *("cluster", "working_group", "address"),
)


@method_decorator(login_not_required, name="dispatch")
class UptakeListView(NounListView):
    """Which organisation took which result up, where, through which cluster, on what proof."""

    template_name = "results/uptake/all.html"
    filter_class = UptakeFilter

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw one page of the list, or hand out all that is filtered as a file."""
        form = request.GET.get("format", "")
        if form in exports.FORMATS:
            filters = self.filter_class(request.GET, queryset=self.rows(request))
            name = f"uptakes-{timezone.localdate().isoformat()}"
            return exports.response(name, COLUMNS, _cells(self.fetch(filters.rows)), form)
        return super().get(request)

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


def _cells(rows: Any) -> Iterator[tuple[Any, ...]]:
    site = settings.SITE_URL.rstrip("/")
    for row in rows.select_related("cluster__working_group").iterator(chunk_size=2000):
        group = row.cluster.working_group
        yield (
            row.solution.title,
            row.solution.project.acronym,
            row.organisation.name,
            row.organisation.country,
            row.territory.name if row.territory else "",
            row.get_state_display(),
            row.get_kind_display(),
            row.in_use_on,
            row.proof.value,
            row.cluster.name,
            group.code if group else "",
            f"{site}{reverse('results:uptake', args=[row.pk])}",
        )
