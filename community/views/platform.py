"""Platforms: the list, the page of one challenge, and following it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from community.actions.platform import follow_platform, unfollow_platform
from community.choices import Vocabulary
from community.contributions import sections_of
from community.models import Term
from community.platforms import platform_cards, platform_parts
from community.rights import can_raise_need
from community.views.answers import account_of


@login_not_required
@require_safe
def platform_list(request: HttpRequest) -> HttpResponse:
    """Draw all platforms with their numbers: there are a handful."""
    return render(request, "community/platform/list.html", {"cards": platform_cards(request.user)})


def _challenge(code: str) -> Term:
    """Return the challenge of that code, also a retired one: addresses go on to lead somewhere.

    Raises:
        Http404: there is none.
    """
    term = next(iter(Term.objects.of(Vocabulary.CHALLENGE).with_code(code)), None)
    if term is None:
        raise Http404(_("There is no such platform."))
    return term


@method_decorator(login_not_required, name="dispatch")
class PlatformView(View):
    """`/platforms/<code>/`: what runs, what is needed, what can be taken up, and who can help."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Draw the page."""
        term = _challenge(code)
        context = {
            "term": term,
            "sections": sections_of("platform", request, term),
            "may_open": can_raise_need(request.user),
            **platform_parts(request, term),
        }
        return render(request, "community/platform/detail.html", context)


class PlatformFollowView(View):
    """Follow a platform, or no longer."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Follow it; with `take_back` in the form, no longer."""
        term, by = _challenge(code), account_of(request)
        if "take_back" in request.POST:
            unfollow_platform(term=term, by=by)
            messages.success(request, _("You follow it no longer."))
        else:
            follow_platform(term=term, by=by)
            messages.success(request, _("You follow it. You hear of new needs, clusters, solutions and exchanges."))
        return redirect("community:platform", code=code)
