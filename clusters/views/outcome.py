"""The page of outcomes, and each objective or outcome edited where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django_htmx.http import reswap, retarget

from clusters.actions import outcome as actions
from clusters.choices import FINISHED_STATES
from clusters.forms.outcome import ObjectiveForm, OutcomeForm
from clusters.forms.roadmap import SeenForm
from clusters.models import Cluster, Objective, Outcome
from clusters.permissions import can_correct
from clusters.rules.corrections import changed_since_report
from clusters.rules.evidence import evidence_by_outcome
from clusters.tables.follow_up import follow_ups_of
from clusters.tables.outcome import outcomes_of
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, answer, ask, part_of, status_of
from community.access import with_key
from community.contributions import sections_of
from community.forms.merging import MergingForm
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

PAGE = "clusters/outcome/outcomes.html"
REGION = "clusters/outcome/_outcomes.html"
FORM = "clusters/outcome/_form.html"
FORM_PAGE = "clusters/outcome/form.html"


@method_decorator(login_not_required, name="dispatch")
class OutcomesView(View):
    """`/clusters/<reference>/outcomes/`: objectives against their criterion, outcomes by kind."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show what came of it to whoever sees the cluster."""
        cluster = load(request, reference)
        prefetch_related_objects([cluster], "stages")  # read by the buttons above, too
        sections = sections_of("outcomes", request, cluster)
        context = {**frame(request, cluster, "outcomes"), **region(request, cluster), "sections": sections}
        return render(request, PAGE, context)


class OutcomeCreateView(View):
    """`/clusters/<reference>/outcomes/add/`."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show an empty form; `?leave` puts it away."""
        cluster = _load(request, reference)
        if "leave" in request.GET:
            place = "clusters/outcome/_new.html"
            return render(request, place) if request.htmx else redirect("clusters:outcomes", cluster.name)
        form = OutcomeForm(cluster=cluster, on=timezone.localdate())
        return _form_answer(request, cluster, form, _adding(cluster))

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Record the outcome; a form sent twice records one."""
        cluster = _load(request, reference)
        form = OutcomeForm(request.POST, cluster=cluster, on=timezone.localdate())
        if not form.is_valid():
            return _form_answer(request, cluster, form, _adding(cluster), status=INVALID)
        try:
            outcome = actions.add_outcome(cluster=cluster, by=request.user, **form.values())
        except Refusal as refusal:
            return _form_answer(request, cluster, form, _adding(cluster), status=status_of(refusal, form))
        return _saved(request, cluster, f"outcome-{outcome.pk}", _("Outcome recorded."), closed="new")


class OutcomeDetailView(View):
    """`/clusters/<reference>/outcomes/<pk>/`: one row, for leaving its form."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the row as it is saved; without script, the page at it."""
        cluster = _load(request, reference)
        outcome = part_of(cluster.outcomes, pk)
        if not request.htmx:
            return redirect(_address(cluster, f"outcome-{outcome.pk}"))
        row = outcomes_of(cluster, files=evidence_by_outcome(request.user, cluster)).row(outcome.pk)
        context = {"cluster": cluster, "row": row, "may_write": True, "focus": f"outcome-{pk}"}
        return render(request, "clusters/outcome/_row.html", context)


class OutcomeUpdateView(View):
    """`/clusters/<reference>/outcomes/<pk>/edit/`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the form, filled from the outcome as it is saved."""
        cluster = _load(request, reference)
        outcome = part_of(cluster.outcomes, pk)
        form = OutcomeForm(cluster=cluster, outcome=outcome, on=timezone.localdate())
        return _form_answer(request, cluster, form, _editing(cluster, outcome))

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write; a stale edit comes back with both texts."""
        cluster = _load(request, reference)
        outcome = part_of(cluster.outcomes, pk)
        made_of: dict[str, Any] = {"cluster": cluster, "outcome": outcome, "on": timezone.localdate()}
        form = OutcomeForm(request.POST, **made_of)
        context = _editing(cluster, outcome)
        if not form.is_valid():
            return _form_answer(request, cluster, form, context, status=INVALID)
        seen = form.cleaned_data["seen_version"]
        try:
            actions.update_outcome(outcome=outcome, by=request.user, seen_version=seen, **form.values())
        except Refusal as refusal:
            return _refused(request, cluster, form, context, refusal, made_of)
        return _saved(request, cluster, f"outcome-{outcome.pk}", _("Outcome saved."), closed=str(outcome.pk))


class OutcomeRemoveView(View):
    """`/clusters/<reference>/outcomes/<pk>/remove/`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Ask once more."""
        cluster = _load(request, reference)
        outcome = part_of(cluster.outcomes, pk)
        return self._page(request, cluster, outcome, "", status=200)

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Take it off the record; the history keeps what it said."""
        cluster = _load(request, reference)
        outcome = with_key(cluster.outcomes.all(), pk)
        if outcome is None:
            return redirect("clusters:outcomes", cluster.name)
        form = SeenForm(request.POST)
        seen = form.cleaned_data["seen_version"] if form.is_valid() else -1
        try:
            actions.remove_outcome(outcome=outcome, by=request.user, seen_version=seen)
        except Refusal as refusal:
            return self._page(request, cluster, outcome, refusal.reason, status=status_of(refusal))
        messages.success(request, _("Outcome removed. The history keeps what it said."))
        return redirect("clusters:outcomes", cluster.name)

    def _page(
        self, request: SignedInRequest, cluster: Cluster, outcome: Outcome, conflict: Any, *, status: int
    ) -> HttpResponse:
        context = {
            **frame(request, cluster, "outcomes"),
            "outcome": outcome,
            "conflict": conflict,
            "why_not": actions.rests_on(outcome),
        }
        return render(request, "clusters/outcome/remove.html", context, status=status)


