"""Taking up an invitation: GET shows, POST acts."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from community import contributions, links
from community.actions.invitation import PURPOSE, accept_invitation, ask_anew
from community.forms.join import JoinForm
from community.models import SignedLink, User
from community.permissions import Refusal
from community.sessions import sign_in
from community.views.answers import secret

#: What a closed link answers; a wrong account may sign out and come again.
STATUS = {"unknown": 404, "closed": 410, "wrong_account": 403}


@method_decorator([login_not_required, never_cache, sensitive_post_parameters("password")], name="dispatch")
class JoinView(View):
    """The page behind the link of an invitation: an administrator's is answered here, an app's by its own page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Hand a link of another purpose to the page that is registered for it."""
        purpose = links.purpose_of(kwargs["token"])
        if purpose in contributions.join_pages.codes():
            return contributions.join_pages.get(purpose)(request, kwargs["token"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show for whom the account is, and ask for a password; nothing changes."""
        try:
            link = links.open_link(token, PURPOSE)
            self._refuse_others(request, link)
        except Refusal as refusal:
            return self._refused(request, token, refusal)
        return self._page(request, link, JoinForm(account=link.user))  # type: ignore[arg-type]

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Set the password and sign in; or, where the link has ended, send a fresh one to its address."""
        if "anew" in request.POST:
            return self._anew(request, token)
        try:
            link = links.open_link(token, PURPOSE)
            self._refuse_others(request, link)
            form = JoinForm(request.POST, account=link.user)  # type: ignore[arg-type]
            if not form.is_valid():
                return self._page(request, link, form, status=422)
            account = accept_invitation(link=link, password=form.cleaned_data["password"], by=_signed_in(request))
        except Refusal as refusal:
            return self._refused(request, token, refusal)
        if is_mfa_enabled(account):
            messages.success(request, _("Your password is set. Sign in with it and your second factor."))
            return redirect("account_login")
        sign_in(request, account)
        messages.success(request, _("Your account is ready. You are signed in."))
        return redirect("community:desk")

    def _refuse_others(self, request: HttpRequest, link: SignedLink) -> None:
        """Tell somebody else who is signed in; the link stays as it is."""
        by = _signed_in(request)
        if by is not None and by.pk != link.user_id:
            raise Refusal(links.WRONG_ACCOUNT, "wrong_account")

    def _anew(self, request: HttpRequest, token: str) -> HttpResponse:
        link = links.find(token, PURPOSE)
        if link is not None:
            ask_anew(link=link)
        return self._show(request, "community/join/sent.html", {})

    def _page(self, request: HttpRequest, link: SignedLink, form: JoinForm, status: int = 200) -> HttpResponse:
        person = link.user.member if link.user else None
        return self._show(request, "community/join/join.html", {"form": form, "person": person, "link": link}, status)

    def _refused(self, request: HttpRequest, token: str, refusal: Refusal) -> HttpResponse:
        link = links.find(token, PURPOSE)
        has_joined = link is not None and link.user is not None and link.user.has_usable_password()
        can_renew = refusal.code == "closed" and link is not None and links.has_run_out(link, at=timezone.now())
        context = {"reason": refusal.reason, "code": refusal.code, "has_joined": has_joined, "can_renew": can_renew}
        return self._show(request, "community/join/ended.html", context, STATUS.get(refusal.code, 409))

    def _show(self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Answer with a page that holds a secret in its address."""
        return secret(render(request, template, context, status=status))


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
