"""Entering and wording a solution, and the verbs of its life."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from community.access import get_visible
from community.actions import solution as actions
from community.actions.transition import transition
from community.forms.solution import SolutionForm, VerbForm
from community.lifecycle import Reason, Verb
from community.models import Solution
from community.permissions import Refusal, Verdict
from community.rules import solution as rules
from community.solution_lifecycle import SOLUTION
from community.views.answers import account_of, answer_refusal
from community.views.solution import solution_to_write

STATUS = {"forbidden": 403, "state": 409, "stale": 409}


class SolutionCreateView(View):
    """`/solutions/enter/`."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the empty form."""
        if not (verdict := rules.can_enter_solution(request.user)):
            raise PermissionDenied(verdict.reason)
        return _form_page(request, SolutionForm(user=account_of(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Enter it, or say what is missing."""
        if not (verdict := rules.can_enter_solution(request.user)):
            raise PermissionDenied(verdict.reason)
        by = account_of(request)
        form = SolutionForm(request.POST, user=by)
        if not form.is_valid():
            return _form_page(request, form, status=422)
        try:
            solution = actions.enter_solution(project=form.cleaned_data["project"], by=by, values=form.values())
        except Refusal as refusal:
            return answer_refusal(refusal)
        except ValidationError as error:
            return _form_page(request, _with(form, error), status=422)
        messages.success(request, _("Entered as a draft. Add files, then ask for publication."))
        return redirect("community:solution", pk=solution.pk)


class SolutionUpdateView(View):
    """`/solutions/<pk>/edit/`."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw the form with the present words."""
        solution = solution_to_write(request, pk)
        return _form_page(request, SolutionForm(instance=solution, user=account_of(request)), solution)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save it, or show what is wrong and what somebody else wrote meanwhile."""
        solution, by = solution_to_write(request, pk), account_of(request)
        form = SolutionForm(request.POST, instance=solution_to_write(request, pk), user=by)
        if not form.is_valid():
            return _form_page(request, form, solution, status=422)
        seen = form.cleaned_data["seen_version"]
        try:
            actions.change_solution(solution=solution, by=by, seen_version=seen, values=form.values())
        except ValidationError as error:
            return _form_page(request, _with(form, error), solution, status=422)
        except Refusal as refusal:
            if refusal.code != "stale":
                return answer_refusal(refusal)
            merged = form.merged(instance=solution_to_write(request, pk), user=by)
            return _form_page(request, merged, solution, status=409, conflict=refusal.reason)
        messages.success(request, _("The solution is saved."))
        return redirect("community:solution", pk=pk)


def _with(form: SolutionForm, error: ValidationError) -> SolutionForm:
    """Return the form with what the registry refused, at its field where it names one."""
    named = getattr(error, "error_dict", {})
    for name, errors in named.items():
        form.add_error(name if name in form.fields else None, errors)
    if not named:
        form.add_error(None, error)
    return form


def _form_page(
    request: HttpRequest, form: SolutionForm, solution: Solution | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "solution": solution, **more}
    return render(request, "community/solution/form.html", context, status=status)


class SolutionVerbView(View):
    """`/solutions/<pk>/<verb>/`: GET says what will happen, POST does it."""

    def get(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Show the verb's page; one that may not be pressed says why, with 403 where the person may not."""
        solution, row = self._load(request, pk, verb)
        attempt = SOLUTION.attempt(solution, row.code, by=account_of(request), at=timezone.now(), is_asking=True)
        verdict = SOLUTION.judge(attempt)
        form = VerbForm(initial={"seen": rules.seen_hash(solution)})
        status = 403 if verdict.code == "forbidden" else 200
        return _verb_page(request, solution, row, form, verdict, status=status)

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Do the verb; a refusal keeps what was typed and says why."""
        solution, row = self._load(request, pk, verb)
        form = VerbForm(request.POST)
        if not form.is_valid():
            return _verb_page(request, solution, row, form, None, status=422)
        given = form.cleaned_data
        seen = given["seen"] if row.checks_seen else None
        try:
            transition(solution, row.code, by=account_of(request), reason=given["reason"], seen=seen)
        except Refusal as refusal:
            verdict = Verdict(False, refusal.reason, refusal.code, refusal.obstacles)
            return _verb_page(request, solution, row, form, verdict, status=STATUS.get(refusal.code, 422))
        messages.success(request, str(row.done))
        return redirect("community:solution", pk=pk)

    def _load(self, request: HttpRequest, pk: int, verb: str) -> tuple[Solution, Verb]:
        """Return the solution and the verb's row.

        Raises:
            Http404: no such verb, or the person may not see the solution.
        """
        row = SOLUTION.verbs.get(f"{verb.replace('-', '_')}_solution")
        if row is None or "_" in verb:
            raise Http404(_("There is no such page."))
        return get_visible(Solution.objects.for_page(), request.user, pk=pk), row


def _verb_page(
    request: HttpRequest, solution: Solution, verb: Verb, form: VerbForm, verdict: Verdict | None, *, status: int
) -> HttpResponse:
    is_shut = (
        verdict is not None and not verdict and (request.method == "GET" or verdict.code in ("forbidden", "state"))
    )
    context = {
        "solution": solution,
        "verb": verb,
        "form": form,
        "asks_reason": verb.reason is not Reason.NONE,
        "verdict": verdict,
        "is_shut": is_shut,
        "is_stale": verdict is not None and verdict.code == "stale",
    }
    return render(request, "community/solution/verb.html", context, status=status)
