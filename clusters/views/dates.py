"""`/desk/dates.ics`: all dates ahead of the reader, for a calendar program to fetch once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from clusters.meeting_calendar import Day, calendar_of_days
from clusters.tables.deadlines import deadlines_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


@require_safe
def dates_calendar(request: SignedInRequest) -> HttpResponse:
    """Hand out the same dates as the desk lists; meetings with their time, all others as whole days."""
    now = timezone.now()
    rows = deadlines_of(request.user, timezone.localdate(now))
    days = [row.meeting or Day(row.day, row.what, row.title, row.url, row.code, row.short) for row in rows]
    answer = HttpResponse(calendar_of_days(days, at=now), content_type="text/calendar; charset=utf-8")
    name = f"dates-{timezone.localdate(now).isoformat()}.ics"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["Cache-Control"] = "private, no-store"
    return answer
