"""The catalogue of transferable solutions: the list with its exports, and one solution."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from community.access import get_visible, named_members
from community.catalogue import Catalogue
from community.contributions import sections_of
from community.exports import FORMATS, is_at_once
from community.models import Solution
from community.near_words import in_words
from community.rules import solution as rules
from community.sentences import solution_history
from community.solution_lifecycle import SOLUTION
from community.views.export import TOO_LONG, offer
from community.visibility import is_cop


@method_decorator(login_not_required, name="dispatch")
class SolutionListView(View):
    """`/solutions/`: what the reader may see, filtered and sorted by the address alone; `format` makes a file of it."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Draw one page of the list, or hand out the file that is asked for."""
        catalogue = Catalogue(request.GET, Solution.objects.visible_to(request.user))
        wanted = request.GET.get("format", "")
        problem = _problem(catalogue, wanted)
        if wanted and not problem and not is_at_once(wanted, len(catalogue.keys)):
            return offer(request, "solutions", status=TOO_LONG)
        if wanted and not problem:
            return catalogue.export(wanted, timezone.now())
        context = _list_context(request, catalogue) | {"problem": problem}
        return render(request, "community/solution/list.html", context, status=400 if problem else 200)


def _problem(catalogue: Catalogue, wanted: str) -> str:
    """Return why no file is made, "" where one is or none is asked for."""
    if not wanted:
        return ""
    if wanted not in FORMATS:
        return _("There is no export of that kind. Choose CSV, XLSX or JSON.")
    if not catalogue.is_valid:
        return _("A filter is wrong. Put it right, then export.")
    return ""


def _list_context(request: HttpRequest, catalogue: Catalogue) -> dict[str, Any]:
    """Return what the list shows."""
    path = request.path
    return {
        "form": catalogue.form,
        "groups": catalogue.groups(),
        "is_more": catalogue.is_more,
        "page_obj": catalogue.page(request.GET.get("page")),
        "chips": catalogue.chips(path),
        "replaced": in_words(catalogue.query.replaced),
        "suggestions": [] if catalogue.total else catalogue.suggestions(path),
        "views": catalogue.views(path),
        "is_table": catalogue.view == "table",
        "sorts": catalogue.sorts(),
        "exports": catalogue.exports(path),
        "clear_url": path,
        "may_enter": rules.can_enter_solution(request.user) if request.user.is_authenticated else None,
    }


@method_decorator(login_not_required, name="dispatch")
class SolutionView(View):
    """One solution: what it is, where it was tested, what a taker needs, and what came of it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw the page."""
        solution = get_visible(Solution.objects.for_page(), request.user, pk=pk)
        return render(request, "community/solution/detail.html", detail_context(request, solution))


def detail_context(request: HttpRequest, solution: Solution) -> dict[str, Any]:
    """Return what the page of one solution shows to this reader."""
    now = timezone.now()
    held = rules.solution_capacities(request.user, solution, timezone.localdate(now))
    contact = solution.contact
    account = request.user if request.user.is_authenticated else None
    return {
        "solution": solution,
        "links": solution.links.all(),
        "files": rules.files_for(request.user, solution, held),
        "is_contact_named": contact is not None and bool(named_members(request.user, [contact])),
        "may_write": rules.can_write_to_contact(request.user, solution)
        if is_cop(request.user)
        else rules.has_reachable_contact(solution),
        "may_edit": rules.can_write_solution(request.user, solution, held) if held else None,
        "offers": [(offer, slug_of(offer.verb.code)) for offer in SOLUTION.offers(solution, by=account, at=now)]
        if held
        else [],
        "history": solution_history(solution) if held else [],
        "sections": sections_of("solution", request, solution),
    }


def slug_of(code: str) -> str:
    """Return a verb as it stands in the address of a solution."""
    return code.removesuffix("_solution").replace("_", "-")


def solution_to_write(request: HttpRequest, pk: int) -> Solution:
    """Return a solution that the person may word.

    Raises:
        Http404: the person may not see it.
        PermissionDenied: they may see, but not word it.
    """
    solution = get_visible(Solution.objects.for_page(), request.user, pk=pk)
    if not (verdict := rules.can_write_solution(request.user, solution)):
        raise PermissionDenied(verdict.reason)
    return solution
