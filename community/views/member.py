"""The directory: those who agreed to be found, by the community or by everybody."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from community.access import successor_of
from community.actions.contact import write_to_member
from community.contributions import sections_of
from community.filters import MemberFilter
from community.forms.solution import MessageForm
from community.models import Affiliation, Member, User
from community.rights import can_see_directory
from community.rules.contact import can_write_to_member
from community.tables import Rows
from community.views.contact import ContactView
from community.views.listing import NounListView
from community.visibility import account, member_of


@method_decorator(login_not_required, name="dispatch")
class MemberListView(NounListView):
    """Members, by name."""

    template_name = "community/member/list.html"
    filter_class = MemberFilter

    def rows(self, request: HttpRequest) -> Rows:
        """Return the persons whom the reader may see."""
        return Member.objects.shown_to(request.user)

    def fetch(self, rows: Rows) -> Rows:
        """Load today's affiliations and the expertise."""
        return rows.for_page(timezone.localdate())  # type: ignore[attr-defined, no-any-return]

    def more(self, request: HttpRequest, page: Any) -> dict[str, Any]:
        """Say whose directory it is, and of whom the reader may read all."""
        seen = Member.objects.visible_to(request.user).keys_among(page.object_list)
        return {
            "reads_directory": bool(can_see_directory(request.user)),
            "seen": seen,
        }


@method_decorator(login_not_required, name="dispatch")
class MemberView(View):
    """One person: where they work and worked, what they know and do."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Draw the page; the address of a merged row leads to the one that stayed, a visitor's to signing in."""
        on = timezone.localdate()
        rows: Any = Member.objects.shown_to(request.user).told_to(request.user)
        member = rows.for_page(on).keyed(key).first()
        if member is None:
            return self._elsewhere(request, key)
        context = {
            "member": member,
            "affiliations": Affiliation.objects.for_member(member).for_page(),
            "appointments": member.appointments.counting().select_related("working_group").order_by("-from_on", "-pk"),
            "on": on,
            "may_write": None if member == member_of(request.user) else can_write_to_member(request.user, member),
        }
        context["sections"] = sections_of("member", request, member) if member.is_whole else []
        return render(request, "community/member/detail.html", context)

    def _elsewhere(self, request: HttpRequest, key: str) -> HttpResponse:
        """Lead a visitor to signing in, whether or not the person is there, and others to who a merged row is now.

        Raises:
            Http404: nobody whom the reader may see has that key.
        """
        if account(request.user) is None:
            return redirect_to_login(request.get_full_path())
        if (successor := successor_of(Member, key=key)) is None:
            raise Http404
        return redirect("community:member", key=successor.key, permanent=True)


class MemberContactView(ContactView):
    """`/members/<key>/contact/`: members write to members."""

    form_class = MessageForm
    template_name = "community/member/contact.html"
    subject_name = "member"

    def subject(self, request: HttpRequest, **keys: Any) -> Member:
        """Return a person to whom the reader may write."""
        member = Member.objects.shown_to(request.user).select_related("user").keyed(keys["key"]).first()
        if member is None:
            raise Http404
        if not (verdict := can_write_to_member(request.user, member)):
            raise PermissionDenied(verdict.reason)
        return member

    def write(self, subject: Member, *, by: User, text: str) -> None:
        """Send the words to the person."""
        write_to_member(member=subject, by=by, text=text)
