"""Asking the adopting organisation, and settling what it corrects: for the lead's side and the coordinators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from clusters.views.parts import INVALID, ask, part_of, status_of
from community.permissions import Refusal
from results.actions import confirmation as actions
from results.forms.confirmation import AskForm
from results.models import Uptake, UptakeConfirmation
from results.rules.confirmation import can_be_asked
from results.rules.uptake import can_ask_adopter
from results.views.parts import around, uptake_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class AskView(View):
    """`/uptakes/<pk>/ask/`: whom to ask to confirm."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show what is asked, of whom and what becomes of the answer."""
        return self._page(request, _asked(request, pk), AskForm())

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Ask; a refusal keeps what was typed."""
        uptake = _asked(request, pk)
        form = AskForm(request.POST)
        if not form.is_valid():
            return self._page(request, uptake, form, status=INVALID)
        try:
            actions.ask_adopter(uptake=uptake, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return self._page(request, uptake, form, status=status_of(refusal, form))
        messages.success(request, _("The organisation is asked. You hear of its answer by mail."))
        return redirect("results:uptake", uptake.pk)

    def _page(self, request: SignedInRequest, uptake: Uptake, form: AskForm, *, status: int = 200) -> HttpResponse:
        context = {**around(request, uptake), "form": form, "verdict": can_be_asked(uptake)}
        return render(request, "results/uptake/ask.html", context, status=status)


class QuestionRemindView(View):
    """`/uptakes/<pk>/questions/<question>/remind/`."""

    def post(self, request: SignedInRequest, pk: int, question: int) -> HttpResponse:
        """Send it once more, with a fresh link."""
        uptake = _asked(request, pk)
        row = _question(uptake, question)
        return _done(request, uptake, lambda: actions.remind_adopter(confirmation=row, by=request.user), _("Reminded."))


class QuestionTakeBackView(View):
    """`/uptakes/<pk>/questions/<question>/take-back/`."""

    def post(self, request: SignedInRequest, pk: int, question: int) -> HttpResponse:
        """End the question and its link."""
        uptake = _asked(request, pk)
        row = _question(uptake, question)
        done = _("Taken back. The link in the mail acts no more.")
        return _done(request, uptake, lambda: actions.take_question_back(confirmation=row, by=request.user), done)


class CorrectionSettleView(View):
    """`/uptakes/<pk>/questions/<question>/settle/`: take over what the organisation corrected, or set it aside."""

    def post(self, request: SignedInRequest, pk: int, question: int) -> HttpResponse:
        """Settle it as the pressed button says, and say what came of it."""
        uptake = _asked(request, pk)
        row, take_over = _question(uptake, question), "take_over" in request.POST
        try:
            settled = actions.settle_correction(confirmation=row, by=request.user, take_over=take_over)
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
        else:
            is_asked = settled.asked is not None or not take_over
            say = messages.success if is_asked else messages.warning
            say(request, _of(settled, take_over=take_over))
        return redirect("results:uptake", uptake.pk)


def _of(settled: actions.Settled, *, take_over: bool) -> str:
    """Say what became of a correction, and whether the organisation is asked again."""
    if not take_over:
        return _("Set aside. The statement stays as it is.")
    if settled.asked is not None:
        return _("Taken over. The organisation is asked to confirm it as it stands now.")
    words = _("Taken over. The organisation is not asked again: %(why)s Ask it below.")
    return words % {"why": settled.why_not}


def _done(request: SignedInRequest, uptake: Uptake, do: Any, sentence: str) -> HttpResponse:
    """Do it and say so on the uptake's page, or say there why not."""
    try:
        do()
    except Refusal as refusal:
        messages.error(request, str(refusal.reason))
    else:
        messages.success(request, sentence)
    return redirect("results:uptake", uptake.pk)


def _asked(request: SignedInRequest, pk: int) -> Uptake:
    """Return the uptake for a person who asks its organisation.

    Raises:
        Http404: there is none, or the person may not see it.
        PermissionDenied: the person may not ask, with the reason.
    """
    uptake = uptake_of(request, pk)
    ask(can_ask_adopter(request.user, uptake.cluster))
    return uptake


def _question(uptake: Uptake, pk: int) -> UptakeConfirmation:
    """Return a question about the uptake; 404 when it is about another one."""
    return part_of(uptake.confirmations, pk)
