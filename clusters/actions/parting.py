"""Ending somebody else's part in a cluster: the lead's side takes an invitation back, or ends a participation."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.meeting import leave_meetings
from clusters.actions.participation import KEYS, locked_part
from clusters.actions.parts import check_fields, record_part
from clusters.actions.waiting import move_up
from clusters.choices import ParticipationStatus
from clusters.models import Participation
from clusters.notifications import lifecycle as notifications
from clusters.permissions import can_work
from clusters.rules.joining import can_end
from community.models import User
from community.permissions import Refusal

Status = ParticipationStatus
#: What becomes of a part that is ended: (status, event and mail).
_ENDED = {
    Status.INVITED: (Status.EXPIRED, "invitation_taken_back", "invitation_taken_back"),
    Status.ACTIVE: (Status.LEFT, "ended", "participation_ended"),
}


@transaction.atomic
def end_participation(
    *, participation: Participation, by: User, seen: str, reason: str = "", at: datetime | None = None
) -> Participation:
    """Take back an invitation that waits for its answer, or end a participation from this day on.

    What the person contributed stays, and so does that they took part: who was deputy does not decide afterwards.
    A no-op when it is done.

    Args:
        seen: the status that the page showed: who pressed to take an invitation back does not put out
            somebody who accepted it meanwhile.
        reason: needed to end a participation; the person reads it word for word.

    Raises:
        Refusal: the person may not, it is their own part or the lead's, the part is another by now, or
            the reason is missing.
    """
    at = at or timezone.now()
    cluster, row = locked_part(participation, by=by, may=can_work)
    if seen in _ENDED and row.status == _ENDED[Status(seen)][0]:
        return row
    verdict = can_end(by, row)
    if not verdict:
        raise Refusal.of(verdict)
    if row.status != seen:
        raise Refusal(
            _("This was answered while you were reading: %(status)s. Look again, then decide.")
            % {"status": row.get_status_display()},
            "state",
        )
    if row.status == Status.ACTIVE and not reason.strip():
        raise Refusal(_("Say why: the person whose part you end reads it word for word."), "reason")
    status, verb, template = _ENDED[Status(row.status)]
    row.answer_reason = reason.strip()
    changed = ["status", "answer_reason"]
    if status == Status.LEFT:
        today = timezone.localdate(at)
        row.until_on = max(today, row.from_on) if row.from_on else today
        changed.append("until_on")
    else:
        row.answered_by, row.answered_at = by, at
        changed += ["answered_by", "answered_at"]
    row.status = status
    check_fields(row, leave_out=KEYS)
    row.save(update_fields=changed)
    event = record_part(cluster, verb, row, by=by, at=at, message=row.answer_reason)
    notifications.replace_of_part(row, "invited", by=event)
    notifications.tell_participant(template, cluster, row, event=event)
    if status == Status.LEFT:
        leave_meetings(cluster, row.member, event=event)
    move_up(cluster, at=at)
    return row
