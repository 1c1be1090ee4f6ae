"""The page behind the link of an invitation into a cluster: GET shows, as often as a scanner likes; POST answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from clusters.actions import invitation_answer as actions
from clusters.forms.invitation import DeclineForm, JoinClusterForm
from clusters.models import Invitation
from clusters.notifications.invitation import MAY, PURPOSE
from clusters.rules.invitations import access_given, account_of
from clusters.views.parts import INVALID, status_of
from community import links
from community.models import SignedLink, User
from community.permissions import Refusal
from community.sessions import sign_in
from community.views.answers import secret

#: What a link that does not act answers.
STATUS = {"unknown": 404, "closed": 410, "wrong_account": 403}
PAGE = "clusters/invitation/link.html"


@method_decorator([login_not_required, never_cache], name="dispatch")
class JoinClusterView(View):
    """`/join/<token>/` of an invitation into a cluster (`contributions.join_pages`)."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show who asks, into what, what for and what one may do there; nothing changes."""
        try:
            _link, row = actions.open_invitation(token, by=_signed_in(request))
        except Refusal as refusal:
            return self._ended(request, token, refusal)
        return self._page(request, row, JoinClusterForm(asks=_asks(row)))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Accept, decline, or send a fresh link to the address of one that has run out; what was typed stays."""
        if "anew" in request.POST:
            return self._anew(request, token)
        try:
            link, row = actions.open_invitation(token, by=_signed_in(request))
            if "decline" in request.POST:
                return self._decline(request, link, row)
            return self._accept(request, link, row)
        except Refusal as refusal:
            return self._ended(request, token, refusal)

    def _accept(self, request: HttpRequest, link: SignedLink, row: Invitation) -> HttpResponse:
        """Take part, and sign in who has no password; who has one signs in with it."""
        form = JoinClusterForm(request.POST, asks=_asks(row))
        if not form.is_valid():
            return self._page(request, row, form, status=INVALID)
        by = _signed_in(request)
        try:
            part = actions.accept_address(link=link, by=by, **form.cleaned_data)
        except Refusal as refusal:
            if refusal.code in STATUS:
                raise
            return self._page(request, row, form, status=status_of(refusal, form))
        target = reverse("clusters:people", args=[part.cluster.name])
        messages.success(request, _("You take part in this cluster now."))
        account = part.member.user if part.member is not None else None
        if by is None and account is not None:
            if account.has_usable_password() or is_mfa_enabled(account):
                return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
            sign_in(request, account)
        return redirect(target)

    def _decline(self, request: HttpRequest, link: SignedLink, row: Invitation) -> HttpResponse:
        """Say no; the lead is told."""
        form = DeclineForm(request.POST)
        if not form.is_valid():
            return self._page(request, row, JoinClusterForm(asks=_asks(row)), decline=form, status=INVALID)
        actions.decline_address(link=link, by=_signed_in(request), **form.cleaned_data)
        return secret(render(request, "clusters/invitation/declined.html", {"cluster": row.cluster}))

    def _anew(self, request: HttpRequest, token: str) -> HttpResponse:
        link = links.find(token, PURPOSE)
        if link is not None:
            actions.ask_for_new_link(link=link)
        return secret(render(request, "clusters/invitation/sent.html"))

    def _page(
        self,
        request: HttpRequest,
        row: Invitation,
        form: JoinClusterForm,
        *,
        decline: DeclineForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        account = account_of(row)
        context: dict[str, Any] = {
            "row": row,
            "cluster": row.cluster,
            "form": form,
            "decline": decline or DeclineForm(),
            "may": MAY[access_given(row, account.member if account is not None else None)],
            "inviter": row.asked_by.get_full_name(),
            "has_password": account is not None and account.has_usable_password(),
            "is_known": account is not None,
        }
        return secret(render(request, PAGE, context, status=status))

    def _ended(self, request: HttpRequest, token: str, refusal: Refusal) -> HttpResponse:
        """Say why the link does not act, and what there is to do instead."""
        link = links.find(token, PURPOSE)
        has_run_out = link is not None and links.has_run_out(link, at=timezone.now())
        context = {
            "reason": refusal.reason,
            "code": refusal.code,
            "can_renew": refusal.code == "closed" and has_run_out,
            "was_used": link is not None and link.state == "used",
        }
        page = render(request, "clusters/invitation/ended.html", context, status=STATUS.get(refusal.code, 409))
        return secret(page)


def _asks(row: Invitation) -> tuple[str, ...]:
    """Return the fields that have to be asked: what the registry does not know of who has this address."""
    account = account_of(row)
    if account is None or account.member is None:
        return ("name", "organisation")
    return () if account.member.organisation_on(timezone.localdate()) else ("organisation",)


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
