"""Asking many addresses at once, and the list of all requests and invitations, for those who keep the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from clusters.actions import invitation as actions
from clusters.actions.inverses import remind_invited
from clusters.forms.invitation import AddressesForm, TakeBackForm
from clusters.models import Cluster
from clusters.notifications.invitation import LASTS_DAYS, MAY
from clusters.permissions import can_work
from clusters.rules.invitations import Line, look, within_limits
from clusters.rules.joining import places_left
from clusters.tables.invitation import asked_of
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, part_of, status_of
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class AddressesView(View):
    """`/clusters/<reference>/people/invite/addresses/`: paste, look at what will be sent, send."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Ask for addresses, what for and what they may do."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        return self._page(request, cluster, AddressesForm())

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show what would be sent; what was looked at is sent by the next press. Each address gets its own answer."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        form = AddressesForm(request.POST)
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID)
        if "back" in request.POST:
            return self._page(request, cluster, form)
        if "send" not in request.POST or not form.was_seen():
            return self._preview(request, cluster, form)
        try:
            lines = actions.send_invitations(cluster=cluster, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form))
        return self._page(request, cluster, form, lines=lines, was_sent=True)

    def _preview(self, request: SignedInRequest, cluster: Cluster, form: AddressesForm) -> HttpResponse:
        """Show each address with its answer, and the words of the mail; nothing is sent."""
        at = timezone.now()
        lines = look(cluster, form.cleaned_data["text"], by=request.user, at=at)
        verdict = within_limits(lines, by=request.user, at=at)
        if not verdict:
            return self._page(request, cluster, form, status=status_of(Refusal.of(verdict), form))
        return self._page(request, cluster, form, lines=lines)

    def _page(
        self,
        request: SignedInRequest,
        cluster: Cluster,
        form: AddressesForm,
        *,
        lines: list[Line] | None = None,
        was_sent: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        count = sum(line.sends for line in lines or ())
        context: dict[str, Any] = {
            **frame(request, cluster, "people"),
            "form": form,
            "lines": lines,
            "was_sent": was_sent,
            "count": count,
            "press": ngettext("Send %(count)d invitation", "Send %(count)d invitations", count) % {"count": count},
            "days": LASTS_DAYS,
        }
        if lines is not None:
            context["places"] = places_left(cluster, count)
            context |= {"sent": form.cleaned_data, "may": MAY[form.cleaned_data["access"]], "digest": form.digest()}
        return render(request, "clusters/invitation/addresses.html", context, status=status)


class InvitationsView(View):
    """`/clusters/<reference>/people/invitations/`: all requests and invitations with how they stand."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show them to those who keep the cluster."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        return _list(request, cluster)


class InvitationRemindView(View):
    """`/clusters/<reference>/people/invitations/<pk>/remind/`: one more mail, with a fresh link."""

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Remind an address."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        row = part_of(cluster.invitations, pk)
        try:
            actions.remind_address(invitation=row, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
            return _list(request, cluster, status=status_of(refusal))
        messages.success(request, _("Reminded. A new link is on its way; the older one acts no more."))
        return redirect("clusters:invitations", cluster.name)


class MemberRemindView(View):
    """`/clusters/<reference>/people/<pk>/remind/`: a member who has not answered an invitation."""

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Remind a member."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        row = part_of(cluster.participations, pk)
        try:
            remind_invited(participation=row, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
            return _list(request, cluster, status=status_of(refusal))
        messages.success(request, _("Reminded. The mail leaves in 30 seconds."))
        return redirect("clusters:invitations", cluster.name)


class InvitationEndView(View):
    """`/clusters/<reference>/people/invitations/<pk>/end/`: an invitation to an address is taken back."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Ask, and say what it does."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        return self._page(request, cluster, pk, TakeBackForm())

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Take it back."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        row, form = part_of(cluster.invitations, pk), TakeBackForm(request.POST)
        if not form.is_valid():
            return self._page(request, cluster, pk, form, status=INVALID)
        try:
            actions.take_invitation_back(invitation=row, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return self._page(request, cluster, pk, form, status=status_of(refusal, form))
        messages.success(request, _("The invitation is taken back. Its link acts no more."))
        return redirect("clusters:invitations", cluster.name)

    def _page(
        self, request: SignedInRequest, cluster: Cluster, pk: int, form: TakeBackForm, *, status: int = 200
    ) -> HttpResponse:
        context = {**frame(request, cluster, "people"), "form": form, "row": part_of(cluster.invitations, pk)}
        return render(request, "clusters/invitation/end.html", context, status=status)


def _list(request: SignedInRequest, cluster: Cluster, *, status: int = 200) -> HttpResponse:
    """Render the list of requests and invitations."""
    context = {**frame(request, cluster, "people"), "rows": asked_of(cluster, timezone.now())}
    return render(request, "clusters/invitation/list.html", context, status=status)
