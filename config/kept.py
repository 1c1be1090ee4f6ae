"""Answers to a form that can't be taken, which keep what was typed: from nobody, with a worthless token, store away.

Nothing is saved and nothing is sent by itself. The page holds the texts, says under which account they would go, and
waits for a press. A token belongs to one sign-in: if somebody else signs in meanwhile, the press shows the page anew,
with that name.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from community.forms.kept import kept


class Why(models.TextChoices):
    """Why a form was not taken; the label is the title of the page that says so."""

    SIGNED_OUT = "signed_out", _("You are signed out")
    EXPIRED = "expired", _("The form was open too long")
    NO_FACTOR = "no_factor", _("Your role needs a second factor")
    STORE_AWAY = "store_away", _("The store of files does not answer")

    @property
    def status(self) -> int:
        """The status of the answer: who sent it is refused, but for what is no fault of theirs."""
        return 503 if self == Why.STORE_AWAY else 403


def keep(request: HttpRequest, why: Why) -> HttpResponse:
    """Return the page with what was typed (stored nowhere); for htmx the refusal alone, as the page keeps it."""
    is_part = "HX-Request" in request.headers
    context = {"why": why, "kept": kept(request), "is_part": is_part}
    template = "components/_kept_refusal.html" if is_part else "kept.html"
    response = render(request, template, context, status=why.status)
    response["Cache-Control"] = "private, no-store"
    return response


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing, or older than the last sign-in."""
    return keep(request, Why.EXPIRED)


@login_not_required
@require_safe
@cache_control(private=True, no_store=True)
def signed_in(request: HttpRequest) -> HttpResponse:
    """`/signed-in/`: say to a tab who is signed in; whoever signed in for another tab is led back to it.

    For htmx it is the part of a waiting page that holds name, token and button.
    """
    if "HX-Request" in request.headers:
        context = {"is_part": request.GET.get("part") == "1", "is_anew": True}
        return render(request, "components/_sender.html", context)
    return render(request, "signed_in.html")
