"""The desk: everything that waits for the reader, from all apps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from community.contributions import sections_of
from community.desk import keep_count, remember, waiting_for
from community.views.answers import account_of


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Draw what is overdue, what is due within a week, and the rest."""
    on = timezone.localdate()
    waiting = waiting_for(account_of(request), on)
    keep_count(request, waiting.count)
    remember(request, waiting)
    context = {"waiting": waiting, "desk_count": waiting.count, "on": on, "sections": sections_of("desk", request)}
    return render(request, "community/desk.html", context)
