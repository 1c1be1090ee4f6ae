"""Commenting on a proposal: words stand in the comments alone, the event says only that somebody commented."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, differences, locked_cluster, worked_as
from clusters.actions.room import MOST_COMMENTS, MOST_IN_AN_HOUR, SAME_PRESS, empty
from clusters.choices import DECIDERS, Capacity
from clusters.models import Cluster
from clusters.notifications import proposal_comment as mails
from clusters.rules.proposal_comments import KIND, MOST_DAYS, can_ask_for_comments, can_comment
from community import events
from community.lifecycle import GONE
from community.models import Comment, User
from community.permissions import ALLOWED, Refusal

_LEFT_OUT = ("by", "reply_to", "hidden_by")
_SPOKE_AS = (Capacity.NAMED_LEAD, Capacity.PROPOSER, *DECIDERS)


@transaction.atomic
def comment_on_proposal(
    *, cluster: Cluster, by: User, text: str, reply_to: int | None = None, at: datetime | None = None
) -> Comment:
    """Write a comment, or an answer to one; proposer, lead and who wrote in that thread are told.

    The same words again at once are a no-op that returns the first. After the day until which comments are asked for
    it is possible still, and marked late where it is shown.

    Raises:
        Refusal: the person may not, nothing is written or too much, the comment answered is gone, or the proposal or
            the hour is full.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_comment)
    there = Comment.objects.filter(kind=KIND, subject_id=locked.pk)
    first = there.filter(pk=reply_to, reply_to=None).first() if reply_to else None
    if reply_to and first is None:
        raise Refusal(_("What you answer is not there any more."), "state")
    row = Comment(kind=KIND, subject_id=locked.pk, by=by, reply_to=first, text=text.strip(), created_at=at)
    if not row.text:
        raise Refusal(_("Write your comment first."), "reason")
    twin = there.filter(by=by, reply_to=first, text=row.text, created_at__gt=at - SAME_PRESS).first()
    if twin is not None:
        return twin
    if there.count() >= MOST_COMMENTS:
        raise Refusal(_("A proposal holds %(most)d comments.") % {"most": MOST_COMMENTS})
    if Comment.objects.filter(by=by, created_at__gt=at - timedelta(hours=1)).count() >= MOST_IN_AN_HOUR:
        words = _("You wrote %(most)d comments within an hour. Go on a little later.")
        raise Refusal(words % {"most": MOST_IN_AN_HOUR})
    check_fields(row, leave_out=_LEFT_OUT)
    row.save(force_insert=True)
    role = worked_as(by, locked, timezone.localdate(at), first=_SPOKE_AS)
    data = {"comment": row.pk}
    event = events.record(verb="proposal.commented", subject=locked, by=by, at=at, role=role, data=data)
    mails.tell_commented(row, locked, event=event)
    return row


@transaction.atomic
def take_back_comment(*, comment: Comment, by: User, at: datetime | None = None) -> Comment:
    """Take one's own words back: they are gone, their place stays. A no-op when that was done.

    Also where the person reads the proposal no more: the words stand there for others.

    Raises:
        Refusal: it is somebody else's, or it is gone.
    """
    at = at or timezone.now()
    locked_cluster(comment.subject_id, by=by, may=lambda _user, _cluster: ALLOWED)
    row = Comment.objects.select_for_update(of=("self",)).filter(pk=comment.pk, kind=KIND).first()
    if row is None:
        raise Refusal(GONE, "state")
    if row.by_id != by.pk:
        raise Refusal(_("Only who wrote a comment takes it back."), "forbidden")
    if row.removed_at is None:
        empty(row, at=at)
    return row


@transaction.atomic
def ask_for_comments(*, cluster: Cluster, by: User, until: date | None, at: datetime | None = None) -> Cluster:
    """Say until which day comments are asked for; None asks no more. A no-op when nothing differs.

    The other side is told: proposer and lead, or those who may decide. The proposal itself is not changed by it.

    Raises:
        Refusal: the person may not, or the day is past or too far ahead.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_ask_for_comments)
    if locked.comments_until == until:
        return locked
    today = timezone.localdate(at)
    if until is not None and until < today:
        raise Refusal(_("Choose a day from today on."))
    if until is not None and until > today + timedelta(days=MOST_DAYS):
        raise Refusal(_("Choose a day within %(days)d days: a decision waits for it.") % {"days": MOST_DAYS})
    days = [day.isoformat() if day else None for day in (locked.comments_until, until)]
    locked.comments_until = until
    locked.save(update_fields=["comments_until"])
    role = worked_as(by, locked, today, first=_SPOKE_AS)
    event = events.record(
        verb="proposal.comments_asked",
        subject=locked,
        by=by,
        at=at,
        role=role,
        data={"until": days[1]},
        detail={"changes": differences({"comments_until": days[0]}, {"comments_until": days[1]})},
    )
    if until is not None:
        mails.tell_asked(locked, event=event)
    return locked
