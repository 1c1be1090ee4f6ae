"""The files of a solution: added, fetched, removed."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from community.access import get_visible
from community.actions import solution as actions
from community.forms.solution import SolutionFileForm
from community.models import File, Solution
from community.permissions import Refusal
from community.rules import solution as rules
from community.views.answers import INERT, account_of, handed_out
from community.views.solution import solution_to_write


class SolutionFilesView(View):
    """`/solutions/<pk>/files/`: all files with the form that adds one."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form, with the person's own organisation as rights holder."""
        solution = solution_to_write(request, pk)
        member = account_of(request).member
        own = member.organisation_on(timezone.localdate()) if member is not None else None
        form = SolutionFileForm(rights_holder=own.name if own is not None else "")
        return _page(request, solution, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the file; one that is refused comes back with its sentence, and has to be chosen again."""
        solution = solution_to_write(request, pk)
        form = SolutionFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return _page(request, solution, form, status=422)
        try:
            file = actions.add_solution_file(solution=solution, by=account_of(request), **form.values())
        except Refusal as refusal:
            form.add_error("content", str(refusal.reason))
            return _page(request, solution, form, status=422)
        messages.success(request, _("“%(title)s” is kept with the solution.") % {"title": file.title})
        return redirect("community:solution_files", pk=pk)


@method_decorator(login_not_required, name="dispatch")
class SolutionFileView(View):
    """`/solutions/<pk>/files/<file>/`: the file itself, to be saved and never shown in the site's own name."""

    http_method_names = ["get", "head", "options"]

    @method_decorator(csp_replace(INERT))
    def get(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Hand out the bytes to whoever may fetch them."""
        return handed_out(_found(request, get_visible(Solution, request.user, pk=pk), file))


class SolutionFileRemoveView(View):
    """`/solutions/<pk>/files/<file>/remove/`."""

    def get(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Ask once more."""
        solution = solution_to_write(request, pk)
        context = {"solution": solution, "file": _found(request, solution, file)}
        return render(request, "community/solution/file_remove.html", context)

    def post(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Take it off the solution."""
        solution = solution_to_write(request, pk)
        row = _found(request, solution, file)
        try:
            actions.remove_solution_file(solution=solution, file=row, by=account_of(request))
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, _("“%(title)s” is removed.") % {"title": row.title})
        return redirect("community:solution_files", pk=pk)


def _found(request: HttpRequest, solution: Solution, pk: int) -> File:
    """Return a file of the solution.

    Raises:
        Http404: it is gone, of another solution, or not open to this person.
    """
    held = rules.solution_capacities(request.user, solution, timezone.localdate())
    file = next((row for row in rules.files_for(request.user, solution, held) if row.pk == pk), None)
    if file is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return file


def _page(request: HttpRequest, solution: Solution, form: SolutionFileForm, *, status: int = 200) -> HttpResponse:
    held = rules.solution_capacities(request.user, solution, timezone.localdate())
    context: dict[str, Any] = {
        "solution": solution,
        "form": form,
        "files": rules.files_for(request.user, solution, held),
    }
    return render(request, "community/solution/files.html", context, status=status)
