"""The directory: for members of the community, and only of those who agreed to stand in it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from community.access import get_visible, successor_of
from community.contributions import sections_of
from community.filters import MemberFilter
from community.models import Affiliation, Member
from community.rights import can_see_directory
from community.tables import Rows
from community.views.listing import NounListView


class MemberListView(NounListView):
    """Members, by name."""

    template_name = "community/member/list.html"
    filter_class = MemberFilter

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse people from outside of the community, with the reason."""
        if not (verdict := can_see_directory(request.user)):
            raise PermissionDenied(verdict.reason)
        return super().dispatch(request, *args, **kwargs)

    def rows(self, request: HttpRequest) -> Rows:
        """Return the persons whom the reader may see."""
        return Member.objects.visible_to(request.user)

    def fetch(self, rows: Rows) -> Rows:
        """Load today's affiliations and the expertise."""
        return rows.for_page(timezone.localdate())  # type: ignore[attr-defined, no-any-return]


class MemberView(View):
    """One person: where they work and what they know."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Draw the page; the address of a merged row leads to the one that stayed."""
        if (successor := successor_of(Member, key=key)) is not None:
            return redirect("community:member", key=successor.key, permanent=True)
        on = timezone.localdate()
        member = get_visible(Member.objects.for_page(on), request.user, key=key)
        context = {
            "member": member,
            "affiliations": Affiliation.objects.for_member(member).for_page(),
            "appointments": member.appointments.current(on).select_related("working_group"),
            "sections": sections_of("member", request, member),
        }
        return render(request, "community/member/detail.html", context)
