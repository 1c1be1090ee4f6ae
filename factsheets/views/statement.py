"""The pages and files of issued policy statements: `/policy/<pk>/v<n>/<language>/`."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from community.access import get_visible
from factsheets.models import Edition, Issue
from factsheets.views.files import hand_out, without_policy
from factsheets.views.issue import editions_of, show_edition, withdrawn_at_address
from results.models import PolicyStatement


@login_not_required
@require_safe
def statement(request: HttpRequest, pk: int, version: int, language: str) -> HttpResponse:
    """Show that version, newest revision; the QR code leads here."""
    found = get_visible(PolicyStatement.objects.for_list(), request.user, pk=pk)
    editions = editions_of(found.reference or "")
    shown = next((one for one in editions if (one.issue.version, one.language) == (version, language)), None)
    return none_of(request, found) if shown is None else show_edition(request, shown, editions)


@without_policy
@login_not_required
@require_safe
def statement_pdf(request: HttpRequest, pk: int, version: int, language: str) -> HttpResponseBase:
    """Hand out that version's PDF, newest revision."""
    return _file(request, pk, version, language, "pdf", ".pdf")


@without_policy
@login_not_required
@require_safe
def statement_data(request: HttpRequest, pk: int, version: int, language: str) -> HttpResponseBase:
    """Hand out that version's data file, newest revision."""
    return _file(request, pk, version, language, "data", ".json")


def _file(request: HttpRequest, pk: int, version: int, language: str, file: str, suffix: str) -> HttpResponseBase:
    found = get_visible(PolicyStatement.objects.for_list(), request.user, pk=pk)
    row = Edition.objects.file_at_address(file, found.reference or "", version, language)
    if row is not None and row[0]:
        return hand_out(request, row, found.reference or "", suffix)
    return withdrawn_at_address(request, found.reference or "", version, language) or none_of(request, found)


def none_of(request: HttpRequest, found: PolicyStatement) -> HttpResponse:
    """Say, with 404, that there is no such edition of a statement that the reader may know of."""
    is_coming = bool(found.reference) and Issue.objects.for_reference(found.reference or "").undrawn().exists()
    context = {"statement": found, "is_coming": is_coming}
    return render(request, "factsheets/issue/no_statement.html", context, status=404)