class ObjectiveDetailView(View):
    """`/clusters/<reference>/outcomes/objectives/<pk>/`: one row, for leaving its form."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the row as it is saved; without script, the page at it."""
        cluster = _load(request, reference)
        objective = part_of(cluster.objectives, pk)
        if not request.htmx:
            return redirect(_address(cluster, f"objective-{objective.pk}"))
        row = outcomes_of(cluster).objective(objective.pk)
        context = {"cluster": cluster, "row": row, "may_write": True, "focus": f"objective-{pk}"}
        return render(request, "clusters/outcome/_objective.html", context)


class ObjectiveUpdateView(View):
    """`/clusters/<reference>/outcomes/objectives/<pk>/measure/`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the form, filled from what is written down."""
        cluster = _load(request, reference)
        objective = part_of(cluster.objectives, pk)
        return _form_answer(request, cluster, ObjectiveForm(objective=objective), _measuring(cluster, objective))

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write; when somebody else measured meanwhile, both values come back."""
        cluster = _load(request, reference)
        objective = part_of(cluster.objectives, pk)
        form = ObjectiveForm(request.POST, objective=objective)
        context = _measuring(cluster, objective)
        if not form.is_valid():
            return _form_answer(request, cluster, form, context, status=INVALID)
        try:
            actions.measure_objective(objective=objective, by=request.user, seen=form.seen(), **form.values())
        except Refusal as refusal:
            return _refused(request, cluster, form, context, refusal, {"objective": objective})
        closed = f"objective-{objective.pk}"
        return _saved(request, cluster, closed, _("Objective measured."), closed=closed)


def region(request: HttpRequest, cluster: Cluster) -> dict[str, Any]:
    """Return what the page lists, and which rows this person has open for editing."""
    return {
        "cluster": cluster,
        "outcomes": outcomes_of(cluster, files=evidence_by_outcome(request.user, cluster)),
        "follow_ups": follow_ups_of(cluster, request.user, on=timezone.localdate(), with_names=True),
        "may_write": bool(can_correct(request.user, cluster)) if request.user.is_authenticated else False,
        "is_corrected": cluster.state in FINISHED_STATES,
        "changed_at": changed_since_report(cluster),
        "opened": set(request.POST.getlist("open")),
    }


def _load(request: SignedInRequest, reference: str) -> Cluster:
    """Return the cluster for somebody who may write down what came of it."""
    cluster = load(request, reference)
    ask(can_correct(request.user, cluster))
    return cluster


def _adding(cluster: Cluster) -> dict[str, Any]:
    """Return the words around the form of a new outcome."""
    url = reverse("clusters:outcome_create", args=[cluster.name])
    return {
        "ident": "outcome-new",
        "open": "new",
        "heading": _("Record an outcome"),
        "button": _("Record this outcome"),
        "action_url": url,
        "cancel_url": f"{url}?leave=1",
    }


def _editing(cluster: Cluster, outcome: Outcome) -> dict[str, Any]:
    """Return the words around the form of an outcome."""
    at = [cluster.name, outcome.pk]
    return {
        "ident": f"outcome-{outcome.pk}",
        "open": str(outcome.pk),
        "heading": _("Edit this outcome"),
        "edited": outcome,
        "button": _("Save this outcome"),
        "action_url": reverse("clusters:outcome_update", args=at),
        "cancel_url": reverse("clusters:outcome_detail", args=at),
        "remove_url": reverse("clusters:outcome_remove", args=at),
    }


def _measuring(cluster: Cluster, objective: Objective) -> dict[str, Any]:
    """Return the words around the form of an objective."""
    at = [cluster.name, objective.pk]
    number = outcomes_of(cluster).objective(objective.pk).number
    return {
        "ident": f"objective-{objective.pk}",
        "open": f"objective-{objective.pk}",
        "heading": _("Measure objective %(number)d") % {"number": number},
        "objective": objective,
        "button": _("Save objective %(number)d") % {"number": number},
        "action_url": reverse("clusters:objective_update", args=at),
        "cancel_url": reverse("clusters:objective_detail", args=at),
    }


def _form_answer(
    request: SignedInRequest, cluster: Cluster, form: MergingForm, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the form in its row, or on a page of its own."""
    around = {} if request.htmx else frame(request, cluster, "outcomes")
    return answer(request, FORM_PAGE, FORM, {**around, "cluster": cluster, "form": form, **context}, status=status)


def _refused(
    request: SignedInRequest,
    cluster: Cluster,
    form: MergingForm,
    context: dict[str, Any],
    refusal: Refusal,
    made_of: dict[str, Any],
) -> HttpResponse:
    """Show the form again with the sentence; a stale one with both texts."""
    status = status_of(refusal, form)
    if refusal.code == "stale":
        form, context = form.merged(**made_of), {**context, "conflict": refusal.reason}
    return _form_answer(request, cluster, form, context, status=status)


def _saved(request: SignedInRequest, cluster: Cluster, ident: str, sentence: str, *, closed: str) -> HttpResponse:
    """Say what was done; htmx gets the whole list anew, in which other open forms stay as they are."""
    messages.success(request, sentence)
    if not request.htmx:
        return redirect(_address(cluster, ident))
    context = {**region(request, cluster), "focus": ident, "announce": sentence, "oob": True}
    context["opened"].discard(closed)
    return reswap(retarget(render(request, REGION, context), "#outcomes"), "outerHTML")


def _address(cluster: Cluster, ident: str) -> str:
    """Return the address of a row on the page of outcomes."""
    return f"{reverse('clusters:outcomes', args=[cluster.name])}#{ident}"
