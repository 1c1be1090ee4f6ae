"""`/review/<reference>/assign/`: who looks at a proposal, said beside its check-list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions.assignment import assign_review, release_review
from clusters.forms.assignment import GIVE, RELEASE, AssignForm
from clusters.models import Cluster
from clusters.rules.assignment import can_assign, reviewers
from clusters.views.cluster import load
from clusters.views.parts import INVALID, ask, status_of
from clusters.visibility import viewer
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class AssignView(View):
    """One of three presses; what can't be done is said on a page of its own, with the form."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Say who looks at the proposal, then show it again."""
        cluster = load(request, reference)
        ask(can_assign(request.user, cluster))
        form = AssignForm(request.POST, reviewers=reviewers(cluster, timezone.localdate()))
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID)
        try:
            words = self._press(request, cluster, form)
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form))
        messages.success(request, words)
        if request.POST.get("back") == "desk":
            return redirect("clusters:review")
        return redirect("clusters:review_case", cluster.name)

    def _press(self, request: SignedInRequest, cluster: Cluster, form: AssignForm) -> str:
        """Do what was pressed; return what is said then."""
        if form.cleaned_data["do"] == RELEASE:
            release_review(cluster=cluster, by=request.user)
            return _("Nobody looks at this proposal now.")
        mine = form.known.get(viewer(request.user, timezone.localdate()).member_id or 0)
        person = form.person if form.cleaned_data["do"] == GIVE else mine
        if person is None:
            raise Refusal(_("You are absent or may not decide on this proposal, so somebody else looks at it."))
        assign_review(cluster=cluster, by=request.user, member=person)
        if person == mine:
            return _("You look at this proposal.")
        return _("%(name)s looks at this proposal and is told in 30 seconds.") % {"name": person.name}

    def _page(self, request: SignedInRequest, cluster: Cluster, form: AssignForm, *, status: int) -> HttpResponse:
        return render(request, "clusters/review/assign.html", {"cluster": cluster, "form": form}, status=status)
