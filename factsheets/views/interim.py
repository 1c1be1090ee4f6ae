"""`/clusters/<reference>/factsheet/issue/`: what is new since the last version; issue the next one, or skip it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters.kept_snapshot import cached_snapshot
from clusters.models import Cluster
from clusters.views.parts import INVALID, ask, status_of
from community.access import get_visible
from community.permissions import Refusal, Verdict, refused
from factsheets.actions.interim import issue_interim, skip_interim
from factsheets.forms.interim import InterimForm
from factsheets.interim import EVERY_MONTHS, news_of, schedule_of
from factsheets.permissions import can_issue_interim

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

PAGE = "factsheets/issue/interim.html"


class InterimView(View):
    """The page with the two presses, for lead, deputy and coordinators."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show what is new, and why it can't be issued where nothing is."""
        cluster, verdict = self._load(request, reference)
        return self._page(request, cluster, verdict, InterimForm())

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Issue, or skip where that button was pressed; a refusal keeps what was typed."""
        cluster, verdict = self._load(request, reference)
        form = InterimForm(request.POST)
        if not form.is_valid():
            return self._page(request, cluster, verdict, form, status=INVALID)
        try:
            words = self._do(request, cluster, form.cleaned_data["reason"])
        except Refusal as refusal:
            return self._page(request, cluster, verdict, form, status=status_of(refusal, form))
        messages.success(request, words)
        return redirect(cluster.get_absolute_url())

    def _do(self, request: SignedInRequest, cluster: Cluster, reason: str) -> str:
        """Do what was pressed and return the sentence that says so."""
        if request.POST.get("press") == "skip":
            skip_interim(cluster=cluster, by=request.user, reason=reason)
            return _("Skipped. The next one is due in %(months)d months.") % {"months": EVERY_MONTHS}
        issue = issue_interim(cluster=cluster, by=request.user, reason=reason)
        return _("Version %(number)d is issued. Its page and PDF follow in a minute.") % {"number": issue.version}

    def _load(self, request: HttpRequest, reference: str) -> tuple[Cluster, Verdict]:
        """Return the cluster and whether the person may issue it now.

        Raises:
            Http404: there is none, or the person may not see it.
            PermissionDenied: the person may never issue it.
        """
        cluster = get_visible(Cluster.objects.for_page().by_name(reference), request.user)
        verdict = can_issue_interim(request.user, cluster)
        if verdict.code == "forbidden":
            ask(verdict)
        return cluster, verdict

    def _page(
        self, request: HttpRequest, cluster: Cluster, verdict: Verdict, form: InterimForm, *, status: int = 200
    ) -> HttpResponse:
        """Show the page; where the state forbids it nothing is compared."""
        context: dict[str, Any] = {"cluster": cluster, "form": form, "verdict": verdict, "months": EVERY_MONTHS}
        if verdict:
            now = timezone.now()
            news = news_of(cluster, cached_snapshot(cluster, at=now))
            if news.why_not:
                context["verdict"] = refused(news.why_not, "state")
            context |= {"news": news, "schedule": schedule_of(cluster, timezone.localdate(now))}
        return render(request, PAGE, context, status=status)
