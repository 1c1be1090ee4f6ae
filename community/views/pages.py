"""Pages that explain the registry: what a cluster is, help, accessibility, privacy."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from community.actions.invitation import LASTS_DAYS
from community.contributions import sections_of
from community.glossary import EXAMPLES, OUTCOMES, ROLES, WORDS
from community.processing import stated


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what a cluster is, in the words of the community's own presentation."""
    context = {"outcomes": OUTCOMES, "examples": EXAMPLES, "sections": sections_of("about", request)}
    return render(request, "community/pages/about.html", context)


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain words and roles; apps add their own sections, such as the table of the life cycle."""
    context = {"words": WORDS, "roles": ROLES, "sections": sections_of("help", request)}
    return render(request, "community/pages/help.html", context)


@login_not_required
@require_safe
def locked_out(request: HttpRequest) -> HttpResponse:
    """Say what helps who cannot sign in, case by case, and whom to write to."""
    context = {"contact": settings.DEFAULT_FROM_EMAIL, "lasts_days": LASTS_DAYS}
    return render(request, "community/pages/locked_out.html", context)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Give the accessibility statement in the form of Implementing Decision (EU) 2018/1523."""
    context = {"contact": settings.DEFAULT_FROM_EMAIL, "site_url": settings.SITE_URL}
    return render(request, "community/pages/accessibility.html", context)


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say which personal data is kept, what for, on which basis and for how long."""
    context = {
        **stated(),
        "retention_years": settings.DATA_RETENTION_YEARS,
    }
    return render(request, "community/pages/privacy.html", context)
