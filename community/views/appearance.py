"""Light or dark: the reader's choice, kept in a cookie, written on `<html>` by the server."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from community.forms.kept import stands_here

COOKIE = "appearance"
THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600


def chosen_theme(request: HttpRequest) -> str:
    """Return "light" or "dark" when the reader chose one, "" when the device decides."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else ""


def of_the_frame(view: Callable[..., Any]) -> Callable[..., Any]:
    """Take a form of the frame around every page without a token: where it stands is told by the browser.

    With a token in it, every page and every error would set its cookie for visitors who send nothing. Only for what
    signed-out people may do, and what no record depends on.

    Raises:
        PermissionDenied: (of the view) the form stands on another site.
    """

    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST" and stands_here(request) is False:
            raise PermissionDenied(_("This form stands on another site."))
        return view(request, *args, **kwargs)

    return checked


@login_not_required
@of_the_frame
@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Remember the choice for a year, or forget it for "device", and return to the page."""
    answer = HttpResponseRedirect(way_back(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        answer.set_cookie(COOKIE, theme, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    else:
        answer.delete_cookie(COOKIE, samesite="Lax")
    return answer


def way_back(request: HttpRequest) -> str:
    """Return the address in `next` when it is one of ours, else the home page."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else "/"
