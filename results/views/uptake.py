"""The uptakes of a cluster, and the page of one: added, edited, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from clusters.forms.roadmap import SeenForm
from clusters.models import Cluster
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, status_of
from community.permissions import Refusal
from results.actions import uptake as actions
from results.choices import EvidenceKind, UptakeStep
from results.forms.uptake import UptakeForm
from results.models import Uptake
from results.rules.confirmation import can_be_asked, can_take_answerer_out
from results.rules.uptake import can_ask_adopter, can_record, can_remove
from results.tables.policy import resting_on
from results.tables.uptake import sheet, uptakes_of
from results.views.parts import around, kept_uptake, slug_of, uptake_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

LIST = "results/uptake/list.html"
PAGE = "results/uptake/detail.html"
FORM = "results/uptake/form.html"


@method_decorator(login_not_required, name="dispatch")
class UptakesView(View):
    """`/clusters/<reference>/uptakes/`: who takes what up where, and what documents it."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show the list to whoever sees the cluster; undisclosed ones to those who work on it."""
        cluster = load(request, reference)
        rows = Uptake.objects.of_cluster(cluster).visible_to(request.user).for_page().in_order()
        verdict = can_record(request.user, cluster) if request.user.is_authenticated else None
        context = {
            **frame(request, cluster, "uptakes"),
            "uptakes": uptakes_of(rows),
            "may_record": verdict,
            "why_not": verdict is not None and verdict.code == "state",
        }
        return render(request, LIST, context)


class UptakeCreateView(View):
    """`/clusters/<reference>/uptakes/add/`."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show an empty form."""
        cluster = self._load(request, reference)
        return self._page(request, cluster, UptakeForm(cluster=cluster, user=request.user, on=timezone.localdate()))

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Record it; a form sent twice records one."""
        cluster = self._load(request, reference)
        form = UptakeForm(request.POST, cluster=cluster, user=request.user, on=timezone.localdate())
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID)
        try:
            uptake = actions.record_uptake(cluster=cluster, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form))
        messages.success(request, _("Uptake recorded."))
        return redirect("results:uptake", uptake.pk)

    def _load(self, request: SignedInRequest, reference: str) -> Cluster:
        cluster = load(request, reference)
        ask(can_record(request.user, cluster))
        return cluster

    def _page(self, request: SignedInRequest, cluster: Cluster, form: UptakeForm, *, status: int = 200) -> HttpResponse:
        return render(request, FORM, {**frame(request, cluster, "uptakes"), "form": form}, status=status)


@method_decorator(login_not_required, name="dispatch")
class UptakeDetailView(View):
    """`/uptakes/<pk>/`: one uptake with its steps, its evidence, what the organisation said, and its history."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it, with what the reader may do."""
        uptake = uptake_of(request, pk)
        is_known = request.user.is_authenticated
        page = sheet(uptake, request.user)
        context = {
            **around(request, uptake),
            "sheet": page,
            "resting": resting_on(EvidenceKind.UPTAKE, [uptake.pk]),
            "buttons": [{"offer": offer, "slug": slug_of(offer.verb.code)} for offer in page.offers],
            "may_keep": is_known and bool(can_record(request.user, uptake.cluster)),
            "may_mend": bool(can_take_answerer_out(request.user, uptake.cluster)),
            "may_ask": is_known and bool(can_ask_adopter(request.user, uptake.cluster)),
            "asking": can_be_asked(uptake),
            "removing": can_remove(request.user, uptake) if is_known else None,
            "is_counted": uptake.state == UptakeStep.IN_USE,
        }
        return render(request, PAGE, context)


class UptakeUpdateView(View):
    """`/uptakes/<pk>/edit/`."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show the form, filled from the uptake as it is saved."""
        uptake = kept_uptake(request, pk)
        return self._page(request, uptake, UptakeForm(**self._made_of(request, uptake)))

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Write; a stale edit comes back with both texts."""
        uptake = kept_uptake(request, pk)
        form = UptakeForm(request.POST, **self._made_of(request, uptake))
        if not form.is_valid():
            return self._page(request, uptake, form, status=INVALID)
        seen = form.cleaned_data["seen_version"]
        try:
            actions.update_uptake(uptake=uptake, by=request.user, seen_version=seen, **form.values())
        except Refusal as refusal:
            return self._refused(request, uptake, form, refusal)
        messages.success(request, _("Uptake saved."))
        return redirect("results:uptake", uptake.pk)

    def _made_of(self, request: SignedInRequest, uptake: Uptake) -> dict[str, Any]:
        return {"cluster": uptake.cluster, "user": request.user, "on": timezone.localdate(), "uptake": uptake}

    def _refused(self, request: SignedInRequest, uptake: Uptake, form: UptakeForm, refusal: Refusal) -> HttpResponse:
        status, conflict = status_of(refusal, form), ""
        if refusal.code == "stale":
            form, conflict = form.merged(**self._made_of(request, uptake)), str(refusal.reason)
        return self._page(request, uptake, form, status=status, conflict=conflict)

    def _page(
        self, request: SignedInRequest, uptake: Uptake, form: UptakeForm, *, status: int = 200, conflict: str = ""
    ) -> HttpResponse:
        context = {**around(request, uptake), "form": form, "conflict": conflict}
        return render(request, FORM, context, status=status)


class UptakeRemoveView(View):
    """`/uptakes/<pk>/remove/`: while nothing rests on it."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Ask once more."""
        uptake = kept_uptake(request, pk)
        verdict = can_remove(request.user, uptake)
        return self._page(request, uptake, str(verdict.reason), status=200 if verdict else 409)

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Take it off the record; the history keeps what it said."""
        uptake = kept_uptake(request, pk)
        form = SeenForm(request.POST)
        seen = form.cleaned_data["seen_version"] if form.is_valid() else -1
        try:
            actions.remove_uptake(uptake=uptake, by=request.user, seen_version=seen)
        except Refusal as refusal:
            return self._page(request, uptake, str(refusal.reason), status=status_of(refusal))
        messages.success(request, _("Uptake removed. The history keeps what it said."))
        return redirect("results:uptakes", uptake.cluster.name)

    def _page(self, request: SignedInRequest, uptake: Uptake, conflict: str, *, status: int) -> HttpResponse:
        context = {**around(request, uptake), "conflict": conflict}
        return render(request, "results/uptake/remove.html", context, status=status)
