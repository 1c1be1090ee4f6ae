"""The page of one's second factors, and taking a key off, where the person does not need it."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import IndexView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.http import HttpResponse

from community.models import User
from community.rights import may_take_off, must_have_factor


class FactorsView(IndexView):  # type: ignore[misc]
    """The library's page; it says so where the person's role needs a factor."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether the last one stays."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = self.request.user
        return {**context, "keeps_last": isinstance(user, User) and must_have_factor(user)}


class RemoveKeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """The library's page, which does not ask by itself whether the last factor may go."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say why it may not, in the place of the button."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if not may_take_off(self.object.user, self.object.pk):
            context["reason"] = get_adapter().error_messages["cannot_delete_authenticator"]
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        """Take it off, or show the page with the reason (403)."""
        if not may_take_off(self.object.user, self.object.pk):
            refused: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=403)
            return refused
        answer: HttpResponse = super().form_valid(form)
        return answer
