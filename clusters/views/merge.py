"""The pages of a merge: choose the other cluster, ask or press at once, and answer what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions import merge as actions
from clusters.choices import DECIDERS
from clusters.forms.merge import FindForm, MergeForm, RefuseForm
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, MergeRequest
from clusters.notifications.lifecycle import told
from clusters.overlap import overlap_of
from clusters.permissions import capacities, names_of
from clusters.rules.merge import can_take_in, coordinates_both, may_answer, party_to_neither
from clusters.views.cluster import load
from community.access import get_visible
from community.permissions import Refusal, Verdict

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

STATUS = {"forbidden": 403, "state": 409, "reason": 422}


class MergeView(LoginRequiredMixin, View):
    """`/clusters/<reference>/merge/`: GET shows what is asked, or lets one choose `?into=`; POST asks or merges."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the open question, else the choice, else what would happen with the chosen cluster."""
        cluster = load(request, reference)
        verdict = _judged(request, cluster)
        context = _context(request, cluster, verdict)
        return _page(request, context, status=403 if verdict.code == "forbidden" else 200)

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Ask the other side; where one person coordinates both, merge. A refusal keeps what was typed."""
        cluster = load(request, reference)
        verdict = _judged(request, cluster)
        if verdict.code in STATUS:
            return _page(request, _context(request, cluster, verdict), status=STATUS[verdict.code])
        form = MergeForm(request.POST)
        into = _chosen(request, request.POST.get("into", ""))
        if not form.is_valid() or into is None:
            return _page(request, _context(request, cluster, verdict, form), status=422)
        try:
            done = actions.ask_merge(cluster=cluster, into=into, by=request.user, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            return _refused(request, cluster, refusal, form)
        if isinstance(done, Cluster):
            return _merged(request, into)
        messages.success(request, _("Asked. The coordinators of the other working group have a mail."))
        return redirect("clusters:merge", reference=cluster.name)


class MergeAgreeView(LoginRequiredMixin, View):
    """`merge/agree/`: the other side agrees, and the merge happens."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Merge, and lead to the cluster that took the other one in."""
        cluster = load(request, reference)
        asked = _open_request(cluster)
        if asked is None:
            return _nothing_open(request, cluster)
        try:
            actions.agree_merge(request=asked, by=request.user)
        except Refusal as refusal:
            return _refused(request, cluster, refusal)
        return _merged(request, asked.into)


class MergeRefuseView(LoginRequiredMixin, View):
    """`merge/refuse/`: the other side does not take it in."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Refuse with a reason; without one the page says so and keeps the question open."""
        cluster = load(request, reference)
        asked = _open_request(cluster)
        if asked is None:
            return _nothing_open(request, cluster)
        form = RefuseForm(request.POST)
        try:
            reason = form.cleaned_data["reason"] if form.is_valid() else ""
            actions.refuse_merge(request=asked, by=request.user, reason=reason)
        except Refusal as refusal:
            return _refused(request, cluster, refusal, refuse_form=form)
        messages.success(request, _("Refused. Who asked has a mail with your reason."))
        return redirect("clusters:merge", reference=cluster.name)


class MergeWithdrawView(LoginRequiredMixin, View):
    """`merge/withdraw/`: the side that asked takes the question back."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Take it back and lead to the choice again."""
        cluster = load(request, reference)
        asked = _open_request(cluster)
        if asked is None:
            return _nothing_open(request, cluster)
        try:
            actions.withdraw_merge(request=asked, by=request.user)
        except Refusal as refusal:
            return _refused(request, cluster, refusal)
        messages.success(request, _("Taken back. Nothing was merged."))
        return redirect("clusters:merge", reference=cluster.name)


def _open_request(cluster: Cluster) -> MergeRequest | None:
    return cluster.merge_requests.open().for_page().first()


def _judged(request: SignedInRequest, cluster: Cluster) -> Verdict:
    """Return whether the person may ask for this merge or answer it, before a target is chosen."""
    return CLUSTER.judge(CLUSTER.attempt(cluster, "merge", by=request.user, at=timezone.now(), is_asking=True))


def _chosen(request: SignedInRequest, name: str) -> Cluster | None:
    """Return the cluster that the address or the form names, as far as the person may see it."""
    return get_visible(Cluster.objects.by_name(name).for_frame(), request.user) if name else None


