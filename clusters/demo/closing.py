"""The last touches: rows bear the moment of what led to them, and mails of the past are no longer due."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Max

from clusters.choices import ACTIVE_STATES
from clusters.demo.projects import LEFT_DAYS_AGO, LEFT_EARLY
from clusters.demo.world import World
from clusters.models import Cluster
from community.choices import MessageState
from community.models import Event, Message

#: Mails of so many days are really sent, so that the outbox shows some of every kind.
RECENT = timedelta(days=8)
#: How long a mail of the past took to go out.
_SENDING = timedelta(seconds=40)
#: How long it took until it was read.
_READING = timedelta(hours=2)


def settle(world: World) -> None:
    """Date clusters by their last event, flag the lead whose partnership ended, and settle the mails."""
    last = Event.objects.filter(chain__startswith="cluster:").order_by().values("chain").annotate(at=Max("at"))
    for row in last:
        Cluster.objects.filter(pk=int(row["chain"].partition(":")[2])).update(updated_at=row["at"])
    left = world.organisations[LEFT_EARLY[1]]
    flagged = Cluster.objects.filter(lead_organisation=left, state__in=sorted(ACTIVE_STATES))
    flagged.update(lead_flagged_on=world.today - timedelta(days=LEFT_DAYS_AGO - 1))
    settle_mails(world)


def settle_mails(world: World) -> None:
    """Mark the mails of older events as sent in their time; the recent ones stay due and go out at the commit."""
    told = list(Message.objects.filter(state=MessageState.QUEUED, event__isnull=False).select_related("event"))
    for message in told:
        if message.event is None:
            continue
        message.created_at = message.due_at = message.shown_at = message.event.at
        if message.event.at < world.now - RECENT:
            message.state, message.sent_at, message.attempts = MessageState.SENT, message.event.at + _SENDING, 1
            message.read_at = message.event.at + _READING
    columns = ["created_at", "due_at", "shown_at", "read_at", "state", "sent_at", "attempts"]
    Message.objects.bulk_update(told, columns, batch_size=200)
