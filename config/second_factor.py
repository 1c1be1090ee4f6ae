"""The second factor that some roles must have, as MFA_REQUIRED says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from community.models import User
from community.rights import has_factor, must_have_factor
from config.kept import Why, keep

#: What a person without the factor still reaches: signing in and out, setting one up, help, health.
OPEN: Final = (
    "/accounts/",
    "/static/",
    "/help/",
    "/locked-out/",
    "/accessibility/",
    "/privacy/",
    "/appearance/",
    "/healthz",
    "/readyz",
)


class SecondFactor:
    """Leads an account that must have a second factor and has none to the page where it sets one up.

    Asks for an account at each request, two queries at most; not in the chain while nobody must have one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Wrap the rest of the chain.

        Raises:
            MiddlewareNotUsed: the setting asks nobody.
        """
        if settings.MFA_REQUIRED == "nobody":
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or lead to the factors' page with a sentence."""
        user = request.user
        if not isinstance(user, User) or request.path.startswith(OPEN):
            return self.get_response(request)
        if not must_have_factor(user) or has_factor(user):
            return self.get_response(request)
        if request.method == "POST" or "HX-Request" in request.headers:
            return keep(request, Why.NO_FACTOR)
        messages.warning(request, _("Your role needs a second factor. Set one up here, then go on."))
        return HttpResponseRedirect(reverse("mfa_index"))
