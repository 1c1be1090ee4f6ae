"""Invitations to meetings, their changes, cancellations, and partings: each with an entry for its reader's calendar."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.meeting_calendar import Method, calendar_of
from clusters.models import Cluster, Meeting, Participation
from clusters.rules.meeting_times import can_answer_meeting, when_words
from clusters.rules.requirements import UNDO_SECONDS
from clusters.rules.room import can_see_room, people_of_room
from clusters.sentences import who
from community import notifications
from community.choices import MessageState
from community.models import Event, Member, Message

CALLED, CHANGED, CANCELLED = "clusters/meeting_called", "clusters/meeting_changed", "clusters/meeting_cancelled"
#: To who takes part no more: the meeting goes on without them.
PARTED = "clusters/meeting_parted"


def tell_of_meeting(template: str, meeting: Meeting, cluster: Cluster, *, event: Event) -> int:
    """Tell those who take part of a meeting; return how many. A mail of it that has not left is replaced."""
    notifications.supersede(meeting, [CALLED, CHANGED], by=event)
    told = 0
    for person in people_of_room(cluster):
        if person.user is not None:
            notifications.queue(
                template,
                to=person.user,
                subject=meeting,
                event=event,
                audience="room",
                title=cluster.title,
                name=cluster.name,
            )
            told += 1
    return told


def tell_newcomer(
    part: Participation, cluster: Cluster, *, event: Event, hold: bool = False, besides: Collection[int] = ()
) -> None:
    """Invite somebody who takes part from now on to the meetings that were called before; `hold` waits for an undo.

    `event` is how the person came: where that is taken back, so are these mails. `besides` are meetings that they know.
    """
    if part.member is None or part.member.user is None:
        return
    ahead = Meeting.objects.filter(cluster=cluster, cancelled_at=None, ends_at__gt=event.at)
    for meeting in ahead.exclude(pk__in=list(besides)).order_by("starts_at", "pk"):
        notifications.queue(
            CALLED,
            to=part.member.user,
            subject=meeting,
            event=event,
            hold_until=event.at + timedelta(seconds=UNDO_SECONDS) if hold else None,
            audience="newcomer",
            title=cluster.title,
            name=cluster.name,
        )


def tell_parted(person: Member, meeting: Meeting, cluster: Cluster, *, event: Event) -> None:
    """Take a coming meeting out of the calendar of somebody who takes part no more.

    What still waits to be sent of it is replaced; who got no mail of it gets none now. The title is kept as it is at
    this moment: what the meeting becomes later is not theirs to read.
    """
    if person.user is None:
        return
    notifications.supersede(meeting, [CALLED, CHANGED], by=event, to=person.user)
    told = Message.objects.about_subject(meeting).filter(to=person.user, template__in=[CALLED, CHANGED])
    if told.filter(state=MessageState.SENT).exists():
        notifications.queue(
            PARTED,
            to=person.user,
            subject=meeting,
            event=event,
            audience="parted",
            part=meeting.title,
            title=cluster.title,
            name=cluster.name,
        )


@notifications.leads_to("meeting")
def meeting_path(meeting: Meeting, message: Message) -> str | None:
    """Lead who takes part no more to the cluster's own page, who is invited to the question; None for the meeting's.

    Once the question asks nothing any more, the mail leads to the meeting.
    """
    if message.template == PARTED:
        return meeting.cluster.get_absolute_url()
    asks = message.template in (CALLED, CHANGED) and can_answer_meeting(message.to, meeting, timezone.now())
    kwargs = {"reference": meeting.cluster.name, "pk": meeting.pk}
    return reverse("clusters:room_meeting_answer", kwargs=kwargs) if asks else None


@notifications.provides("meeting")
def meeting_context(meeting: Meeting, message: Message) -> dict[str, Any]:
    """Return what the templates use, to those alone who read the room now, or are told that they do no more."""
    cluster, event = meeting.cluster, message.event
    if message.template == PARTED:
        return {"part": message.params["part"], "question": "", "reason": "", "facts": [], "has_calendar": True}
    if not can_see_room(message.to, cluster):
        return {"question": "", "who": "", "part": "", "reason": "", "facts": []}
    return {
        "question": cluster.question,
        "who": who(event, named=True) if event else "",
        "part": meeting.title,
        "reason": meeting.cancel_reason,
        "facts": _facts(meeting),
        "has_calendar": True,
    }


def _facts(meeting: Meeting) -> list[tuple[str, str]]:
    where = ", ".join(filter(None, [meeting.place, meeting.link]))
    lines = [(_("When"), when_words(meeting)), (_("Where"), where), (_("Agenda"), "; ".join(meeting.items))]
    return [(str(label), words) for label, words in lines if words]


@notifications.attaches("meeting")
def meeting_attachments(meeting: Meeting, message: Message) -> Iterable[MIMEBase]:
    """Yield the entry for the calendar of the one recipient, as the meeting stands when the mail is sent."""
    has_parted = message.template == PARTED
    if message.to is None or not (has_parted or can_see_room(message.to, meeting.cluster)):
        return
    if has_parted:  # what it is by now is for those who take part
        meeting.title, meeting.place, meeting.link, meeting.agenda = message.params["part"], "", "", ""
    method = Method.CANCEL if meeting.cancelled_at or has_parted else Method.REQUEST
    words = calendar_of(meeting, method=method, at=timezone.now(), to=message.to.email)
    part = MIMEText(words.decode(), "calendar", "utf-8")
    part.set_param("method", str(method))
    part.add_header("Content-Disposition", "attachment", filename="meeting.ics")
    yield part