def _merged(request: SignedInRequest, into: Cluster) -> HttpResponse:
    messages.success(request, _("Merged. The old address leads here, and its history is read here."))
    return redirect(into.get_absolute_url())


def _nothing_open(request: SignedInRequest, cluster: Cluster) -> HttpResponse:
    """Answer a press on a question that is gone: to where the cluster went, or to its page with a sentence."""
    cluster.refresh_from_db()
    if cluster.merged_into is not None:
        return redirect(cluster.merged_into.get_absolute_url())
    verdict = _judged(request, cluster)
    if verdict.code != "forbidden":
        verdict = Verdict(False, _("No merge is asked for here: it was answered or taken back."), "state")
    return _page(request, _context(request, cluster, verdict), status=STATUS[verdict.code])


def _refused(
    request: SignedInRequest,
    cluster: Cluster,
    refusal: Refusal,
    form: MergeForm | None = None,
    *,
    refuse_form: RefuseForm | None = None,
) -> HttpResponse:
    """Show the page again with the sentence of the refusal and what was typed."""
    verdict = Verdict(False, refusal.reason, refusal.code)
    context = _context(request, cluster, verdict, form, refuse_form=refuse_form)
    return _page(request, context, status=STATUS.get(refusal.code, 422))


def _context(
    request: SignedInRequest,
    cluster: Cluster,
    verdict: Verdict,
    form: MergeForm | None = None,
    *,
    refuse_form: RefuseForm | None = None,
) -> dict[str, Any]:
    """Return what the page shows: the question that is open, or the choice and what it would do."""
    context: dict[str, Any] = {"cluster": cluster, "verb": CLUSTER.verb("merge"), "verdict": verdict}
    if verdict.code in ("forbidden", "state"):
        return context
    asked = _open_request(cluster)
    if asked is not None:
        return context | _question(request, cluster, asked) | {"refuse_form": refuse_form or RefuseForm()}
    into = _chosen(request, (form.data if form else request.GET).get("into", ""))
    return context | (_choice(request, cluster) if into is None else _wish(request, cluster, into, form))


def _question(request: SignedInRequest, cluster: Cluster, asked: MergeRequest) -> dict[str, Any]:
    """Return what is asked, who asked, and what this person may do about it."""
    on = timezone.localdate()
    names = names_of(request.user, cluster, [asked.asked_by.member.pk if asked.asked_by.member else None])
    return _consequences(request, cluster, asked.into) | {
        "asked": asked,
        "asker": next(iter(names.values()), ""),
        "answer": may_answer(request.user, asked, on),
        "may_withdraw": bool({*DECIDERS} & capacities(request.user, cluster, on)),
    }


def _choice(request: SignedInRequest, cluster: Cluster) -> dict[str, Any]:
    """Return the search for the other cluster, what it found, and what comes close by itself."""
    find = FindForm(request.GET if request.GET.get("find") else None)
    close = [hit.row for hit in overlap_of(cluster, request.user).clusters]
    near = [row for row in close if can_take_in(row, cluster)]
    return {"find": find, "found": find.found(cluster, request.user), "near": near}


def _wish(request: SignedInRequest, cluster: Cluster, into: Cluster, form: MergeForm | None) -> dict[str, Any]:
    """Return what a merge into the chosen cluster would do, and whether it can be asked for."""
    on = timezone.localdate()
    if possible := can_take_in(into, cluster):
        possible = party_to_neither(request.user, cluster, into, on)
    return _consequences(request, cluster, into) | {
        "possible": possible,
        "form": form or MergeForm(initial={"into": into.name}),
        "at_once": coordinates_both(request.user, cluster, into, on),
    }


def _consequences(request: SignedInRequest, cluster: Cluster, into: Cluster) -> dict[str, Any]:
    """Return what a merge into `into` would do, for the page before the press."""
    attempt = CLUSTER.attempt(
        cluster, "merge", by=request.user, at=timezone.now(), is_asking=True, details={"into": into}
    )
    return {
        "into": into,
        "told": told(attempt),
        "moving": cluster.participations.live().count(),
        "there": into.participations.active().count(),
    }


def _page(request: SignedInRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    return render(request, "clusters/merge/merge.html", context, status=status)
