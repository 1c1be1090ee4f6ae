"""Telling people that somebody else entered them: Art. 14 of the GDPR, within `NOTICE_DAYS`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from community import notifications
from community.actions.invitation import PURPOSE
from community.models import Event, Member, Message
from community.person_mails import ENTERED

#: The notice leaves so long before the days are over, so that a scheduler that stands still for a while keeps them.
AHEAD: Final = timedelta(days=1)
#: So many in one run; the next one goes on.
MOST: Final = 500
_INVITED: Final = f"community/{PURPOSE}"


def to_be_told() -> QuerySet[Member]:
    """Return who was entered by somebody else and got no mail that says so: neither an invitation nor a notice."""
    entries = Event.objects.filter(kind="member", verb="add_member", subject_id=OuterRef("pk"))
    by_others = entries.exclude(by=None).exclude(by__member=OuterRef("pk"))
    noticed = Message.objects.filter(template=ENTERED, kind="member", subject_id=OuterRef("pk"))
    invited = Message.objects.filter(template=_INVITED, to=OuterRef("user"))
    rows = Member.objects.filter(Exists(by_others), erased_at=None, merged_into=None, is_demo=False)
    return rows.exclude(Exists(noticed)).exclude(Exists(invited)).order_by("pk")


def without_address() -> QuerySet[Member]:
    """Return those whom no mail reaches: somebody must tell them otherwise."""
    return to_be_told().filter(user=None)


def send_notices(at: datetime) -> int:
    """Mail everybody whose days are nearly over; return how many. Nobody gets it twice."""
    entered = at - (timedelta(days=settings.NOTICE_DAYS) - AHEAD)
    due = to_be_told().filter(user__is_active=True, created_at__lte=entered)
    count = 0
    for member in due.select_related("user")[:MOST]:
        with transaction.atomic():
            count += _tell(member) is not None
    return count


def _tell(member: Member) -> Message | None:
    """Queue the notice with where the data came from, and when."""
    entry = Event.objects.filter(kind="member", verb="add_member", subject_id=member.pk).order_by(F("pk")).first()
    if entry is None or member.user is None:
        return None
    facts: dict[str, Any] = {
        "source": "import" if entry.data.get("import") else "form",
        "day": timezone.localdate(entry.at).isoformat(),
    }
    return notifications.queue(
        ENTERED, to=member.user, subject=member, event=entry, key=f"notice:member:{member.pk}", **facts
    )
