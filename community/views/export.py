"""Long exports: the page that offers to make one, asking for it, and its file for who asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from csp.decorators import csp_replace
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from community import contributions, exports, made_files
from community.access import get_visible
from community.actions.export import TASK, ask_for_export, tidy
from community.choices import FileRemoval
from community.contributions import ExportSource
from community.models import Job, User
from community.permissions import Refusal
from community.store_away import StoreAway
from community.views.answers import INERT, account_of
from community.views.streams import begun

#: What a list answers where its file is too long to wait for, with the page that offers to make it.
TOO_LONG: Final = 409
_PAGE: Final = "community/export/offer.html"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Export:
    """What the page of its job shows of an export: the list, its address under the filter, the file or why it is not.

    `is_mine`: the reader asked for it; nobody else is shown the filter and the file.
    """

    label: str | Promise
    is_mine: bool
    list_url: str
    file: made_files.MadeFile | None
    rows: int
    until: datetime | None
    why_none: str | Promise


def export_of(job: Job, user: User | AnonymousUser) -> Export | None:
    """Return what the page of a job shows of its export; None for a job that is none. No query."""
    code = job.arguments.get("source", "")
    if job.task != TASK or code not in contributions.export_sources.codes():
        return None
    source, file = contributions.export_sources.get(code), made_files.of_job(job, timezone.now())
    removed = job.result.get("removed", FileRemoval.EXPIRED if "file" in job.result and file is None else "")
    return Export(
        source.label,
        job.by_id == user.pk,
        _address(source, job.arguments.get("query", "")),
        file,
        job.result.get("rows", 0),
        file.until if file else None,
        FileRemoval(removed).label if removed in FileRemoval.values else "",
    )


def _address(source: ExportSource, query: str, form: str = "") -> str:
    """Return the list under a filter, or its file in a form."""
    query = "&".join(part for part in (query, f"format={form}" if form else "") if part)
    page = reverse(source.url_name, args=source.url_args)
    return f"{page}?{query}" if query else page


def offer(request: HttpRequest, code: str, *, status: int = 200, refusal: str = "") -> HttpResponse:
    """Draw the page that offers the workbook of what the address asks for.

    Raises:
        Http404: there is no such list.
    """
    source, query = _source(code), tidy(request.GET)
    selection = source.select(request.user, QueryDict(query), timezone.now())
    total, here = len(selection.keys), reverse("community:export", args=[code])
    context: dict[str, Any] = {
        "label": source.label,
        "count": total,
        "most": exports.MOST_AT_ONCE,
        "most_rows": exports.MOST_ROWS,
        "days": made_files.DAYS_KEPT,
        "is_short": exports.is_at_once("xlsx", total),
        "is_too_long": total > exports.MOST_ROWS,
        "problem": selection.problem,
        "refusal": refusal,
        "here": f"{here}?{query}" if query else here,
        "list_url": _address(source, query),
        "urls": {form: _address(source, query, form) for form in exports.FORMATS},
    }
    return render(request, _PAGE, context, status=400 if selection.problem else status)


def _source(code: str) -> ExportSource:
    if code not in contributions.export_sources.codes():
        raise Http404(_("There is no such list."))
    return contributions.export_sources.get(code)


class ExportView(View):
    """`/exports/<source>/?<filter>`: what a long workbook is, and the button that has it made."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, source: str) -> HttpResponse:
        """Show the page."""
        return offer(request, source)

    def post(self, request: HttpRequest, source: str) -> HttpResponse:
        """Have it made and lead to its job; a short one is handed out by the list itself. A refusal says why."""
        found, query = _source(source), tidy(request.GET)
        selection = found.select(request.user, QueryDict(query), timezone.now())
        if selection.problem or len(selection.keys) > exports.MOST_ROWS:
            return offer(request, source, status=422)
        if exports.is_at_once("xlsx", len(selection.keys)):
            return redirect(_address(found, query, "xlsx"))
        try:
            job = ask_for_export(source=source, query=query, by=account_of(request))
        except Refusal as refusal:
            if refusal.code == "forbidden":
                raise PermissionDenied(str(refusal.reason)) from refusal
            return offer(request, source, status=TOO_LONG, refusal=str(refusal.reason))
        return redirect("community:job", job.pk)


@method_decorator((never_cache, csp_replace(INERT)), name="dispatch")
class JobFileView(View):
    """`/jobs/<pk>/file/`: the file that a job made, for who asked alone, in pieces."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send it, to be saved and never shown in the site's own name.

        Raises:
            Http404: the job is somebody else's, or its file is not there.
        """
        job = get_visible(Job.objects.asked_by(account_of(request)), request.user, pk=pk)
        file = made_files.of_job(job, timezone.now())
        if file is None:
            raise Http404(_("This job has no file, or its file was removed."))
        content = _content(file, job) if request.method == "GET" else ()
        answer = StreamingHttpResponse(content, content_type=file.content_type)
        answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name)
        answer["Content-Length"] = str(file.size)
        answer["Cache-Control"] = "private, no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


def _content(file: made_files.MadeFile, job: Job) -> Iterator[bytes]:
    """Return a kept file in pieces, the first one read already.

    Raises:
        Http404: it can't be read.
        StoreAway: the store does not answer.
    """
    what = f"the stored file {file.file} of job {job.pk}"
    try:
        return begun(made_files.pieces(file), what=what)
    except StoreAway:
        raise
    except OSError as error:
        logger.error("%s is missing or cut short: %s", what, error)
        raise Http404(_("This file can't be read just now.")) from error
