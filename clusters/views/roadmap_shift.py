"""The page on which the plan of a stage and of all after it is moved by some days, after a look at what would move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from clusters.actions.roadmap_shift import shift_stages
from clusters.forms.shift import ShiftForm
from clusters.models import Cluster
from clusters.permissions import can_work
from clusters.rules.shift import Shift, shift_of
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, answer, ask, status_of
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

PAGE = "clusters/roadmap/shift.html"
PREVIEW = "clusters/roadmap/_shift.html"


class StageShiftView(View):
    """`/clusters/<reference>/roadmap/shift/`: `?stage=&days=` shows what would move, POST moves it."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Ask for stage and days, and show what they would move."""
        cluster = self._load(request, reference)
        if "days" not in request.GET:
            form = ShiftForm(cluster=cluster, initial={"stage": request.GET.get("stage", "")})
            return _shown(request, cluster, form)
        form = ShiftForm(request.GET, cluster=cluster)
        return _shown(request, cluster, form, status=200 if form.is_valid() else INVALID)

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Move what the preview showed; a roadmap that was changed since is shown anew and nothing is moved."""
        cluster = self._load(request, reference)
        form = ShiftForm(request.POST, cluster=cluster)
        if not form.is_valid():
            return _shown(request, cluster, form, status=INVALID)
        first, days = form.first(), form.cleaned_data["days"]
        try:
            shift_stages(stage=first, by=request.user, days=days, seen=form.cleaned_data["seen"])
        except Refusal as refusal:
            return _shown(request, cluster, form, status=status_of(refusal), refusal=str(refusal.reason))
        messages.success(request, _("The plan is shifted from “%(title)s” on.") % {"title": first.title})
        return redirect(f"{reverse('clusters:roadmap', args=[cluster.name])}#stage-{first.pk}")

    def _load(self, request: SignedInRequest, reference: str) -> Cluster:
        """Return the cluster for somebody who may work on its roadmap."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        return cluster


def _shown(
    request: SignedInRequest, cluster: Cluster, form: ShiftForm, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    """Show the form and, for what can be read in it, the preview."""
    shift = None
    if form.is_bound and form.is_valid():
        shift = shift_of(cluster, form.order, form.first(), form.cleaned_data["days"])
    context: dict[str, Any] = {
        "cluster": cluster,
        "form": form,
        "shift": shift,
        "button": _button(shift) if shift else "",
        # The sentence of the problem stands beside the way out of it.
        "refusal": "" if shift and refusal == shift.problem else refusal,
    }
    around = {} if request.htmx else frame(request, cluster, "roadmap")
    return answer(request, PAGE, PREVIEW, {**around, **context}, status=status)


def _button(shift: Shift) -> str:
    """Return what the button does, in words."""
    stages, days = len(shift.moving), abs(shift.days)
    what = ngettext("%(count)d stage", "%(count)d stages", stages) % {"count": stages}
    if shift.days > 0:
        later = ngettext("Shift %(what)s by %(days)d day", "Shift %(what)s by %(days)d days", days)
        return later % {"what": what, "days": days}
    earlier = ngettext("Shift %(what)s %(days)d day earlier", "Shift %(what)s %(days)d days earlier", days)
    return earlier % {"what": what, "days": days}
