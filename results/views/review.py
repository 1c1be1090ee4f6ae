"""The peer reviews of a cluster and the page of one: begun, worded, corrected, thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from clusters.models import Cluster
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, status_of
from community.access import get_visible
from community.permissions import Refusal
from results.actions import review as actions
from results.choices import STANDING_REVIEWS, ReviewState
from results.forms.review import BeginForm, ReviewForm
from results.models import PeerReview
from results.review_lifecycle import REVIEW
from results.rules.review import can_draft, can_write
from results.tables.review import COLUMNS, listed, records, reviewable, sheet, since_read
from results.views.parts import csv_file, slug_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

LIST, PAGE = "results/review/list.html", "results/review/detail.html"
BEGIN, FORM = "results/review/begin.html", "results/review/form.html"


def review_of(request: HttpRequest, pk: int) -> PeerReview:
    """Return the review of an address, with its cluster as a page of this person needs it.

    Raises:
        Http404: there is none, or the person may not see it.
    """
    review = get_visible(PeerReview.objects.for_page(), request.user, pk=pk)
    review.cluster = load(request, review.cluster.name)
    return review


def around(request: HttpRequest, review: PeerReview) -> dict[str, Any]:
    """Return what the frame of a review's page shows."""
    return {**frame(request, review.cluster, "reviews"), "review": review}


@method_decorator(login_not_required, name="dispatch")
class ReviewsView(View):
    """`/clusters/<reference>/reviews/`: what peers of this cluster found of solutions; `?format=csv` hands it out."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show the list to whoever sees the cluster; drafts to those who work on them."""
        cluster = load(request, reference)
        rows = PeerReview.objects.of_cluster(cluster).visible_to(request.user).in_order()
        if request.GET.get("format") == "csv":
            lines = records(rows.public().for_page(), settings.SITE_URL.rstrip("/"))
            return csv_file(COLUMNS, lines, name=f"{cluster.name}-reviews.csv")
        found = list(rows.for_list())
        known = request.user.is_authenticated
        verdict = can_draft(request.user, cluster) if known else None
        context = {
            **frame(request, cluster, "reviews"),
            "reviews": listed(found),
            "has_public": any(row.state != ReviewState.DRAFT for row in found),
            "may_review": verdict,
            "why_not": verdict is not None and verdict.code == "state",
            "reviewable": reviewable(cluster, request.user, found) if verdict else [],
        }
        return render(request, LIST, context)


class ReviewCreateView(View):
    """`/clusters/<reference>/reviews/add/`."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Ask which solution; one that the address names is chosen."""
        cluster = self._load(request, reference)
        form = BeginForm(cluster=cluster, user=request.user, initial={"solution": request.GET.get("solution", "")})
        return self._page(request, cluster, form)

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Begin a draft; a form sent twice begins one."""
        cluster = self._load(request, reference)
        form = BeginForm(request.POST, cluster=cluster, user=request.user)
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID)
        try:
            review = actions.begin_review(cluster=cluster, by=request.user, solution=form.cleaned_data["solution"])
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form))
        messages.success(request, _("Begun as a draft: only those who work on it read it."))
        return redirect("results:review_update", review.pk)

    def _load(self, request: SignedInRequest, reference: str) -> Cluster:
        cluster = load(request, reference)
        ask(can_draft(request.user, cluster))
        return cluster

    def _page(self, request: SignedInRequest, cluster: Cluster, form: BeginForm, *, status: int = 200) -> HttpResponse:
        return render(request, BEGIN, {**frame(request, cluster, "reviews"), "form": form}, status=status)


@method_decorator(login_not_required, name="dispatch")
class ReviewDetailView(View):
    """`/reviews/<pk>/`: one review with criteria, verdict, recommendations and the owner's answer."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it, with what the reader may do."""
        review = review_of(request, pk)
        page = sheet(review, request.user)
        context = {
            **around(request, review),
            "sheet": page,
            "since": since_read(review),
            "buttons": [{"offer": offer, "slug": slug_of(offer.verb.code)} for offer in page.offers],
            "stands": review.state in STANDING_REVIEWS,
        }
        return render(request, PAGE, context)


