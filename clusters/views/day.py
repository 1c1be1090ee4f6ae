"""The page on which a one-day cluster is reported and concluded in one press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions.day import report_day
from clusters.choices import State
from clusters.forms.day import DayForm, with_one_more
from clusters.models import Cluster
from clusters.rules.day import can_report_day
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, status_of
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class DayView(View):
    """`/clusters/<reference>/day/`: tick what was held, write what came of it and who was there, conclude."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the form, filled from the plan."""
        cluster = load(request, reference)
        ask(can_report_day(request.user, cluster))
        return _page(request, cluster, DayForm(cluster=cluster, user=request.user))

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Report the day; a button "more" gives a row more and keeps what is typed, and so does whatever is wrong."""
        cluster = load(request, reference)
        if cluster.state == State.CONCLUDED:
            messages.info(request, _("This cluster is concluded already."))
            return redirect(cluster.get_absolute_url())
        ask(can_report_day(request.user, cluster))
        more = request.POST.get("more", "")
        if more in ("outcomes", "guests"):
            typed = with_one_more(request.POST, more)
            return _page(request, cluster, DayForm(cluster=cluster, user=request.user, typed=typed))
        form = DayForm(request.POST, cluster=cluster, user=request.user)
        if not form.is_valid():
            return _page(request, cluster, form, status=INVALID)
        try:
            report_day(cluster=cluster, by=request.user, **form.values())
        except Refusal as refusal:
            return _page(request, cluster, form, status=status_of(refusal, form))
        messages.success(request, _("Concluded. The final factsheet is issued and waits to be reported."))
        return redirect(cluster.get_absolute_url())


def _page(request: SignedInRequest, cluster: Cluster, form: DayForm, *, status: int = 200) -> HttpResponse:
    context = {**frame(request, cluster, ""), "form": form}
    return render(request, "clusters/day/report.html", context, status=status)
