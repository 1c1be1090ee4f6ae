"""What somebody who takes part may do in the room: given by the lead's side."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.participation import locked_part
from clusters.actions.parts import overtaken, record_part
from clusters.choices import LEADING_ROLES, Access, ParticipationStatus
from clusters.models import Participation
from clusters.permissions import can_work
from community.models import Event, User
from community.permissions import Refusal


@transaction.atomic
def give_access(
    *, participation: Participation, by: User, access: str, seen: str = "", at: datetime | None = None
) -> Participation:
    """Say what somebody who takes part, or is invited, may do in the room. A no-op when they may that already.

    Args:
        seen: the access that the page showed; "" where none was shown.

    Raises:
        Refusal: somebody else gave another access meanwhile,
            the person neither takes part nor is invited, leads or is deputy, or there is no such access.
    """
    at = at or timezone.now()
    cluster, row = locked_part(participation, by=by, may=can_work)
    if row.access == access:
        return row
    if access not in Access.values:
        raise Refusal(_("Choose what the person may do in the room."))
    if row.status not in (ParticipationStatus.ACTIVE, ParticipationStatus.INVITED):
        raise Refusal(_("Only of somebody who takes part or is invited it is said what they may do."), "state")
    if row.role in LEADING_ROLES:
        raise Refusal(_("Lead and deputy do everything in the room."), "state")
    if seen and row.access != seen:
        last = Event.objects.about(row).select_related("by__member").first()
        yours = Access(access).label
        raise overtaken(theirs=row.get_access_display(), yours=yours, last=last, by=by, at=at)
    was, row.access = row.access, access
    row.save(update_fields=["access"])
    record_part(cluster, "access_given", row, by=by, at=at, changes={"access": {"was": was, "now": access}})
    return row