class ReviewUpdateView(View):
    """`/reviews/<pk>/edit/`: a draft; one that is published is corrected here, with the reason."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show the form, filled from the review as it is saved."""
        review = self._load(request, pk)
        return self._page(request, review, ReviewForm(review=review))

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Write; a stale edit says who was faster and keeps what was typed."""
        review = self._load(request, pk)
        form = ReviewForm(request.POST, review=review)
        if not form.is_valid():
            return self._page(request, review, form, status=INVALID)
        try:
            words = self._write(request, review, form)
        except Refusal as refusal:
            return self._refused(request, review, form, refusal)
        messages.success(request, words)
        return redirect("results:review", review.pk)

    def _load(self, request: SignedInRequest, pk: int) -> PeerReview:
        """Return the review for who words it.

        Raises:
            Http404: as `review_of`.
            PermissionDenied: the person may not, with the reason.
        """
        review = review_of(request, pk)
        verdict = can_write(request.user, review)
        if review.state != ReviewState.DRAFT:
            now = timezone.now()
            verdict = REVIEW.judge(REVIEW.attempt(review, "review.corrected", by=request.user, at=now, is_asking=True))
        if verdict.code == "forbidden":
            ask(verdict)
        return review

    def _write(self, request: SignedInRequest, review: PeerReview, form: ReviewForm) -> str:
        """Save a draft, or correct what is published; return what is said then."""
        seen = form.cleaned_data["seen_version"]
        if review.state == ReviewState.DRAFT:
            actions.update_review(review=review, by=request.user, seen_version=seen, **form.values())
            return _("Draft saved. Only those who work on it read it.")
        actions.act_on_review(
            review=review,
            verb="review.corrected",
            by=request.user,
            seen=str(seen),
            reason=form.cleaned_data["reason"],
            values=form.values(),
        )
        return str(REVIEW.verb("review.corrected").done)

    def _refused(
        self, request: SignedInRequest, review: PeerReview, form: ReviewForm, refusal: Refusal
    ) -> HttpResponse:
        """Answer a refusal: what was typed stays; a stale one shows both texts and takes over what was not touched."""
        status, conflict = status_of(refusal, form), ""
        if refusal.code == "stale":
            review = self._load(request, review.pk)
            form, conflict = form.merged(review=review), str(refusal.reason)
        return self._page(request, review, form, status=status, conflict=conflict)

    def _page(
        self, request: SignedInRequest, review: PeerReview, form: ReviewForm, *, status: int = 200, conflict: str = ""
    ) -> HttpResponse:
        context = {**around(request, review), "form": form, "conflict": conflict, "since": since_read(review)}
        return render(request, FORM, context, status=status)


class ReviewDiscardView(View):
    """`/reviews/<pk>/discard/`: a draft that nobody else has read."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Ask once more."""
        review = self._load(request, pk)
        return self._page(request, review, str(can_write(request.user, review).reason))

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Throw it away."""
        review = self._load(request, pk)
        try:
            actions.discard_review(review=review, by=request.user)
        except Refusal as refusal:
            return self._page(request, review, str(refusal.reason), status=status_of(refusal))
        messages.success(request, _("The draft is gone."))
        return redirect("results:reviews", review.cluster.name)

    def _load(self, request: SignedInRequest, pk: int) -> PeerReview:
        review = review_of(request, pk)
        verdict = can_write(request.user, review)
        if verdict.code == "forbidden":
            ask(verdict)
        return review

    def _page(self, request: SignedInRequest, review: PeerReview, conflict: str, *, status: int = 0) -> HttpResponse:
        context = {**around(request, review), "conflict": conflict}
        return render(request, "results/review/discard.html", context, status=status or (409 if conflict else 200))
