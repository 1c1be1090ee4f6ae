"""Inviting from the list of members: by mail, many by a job, taken back, and how far each invitation has come."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.actions.invitation import invite, take_back_invitation
from community.actions.invitation_job import AT_ONCE, order_invitations
from community.admin.user import carry_out
from community.choices import InvitationState
from community.models import Member


class InvitationFilter(admin.SimpleListFilter):
    """Members by how far their invitation has come."""

    title = _("invitation")
    parameter_name = "invitation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """List the states."""
        return [(choice.value, str(choice.label)) for choice in InvitationState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the members of that state."""
        found: Any = queryset
        return found.filter(invitation=self.value()) if self.value() in InvitationState.values else queryset


class InvitingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """For the admin of members: the column and the actions about invitations."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Say of each how far their invitation has come."""
        rows: Any = super().get_queryset(request)
        return rows.with_invitation(timezone.now())  # type: ignore[no-any-return]

    @admin.display(description=_("invitation"))
    def invitation_state(self, member: Any) -> str:
        """Return how far it has come, with the day that matters, or why its mail was not sent."""
        state = member.invitation
        words = str(InvitationState(state).label) if state else ""
        if state == InvitationState.UNSENT:
            return gettext("%(state)s: %(why)s") % {"state": words, "why": member.invitation_error or gettext("waits")}
        if state == InvitationState.OPEN and member.invited_until:
            return gettext("%(state)s, until %(day)s") % {"state": words, "day": _day(member.invited_until)}
        if state in (InvitationState.EXPIRED, InvitationState.TAKEN_BACK):
            return gettext("%(state)s, made %(day)s") % {"state": words, "day": _day(member.invited_at)}
        return words

    @admin.action(description=_("Invite the chosen members to join"))
    def invite_members(self, request: HttpRequest, queryset: QuerySet[Member]) -> HttpResponse | None:
        """Send each a link by which they choose a password; of many see to it in the background."""
        by: Any = request.user
        rows = list(queryset.order_by("pk")[: AT_ONCE + 1])
        if len(rows) > AT_ONCE:
            job = order_invitations(members=list(queryset.order_by("pk")), by=by)
            self.message_user(request, _("They are being invited. This page says how far that is, and who was not."))
            return HttpResponseRedirect(reverse("community:job", args=[job.pk]))
        one = "%(count)s member invited. The column “invitation” says whether the mail went out."
        many = "%(count)s members invited. The column “invitation” says whether each mail went out."
        carry_out(request, queryset, lambda row: invite(member=row, by=by), one=one, many=many)
        return None

    @admin.action(description=_("Take back the invitations of the chosen members"))
    def take_back_invitations(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        """Close the links that were sent; invite again when it was a mistake."""
        by: Any = request.user
        one, many = "%(count)s invitation taken back.", "%(count)s invitations taken back."
        carry_out(request, queryset, lambda row: take_back_invitation(member=row, by=by), one=one, many=many)


def _day(moment: Any) -> str:
    return formats.date_format(timezone.localtime(moment).date(), "DATE_FORMAT")
