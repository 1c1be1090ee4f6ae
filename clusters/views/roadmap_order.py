"""The addresses that change the order of the stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions.roadmap_order import move_stage, moved
from clusters.forms.roadmap import MoveForm
from clusters.models import Cluster, Stage
from clusters.permissions import can_work
from clusters.views.cluster import load
from clusters.views.parts import INVALID, ask, part_of, status_of
from clusters.views.roadmap import region_answer, saved_answer
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class StageMoveView(View):
    """`/clusters/<reference>/roadmap/<pk>/move/`."""

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Move one place; when the order is another one by now, show both orders and change nothing."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        stage = part_of(cluster.stages, pk)
        form = MoveForm(request.POST)
        if not form.is_valid():
            return region_answer(request, cluster, {"conflict": form.errors_in_words()}, status=INVALID)
        up, seen = form.cleaned_data["direction"] == "up", form.cleaned_data["seen_order"]
        try:
            move_stage(stage=stage, by=request.user, up=up, seen_order=seen)
        except Refusal as refusal:
            context: dict[str, Any] = {
                "conflict": refusal.reason,
                "focus": stage.pk,
                "focus_on": "up" if up else "down",
            }
            if refusal.code == "stale":
                context["wished"] = _wished(cluster, stage, seen, up=up)
            return region_answer(request, cluster, context, status=status_of(refusal))
        return saved_answer(
            request, cluster, stage, _("Stage moved: it is number %(number)d now."), focus_on="up" if up else "down"
        )


def _wished(cluster: Cluster, stage: Stage, seen: list[int], *, up: bool) -> dict[str, Any]:
    """Return the order that the person saw, as the move would have left it, to compare with the one of now."""
    titles = {row.pk: row.title for row in cluster.stages.all()}
    order = [titles[pk] for pk in moved(seen, stage.pk, up=up) if pk in titles]
    return {"titles": order, "stage": stage, "direction": "up" if up else "down"}
