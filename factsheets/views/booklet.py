"""`/factsheets/booklets/<pk>/`: a booklet for who asked for it; and a report's booklet, for everybody."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clusters.views.parts import status_of
from community.access import get_visible
from community.batches import can_retry
from community.models import Job
from community.permissions import Refusal
from community.store_away import StoreAway
from community.views.answers import account_of
from community.views.streams import begun
from factsheets import downloads, storage
from factsheets.actions.booklet import DAYS_KEPT
from factsheets.actions.booklet_parts import anew, make_anew
from factsheets.actions.damage import report_damage
from factsheets.models import Booklet, CopReport, DamagedFile
from factsheets.views.files import CACHING, without_policy
from factsheets.views.issue import file_is_away
from factsheets.views.ranges import asked, is_beginning, say
from factsheets.views.report import not_there

#: So many bytes are sent at once.
BLOCK = 256 * 1024
AWAY = 503

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def booklet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show whether it is made, its file, and why it is not kept any more."""
    return _page(request, get_visible(Booklet.objects.select_related("report"), request.user, pk=pk))


def _page(request: HttpRequest, found: Booklet, *, status: int = 200, refusal: str = "") -> HttpResponse:
    """Draw the page: with its file; or with how far its job is, what keeps it from being made, and how to go on."""
    user = account_of(request)
    job = None if found.file else Job.objects.visible_to(user).about(found).first()
    has_ended = job is not None and not job.is_open
    context = {
        "booklet": found,
        "count": found.parts.count(),
        "days": DAYS_KEPT,
        "is_away": status == AWAY and bool(found.file),
        "job": job,
        "has_ended": has_ended,
        "anew": anew(found, user) if has_ended else None,
        "may_retry": can_retry(job) if job is not None and has_ended and not found.removed_why else None,
        "refusal": refusal,
    }
    return render(request, "factsheets/booklet/show.html", context, status=status)


class BookletAnewView(View):
    """`/factsheets/booklets/<pk>/anew/`: has a booklet made of what can be had now."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for it and lead to its job; a refusal says why on the booklet's page."""
        found = get_visible(Booklet.objects.select_related("report"), request.user, pk=pk)
        try:
            job = make_anew(booklet=found, by=account_of(request))
        except Refusal as refusal:
            return _page(request, found, status=status_of(refusal), refusal=str(refusal.reason))
        return redirect("community:job", job.pk)


@without_policy
@require_safe
def booklet_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out its file to who asked for it; 404 with its page where it is not there."""
    found = get_visible(Booklet.objects.select_related("report"), request.user, pk=pk)
    if not found.file:
        return _page(request, found, status=404)
    if (answer := _hand_out(request, found, "private, max-age=0, must-revalidate")) is not None:
        return answer
    found.refresh_from_db()
    return _page(request, found, status=AWAY)


@without_policy
@login_not_required
@require_safe
def report_booklet(request: HttpRequest, reference: str) -> HttpResponseBase:
    """`/reports/<reference>/booklet.pdf`: a report with all of its factsheets, in their newest revisions."""
    report = get_visible(CopReport.objects.sent().select_related("booklet"), request.user, reference=reference)
    found: Booklet | None = getattr(report, "booklet", None)
    if found is None or not found.file:
        return not_there(request, report)
    answer = _hand_out(request, found, CACHING)
    if answer is None:
        found.refresh_from_db()
        if found.file:
            return file_is_away(request, reference, found.file)
        return not_there(request, report, is_damaged=True)
    if request.method == "GET" and is_beginning(answer):
        downloads.count(reference, found.file_stem, ".pdf")
    return answer


def _hand_out(request: HttpRequest, found: Booklet, caching: str) -> HttpResponseBase | None:
    """Send the stored file or a part in pieces, 304 to who has it; None, with a line of the log, where it is not.

    It may be long, so it is not compared with its checksum here: the clock does that, and marks what is damaged. Its
    beginning is read before the head is sent; see `community.views.streams`.

    Raises:
        StoreAway: the store does not answer.
    """
    tag = f'"{found.sha256}"'
    answer: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if answer is None:
        if DamagedFile.objects.marks(found.file):
            return None
        part = asked(request, etag=tag, length=found.size)
        try:
            content = _content(found, part) if request.method == "GET" else ()
        except StoreAway:
            raise
        except OSError as error:
            logger.error("the stored file %s of booklet %s can't be read: %s", found.file, found.pk, error)
            report_damage(name=found.file, at=timezone.now())
            return None
        answer = StreamingHttpResponse(content, content_type="application/pdf")
        say(answer, part, length=found.size)
        answer["Content-Disposition"] = f'inline; filename="{found.file_stem}.pdf"'
        answer["Content-Length"] = str(found.size if part is None else len(part))
        answer["X-Content-Type-Options"] = "nosniff"
    answer["ETag"] = tag
    answer["Cache-Control"] = caching
    return answer


def _content(found: Booklet, part: range | None) -> Iterator[bytes]:
    """Return its bytes, or those of a part, the beginning read already; a file that turns out short is marked.

    Raises:
        OSError: it is not there, can't be read, or the store does not answer.
    """
    whole = storage.pieces(found.file, size=BLOCK, part=range(found.size) if part is None else part)
    what = f"the stored file {found.file} of booklet {found.pk}"
    return begun(whole, what=what, damaged=lambda: report_damage(name=found.file, at=timezone.now()))
