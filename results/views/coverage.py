"""`/coverage/`: where the work reaches, and where nothing clusters."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters.visibility import viewer
from results.coverage import facts_for
from results.forms.coverage import ROWS, CoverageForm
from results.tables.coverage import Coverage, countries_of, coverage_of, sheet_of
from results.views.parts import csv_file


@login_not_required
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Show map and table under what the address chooses; `format=csv` hands the same table out as a file."""
    on = timezone.localdate()
    facts = facts_for(request.user, on)
    form = CoverageForm(request.GET, facts=facts, countries=countries_of(facts))
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode()}
    if not form.is_valid():
        return render(request, "results/coverage/coverage.html", context, status=422)
    given, sees_proposed = form.cleaned_data, viewer(request.user, on).is_cop
    found = coverage_of(facts, form.wanted, given["rows"], given["columns"], sees_proposed=sees_proposed)
    if request.GET.get("format") == "csv":
        name = f"coverage-{given['rows']}-{given['columns']}-{on.isoformat()}.csv"
        return csv_file(*sheet_of(found), name=name)
    context |= {"coverage": found, "on": on, "views": _views(request, found), "is_narrowed": form.is_narrowed}
    return render(request, "results/coverage/coverage.html", context)


def _views(request: HttpRequest, found: Coverage) -> list[dict[str, object]]:
    """Return the ways to choose the rows with one press; everything else in the address stays."""
    views = []
    for code, label in ROWS:
        query = request.GET.copy()
        query["rows"] = code
        views.append({"url": f"?{query.urlencode()}", "icon": "list", "label": label, "current": found.rows == code})
    return views
