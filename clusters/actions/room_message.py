"""A message by lead, deputy or coordinator to all who take part: looked at with its recipients, then sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, locked_cluster, worked_as
from clusters.actions.room import SAME_PRESS
from clusters.choices import Capacity
from clusters.models import Cluster, RoomMessage
from clusters.notifications import room as room_mails
from clusters.rules.meeting_times import can_call_meetings
from clusters.rules.room import people_of_room
from community import events
from community.models import Member, User
from community.permissions import Refusal

#: So many messages to all a cluster sends within a day.
MOST_A_DAY = 5


def recipients_of(cluster: Cluster, by: User) -> list[Member]:
    """Return whom a message goes to: those who take part and have an account, without its writer."""
    return [person for person in people_of_room(cluster) if person.user is not None and person.user.pk != by.pk]


def seal_of(people: Iterable[Member]) -> str:
    """Return a short word that changes with the recipients: what was looked at is what is sent to."""
    keys = ",".join(str(person.pk) for person in sorted(people, key=lambda person: person.pk))
    return blake2b(keys.encode(), digest_size=8).hexdigest()


@transaction.atomic
def send_message(
    *, cluster: Cluster, by: User, subject: str, text: str, seen: str, at: datetime | None = None
) -> RoomMessage:
    """Send a message to all who take part, as a mail each in the outbox.

    The same words again at once are a no-op that returns the first.

    Args:
        seen: the seal of the recipients that the writer looked at.

    Raises:
        Refusal: the person may not, subject or text is missing, nobody would get it, others would get it than were
            looked at, or enough was sent today.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_call_meetings)
    row = RoomMessage(cluster=locked, by=by, subject=subject.strip(), text=text.strip(), sent_at=at, told=1)
    lately = locked.room_messages.filter(sent_at__gt=at - SAME_PRESS)
    if (twin := lately.filter(by=by, subject=row.subject, text=row.text).first()) is not None:
        return twin
    if not row.subject or not row.text:
        raise Refusal(_("Write a subject and a message."), "reason")
    people = recipients_of(locked, by)
    if not people:
        raise Refusal(_("Nobody takes part besides you, so nobody would get it."), "state")
    if seal_of(people) != seen:
        raise Refusal(_("Others take part than when you looked. See whom it goes to now, then send it."), "stale")
    if locked.room_messages.filter(sent_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        raise Refusal(
            _("%(most)d messages went to all within a day. Begin a discussion instead.") % {"most": MOST_A_DAY}
        )
    row.told = len(people)
    check_fields(row, leave_out=("cluster", "by"))
    row.save()
    role = worked_as(by, locked, timezone.localdate(at), first=(Capacity.LEAD, Capacity.DEPUTY))
    detail = {"title": row.subject}
    data = {"message": row.pk, "told": row.told}
    event = events.record(verb="room.message_sent", subject=row, by=by, at=at, role=role, data=data, detail=detail)
    room_mails.tell_all(row, people, event=event)
    return row
