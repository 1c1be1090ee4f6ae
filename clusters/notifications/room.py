"""Who is told what is written in a cluster's room, and what these mails say.

Who began, wrote or was mentioned in a thread and the lead's side hear of a new comment in it; of a new thread
everybody who takes part. Whoever is mentioned is told so, once. Nobody is told of what they wrote themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from clusters.models import Cluster, RoomMessage
from clusters.rules.room import can_see_room, coordinators_of_room, people_of_room
from clusters.sentences import who
from community import notifications
from community.models import Comment, Event, Member, Message, User


def tell_mentioned(comment: Comment, cluster: Cluster, people: Iterable[Member], *, event: Event) -> set[int]:
    """Tell those whom a comment mentions; return the accounts that were told, or wrote it."""
    told = {comment.by_id}
    for person in people:
        if person.user is not None and person.user.pk not in told:
            told.add(person.user.pk)
            _queue("room_mentioned", comment, cluster, person.user, "mentioned", event=event)
    return told


def tell_of_comment(comment: Comment, cluster: Cluster, *, event: Event, besides: Collection[int]) -> None:
    """Tell of a new thread everybody who takes part, of a comment those who have to do with its thread."""
    if comment.reply_to_id is None:
        template, people = "room_started", people_of_room(cluster)
    else:
        template, people = "room_commented", _concerned(comment, cluster, event)
    for person in people:
        if person.user is not None and person.user.pk not in besides:
            _queue(template, comment, cluster, person.user, "room", event=event)


def replace_comment(comment: Comment, *, event: Event) -> None:
    """Let nobody be told of words that were taken back before the mail left."""
    templates = [f"clusters/room_{name}" for name in ("started", "commented", "mentioned")]
    notifications.supersede(comment, templates, by=event)


def tell_hidden(comment: Comment, cluster: Cluster, *, event: Event) -> None:
    """Tell who wrote a comment that it was hidden, and why."""
    if comment.by_id != event.by_id and comment.by.is_active:
        _queue("room_hidden", comment, cluster, comment.by, "writer", event=event)


def _concerned(comment: Comment, cluster: Cluster, event: Event) -> list[Member]:
    """Return who wrote or was mentioned in a comment's thread and the lead's side, as far as they read the room."""
    in_thread = Q(pk=comment.reply_to_id) | Q(reply_to=comment.reply_to_id)
    thread = Comment.objects.filter(in_thread)
    members = set(thread.values_list("by__member", flat=True)) | set(thread.values_list("mentions", flat=True))
    members |= set(cluster.participations.leading().values_list("member", flat=True))
    readers = [*people_of_room(cluster), *coordinators_of_room(cluster, timezone.localdate(event.at))]
    return list({person.pk: person for person in readers if person.pk in members}.values())


def _queue(template: str, comment: Comment, cluster: Cluster, user: User, audience: str, *, event: Event) -> None:
    notifications.queue(
        f"clusters/{template}",
        to=user,
        subject=comment,
        event=event,
        audience=audience,
        title=cluster.title,
        name=cluster.name,
    )


@notifications.provides("comment")
def comment_context(comment: Comment, message: Message) -> dict[str, Any]:
    """Return what the templates use: the thread, the words and who wrote them, to those alone who read the room now."""
    cluster = Cluster.objects.filter(pk=comment.subject_id).select_related("lead").first()
    if comment.kind != "cluster" or cluster is None or not can_see_room(message.to, cluster):
        return {"question": "", "who": "", "thread": "", "reason": ""}
    thread, event = comment.reply_to or comment, message.event
    detail = getattr(event, "detail", None) if event else None
    said = "" if comment.hidden_at else comment.text
    if message.template == "clusters/room_hidden":
        said = str(((detail.body if detail else None) or {}).get("reason", ""))
    return {
        "question": cluster.question,
        "who": who(event, named=True) if event else "",
        "thread": "" if thread.hidden_at else thread.title,
        "reason": said,
    }


@notifications.leads_to("comment")
def comment_path(comment: Comment, message: Message) -> str | None:
    """Return the comment's place in its thread."""
    thread = comment.reply_to_id or comment.pk
    page = reverse("clusters:room_thread", kwargs={"reference": message.params["name"], "pk": thread})
    return f"{page}#comment-{comment.pk}"


def tell_all(sent: RoomMessage, people: Iterable[Member], *, event: Event) -> None:
    """Write the mail of a message for each of `people`."""
    for person in people:
        if person.user is not None:
            notifications.queue(
                "clusters/room_message",
                to=person.user,
                subject=sent,
                event=event,
                audience="participants",
                title=sent.cluster.title,
                name=sent.cluster.name,
            )


@notifications.provides("room_message")
def message_context(sent: RoomMessage, message: Message) -> dict[str, Any]:
    """Return what the templates use, to those alone who read the room now."""
    if not can_see_room(message.to, sent.cluster):
        return {"question": "", "who": "", "thread": "", "part": "", "reason": ""}
    said = who(message.event, named=True) if message.event else ""
    words = {"thread": sent.subject, "part": sent.subject, "reason": sent.text}
    return {"question": sent.cluster.question, "who": said, **words}
