"""`/dashboard/`: for everybody, how the work grew, in figures, pictures and tables."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from results.dashboard import story_of
from results.tables.dashboard import SERIES, dashboard_of, sheet_of
from results.views.parts import csv_file


@login_not_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the figures of today and of each quarter; `format=csv` hands them out as a file, `series` one of them.

    Raises:
        Http404: there is no such series.
    """
    on, story = timezone.localdate(), story_of()
    if request.GET.get("format") == "csv":
        series = request.GET.get("series", "")
        if series and series not in {one.code for one in SERIES}:
            raise Http404
        name = f"dashboard-{series}-{on.isoformat()}.csv" if series else f"dashboard-{on.isoformat()}.csv"
        return csv_file(*sheet_of(story, on, series), name=name)
    context = {"dashboard": dashboard_of(story, on), "on": on}
    return render(request, "results/dashboard/dashboard.html", context)
