"""Evidence of policy statements: what is missing, what is unused, and under which line something is put."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters.views.parts import INVALID, ask, status_of
from clusters.visibility import viewer
from community.models import WorkingGroup
from community.permissions import Refusal
from results.actions import policy as actions
from results.choices import EvidenceKind
from results.forms.policy import PlaceForm
from results.models import PolicyStatement
from results.rules.policy import can_begin
from results.tables.evidence import LINES, OnRecord, Place, evidence_lists, on_record, places_for
from results.views.policy_line import place_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


def kept_by(request: SignedInRequest) -> tuple[list[int], list[PolicyStatement]]:
    """Return the working groups of which somebody writes statements (keys), and those that are being written.

    Raises:
        PermissionDenied: the person writes none.
    """
    ask(can_begin(request.user))
    who = viewer(request.user, timezone.localdate())
    groups = [row.pk for row in WorkingGroup.objects.all() if who.is_mission or row.pk in who.group_ids]
    return groups, list(PolicyStatement.objects.of_groups(groups).in_state("draft", "discussed").for_list())


class EvidenceListsView(View):
    """`/policy/evidence/`: lines without evidence, and evidence that no line rests on, of the reader's groups."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: SignedInRequest) -> HttpResponse:
        """Show the first page of each list to coordinators, or with `?show=…` one list page by page."""
        groups, statements = kept_by(request)
        kind = request.GET.get("show", "")
        kind = kind if kind in (LINES, *EvidenceKind.values) else ""
        portions = evidence_lists(statements, groups, kind=kind, number=request.GET.get("page"))
        return render(request, "results/policy/evidence_lists.html", {"portions": portions, "kind": kind})


class EvidencePlaceView(View):
    """`/policy/evidence/<kind>/<pk>/`: GET offers the lines that are being written, POST puts it under one of them."""

    def get(self, request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
        """Show what it is, where it stands already, and the lines of the statements that the reader writes."""
        found, places = self._load(request, kind, pk)
        return self._page(request, found, places, self._form(places))

    def post(self, request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
        """Put it under the line, and lead there."""
        found, places = self._load(request, kind, pk)
        form = self._form(places, request.POST)
        if not form.is_valid():
            return self._page(request, found, places, form, status=INVALID)
        line, shows = form.cleaned_data["line"], form.cleaned_data["shows"]
        try:
            actions.put_under(line=line, by=request.user, kind=kind, subject_id=pk, shows=shows)
        except Refusal as refusal:
            return self._page(request, found, places, form, status=status_of(refusal, form))
        messages.success(request, _("It stands under the line."))
        return redirect(place_of(line.statement, line))

    def _load(self, request: SignedInRequest, kind: str, pk: int) -> tuple[OnRecord, list[Place]]:
        """Return what is put under a line, and where it may go.

        Raises:
            PermissionDenied: the person writes no statement.
            Http404: it is not on record, or not everybody reads it.
        """
        _groups, statements = kept_by(request)
        found = on_record(kind, pk)
        if found is None:
            raise Http404(_("There is no such page, or it is not open to you."))
        return found, places_for(found, statements)

    def _form(self, places: list[Place], *args: object) -> PlaceForm:
        return PlaceForm(*args, groups=[(place.name, place.free) for place in places])

    def _page(
        self, request: HttpRequest, found: OnRecord, places: list[Place], form: PlaceForm, *, status: int = 200
    ) -> HttpResponse:
        context = {
            "piece": found.piece,
            "bears": found.bears,
            "places": places,
            "form": form,
            "may_choose": any(place.free for place in places),
            "is_held": any(place.holding for place in places),
        }
        return render(request, "results/policy/place.html", context, status=status)
