"""The addresses that change the order of the stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions.roadmap_order import move_stage, moved, place_stage, placed
from clusters.forms.roadmap import MoveForm
from clusters.models import Cluster, Stage
from clusters.permissions import can_work
from clusters.views.cluster import load
from clusters.views.parts import INVALID, ask, part_of, status_of
from clusters.views.roadmap import region_answer, saved_answer
from community.models import User
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class StageMoveView(View):
    """`/clusters/<reference>/roadmap/<pk>/move/`: one place up or down by the buttons, anywhere with the mouse."""

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Move it; when the order is another one by now, show both orders and change nothing."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        stage = part_of(cluster.stages, pk)
        form = MoveForm(request.POST)
        if not form.is_valid():
            return region_answer(request, cluster, {"conflict": form.errors_in_words()}, status=INVALID)
        given = form.cleaned_data
        focus_on = given["direction"] or "edit"
        try:
            _move(stage, request.user, given)
        except Refusal as refusal:
            context: dict[str, Any] = {"conflict": refusal.reason, "focus": stage.pk, "focus_on": focus_on}
            if refusal.code == "stale":
                context["wished"] = _wished(cluster, stage, given)
            return region_answer(request, cluster, context, status=status_of(refusal))
        words = _("Stage moved: it is number %(number)d now.")
        return saved_answer(request, cluster, stage, words, focus_on=focus_on)


def _move(stage: Stage, by: User, given: dict[str, Any]) -> None:
    """Move the stage as the form says."""
    if given["direction"]:
        move_stage(stage=stage, by=by, up=given["direction"] == "up", seen_order=given["seen_order"])
    else:
        place_stage(stage=stage, by=by, place=given["place"], seen_order=given["seen_order"])


def _wished(cluster: Cluster, stage: Stage, given: dict[str, Any]) -> dict[str, Any]:
    """Return the order that the person saw, as the move would have left it, to compare with the one of now."""
    titles = {row.pk: row.title for row in cluster.stages.all()}
    seen, direction, place = given["seen_order"], given["direction"], given["place"]
    keys = moved(seen, stage.pk, up=direction == "up") if direction else placed(seen, stage.pk, place)
    order = [titles[pk] for pk in keys if pk in titles]
    return {"titles": order, "stage": stage, "direction": direction, "place": place}
