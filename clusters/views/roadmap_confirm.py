"""The presses that say: the roadmap, or a stage of it, is still true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from clusters.actions.roadmap_confirm import confirm_roadmap, confirm_stage
from clusters.permissions import can_work
from clusters.views.cluster import load
from clusters.views.parts import ask, status_of
from clusters.views.roadmap import StagePressView, region_answer, told_answer
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class StageConfirmView(StagePressView):
    """`/clusters/<reference>/roadmap/<pk>/still-true/`."""

    action = staticmethod(confirm_stage)
    done = gettext_lazy("Stage %(number)d is confirmed as still true.")


class RoadmapConfirmView(View):
    """`/clusters/<reference>/roadmap/still-true/`."""

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Confirm all open stages; a refusal shows the roadmap as it is now, with the sentence on top."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        try:
            confirm_roadmap(cluster=cluster, by=request.user, seen=request.POST.get("seen", ""))
        except Refusal as refusal:
            return region_answer(request, cluster, {"conflict": refusal.reason}, status=status_of(refusal))
        where = f"{reverse('clusters:roadmap', args=[cluster.name])}#stages"
        words = _("All open stages are confirmed as still true.")
        return told_answer(request, cluster, words, where, {"focus_on": "stages"})
