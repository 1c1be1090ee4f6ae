"""Organisations of the community and around it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from community.access import get_visible, successor_of
from community.contributions import sections_of
from community.filters import OrganisationFilter
from community.models import Member, Need, Organisation, Solution
from community.querysets.cut import cut
from community.tables import Rows
from community.views.listing import NounListView

#: So many solutions of its projects are listed with an organisation.
SOLUTIONS = 20
#: So many of its people are named there.
PEOPLE = 12


@method_decorator(login_not_required, name="dispatch")
class OrganisationListView(NounListView):
    """Organisations, by name."""

    template_name = "community/organisation/list.html"
    filter_class = OrganisationFilter

    def rows(self, request: HttpRequest) -> Rows:
        """Return the organisations that the reader may see."""
        return Organisation.objects.visible_to(request.user)

    def fetch(self, rows: Rows) -> Rows:
        """Load type, territory and projects."""
        return rows.for_page()  # type: ignore[attr-defined, no-any-return]


@method_decorator(login_not_required, name="dispatch")
class OrganisationView(View):
    """One organisation: its projects with their solutions, its needs, and its people for those who may see them."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw the page; the address of a merged row leads to the one that stayed."""
        if (successor := successor_of(Organisation, pk=pk)) is not None:
            return redirect("community:organisation", pk=successor.pk, permanent=True)
        organisation = get_visible(Organisation.objects.for_page(), request.user, pk=pk)
        people = cut(Member.objects.shown_to(request.user).of_organisation(organisation, timezone.localdate()), PEOPLE)
        context = {
            "organisation": organisation,
            "partnerships": organisation.partnerships.for_page(),
            "needs": Need.objects.visible_to(request.user).of_organisation(organisation),
            "people": people,
            "solutions": cut(Solution.objects.visible_to(request.user).of_partner(organisation), SOLUTIONS),
            "sections": sections_of("organisation", request, organisation),
        }
        return render(request, "community/organisation/detail.html", context)
