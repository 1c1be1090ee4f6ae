"""Noting that somebody who coordinates is away for a while, or is back."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions
from community.absence_mails import tell
from community.actions.appointment import ADMINISTRATORS_ONLY, ENDED, WITHDRAWN
from community.events import record
from community.models import Appointment, User
from community.permissions import Refusal
from community.visibility import is_administrator

DAY_GONE = _("The last day of an absence is today at the earliest. Where the person is back, leave it empty.")


@transaction.atomic
def note_absence(*, appointment: Appointment, until: date | None, by: User, at: datetime | None = None) -> Appointment:
    """Say until which day somebody who coordinates is away, or with None that they are back; one event.

    The person, those who coordinate beside them and, where nobody of the group is there, the stand-ins are told; the
    apps tell whose work waits (`contributions.absences`). A no-op for the same day.

    Raises:
        Refusal: `by` is no administrator, the day has gone, or the appointment holds no more.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    at = at or timezone.now()
    today = timezone.localdate(at)
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("member__user", "working_group")
    row = rows.get(pk=appointment.pk)
    if row.absent_until == until:
        return row
    if row.withdrawn_at is not None or (row.until_on is not None and row.until_on < today):
        raise Refusal(WITHDRAWN if row.withdrawn_at is not None else ENDED, "state")
    if until is not None and until < today:
        raise Refusal(DAY_GONE)
    before, row.absent_until = row.absent_until, until
    row.save(update_fields=["absent_until"])
    if until is None and (before is None or before < today):
        return row  # the day had gone by itself: there is nothing to tell
    verb = "end_absence" if until is None else "note_absence"
    event = record(verb=verb, subject=row, by=by, at=at, data={"before": before, "until": until})
    tell(row, event)
    for follow in contributions.absences:
        follow(row, event)
    return row
