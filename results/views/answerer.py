"""Who answered for an adopting organisation: an administrator corrects them or takes them out, at their own wish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from clusters.views.parts import INVALID, ask, part_of, status_of
from community.permissions import Refusal
from results.actions import answerer as actions
from results.forms.answerer import AnswererForm
from results.models import Uptake, UptakeConfirmation
from results.rules.confirmation import can_correct_answerer, can_take_answerer_out
from results.views.parts import around, uptake_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class AnswererView(View):
    """`/uptakes/<pk>/questions/<question>/person/`: GET shows what is there of the person, POST corrects or empties."""

    def get(self, request: SignedInRequest, pk: int, question: int) -> HttpResponse:
        """Show who answered, and what either press does."""
        uptake, row = self._load(request, pk, question)
        return self._page(request, uptake, row, AnswererForm(row=row))

    def post(self, request: SignedInRequest, pk: int, question: int) -> HttpResponse:
        """Take the person out with `take_out` in the form, else correct name and function."""
        uptake, row = self._load(request, pk, question)
        if "take_out" in request.POST:
            return self._take_out(request, uptake, row)
        form = AnswererForm(request.POST, row=row)
        if not form.is_valid():
            return self._page(request, uptake, row, form, status=INVALID)
        try:
            actions.correct_answerer(confirmation=row, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return self._refused(request, pk, question, form, refusal)
        messages.success(request, _("Corrected."))
        return redirect("results:uptake", uptake.pk)

    def _take_out(self, request: SignedInRequest, uptake: Uptake, row: UptakeConfirmation) -> HttpResponse:
        try:
            actions.take_answerer_out(confirmation=row, by=request.user)
        except Refusal as refusal:
            status_of(refusal)
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, _("Taken out. The answer stands with its organisation, day and proof."))
        return redirect("results:uptake", uptake.pk)

    def _refused(
        self, request: SignedInRequest, pk: int, question: int, form: AnswererForm, refusal: Refusal
    ) -> HttpResponse:
        """Keep what was typed; after a stale press beside what is saved now."""
        uptake, row = self._load(request, pk, question)
        status, conflict = status_of(refusal, form), ""
        if refusal.code == "stale":
            form, conflict = form.merged(row=row), str(refusal.reason)
        return self._page(request, uptake, row, form, status=status, conflict=conflict)

    def _load(self, request: SignedInRequest, pk: int, question: int) -> tuple[Uptake, UptakeConfirmation]:
        """Return uptake and answer, for administrators.

        Raises:
            Http404: there is none, or the person may not see it.
            PermissionDenied: the person is no administrator.
        """
        uptake = uptake_of(request, pk)
        ask(can_take_answerer_out(request.user, uptake.cluster))
        return uptake, part_of(uptake.confirmations, question)

    def _page(
        self,
        request: SignedInRequest,
        uptake: Uptake,
        row: UptakeConfirmation,
        form: AnswererForm,
        *,
        status: int = 200,
        conflict: str = "",
    ) -> HttpResponse:
        correcting = can_correct_answerer(request.user, uptake.cluster)
        is_there = any(getattr(row, name) for name in actions.WORDS)
        context = {"row": row, "form": form, "conflict": conflict, "correcting": correcting, "is_there": is_there}
        return render(request, "results/uptake/answerer.html", {**around(request, uptake), **context}, status=status)
