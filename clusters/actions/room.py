"""A room's discussion: threads and comments, changed and taken back by who wrote them, hidden with a reason.

The words stand in the comments alone, never in an event: what is taken back is gone. The cluster's row is locked
first, but not changed: nothing of the room shows on its page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, locked_cluster, stale, worked_as
from clusters.choices import Capacity
from clusters.models import Cluster
from clusters.notifications import room as room_mails
from clusters.rules.room import (
    can_change_comment,
    can_keep_order,
    can_see_room,
    can_speak,
    can_withdraw_comment,
    comment_of,
    people_of_room,
)
from community import events
from community.models import Comment, Event, Member, User
from community.permissions import Refusal, Verdict

#: As many threads a cluster's room holds, comments a thread, and comments one person writes there in an hour.
MOST_THREADS, MOST_COMMENTS, MOST_IN_AN_HOUR = 500, 200, 60
#: As many people one comment mentions.
MOST_MENTIONS = 20
#: The same words again within that time are the second press of the button.
SAME_PRESS = timedelta(minutes=2)
_LEFT_OUT = ("by", "reply_to", "hidden_by")
_SPOKE_AS = (Capacity.LEAD, Capacity.DEPUTY, Capacity.PARTICIPANT)


@transaction.atomic
def start_thread(
    *, cluster: Cluster, by: User, title: str, text: str, mentions: Iterable[Member] = (), at: datetime | None = None
) -> Comment:
    """Begin a thread; those who take part are told. The same words again at once are a no-op that returns the first.

    Raises:
        Refusal: the person may not, title or text is missing or too long, somebody mentioned takes no part, or the
            room or the hour is full.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_speak)
    row = Comment(kind="cluster", subject_id=locked.pk, by=by, title=title.strip(), text=text.strip(), created_at=at)
    if not row.title:
        raise Refusal(_("Give the discussion a title."), "reason")
    threads = Comment.objects.filter(kind="cluster", subject_id=locked.pk, reply_to=None)
    if (twin := _twin(row, at)) is not None:
        return twin
    if threads.count() >= MOST_THREADS:
        raise Refusal(_("The room holds %(most)d discussions. Go on in one of them.") % {"most": MOST_THREADS})
    return _written(locked, row, mentions, "room.thread_started", at=at)


@transaction.atomic
def reply(
    *, thread: Comment, by: User, text: str, mentions: Iterable[Member] = (), at: datetime | None = None
) -> Comment:
    """Write a comment in a thread; who wrote or was mentioned there and the lead are told.

    The same words again at once are a no-op that returns the first.

    Raises:
        Refusal: as `start_thread`; also when the thread is full.
    """
    at = at or timezone.now()
    locked, first = _locked(thread, by=by, may=can_speak)
    row = Comment(kind="cluster", subject_id=locked.pk, by=by, reply_to=first, text=text.strip(), created_at=at)
    if (twin := _twin(row, at)) is not None:
        return twin
    if first.replies.count() + 1 >= MOST_COMMENTS:
        raise Refusal(_("This discussion holds %(most)d comments. Begin a new one.") % {"most": MOST_COMMENTS})
    return _written(locked, row, mentions, "room.commented", at=at)


@transaction.atomic
def change_comment(
    *,
    comment: Comment,
    by: User,
    text: str,
    seen_version: int,
    title: str = "",
    mentions: Iterable[Member] = (),
    at: datetime | None = None,
) -> Comment:
    """Change one's own words; a no-op when nothing differs. Who is mentioned newly is told.

    Raises:
        Refusal: it is somebody else's or was taken back, changed in another window meanwhile, or as `start_thread`.
    """
    at = at or timezone.now()
    locked, row = _locked(comment, by=by, may=can_see_room)
    _demand(can_change_comment(by, locked, row))
    if row.version != seen_version:
        raise stale(row, _("this comment"), by=by, at=at)
    people = _mentioned(locked, mentions)
    before = set(row.mentions.values_list("pk", flat=True))
    title = title.strip() if row.reply_to_id is None else ""
    if (row.title, row.text, before) == (title, text.strip(), {person.pk for person in people}):
        return row
    if row.reply_to_id is None and not title:
        raise Refusal(_("Give the discussion a title."), "reason")
    row.title, row.text, row.edited_at = title, text.strip(), at
    row.version += 1
    _check(row)
    row.save(update_fields=["title", "text", "edited_at", "version"])
    row.mentions.set(people)
    event = _speak(locked, "room.comment_changed", row, by=by, at=at)
    room_mails.tell_mentioned(row, locked, [p for p in people if p.pk not in before], event=event)
    return row


@transaction.atomic
def withdraw_comment(*, comment: Comment, by: User, at: datetime | None = None) -> Comment:
    """Take one's own words back: they are gone, their place stays. A no-op when that was done; also after the end.

    Raises:
        Refusal: it is somebody else's.
    """
    at = at or timezone.now()
    locked, row = _locked(comment, by=by, may=can_see_room)
    if row.removed_at is not None and row.by_id == by.pk:
        return row
    _demand(can_withdraw_comment(by, locked, row))
    empty(row, at=at)
    event = _speak(locked, "room.comment_withdrawn", row, by=by, at=at)
    room_mails.replace_comment(row, event=event)
    return row


