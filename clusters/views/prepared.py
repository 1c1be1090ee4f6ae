"""The page of a prepared decision: prepare one, read it, announce it, take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions import prepared as actions
from clusters.choices import PreparedStatus, State
from clusters.forms.prepared import PrepareForm, as_typed, typed_on_the_case
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, PreparedDecision
from clusters.rules import checklist
from clusters.rules.content import content_hash
from clusters.rules.decision import how_decided
from clusters.rules.prepared import can_prepare, conditions_of, moment_words, prepared_on
from clusters.sentences import condition_words
from clusters.views.cluster import load
from clusters.views.parts import ask
from community.permissions import Refusal, Verdict

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

STATUS = {"forbidden": 403, "state": 409, "stale": 409}


class PreparedView(LoginRequiredMixin, View):
    """`/clusters/<reference>/prepared/`: GET shows what is prepared, else the form; POST prepares."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the prepared decision; `?again` opens one's own, or one that was held back, in the form."""
        cluster = load(request, reference)
        if (answer := _over(request, cluster)) is not None:
            return answer
        row = prepared_on(cluster, request.user)
        if row is not None and "again" not in request.GET:
            return _shown(request, cluster, row)
        form = _form_of(cluster, row if row is not None and _is_mine(request, row) else None)
        return _page(request, cluster, form, row=row)

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Prepare what the form says; a refusal keeps what was typed. From the review page it only opens the form."""
        cluster = load(request, reference)
        if (answer := _over(request, cluster)) is not None:
            return answer
        row = prepared_on(cluster, request.user)
        if {"ask", "more"} & request.POST.keys():
            initial = {**typed_on_the_case(request.POST), "seen": request.POST.get("seen", "")}
            return _page(request, cluster, PrepareForm(cluster=cluster, initial=initial, typed=request.POST), row=row)
        form = PrepareForm(request.POST, cluster=cluster)
        if not form.is_valid():
            return _page(request, cluster, form, row=row, status=422)
        try:
            done = actions.prepare_decision(cluster=cluster, by=request.user, **form.values())
        except Refusal as refusal:
            return _refused(request, cluster, form, refusal, row)
        messages.success(request, _prepared(done))
        return redirect("clusters:prepared", reference=cluster.name)


class PreparedAnnounceView(LoginRequiredMixin, View):
    """`prepared/announce/`: the decision is taken now, in the name of who prepared it."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Announce; what can't be announced is held back and shown with the reason."""
        cluster = load(request, reference)
        row = _row_of(request, cluster)
        if row is None:
            return _nothing(request, cluster)
        if (answer := _another(request, cluster, row)) is not None:
            return answer
        try:
            done = actions.announce_decision(prepared=row, by=request.user)
        except Refusal as refusal:
            return _page_of(request, cluster, row, refusal)
        if done.status != PreparedStatus.ANNOUNCED:
            messages.warning(request, _("Not announced. %(why)s") % {"why": done.held_why})
            return redirect("clusters:prepared", reference=cluster.name)
        messages.success(request, _("Announced. Those concerned have a mail."))
        return redirect(cluster.get_absolute_url())


class PreparedTakeBackView(LoginRequiredMixin, View):
    """`prepared/take-back/`: nothing of it is announced."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Take it back and lead to the proposal."""
        cluster = load(request, reference)
        row = _row_of(request, cluster)
        if row is None:
            return _nothing(request, cluster)
        if (answer := _another(request, cluster, row)) is not None:
            return answer
        try:
            actions.take_back_decision(prepared=row, by=request.user)
        except Refusal as refusal:
            return _page_of(request, cluster, row, refusal)
        messages.success(request, _("Taken back. Nothing was announced, and the proposal still waits for a decision."))
        return redirect("clusters:review_case", reference=cluster.name)


def _over(request: SignedInRequest, cluster: Cluster) -> HttpResponse | None:
    """Lead on to a proposal that waits for no decision; None where it waits.

    Raises:
        PermissionDenied: the person may not decide on it.
    """
    verdict = can_prepare(request.user, cluster)
    if verdict.code != "state":
        ask(verdict)
        return None
    now = timezone.now()
    said = str(verdict.reason)
    if cluster.state not in (State.DRAFT, State.SUBMITTED):
        said = how_decided(CLUSTER.attempt(cluster, "approve", by=request.user, at=now))
    messages.info(request, said)
    return redirect(cluster.get_absolute_url())


