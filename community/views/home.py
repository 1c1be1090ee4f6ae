"""The home page: figures, search, and what each app shows of its own."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from community.contributions import sections_of
from community.rights import can_raise_need
from community.summary import figures


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Draw the home page for this reader."""
    context = {
        "figures": figures(request.user),
        "may_raise": can_raise_need(request.user),
        "sections": sections_of("home", request),
        "asides": sections_of("home_aside", request),
    }
    return render(request, "community/home.html", context)
