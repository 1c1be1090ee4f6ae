"""Who is told that they look at a proposal, or that somebody else does now."""

from __future__ import annotations

from datetime import timedelta

from clusters.models import Cluster
from clusters.rules.requirements import UNDO_SECONDS
from community import notifications
from community.models import Event, Member, Message

ASSIGNED, PASSED_ON = "clusters/review_assigned", "clusters/review_passed_on"


def tell_assigned(cluster: Cluster, member: Member, *, event: Event) -> None:
    """Tell who looks at a proposal from now on, unless they only get back what was taken from them a moment ago."""
    notifications.supersede(cluster, [ASSIGNED, PASSED_ON], by=event)
    if not _was_replaced(PASSED_ON, member, event):
        _queue(ASSIGNED, cluster, member, "assigned", event=event)


def tell_passed_on(cluster: Cluster, member: Member, *, event: Event) -> None:
    """Tell who looked at a proposal that this is over, unless the mail that said so to them has not left."""
    if member.user is not None:
        notifications.supersede(cluster, [ASSIGNED], by=event, to=member.user)
    if not _was_replaced(ASSIGNED, member, event):
        _queue(PASSED_ON, cluster, member, "assigned_before", event=event)


def _was_replaced(template: str, member: Member, event: Event) -> bool:
    """Tell whether the event took a mail to that person back before it left."""
    return Message.objects.filter(replaced_by=event, to=member.user, template=template).exists()


def _queue(template: str, cluster: Cluster, member: Member, audience: str, *, event: Event) -> None:
    if member.user is None or member.user.pk == event.by_id:
        return
    notifications.queue(
        template,
        to=member.user,
        subject=cluster,
        event=event,
        hold_until=event.at + timedelta(seconds=UNDO_SECONDS),
        audience=audience,
        title=cluster.title,
        name=cluster.name,
    )
