"""The page of a verb: GET shows what will happen and who is told, POST does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters import checklist
from clusters.content import content_hash
from clusters.forms.lifecycle import VerbForm, form_for
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster
from clusters.notifications import told
from clusters.sentences import Entry, history
from clusters.views.proposal_page import step_url
from community.access import get_visible
from community.actions.transition import transition
from community.lifecycle import Verb
from community.models import Event
from community.permissions import Refusal, Verdict

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

#: So many changes a stale decision shows.
SHOWN_CHANGES = 3
STATUS = {"forbidden": 403, "state": 409, "stale": 409, "requirement": 422, "reason": 422}


class TransitionView(LoginRequiredMixin, View):
    """`/clusters/<reference>/<verb>/`."""

    def get(self, request: SignedInRequest, reference: str, verb: str) -> HttpResponse:
        """Show the verb's page; a verb that may not be pressed says why, with 403 where the person may not."""
        cluster, row = self._load(request, reference, verb)
        verdict = CLUSTER.judge(CLUSTER.attempt(cluster, row.code, by=request.user, at=timezone.now(), is_asking=True))
        form = form_for(row)(cluster=cluster, verb=row, initial=_initial(cluster))
        return _page(request, cluster, row, form, verdict, status=403 if verdict.code == "forbidden" else 200)

    def post(self, request: SignedInRequest, reference: str, verb: str) -> HttpResponse:
        """Do the verb; a refusal keeps what was typed and says why."""
        cluster, row = self._load(request, reference, verb)
        form = form_for(row)(request.POST, cluster=cluster, verb=row)
        if "ask" in request.POST:
            return _asked(request, cluster, row)
        if not form.is_valid():
            return _page(request, cluster, row, form, None, status=422)
        try:
            after = transition(
                cluster,
                row.code,
                by=request.user,
                reason=form.cleaned_data.get("reason", ""),
                seen=form.cleaned_data["seen"] if row.checks_seen else None,
                **form.details(),
            )
        except Refusal as refusal:
            if refusal.code == "state" and _did_it_already(request, cluster, row):
                return redirect(cluster.get_absolute_url())
            verdict = Verdict(False, refusal.reason, refusal.code)
            if refusal.code == "stale":
                form = _shown_anew(form, cluster, row)
            return _page(request, cluster, row, form, verdict, status=STATUS.get(refusal.code, 422))
        undo = f"undo:{reverse('clusters:transition', args=[after.name, 'undo'])}" if row.undoable else ""
        messages.success(request, str(row.done), extra_tags=undo)
        return _then(request, after, row)

    def _load(self, request: SignedInRequest, reference: str, verb: str) -> tuple[Cluster, Verb]:
        """Return the cluster and the verb's row.

        Raises:
            Http404: no such verb with a page, or the person may not see the cluster.
        """
        code = verb.replace("-", "_")
        row = CLUSTER.verbs.get(code)
        if row is None or row.slug != verb or not row.has_page:
            raise Http404(_("There is no such page."))
        return get_visible(Cluster.objects.by_name(reference).for_page(), request.user), row


def _then(request: SignedInRequest, cluster: Cluster, verb: Verb) -> HttpResponse:
    """Lead to where the verb leaves the person: the cluster, the new draft, or the list when it is gone."""
    if verb.code == "propose_again":
        member = request.user.member
        draft = Cluster.objects.drafts_after(cluster, member.pk if member else 0).first()
        return redirect(step_url(draft, 1) if draft else "clusters:list")
    return redirect(cluster.get_absolute_url() if verb.is_recorded else "clusters:list")


def _asked(request: SignedInRequest, cluster: Cluster, verb: Verb) -> HttpResponse:
    """Show a verb's page with what was typed beside its button; nothing is done yet."""
    verdict = CLUSTER.judge(CLUSTER.attempt(cluster, verb.code, by=request.user, at=timezone.now(), is_asking=True))
    typed = {name: request.POST.get(name, "") for name in ("reason", "seen")}
    form = form_for(verb)(cluster=cluster, verb=verb, initial={**_initial(cluster), **typed})
    return _page(request, cluster, verb, form, verdict, status=403 if verdict.code == "forbidden" else 200)


def _initial(cluster: Cluster) -> dict[str, Any]:
    """Return what the form starts from: the hash of what is shown and the texts written so far."""
    names = ("practitioners_summary", "lessons", "next_steps", "has_no_outcome", "ended_on")
    return {"seen": content_hash(cluster), **{name: getattr(cluster, name) for name in names}}


def _shown_anew(form: VerbForm, cluster: Cluster, verb: Verb) -> VerbForm:
    """Return the form with what was typed and the hash of what stands there now: the page shows what changed."""
    values = {name: form.data[name] for name in form.data} | {"seen": content_hash(cluster)}
    return form_for(verb)(values, cluster=cluster, verb=verb)


def _did_it_already(request: SignedInRequest, cluster: Cluster, verb: Verb) -> bool:
    """Tell whether this is the second press of the same button by the same person."""
    last = Event.objects.about(cluster).first()
    return last is not None and last.verb == verb.code and last.by_id == request.user.pk


def _changed_lately(cluster: Cluster, request: SignedInRequest) -> list[Entry]:
    """Return the newest changes of a proposal as sentences, for who was reading meanwhile."""
    edits = Event.objects.about(cluster).of_verbs(["proposal.edited", "submit", "accept_lead"])
    return history(edits.select_related("detail", "by__member")[:SHOWN_CHANGES], cluster, user=request.user)


def _page(
    request: SignedInRequest, cluster: Cluster, verb: Verb, form: VerbForm, verdict: Verdict | None, *, status: int
) -> HttpResponse:
    """Render the verb's page with what happens, who is told, and the refusal if there is one."""
    on = timezone.localdate()
    shows_checklist = verb.checks_seen or verb.code == "submit"
    context = {
        "cluster": cluster,
        "verb": verb,
        "form": form,
        "verdict": verdict,
        "told": told(CLUSTER.attempt(cluster, verb.code, by=request.user, at=timezone.now(), is_asking=True)),
        "target": verb.target_of(cluster),
        "points": checklist.checklist(cluster, on) if shows_checklist else [],
        "changed": _changed_lately(cluster, request) if verdict is not None and verdict.code == "stale" else [],
        "is_refused_now": request.method == "GET" and verdict is not None and not verdict,
    }
    return render(request, "clusters/lifecycle/verb.html", context, status=status)
