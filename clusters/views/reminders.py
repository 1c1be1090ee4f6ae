"""Who is reminded of what on a day, and who is not and why."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters.actions.reminders import plan_reminders
from clusters.forms.reminders import DayForm
from clusters.rules.reminder_rights import can_see_reminders
from clusters.tables.reminders import sheet_of


@require_safe
def reminders(request: HttpRequest) -> HttpResponse:
    """Show the plan of today, or of the day `on`, for the reader's groups; sends nothing."""
    if not (verdict := can_see_reminders(request.user)):
        raise PermissionDenied(verdict.reason)
    today = timezone.localdate()
    form = DayForm(request.GET or None, initial={"on": today})
    on = (form.is_valid() and form.cleaned_data["on"]) or today
    context: dict[str, Any] = {"form": form, "on": on, "is_today": on == today}
    if not form.errors:
        context["sheet"] = sheet_of(plan_reminders(on), request.user)
    return render(request, "clusters/reminders.html", context, status=422 if form.errors else 200)
