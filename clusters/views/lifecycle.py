"""The page of a verb: GET shows what will happen and who is told, POST does it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from clusters.forms.lifecycle import CONDITIONS, ApproveForm, VerbForm, condition_rows, form_for
from clusters.forms.proposal import PLACES
from clusters.forms.rows import raw_rows
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster
from clusters.notifications.lifecycle import told
from clusters.rules import checklist
from clusters.rules.content import content_hash
from clusters.rules.decision import decision_of_this_round
from clusters.sentences import Entry, history
from clusters.views.proposal_page import place_url, point_rows_of, step_url
from community.access import get_visible
from community.actions.transition import transition
from community.lifecycle import Verb
from community.models import Event
from community.permissions import Obstacle, Refusal, Verdict

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

#: So many changes a stale decision shows.
SHOWN_CHANGES = 3
STATUS = {"forbidden": 403, "state": 409, "done": 409, "stale": 409, "requirement": 422, "reason": 422}


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
        if {"ask", "more"} & request.POST.keys():
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
            if refusal.code in ("state", "done") and _did_it_already(request, cluster, row, form):
                if not len(messages.get_messages(request)):  # the first press may wait to say it
                    messages.info(request, str(refusal.reason))
                return redirect(cluster.get_absolute_url())
            verdict = Verdict(False, refusal.reason, refusal.code, refusal.obstacles)
            if refusal.code == "stale":
                form = _shown_anew(form, cluster, row)
            return _page(request, cluster, row, form, verdict, status=STATUS.get(refusal.code, 422))
        undo = f"undo:{reverse('clusters:transition', args=[after.name, 'undo'])}" if row.undoable else ""
        messages.success(request, _done(row, form), extra_tags=undo)
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


def _done(verb: Verb, form: VerbForm) -> str:
    """Return what the message says was done; an approval says with how many conditions."""
    count = len(form.details().get("conditions", ()))
    if not count:
        return str(verb.done)
    return ngettext(
        "Approved with %(count)d condition. Version 1 of the factsheet is issued.",
        "Approved with %(count)d conditions. Version 1 of the factsheet is issued.",
        count,
    ) % {"count": count}


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
    more: dict[str, Any] = {"typed": request.POST} if form_for(verb) is ApproveForm else {}
    form = form_for(verb)(cluster=cluster, verb=verb, initial={**_initial(cluster), **typed}, **more)
    return _page(request, cluster, verb, form, verdict, status=403 if verdict.code == "forbidden" else 200)


def _initial(cluster: Cluster) -> dict[str, Any]:
    """Return what the form starts from: the hash of what is shown and the texts written so far."""
    names = ("practitioners_summary", "lessons", "next_steps", "has_no_outcome", "ended_on")
    return {"seen": content_hash(cluster), **{name: getattr(cluster, name) for name in names}}


def _shown_anew(form: VerbForm, cluster: Cluster, verb: Verb) -> VerbForm:
    """Return the form with what was typed and the hash of what stands there now: the page shows what changed."""
    values = {name: form.data[name] for name in form.data} | {"seen": content_hash(cluster)}
    return form_for(verb)(values, cluster=cluster, verb=verb)


def _did_it_already(request: SignedInRequest, cluster: Cluster, verb: Verb, form: VerbForm) -> bool:
    """Tell whether this is the second press of the same button by the same person, with the same words.

    Other words or other conditions are another decision: who pressed reads that it was not taken.
    """
    decision = decision_of_this_round(cluster) if verb.checks_seen else None
    last = decision.event if decision is not None else Event.objects.about(cluster).first()
    if last is None or last.verb != verb.code or last.by_id != request.user.pk:
        return False
    rows = decision.conditions.all() if decision is not None else ()
    stands = [{"text": row.text, "due_on": row.due_on} for row in rows]
    detail = getattr(last, "detail", None)
    said = str(((detail.body if detail else None) or {}).get("reason", ""))
    wanted: list[dict[str, Any]] = form.details().get("conditions", [])
    return said == form.cleaned_data.get("reason", "").strip() and wanted == stands


def _decided(cluster: Cluster, request: SignedInRequest, verb: Verb, verdict: Verdict | None) -> list[Entry]:
    """Return what was decided meanwhile as a sentence, with its conditions, for who pressed too late."""
    if not verb.checks_seen or verdict is None or verdict.code != "state":
        return []
    decision = decision_of_this_round(cluster)
    return history([decision.event], cluster, user=request.user) if decision is not None else []


def _obstacles(cluster: Cluster, verdict: Verdict | None) -> list[Obstacle]:
    """Return what stands in the way, each with the address where it is mended; nothing where one sentence says it."""
    return [
        replace(row, url=place_url(cluster, row.field)) if row.field in PLACES else row
        for row in (verdict.obstacles if verdict is not None else ())
    ]


def _conditions_typed(request: SignedInRequest, verb: Verb) -> list[str]:
    """Return the conditions that were written beside another button of the review page, so that none is lost."""
    if verb.code == "approve":
        return []
    rows = raw_rows(condition_rows(request.POST), CONDITIONS)
    return [row["text"].strip() for row in rows if row.get("text", "").strip()]


def _changed_lately(cluster: Cluster, request: SignedInRequest) -> list[Entry]:
    """Return the newest changes of a proposal as sentences, for who was reading meanwhile."""
    edits = Event.objects.about(cluster).of_verbs(["proposal.edited", "submit", "accept_lead"])
    return history(edits.select_related("detail", "by__member")[:SHOWN_CHANGES], cluster, user=request.user)


def _page(
    request: SignedInRequest, cluster: Cluster, verb: Verb, form: VerbForm, verdict: Verdict | None, *, status: int
) -> HttpResponse:
    """Render the verb's page with what happens, who is told, and the refusal if there is one."""
    on = timezone.localdate()
    is_submit = verb.code == "submit"
    points = checklist.checklist(cluster, on) if verb.checks_seen or is_submit else []
    context = {
        "cluster": cluster,
        "verb": verb,
        "form": form,
        "verdict": verdict,
        "told": told(CLUSTER.attempt(cluster, verb.code, by=request.user, at=timezone.now(), is_asking=True)),
        "target": verb.target_of(cluster),
        "points": point_rows_of(cluster, points) if is_submit else points,
        "missing": checklist.unfulfilled(points) if verb.checks_seen else [],
        "conditions_typed": _conditions_typed(request, verb),
        "changed": _changed_lately(cluster, request) if verdict is not None and verdict.code == "stale" else [],
        "decided": _decided(cluster, request, verb, verdict),
        "inverse": CLUSTER.verb("take_back_lead") if verb.code in ("accept_lead", "decline_lead") else None,
        "obstacles": _obstacles(cluster, verdict),
        "is_refused_now": request.method == "GET" and verdict is not None and not verdict,
    }
    return render(request, "clusters/lifecycle/verb.html", context, status=status)