def _row_of(request: SignedInRequest, cluster: Cluster) -> PreparedDecision | None:
    """Return what is prepared, for a press.

    Raises:
        PermissionDenied: the person may not decide on the proposal.
    """
    verdict = can_prepare(request.user, cluster)
    if verdict.code == "forbidden":
        ask(verdict)
    return prepared_on(cluster, request.user)


def _nothing(request: SignedInRequest, cluster: Cluster) -> HttpResponse:
    """Answer a press on something that was announced or taken back meanwhile: to where it is told."""
    messages.info(request, _("Nothing is prepared here any more: it was announced or taken back."))
    name = "clusters:review_case" if cluster.state == State.SUBMITTED else "clusters:detail"
    return redirect(name, reference=cluster.name)


def _another(request: SignedInRequest, cluster: Cluster, row: PreparedDecision) -> HttpResponse | None:
    """Refuse a press that was made on another decision than the one that waits now, and show this one; None else.

    A prepared decision is never rewritten, only replaced by another row: its key says which words were read.
    """
    if request.POST.get("prepared", "") == str(row.pk):
        return None
    words = _("What you read was replaced meanwhile, so nothing was done. This is what is prepared now: read it first.")
    return _page_of(request, cluster, row, Refusal(words, "stale"))


def _is_mine(request: SignedInRequest, row: PreparedDecision) -> bool:
    return request.user.member is not None and row.prepared_by_id == request.user.member.pk


def _form_of(cluster: Cluster, row: PreparedDecision | None) -> PrepareForm:
    """Return the form with what is prepared in it, to be looked at against the proposal as it stands now."""
    if row is None:
        return PrepareForm(cluster=cluster, initial={"seen": content_hash(cluster)})
    initial, rows = as_typed(row)
    return PrepareForm(cluster=cluster, initial={**initial, "seen": content_hash(cluster)}, typed=rows)


def _prepared(row: PreparedDecision) -> str:
    if row.announce_at is None:
        return _("Prepared. Nobody is told before one of you announces it.")
    return _("Prepared. It is announced on %(moment)s.") % {"moment": moment_words(row.announce_at)}


def _refused(
    request: SignedInRequest, cluster: Cluster, form: PrepareForm, refusal: Refusal, row: PreparedDecision | None
) -> HttpResponse:
    """Show the form again with the sentence; where the proposal changed, the next press decides on what stands now."""
    if refusal.code == "stale":
        values = {name: form.data[name] for name in form.data} | {"seen": content_hash(cluster)}
        form = PrepareForm(values, cluster=cluster)
    verdict = Verdict(False, refusal.reason, refusal.code, refusal.obstacles)
    return _page(request, cluster, form, row=row, verdict=verdict, status=STATUS.get(refusal.code, 422))


def _page_of(request: SignedInRequest, cluster: Cluster, row: PreparedDecision, refusal: Refusal) -> HttpResponse:
    verdict = Verdict(False, refusal.reason, refusal.code, refusal.obstacles)
    return _shown(request, cluster, row, verdict=verdict, status=STATUS.get(refusal.code, 422))


def _shown(
    request: SignedInRequest,
    cluster: Cluster,
    row: PreparedDecision,
    *,
    verdict: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show what is prepared, and what may be done with it."""
    context = {
        "cluster": cluster,
        "row": row,
        "verdict": verdict,
        "is_mine": _is_mine(request, row),
        "has_changed": row.content_hash != content_hash(cluster),
        "conditions": [condition_words(one["text"], one["due_on"]) for one in conditions_of(row)],
        "points": checklist.checklist(cluster, timezone.localdate()),
        "on": timezone.localdate(),
    }
    return render(request, "clusters/review/prepared.html", context, status=status)


def _page(request: SignedInRequest, cluster: Cluster, form: PrepareForm, **more: Any) -> HttpResponse:
    """Show the form beside the check-list."""
    status = more.pop("status", 200)
    points = checklist.checklist(cluster, timezone.localdate())
    context = {"cluster": cluster, "form": form, "points": points, "on": timezone.localdate(), **more}
    return render(request, "clusters/review/prepare.html", context, status=status)
