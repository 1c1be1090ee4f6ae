"""Reports that went out: the list, `/reports/<date>/` with its files, and how far the mails are."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters.visibility import viewer
from community.access import get_visible
from community.choices import MessageState
from community.store_away import StoreAway
from factsheets import downloads, sentences, storage
from factsheets.models import Booklet, CopReport, DownloadCount, Edition, Issue, ReportBooklet
from factsheets.notifications import arrivals
from factsheets.permissions import can_begin, can_catch_up, can_see_arrivals
from factsheets.report_summary import unreported
from factsheets.views.files import hand_out, without_policy
from factsheets.views.issue import earlier_revisions, editions_of, file_is_away, show_edition, withdrawn_at_address
from factsheets.views.marks import answered

A_PAGE = 20
#: So many clusters that were not reported yet are named.
WAITING = 20


@login_not_required
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """`/reports/?wg=&year=`: what went out, for everybody; drafts and what was not reported yet, for coordinators."""
    who = viewer(request.user, timezone.localdate())
    sent = CopReport.objects.sent()
    code, year = request.GET.get("wg", "")[:20].replace("\0", ""), request.GET.get("year", "")
    years = sorted({day.year for day in sent.order_by().dates("state_since", "year")}, reverse=True)
    codes = sorted({code for code in sent.order_by().values_list("working_group__code", flat=True) if code})
    if code:
        sent = sent.of_group(code)
    if year:  # what is no year of these has no report, and may be no year at all
        sent = sent.of_year(int(year)) if year in map(str, years) else sent.none()
    context: dict[str, Any] = {
        "page_obj": Paginator(sent.for_list(), A_PAGE).get_page(request.GET.get("page")),
        "years": years,
        "codes": codes,
        "code": code,
        "year": year,
        "may_begin": can_begin(request.user),
        "may_catch_up": can_catch_up(request.user).allowed,
        "is_coordinator": who.is_coordinator,
    }
    if who.is_coordinator:
        waiting = unreported(None if who.is_mission else who.group_ids)
        context["drafts"] = CopReport.objects.visible_to(request.user).drafts().for_list()
        context["waiting"] = list(waiting.defer("snapshot").with_language()[: WAITING + 1])
        context["most"] = WAITING
    return render(request, "factsheets/report/list.html", context)


@login_not_required
@require_safe
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """`/reports/<date>/`: the report as it was sent, with its factsheets; 304 to who has the page as it is.

    For coordinators and administrators also the mails, and how often the files were fetched.
    """
    found = get_visible(CopReport.objects.sent().for_list(), request.user, reference=reference)
    editions = editions_of(reference)
    if not editions:
        return render(request, "factsheets/report/coming.html", {"report": found}, status=404)
    edition = editions[0]
    if not edition.is_current:
        return show_edition(request, edition, editions)
    context: dict[str, Any] = {
        "report": found,
        "edition": edition,
        "issue": edition.issue,
        "issuer": sentences.issuer(edition.issue.role, found.working_group.code if found.working_group else ""),
        "factsheets": list(found.factsheets.defer("snapshot").with_language().order_by("face", "reference")),
        "arrivals": [],
        "earlier": earlier_revisions(edition),
        "booklet": (booklet := Booklet.objects.of_report(found)),
        "earlier_booklets": list(ReportBooklet.objects.earlier_of(found, booklet)),
    }
    if can_see_arrivals(request.user):
        names = {found.reference or "", *(issue.reference for issue in context["factsheets"])}
        context |= {"arrivals": _in_words(found), "fetched": _fetched(names, context["factsheets"], found)}
    return answered(request, context, lambda: _drawn(request, edition, context))


def _drawn(request: HttpRequest, edition: Edition, context: dict[str, Any]) -> HttpResponse:
    """Draw the page of a report with its article; 503 where that is missing or damaged."""
    try:
        # Our own rendering, escaped when it was drawn; the checksum in its name is compared, as it goes into a page.
        context["article"] = SafeString(storage.read_whole(edition.article_file).decode())
    except StoreAway:
        raise
    except OSError:
        return file_is_away(request, edition.reference, edition.article_file)
    return render(request, "factsheets/report/show.html", context)


def _fetched(names: set[str], issues: list[Issue], found: CopReport) -> list[tuple[str, int]]:
    """Return how often the files of the report and of its factsheets were fetched, in all versions."""
    downloads.write_if_due()
    totals = DownloadCount.objects.of_references(names).totals()
    rows = [(str(_("This report")), totals.get(found.reference or "", 0))]
    return rows + [(issue.title, totals.get(issue.reference, 0)) for issue in issues]


def _in_words(found: CopReport) -> list[tuple[str, int]]:
    return [(str(MessageState(state).label), count) for state, count in arrivals(found).items()]


@without_policy
@login_not_required
@require_safe
def report_pdf(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Hand out the report's PDF."""
    return _file(request, reference, "pdf", ".pdf")


@without_policy
@login_not_required
@require_safe
def report_data(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Hand out the report's data file."""
    return _file(request, reference, "data", ".json")


def _file(request: HttpRequest, reference: str, file: str, suffix: str) -> HttpResponseBase:
    found = get_visible(CopReport.objects.sent(), request.user, reference=reference)
    row = Edition.objects.file_at_address(file, reference, 1, found.language)
    if row is not None and row[0]:
        return hand_out(request, row, reference, suffix)
    return withdrawn_at_address(request, reference, 1, found.language) or not_there(request, found)


def not_there(request: HttpRequest, found: CopReport, *, is_damaged: bool = False) -> HttpResponse:
    """Say that a report's file is not there: because all of it is still made, or for good, with the way to its page.

    `is_damaged`: its booklet turned out to be damaged just now, and is made anew; 503.
    """
    edition = next(iter(editions_of(found.reference or "")), None)
    context = {"report": found, "edition": edition, "is_damaged": is_damaged}
    return render(request, "factsheets/report/coming.html", context, status=503 if is_damaged else 404)
