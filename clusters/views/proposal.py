"""The guided proposal: how it starts, and its five steps. Submitting is a verb (`views/lifecycle.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions.proposal import create_draft, is_quiet, save_step
from clusters.choices import INCOMPLETE_STATES
from clusters.forms.proposal import STEPS, Step, step_of
from clusters.forms.proposal_choices import (
    MOST_NEEDS,
    given_people,
    given_solutions,
    given_themes,
    newest_needs,
    own_drafts,
)
from clusters.forms.proposal_presses import is_press, looked_for, press
from clusters.models import Cluster
from clusters.models.cluster import new_draft_code
from clusters.permissions import can_edit_proposal, can_propose
from clusters.rules.amendment import can_suggest
from clusters.rules.examples import EXAMPLES, find_example
from clusters.views.proposal_page import (
    PREFETCH,
    check_context,
    conflict_context,
    errors_in_words,
    page_context,
    saved_sentence,
    seen_of,
    step_url,
)
from community.access import get_visible
from community.models import Need
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.forms.proposal_fields import StepForm
    from clusters.views.proposal_page import SignedInRequest

PAGE = "clusters/proposal/edit.html"
FORM = "clusters/proposal/_form.html"
#: What htmx gets for buttons that change less than the whole form.
PARTS = {
    "find:need": "clusters/proposal/_found_needs.html",
    "find:lead": "clusters/proposal/_found_leads.html",
    "find:people": "clusters/proposal/_found_people.html",
    "find:territories": "clusters/proposal/_territory_list.html",
    "find:solutions": "clusters/proposal/_solution_list.html",
    "check:lead": "clusters/proposal/_lead_verdict.html",
}


class KeepingPost(HttpResponseRedirect):
    """A redirect after which the browser posts the same form again (307): from the last step to the verb "submit"."""

    status_code = 307


class ProposalCreateView(LoginRequiredMixin, View):
    """`/clusters/propose/`: start empty, from an example or needs, with what else the address names."""

    def get(self, request: SignedInRequest) -> HttpResponse:
        """Show the ways to start, and the drafts that this person has begun; writes nothing."""
        verdict = can_propose(request.user)
        if not verdict:
            raise PermissionDenied(str(verdict.reason))
        needs = _needs(request, request.GET.getlist("need"))
        context = {
            "code": new_draft_code(),
            "chosen": needs,
            "solutions": given_solutions(request.GET.getlist("solution")),
            "themes": given_themes(request.GET.getlist("challenge")),
            "people": given_people(request.user, request.GET.getlist("person")),
            "start": ",".join(str(need.pk) for need in needs),
            "needs": [] if needs else newest_needs(request.user),
            "examples": EXAMPLES,
            "drafts": own_drafts(request.user),
        }
        return render(request, "clusters/proposal/start.html", context)

    def post(self, request: SignedInRequest) -> HttpResponse:
        """Make the draft and lead to its first step; the same form sent twice leads to the same draft."""
        start, _colon, key = request.POST.get("start", "").partition(":")
        try:
            cluster = create_draft(
                by=request.user,
                code=request.POST.get("code", ""),
                example=find_example(key) if start == "example" else None,
                needs=_needs(request, key.split(",")) if start == "need" else (),
                solutions=given_solutions(request.POST.getlist("solution")),
                themes=given_themes(request.POST.getlist("challenge")),
                people=given_people(request.user, request.POST.getlist("person")),
            )
        except Refusal as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        return redirect(step_url(cluster, 1) if can_edit_proposal(request.user, cluster) else cluster)


def _needs(request: SignedInRequest, keys: list[str]) -> list[Need]:
    """Return the needs that the address or the button names, the main one first.

    Raises:
        Http404: one is not there.
    """
    given = [key for key in dict.fromkeys(keys) if key]
    if len(given) > MOST_NEEDS:
        words = _("One cluster answers at most %(most)d needs: the first %(most)d were taken.")
        messages.warning(request, words % {"most": MOST_NEEDS})
    return [get_visible(Need, request.user, pk=key) for key in given[:MOST_NEEDS]]


class ProposalUpdateView(LoginRequiredMixin, View):
    """`/clusters/<reference>/edit/<step>/`: one step of a draft, a proposal or a returned one."""

    def get(self, request: SignedInRequest, reference: str, step: int = 0) -> HttpResponse:
        """Show the step as it is stored; once the cluster is approved, the form of an amendment is the way."""
        try:
            cluster, row = self._open(request, reference, step)
        except PermissionDenied as denied:
            amended = get_visible(Cluster.objects.by_name(reference), request.user)
            if not can_suggest(request.user, amended):
                raise
            messages.info(request, str(denied))
            return redirect("clusters:amendment_create", amended.name)
        form = row.form(cluster, request.user)
        return render(request, PAGE, page_context(cluster, request.user, row, form))

    def post(self, request: SignedInRequest, reference: str, step: int = 0) -> HttpResponse:
        """Save the step; or, for the small buttons, show it with what is typed as the button changed it."""
        cluster, row = self._open(request, reference, step)
        do = request.POST.get("do", "save")
        if do == "enter":
            do = looked_for(request.POST) or "save"
        if "autosave" in request.POST:
            return self._autosaved(request, cluster, row)
        if is_press(do):
            return self._pressed(request, cluster, row, do)
        return self._saved(request, cluster, row, do)

    def _open(self, request: SignedInRequest, reference: str, number: int) -> tuple[Cluster, Step]:
        """Return the cluster with what the step reads.

        Raises:
            Http404: the person may not see it.
            PermissionDenied: the person may not write in it; says why.
        """
        asked = request.GET.get("step", "")
        row = step_of(number or (int(asked) if asked.isdecimal() and len(asked) < 3 else 1))
        rows = Cluster.objects.by_name(reference).for_page().prefetch_related(*PREFETCH[row.number])
        cluster = get_visible(rows, request.user)
        verdict = can_edit_proposal(request.user, cluster)
        if not verdict:
            raise PermissionDenied(str(verdict.reason))
        return cluster, row

    def _pressed(self, request: SignedInRequest, cluster: Cluster, step: Step, do: str) -> HttpResponse:
        """Show the form as the button changed it: the whole page, or with htmx only what changed."""
        pressed = press(request.POST, do)
        form = step.form(cluster, request.user, typed=pressed.typed, judged=False)
        if request.htmx and do in PARTS:
            return render(request, PARTS[do], {"form": form, "step_url": step_url(cluster, step.number)})
        form.focus_on(pressed.focus)
        seen = request.POST.get("seen", "")
        context = page_context(cluster, request.user, step, form, seen=seen, saved=False)
        return render(request, FORM if request.htmx else PAGE, context)

    def _saved(self, request: SignedInRequest, cluster: Cluster, step: Step, do: str) -> HttpResponse:
        """Save and go where the button leads; a refusal keeps everything that is typed."""
        form = step.form(cluster, request.user, typed=request.POST)
        seen = request.POST.get("seen", "")
        try:
            if not form.is_valid():
                fresh, kept = self._kept(request, cluster, step, form)
                context = page_context(fresh, request.user, step, form, seen=kept or seen, saved=False)
                return render(request, PAGE, {**context, "is_kept": kept}, status=422)
            saved = save_step(cluster=cluster, values=form.values(), by=request.user, seen=seen)
        except Refusal as refusal:
            return self._conflict(request, cluster, step, refusal, PAGE)
        if do == "propose":
            return KeepingPost(reverse("clusters:transition", kwargs={"reference": cluster.name, "verb": "submit"}))
        messages.success(request, saved_sentence(saved, step))
        return redirect(step_url(cluster, _target(step, do)))

    def _autosaved(self, request: SignedInRequest, cluster: Cluster, step: Step) -> HttpResponse:
        """Save a draft by itself: answer with the time, or with what stands in the way; the form stays as it is."""
        form = step.form(cluster, request.user, typed=request.POST)
        context = {"form": form, "cluster": cluster, "step": step}
        if not is_quiet(cluster):
            words = _("This is proposed and no longer saves itself. Save it with the button.")
            return render(request, "clusters/proposal/_not_saved.html", {**context, "words": words}, status=409)
        try:
            if not form.is_valid():
                fresh, kept = self._kept(request, cluster, step, form)
                context |= {"cluster": fresh, "seen": kept, "errors": errors_in_words(form)}
                context |= check_context(fresh, request.user, step)
                return render(request, "clusters/proposal/_not_saved.html", context, status=422)
            saved = save_step(cluster=cluster, values=form.values(), by=request.user, seen=request.POST.get("seen", ""))
        except Refusal as refusal:
            return self._conflict(request, cluster, step, refusal, "clusters/proposal/_conflict.html")
        context |= {"cluster": saved.cluster, "seen": seen_of(saved.cluster, form.names), "is_saved": True}
        context |= check_context(saved.cluster, request.user, step)
        return render(request, "clusters/proposal/_autosaved.html", context)

    def _kept(self, request: SignedInRequest, cluster: Cluster, step: Step, form: StepForm) -> tuple[Cluster, str]:
        """Store of a refused step what a draft can hold; return the cluster as it stands, and the digest of the step.

        The digest is empty where nothing is stored in part: what is proposed is saved as a whole or not at all.
        """
        if cluster.state not in INCOMPLETE_STATES:
            return cluster, ""
        seen = request.POST.get("seen", "")
        save_step(cluster=cluster, values=form.storable(), by=request.user, seen=seen, shown=form.names)
        fresh, _step = self._open(request, cluster.name, step.number)
        return fresh, seen_of(fresh, form.names)

    def _conflict(
        self, request: SignedInRequest, cluster: Cluster, step: Step, refusal: Refusal, template: str
    ) -> HttpResponse:
        """Show what is stored beside what is typed; saving again from there keeps what is typed.

        Raises:
            PermissionDenied: the refusal was about the person, not about the text.
        """
        if refusal.code != "stale":
            raise PermissionDenied(str(refusal)) from refusal
        fresh, _step = self._open(request, cluster.name, step.number)
        typed = step.form(fresh, request.user, typed=request.POST)
        context = page_context(fresh, request.user, step, typed, saved=False)
        context |= conflict_context(refusal, typed, step.form(fresh, request.user))
        return render(request, template, context, status=409)


def _target(step: Step, do: str) -> int:
    """Return the number of the step to which a saving button leads."""
    verb, _colon, number = do.partition(":")
    if verb == "next":
        return min(step.number + 1, len(STEPS))
    return int(number) if verb == "go" and number.isdecimal() and len(number) == 1 else step.number
