"""Jobs: those of a reader, how far one is, stopping it, trying again what failed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from community import kinds
from community.access import get_subject, get_visible
from community.actions.job import retry_job, stop_job
from community.batches import can_retry, can_stop
from community.job_summary import addresses, listed, state_words, subjects_of, summary_of
from community.models import Job
from community.permissions import Refusal
from community.tables import Rows, page_of
from community.tasks_api import title_of
from community.views.answers import account_of
from community.views.export import export_of

PAGE, PROGRESS = "community/job/show.html", "community/job/_progress.html"
CONFLICT = 409


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """`/jobs/`: what the reader asked the registry to do, the newest first."""
    page = page_of(Job.objects.asked_by(account_of(request)), request.GET.get("page"), fetch=_fetch)
    titles, now = subjects_of(page.object_list, request.user), timezone.now()
    rows = [
        {
            "job": job,
            "title": title_of(job.task),
            "about": titles.get(job.pk, ""),
            "state": state_words(job, int(job.result.get("failed", 0)), at=now),
        }
        for job in page.object_list
    ]
    return render(request, "community/job/list.html", {"page_obj": page, "rows": rows})


def _fetch(rows: Rows) -> Rows:
    return rows


@never_cache
@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """`/jobs/<pk>/`: how far it is. A page that asks for the numbers alone is told to load anew once it has ended."""
    found = get_visible(Job.objects.select_related("by__member"), request.user, pk=pk)
    if getattr(request, "htmx", False):
        answer = render(request, PROGRESS, {"summary": summary_of(found, at=timezone.now()), "job": found})
        if not found.is_open:
            answer["HX-Refresh"] = "true"
        return answer
    return _page(request, found)


def _page(request: HttpRequest, found: Job, *, status: int = 200, conflict: str = "") -> HttpResponse:
    """Draw the whole page."""
    items = listed(found)
    urls = addresses(items)
    context: dict[str, Any] = {
        "job": found,
        "summary": summary_of(found, at=timezone.now()),
        "lines": [{"item": item, "url": urls.get(item.pk, "")} for item in items],
        "may_stop": can_stop(found),
        "may_retry": can_retry(found),
        "conflict": conflict,
        "about": _about(request, found),
        "export": export_of(found, request.user),
    }
    return render(request, PAGE, context, status=status)


def _about(request: HttpRequest, found: Job) -> dict[str, str] | None:
    """Return title, address and kind of what a job is about; None where it is about nothing that the reader may see."""
    try:
        subject = get_subject(found.kind, found.subject_id or 0, request.user)
    except Http404:
        return None
    kind = kinds.of(subject)
    return {"title": kind.title(subject), "url": kinds.url(subject) or "", "kind": str(kind.label)}


class JobStopView(View):
    """Stops a job after the item it is at."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stop it; one that has ended says so on its page."""
        found = get_visible(Job, request.user, pk=pk)
        try:
            stop_job(job=found, by=account_of(request))
        except Refusal as refusal:
            return _refused(request, found, refusal)
        messages.success(request, _("It stops after what it is at. What is done stays."))
        return redirect("community:job", pk)


class JobRetryView(View):
    """Lets what failed be tried again."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for it; nothing to try again is said on the page."""
        found = get_visible(Job, request.user, pk=pk)
        try:
            retry_job(job=found, by=account_of(request))
        except Refusal as refusal:
            return _refused(request, found, refusal)
        messages.success(request, _("What failed is tried again."))
        return redirect("community:job", pk)


def _refused(request: HttpRequest, found: Job, refusal: Refusal) -> HttpResponse:
    """Show the page with why a press did nothing.

    Raises:
        PermissionDenied: the person may not.
    """
    if refusal.code == "forbidden":
        raise PermissionDenied(str(refusal.reason))
    found.refresh_from_db()
    return _page(request, found, status=CONFLICT, conflict=str(refusal.reason))
