"""The page of comments on a proposal: read, write, take back, and say until when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions import proposal_comment as actions
from clusters.forms.proposal_comment import CommentsUntilForm, ProposalCommentForm
from clusters.models import Cluster
from clusters.rules.proposal_comments import can_ask_for_comments, can_comment, can_read_comments, comment_on
from clusters.tables.proposal_comment import remarks_of
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, status_of
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class CommentsView(LoginRequiredMixin, View):
    """`/clusters/<reference>/comments/`: GET lists them, POST writes one."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the comments; `?to=` opens the form as an answer."""
        cluster = _loaded(request, reference)
        answered = request.GET.get("to", "")
        form = ProposalCommentForm(initial={"reply_to": answered if answered.isdecimal() else ""})
        return _page(request, cluster, form)

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Write it; a refusal keeps what was typed."""
        cluster = _loaded(request, reference)
        verdict = can_comment(request.user, cluster)
        if verdict.code == "forbidden":
            ask(verdict)
        form = ProposalCommentForm(request.POST)
        if not form.is_valid():
            return _page(request, cluster, form, status=INVALID)
        try:
            row = actions.comment_on_proposal(cluster=cluster, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return _page(request, cluster, form, status=status_of(refusal, form))
        messages.success(request, _("Your comment stands here. Proposer and lead are told."))
        return redirect(f"{request.path}#comment-{row.pk}")


class CommentsUntilView(LoginRequiredMixin, View):
    """`comments/until/`: the day until which comments are asked for."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Set or clear it; a refusal keeps what was typed."""
        cluster = _loaded(request, reference)
        ask_first = can_ask_for_comments(request.user, cluster)
        if ask_first.code == "forbidden":
            ask(ask_first)
        form = CommentsUntilForm(request.POST)
        if not form.is_valid():
            return _page(request, cluster, until_form=form, status=INVALID)
        try:
            after = actions.ask_for_comments(cluster=cluster, by=request.user, until=form.cleaned_data["until"])
        except Refusal as refusal:
            return _page(request, cluster, until_form=form, status=status_of(refusal, form))
        said = _("Comments are asked for until that day.") if after.comments_until else _("No day is set any more.")
        messages.success(request, said)
        return redirect("clusters:comments", reference=cluster.name)


class CommentTakeBackView(LoginRequiredMixin, View):
    """`comments/<pk>/take-back/`: one's own words are gone."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Take it back and lead to the list, or where there is none for this person any more, to the start.

        One's own words are asked for whether or not the proposal is still open to who wrote them; of others' only
        whoever reads them learns that they are there.
        """
        row = comment_on(Cluster.objects.by_name(reference).first(), pk)
        if row is None or row.by_id != request.user.pk:
            row = comment_on(_loaded(request, reference), pk)
        if row is None:
            raise Http404(_("There is no such page, or it is not open to you."))
        try:
            actions.take_back_comment(comment=row, by=request.user)
        except Refusal as refusal:
            status_of(refusal)
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, _("Taken back: your words are gone."))
        cluster = Cluster.objects.visible_to(request.user).by_name(reference).first()
        if cluster is None or not can_read_comments(request.user, cluster):
            return redirect("community:home")
        return redirect("clusters:comments", reference=cluster.name)


def _loaded(request: SignedInRequest, reference: str) -> Cluster:
    """Return the cluster for somebody who reads the comments on it.

    Raises:
        Http404: there is no such cluster, or it is not visible.
        PermissionDenied: comments are not for this person, or there can be none yet.
    """
    cluster = load(request, reference)
    ask(can_read_comments(request.user, cluster))
    return cluster


def _page(
    request: SignedInRequest,
    cluster: Cluster,
    form: ProposalCommentForm | None = None,
    *,
    until_form: CommentsUntilForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the comments with what this person may do."""
    remarks = remarks_of(cluster, request.user)
    form = form or ProposalCommentForm()
    wanted = str(form["reply_to"].value() or "")
    context = {
        **frame(request, cluster, "comments"),
        "remarks": remarks,
        "speaks": can_comment(request.user, cluster),
        "may_ask": bool(can_ask_for_comments(request.user, cluster)),
        "form": form,
        "answered": next((one for one in remarks if str(one.comment.pk) == wanted), None),
        "until_form": until_form or CommentsUntilForm(initial={"until": cluster.comments_until}),
    }
    return render(request, "clusters/proposal/comments.html", context, status=status)
