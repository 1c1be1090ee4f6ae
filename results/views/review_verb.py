"""The verbs of a peer review: published and withdrawn for its cluster, answered by the owner of the solution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters.views.parts import INVALID, ask, show_anew, status_of
from community.lifecycle import Verb
from community.permissions import Refusal, Verdict
from results.actions.review import act_on_review
from results.forms.review import AnswerForm, ReviewVerbForm
from results.models import PeerReview
from results.review_lifecycle import REVIEW
from results.tables.review import sheet
from results.views.parts import slug_of
from results.views.review import around, review_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

#: Correcting and answering have forms of their own.
VERBS = {slug_of(verb.code): verb for verb in REVIEW if verb.code not in ("review.corrected", "review.answered")}
Loaded = tuple[PeerReview, Verb, Verdict]


def judged(request: SignedInRequest, pk: int, code: str) -> Loaded:
    """Return review and verb, and whether it may be done now.

    Raises:
        Http404: there is no such review for this person.
        PermissionDenied: the person may not do this at all.
    """
    review = review_of(request, pk)
    verdict = REVIEW.judge(REVIEW.attempt(review, code, by=request.user, at=timezone.now(), is_asking=True))
    if verdict.code == "forbidden":
        ask(verdict)
    return review, REVIEW.verb(code), verdict


class ReviewVerbView(View):
    """`/reviews/<pk>/<verb>/`: GET shows what it asks, beside what is published; POST does it."""

    def get(self, request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
        """Show what the verb asks."""
        review, row, verdict = self._load(request, pk, verb)
        return self._page(request, review, row, verdict, ReviewVerbForm(verb=row, seen=str(review.version)))

    def post(self, request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
        """Do it; a refusal keeps what was typed and says why."""
        review, row, verdict = self._load(request, pk, verb)
        form = ReviewVerbForm(request.POST, verb=row, seen=str(review.version))
        if not form.is_valid():
            return self._page(request, review, row, verdict, form, status=INVALID)
        try:
            act_on_review(review=review, verb=row.code, by=request.user, **form.details())
        except Refusal as refusal:
            status = status_of(refusal, None)
            form.add_error(None, str(refusal.reason))
            form.data = {**dict(request.POST.items()), "seen": str(review.version)}
            return self._page(request, review, row, verdict, form, status=status)
        messages.success(request, str(row.done))
        return redirect("results:review", review.pk)

    def _load(self, request: SignedInRequest, pk: int, verb: str) -> Loaded:
        if verb not in VERBS:
            review_of(request, pk)
            raise Http404(_("There is no such page."))
        return judged(request, pk, VERBS[verb].code)

    def _page(
        self,
        request: SignedInRequest,
        review: PeerReview,
        verb: Verb,
        verdict: Verdict,
        form: ReviewVerbForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        context: dict[str, Any] = {**around(request, review), "sheet": sheet(review, request.user)}
        context |= {"verb": verb, "verdict": verdict, "form": form}
        return render(request, "results/review/verb.html", context, status=status)


class ReviewAnswerView(View):
    """`/reviews/<pk>/answer/`: what the owner of the solution says to the review, recommendation by recommendation."""

    code = "review.answered"

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show the form, filled from an earlier answer."""
        review, _verb, verdict = judged(request, pk, self.code)
        return self._page(request, review, verdict, AnswerForm(review=review))

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Write the answer; what was typed stays where something is missing or was changed meanwhile."""
        review, verb, verdict = judged(request, pk, self.code)
        form = AnswerForm(request.POST, review=review)
        seen = str(review.version)
        if not form.is_valid():
            if not form.is_overtaken:
                return self._page(request, review, verdict, form, status=INVALID)
            refusal = Refusal(str(REVIEW.stale), "stale")
            show_anew(form, refusal, seen=seen)
            return self._page(request, review, verdict, form, status=status_of(refusal))
        try:
            act_on_review(review=review, verb=self.code, by=request.user, **form.details())
        except Refusal as refusal:
            show_anew(form, refusal, seen=seen)
            return self._page(request, review, verdict, form, status=status_of(refusal))
        messages.success(request, str(verb.done))
        return redirect("results:review", review.pk)

    def _page(
        self, request: SignedInRequest, review: PeerReview, verdict: Verdict, form: AnswerForm, *, status: int = 200
    ) -> HttpResponse:
        context = {**around(request, review), "sheet": sheet(review, request.user), "verdict": verdict, "form": form}
        return render(request, "results/review/answer.html", context, status=status)
