"""`/indicators/`: the programme's figures, and the records that each one counts and leaves out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from community.access import get_visible
from community.models import Project
from community.views.export import TOO_LONG, offer
from results import exports
from results.access import get_indicator
from results.rules.indicators.shape import Reason
from results.tables.exported import records_of
from results.tables.indicators import Report, shown

#: So many records stand on a page.
PAGE = 50


def project_of(request: HttpRequest) -> Project | None:
    """Return the owning project that the address asks for; None for the whole mission.

    Raises:
        Http404: there is no project of that code.
    """
    code = request.GET.get("project", "")
    return get_visible(Project, request.user, code=code) if code else None


@method_decorator(login_not_required, name="dispatch")
class IndicatorsView(View):
    """All indicators of one owning project, or of the whole mission."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the figures beside their targets, or send them as a file."""
        on, project = timezone.localdate(), project_of(request)
        report = Report(None, on, project=project, with_lists=False)
        form = request.GET.get("format", "")
        if form in exports.FORMATS:
            name = f"indicators-{project.code if project else 'mission'}-{on.isoformat()}"
            rows = exports.figures(report.rows_by_project(), on)
            return exports.response(name, exports.FIGURES, rows, form, timezone.localtime())
        context = {"rows": report.rows(), "project": project, "projects": Project.objects.all(), "on": on}
        return render(request, "results/indicator/list.html", context)


@method_decorator(login_not_required, name="dispatch")
class IndicatorView(View):
    """One indicator: its rule, its figure, what it counts, what it leaves out and why."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Show a page of records, or send all of them as a file, which is the same whoever takes it.

        A file is passed on: what is not disclosed stands on the page alone, for who works on it.
        """
        on, project, form = timezone.localdate(), project_of(request), request.GET.get("format", "")
        if form in exports.FORMATS:
            return self._file(request, code, project, form)
        report = Report(request.user, on, project=project)
        row = report.row(get_indicator(code))
        context = {"row": row, "project": project, "projects": Project.objects.all(), "on": on}
        return render(request, "results/indicator/detail.html", context | self._records(request, report, row))

    def _file(self, request: HttpRequest, code: str, project: Project | None, form: str) -> HttpResponseBase:
        """Hand all records out, or offer to have a long workbook made."""
        at = timezone.localtime()
        rows = records_of(code, project, at)
        if not exports.is_at_once(form, len(rows)):
            return offer(request, code.lower(), status=TOO_LONG)
        name = f"{code.lower()}-{project.code if project else 'mission'}-{at.date().isoformat()}"
        return exports.response(name, exports.RECORDS, rows, form, at)

    def _records(self, request: HttpRequest, report: Report, row: Any) -> dict[str, Any]:
        """Return the page of records that the address asks for: counted ones, or those left out for a reason."""
        asked = request.GET.get("reason", "")
        reason = Reason(asked) if asked in Reason.values else None
        is_left_out = reason is not None or request.GET.get("show") == "left_out"
        lines = row.figure.left_out if is_left_out else row.figure.counted
        if reason is not None:
            lines = [line for line in lines if line.reason == reason]
        page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
        return {
            "is_left_out": is_left_out,
            "reason": reason,
            "page_obj": page,
            "records": shown(page.object_list, report.facts),
        }
