"""The page on which the lead says how one joins and how many may take part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions.places import set_places
from clusters.forms.places import PlacesForm, seen_places
from clusters.models import Cluster
from clusters.permissions import can_work
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, show_anew, status_of
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class PlacesView(View):
    """`/clusters/<reference>/people/places/`."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show what stands."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        initial = {"join_policy": cluster.join_policy, "size_limit": cluster.size_limit, "seen": seen_places(cluster)}
        return self._page(request, cluster, PlacesForm(initial=initial), status=200)

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Write both; who waits moves up where there are places now."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        form = PlacesForm(request.POST)
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID)
        try:
            set_places(cluster=cluster, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            status = status_of(refusal, form)
            if refusal.code == "stale":
                cluster.refresh_from_db(fields=["join_policy", "size_limit"])
                show_anew(form, refusal, seen=seen_places(cluster))
            return self._page(request, cluster, form, status=status)
        messages.success(request, _("Saved. Who waits for a place that is free now asks you."))
        return redirect("clusters:people", cluster.name)

    def _page(self, request: SignedInRequest, cluster: Cluster, form: PlacesForm, *, status: int) -> HttpResponse:
        people = cluster.participations
        context = {
            **frame(request, cluster, "people"),
            "form": form,
            "taken": people.active().count(),
            "waiting": people.waiting().count(),
        }
        return render(request, "clusters/participation/places.html", context, status=status)