def empty(row: Comment, *, at: datetime) -> None:
    """Empty a comment's words and whom it mentions; its place stays."""
    row.title, row.text, row.removed_at = "", "", at
    row.version += 1
    row.save(update_fields=["title", "text", "removed_at", "version"])
    row.mentions.clear()


@transaction.atomic
def hide_comment(*, comment: Comment, by: User, reason: str, at: datetime | None = None) -> Comment:
    """Hide a comment with a reason that everybody in the room reads. A no-op when it is hidden.

    Raises:
        Refusal: the person does not coordinate the group, or gives no reason.
    """
    at = at or timezone.now()
    locked, row = _locked(comment, by=by, may=can_keep_order)
    if row.hidden_at is not None:
        return row
    if not reason.strip():
        raise Refusal(_("Say why: everybody in the room reads it in place of the comment."), "reason")
    row.hidden_at, row.hidden_by, row.hidden_reason = at, by, reason.strip()
    check_fields(row, leave_out=_LEFT_OUT)
    row.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    event = _speak(locked, "room.comment_hidden", row, by=by, at=at, detail={"reason": row.hidden_reason})
    room_mails.tell_hidden(row, locked, event=event)
    return row


@transaction.atomic
def show_comment(*, comment: Comment, by: User, at: datetime | None = None) -> Comment:
    """Show a hidden comment again. A no-op when it is shown.

    Raises:
        Refusal: the person does not coordinate the group.
    """
    at = at or timezone.now()
    locked, row = _locked(comment, by=by, may=can_keep_order)
    if row.hidden_at is None:
        return row
    row.hidden_at, row.hidden_by, row.hidden_reason = None, None, ""
    row.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    _speak(locked, "room.comment_shown", row, by=by, at=at)
    return row


def _locked(comment: Comment, *, by: User, may: Any) -> tuple[Cluster, Comment]:
    """Return the locked cluster and the comment as it is now.

    Raises:
        Refusal: the person may not, or the comment is gone.
    """
    locked = locked_cluster(comment.subject_id, by=by, may=may)
    row = comment_of(locked, comment.pk) if comment.kind == "cluster" else None
    if row is None:
        raise Refusal(_("This is not there any more."), "state")
    return locked, row


def _demand(verdict: Verdict) -> None:
    if not verdict:
        raise Refusal.of(verdict)


def _twin(row: Comment, at: datetime) -> Comment | None:
    """Return the comment that the same press made before, if there is one."""
    rows = Comment.objects.filter(kind=row.kind, subject_id=row.subject_id, by=row.by, reply_to=row.reply_to)
    same = rows.filter(title=row.title, text=row.text, removed_at=None, created_at__gt=at - SAME_PRESS)
    return same.order_by("pk").first() if row.text else None


def _written(cluster: Cluster, row: Comment, mentions: Iterable[Member], verb: str, *, at: datetime) -> Comment:
    """Check and save a new comment with whom it mentions, record it and tell those concerned."""
    lately = Comment.objects.filter(
        kind="cluster", subject_id=cluster.pk, by=row.by, created_at__gt=at - timedelta(hours=1)
    )
    if lately.count() >= MOST_IN_AN_HOUR:
        raise Refusal(
            _("You wrote %(most)d comments within an hour. Go on a little later.") % {"most": MOST_IN_AN_HOUR}
        )
    people = _mentioned(cluster, mentions)
    _check(row)
    row.save(force_insert=True)
    row.mentions.set(people)
    event = _speak(cluster, verb, row, by=row.by, at=at)
    told = room_mails.tell_mentioned(row, cluster, people, event=event)
    room_mails.tell_of_comment(row, cluster, event=event, besides=told)
    return row


def _check(row: Comment) -> None:
    if not row.text:
        raise Refusal(_("Write your comment first."), "reason")
    check_fields(row, leave_out=_LEFT_OUT)


def _mentioned(cluster: Cluster, mentions: Iterable[Member]) -> list[Member]:
    """Return whom a comment mentions, each once.

    Raises:
        Refusal: somebody does not take part (any more), or they are too many.
    """
    wanted = {person.pk for person in mentions}
    if not wanted:
        return []
    if len(wanted) > MOST_MENTIONS:
        raise Refusal(_("Mention at most %(most)d people.") % {"most": MOST_MENTIONS})
    there = [person for person in people_of_room(cluster) if person.pk in wanted]
    if len(there) < len(wanted):
        raise Refusal(_("Somebody whom you mention takes part no more. Choose again."))
    return there


def _speak(
    cluster: Cluster, verb: str, row: Comment, *, by: User, at: datetime, detail: Mapping[str, Any] | None = None
) -> Event:
    """Append an event about a comment: ids alone, and the reason of who hides it."""
    role = worked_as(by, cluster, timezone.localdate(at), first=_SPOKE_AS)
    data = {"comment": row.pk, "thread": row.reply_to_id or row.pk}
    return events.record(verb=verb, subject=row, by=by, at=at, role=role, data=data, detail=detail)
