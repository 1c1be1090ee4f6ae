"""The steps of an uptake: GET shows what a verb asks, POST does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters.views.parts import INVALID, ask, status_of
from community.lifecycle import Verb
from community.permissions import Refusal, Verdict
from results.actions.uptake import change_step
from results.forms.step import StepForm
from results.lifecycle import UPTAKE
from results.models import Uptake
from results.views.parts import around, slug_of, uptake_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

VERBS = {slug_of(verb.code): verb for verb in UPTAKE}


class UptakeStepView(View):
    """`/uptakes/<pk>/<verb>/`."""

    def get(self, request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
        """Show what the step asks."""
        uptake, row, verdict = self._load(request, pk, verb)
        form = StepForm(verb=row, uptake=uptake, on=timezone.localdate())
        return self._page(request, uptake, row, verdict, form)

    def post(self, request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
        """Do it; a refusal keeps what was typed and says why."""
        uptake, row, verdict = self._load(request, pk, verb)
        form = StepForm(request.POST, verb=row, uptake=uptake, on=timezone.localdate())
        if not form.is_valid():
            return self._page(request, uptake, row, verdict, form, status=INVALID)
        try:
            change_step(uptake=uptake, verb=row.code, by=request.user, **form.details())
        except Refusal as refusal:
            return self._refused(request, pk, verb, form, refusal)
        messages.success(request, str(row.done))
        return redirect("results:uptake", uptake.pk)

    def _refused(self, request: SignedInRequest, pk: int, verb: str, form: StepForm, refusal: Refusal) -> HttpResponse:
        """Keep what was typed; after a stale press beside the uptake as it is now, so that the next one has seen it."""
        uptake, row, verdict = self._load(request, pk, verb)
        status, conflict = status_of(refusal, form), ""
        if refusal.code == "stale":
            form = form.merged(verb=row, uptake=uptake, on=timezone.localdate())
            conflict = str(refusal.reason)
        return self._page(request, uptake, row, verdict, form, status=status, conflict=conflict)

    def _load(self, request: SignedInRequest, pk: int, verb: str) -> tuple[Uptake, Verb, Verdict]:
        """Return uptake and verb, and whether it may be done now.

        Raises:
            Http404: there is no such verb, or no such uptake for this person.
            PermissionDenied: the person may not do this at all.
        """
        uptake = uptake_of(request, pk)
        if verb not in VERBS:
            raise Http404(_("There is no such page."))
        row = VERBS[verb]
        verdict = UPTAKE.judge(UPTAKE.attempt(uptake, row.code, by=request.user, at=timezone.now(), is_asking=True))
        if verdict.code == "forbidden":
            ask(verdict)
        return uptake, row, verdict

    def _page(
        self,
        request: SignedInRequest,
        uptake: Uptake,
        verb: Verb,
        verdict: Verdict,
        form: StepForm,
        *,
        status: int = 200,
        conflict: str = "",
    ) -> HttpResponse:
        context = {**around(request, uptake), "verb": verb, "verdict": verdict, "form": form, "conflict": conflict}
        return render(request, "results/uptake/step.html", context, status=status)
