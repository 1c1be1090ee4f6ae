"""The working groups, their coordinators and the titles they have had."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_safe

from community.access import get_visible, named_members
from community.contributions import sections_of
from community.models import Member, WorkingGroup
from community.rules.contact import can_write_to_member
from community.visibility import is_administrator, is_cop


@login_not_required
@require_safe
def working_group_list(request: HttpRequest) -> HttpResponse:
    """Draw all groups: there are a handful."""
    groups = WorkingGroup.objects.visible_to(request.user)
    return render(request, "community/working_group/list.html", {"groups": groups})


@method_decorator(login_not_required, name="dispatch")
class WorkingGroupView(View):
    """One group: what it is about, who coordinates it, its titles over time."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Draw the page."""
        group = get_visible(WorkingGroup, request.user, code=code)
        on = timezone.localdate()
        appointments = list(group.appointments.current(on).for_page(on))
        people = {row.member_id: row.member for row in appointments}
        named = named_members(request.user, people)
        linked = Member.objects.shown_to(request.user).keys_among(people.values()) & named
        context = {
            "group": group,
            "appointments": appointments,
            "reads_absence": is_cop(request.user) or is_administrator(request.user),
            "named": named,
            "linked": linked,
            "may_write": {pk for pk, row in people.items() if pk in linked and can_write_to_member(request.user, row)},
            "titles": group.titles.chronological(),
            "sections": sections_of("working_group", request, group),
        }
        return render(request, "community/working_group/detail.html", context)
