"""The verbs of a question to an advice panel: GET says what will happen and asks, POST does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions.panel import move_question
from clusters.choices import PanelState
from clusters.forms.panel import PanelVerbForm
from clusters.models import PanelQuestion
from clusters.panel_lifecycle import QUESTION
from clusters.views.panel import question_of
from clusters.views.parts import INVALID, ask, status_of
from community import kinds
from community.lifecycle import Verb
from community.permissions import Refusal, Verdict

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

#: What each verb's form asks.
ASKS: dict[str, tuple[str, ...]] = {
    "panel_question.close": ("what_came", "publish"),
    "panel_question.withdraw": ("reason",),
}
#: The verbs by their word in the address.
VERBS = {verb.code.removeprefix("panel_question.").replace("_", "-"): verb for verb in QUESTION if verb.has_page}


class PanelVerbView(View):
    """`/panel/<pk>/<verb>/`."""

    def get(self, request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
        """Show what the verb asks, or why it can't be done now."""
        question, row, verdict = self._load(request, pk, verb)
        return self._page(request, question, row, verdict, PanelVerbForm(asks=ASKS.get(row.code, ())))

    def post(self, request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
        """Do it; a refusal keeps what was typed and says why."""
        question, row, verdict = self._load(request, pk, verb)
        form = PanelVerbForm(request.POST, asks=ASKS.get(row.code, ()))
        if not form.is_valid():
            return self._page(request, question, row, verdict, form, status=INVALID)
        given = dict(form.cleaned_data)
        try:
            done = move_question(
                question=question, step=row.code, by=request.user, reason=given.pop("reason", ""), **given
            )
        except Refusal as refusal:
            return self._page(request, question, row, verdict, form, status=status_of(refusal, form))
        messages.success(request, str(row.done))
        if done.state == PanelState.WITHDRAWN:
            return redirect(kinds.url(done.about) or "clusters:panels")
        return redirect("clusters:panel", pk)

    def _load(self, request: SignedInRequest, pk: int, verb: str) -> tuple[PanelQuestion, Verb, Verdict]:
        """Return question and verb, and whether it may be done now.

        Raises:
            Http404: there is no such verb, or no such question for this person.
            PermissionDenied: the person may not do this at all.
        """
        question = question_of(request, pk)
        if verb not in VERBS:
            raise Http404(_("There is no such page."))
        row = VERBS[verb]
        verdict = QUESTION.judge(
            QUESTION.attempt(question, row.code, by=request.user, at=timezone.now(), is_asking=True)
        )
        if verdict.code == "forbidden":
            ask(verdict)
        return question, row, verdict

    def _page(
        self,
        request: SignedInRequest,
        question: PanelQuestion,
        verb: Verb,
        verdict: Verdict,
        form: PanelVerbForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        context = {"question": question, "verb": verb, "verdict": verdict, "form": form}
        return render(request, "clusters/panel/verb.html", context, status=status)
