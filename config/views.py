"""Addresses that browsers ask for by themselves."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
@cache_control(public=True, max_age=24 * 3600)
def favicon(request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`: lead to the registry's mark; pages name it themselves, files and data cannot."""
    return HttpResponsePermanentRedirect(static("img/mark.svg"))
