"""Mails to whose proposal waits while nobody of its working group is there to decide on it."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils import timezone
from django.utils.dateparse import parse_date

from clusters.choices import State
from clusters.models import Cluster
from clusters.permissions import deciding_members, is_gone
from community import notifications
from community.absence_mails import nobody_until
from community.models import Appointment, Event, Message

ABSENCE: Final = "clusters/absence"


def day_of(message: Message) -> date | None:
    """Return until which day nobody of the group is there, of a mail that says so."""
    return parse_date(str(message.params.get("until", ""))) if message.template == ABSENCE else None


def tell_proposers(row: Appointment, event: Event) -> None:
    """Tell proposer and lead of each proposal that waits for a group of whose coordinators nobody is there.

    Once for each person, proposal and day until which that is so.
    """
    on = timezone.localdate(event.at)
    until = nobody_until(row, on)
    if event.verb != "note_absence" or until is None:
        return
    waiting = Cluster.objects.filter(state=State.SUBMITTED, working_group=row.working_group_id)
    for cluster in waiting.select_related("proposer__user", "lead__user").order_by("pk"):
        has_stand_ins = bool(deciding_members(cluster, on))
        lead = cluster.lead if cluster.has_lead and cluster.lead != cluster.proposer else None
        for audience, member in {"proposer": cluster.proposer, "lead": lead}.items():
            if member is None or member.user is None or is_gone(member):
                continue
            notifications.queue(
                ABSENCE,
                to=member.user,
                subject=cluster,
                event=event,
                key=f"absence:{cluster.pk}:{member.pk}:{until.isoformat()}",
                audience=audience,
                until=until,
                has_stand_ins=has_stand_ins,
            )
