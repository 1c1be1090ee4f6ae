"""What became of a cluster: answered behind the link of a mail without an account, or by who is signed in."""

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
from django.views.decorators.cache import never_cache

from clusters.actions import follow_up as actions
from clusters.forms.follow_up import FollowUpForm
from clusters.models import Cluster, FollowUp
from clusters.notifications.follow_up import PURPOSE
from clusters.rules.follow_up import can_answer, corrected_until
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, part_of, status_of
from community import links
from community.models import User
from community.permissions import Refusal
from community.views.answers import secret

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

#: What a link that does not act answers.
STATUS = {"unknown": 404, "closed": 410, "wrong_account": 403}
PAGE = "clusters/follow_up/form.html"
LINK_PAGE = "clusters/follow_up/link.html"


class FollowUpView(View):
    """`/clusters/<reference>/follow-ups/<pk>/`: for those who have an account."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show what is asked, and the answer as it stands."""
        cluster, row = self._load(request, reference, pk)
        return self._page(request, cluster, row, FollowUpForm(row=row, user=request.user))

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write; a stale answer comes back with both texts."""
        cluster, row = self._load(request, reference, pk)
        form = FollowUpForm(request.POST, row=row, user=request.user)
        if not form.is_valid():
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            actions.answer_follow_up(follow_up=row, by=request.user, **form.values())
        except Refusal as refusal:
            status, conflict, form = _refused(refusal, form, row, request.user)
            return self._page(request, cluster, row, form, status=status, conflict=conflict)
        messages.success(request, _("Your answer stands here and in the history."))
        return redirect("clusters:outcomes", cluster.name)

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, FollowUp]:
        """Return cluster and follow-up for somebody who may answer it."""
        cluster = load(request, reference)
        row = part_of(cluster.follow_ups, pk)
        ask(can_answer(request.user, row))
        return cluster, row

    def _page(
        self,
        request: SignedInRequest,
        cluster: Cluster,
        row: FollowUp,
        form: FollowUpForm,
        *,
        status: int = 200,
        conflict: str = "",
    ) -> HttpResponse:
        context = {**frame(request, cluster, "outcomes"), **_asked(row, form), "conflict": conflict}
        return render(request, PAGE, context, status=status)


@method_decorator([login_not_required, never_cache], name="dispatch")
class FollowUpLinkView(View):
    """`/follow-up/<token>/`: GET shows, as often as a mail's scanner likes; POST answers."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show what is asked of which results; nothing changes."""
        try:
            _link, row = actions.open_question(token, by=_signed_in(request))
        except Refusal as refusal:
            return self._ended(request, token, refusal)
        return self._page(request, row, FollowUpForm(row=row, user=_signed_in(request)))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Answer, or send a fresh link to the address of one that has run out; what was typed stays."""
        if "anew" in request.POST:
            return self._anew(request, token)
        by = _signed_in(request)
        try:
            link, row = actions.open_question(token, by=by)
        except Refusal as refusal:
            return self._ended(request, token, refusal)
        form = FollowUpForm(request.POST, row=row, user=by)
        if not form.is_valid():
            return self._page(request, row, form, status=INVALID)
        try:
            actions.answer_follow_up(follow_up=row, by=by, link=link, **form.values())
        except Refusal as refusal:
            if refusal.code in STATUS:
                return self._ended(request, token, refusal)
            status, conflict, form = _refused(refusal, form, row, by)
            return self._page(request, row, form, status=status, conflict=conflict)
        messages.success(request, _("Your answer is written down. Thank you."))
        return secret(redirect(request.path))

    def _anew(self, request: HttpRequest, token: str) -> HttpResponse:
        link = links.find(token, PURPOSE)
        if link is not None:
            actions.ask_anew(link=link)
        return secret(render(request, "clusters/follow_up/sent.html"))

    def _page(
        self, request: HttpRequest, row: FollowUp, form: FollowUpForm, *, status: int = 200, conflict: str = ""
    ) -> HttpResponse:
        context = {**_asked(row, form), "cluster": row.cluster, "conflict": conflict}
        return secret(render(request, LINK_PAGE, context, status=status))

    def _ended(self, request: HttpRequest, token: str, refusal: Refusal) -> HttpResponse:
        """Say why the link does not act, and what there is to do instead."""
        link = links.find(token, PURPOSE)
        can_renew = refusal.code == "closed" and link is not None and actions.has_run_out(link, at=timezone.now())
        context = {"reason": refusal.reason, "code": refusal.code, "can_renew": can_renew}
        page = render(request, "clusters/follow_up/ended.html", context, status=STATUS.get(refusal.code, 409))
        return secret(page)


def _asked(row: FollowUp, form: FollowUpForm) -> dict[str, Any]:
    """Return what both pages show: the question, the results that it is about, the form."""
    return {
        "row": row,
        "form": form,
        "outcomes": row.cluster.outcomes.all(),
        "solutions": row.cluster.solutions.all(),
        "until": corrected_until(row),
    }


def _refused(refusal: Refusal, form: FollowUpForm, row: FollowUp, user: User | None) -> tuple[int, str, FollowUpForm]:
    """Return status, conflict and the form with which a refusal is shown; a stale one with both texts."""
    status = status_of(refusal, form)
    if refusal.code != "stale":
        return status, "", form
    row.refresh_from_db()
    return status, str(refusal.reason), form.merged(row=row, user=user)


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
