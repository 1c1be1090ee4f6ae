"""Discussing a policy statement: words stand in the comments alone, the event says only that somebody commented."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields
from clusters.actions.room import MOST_COMMENTS, MOST_IN_AN_HOUR, SAME_PRESS, empty
from community import events
from community.lifecycle import GONE
from community.models import Comment, User
from community.permissions import Refusal
from results.models import PolicyStatement
from results.notifications.policy import tell_comment
from results.rules.policy import can_comment, statement_capacities

KIND = "statement"
_LEFT_OUT = ("by", "reply_to", "hidden_by")


@transaction.atomic
def comment_on_statement(
    *, statement: PolicyStatement, by: User, text: str, reply_to: int | None = None, at: datetime | None = None
) -> Comment:
    """Write a comment, or an answer to one. The same words again at once are a no-op that returns the first.

    Raises:
        Refusal: the person may not, nothing is written or too much, or the comment answered is gone.
    """
    at = at or timezone.now()
    row = PolicyStatement.objects.select_for_update().filter(pk=statement.pk).first()
    if row is None:
        raise Refusal(GONE, "state")
    if not (verdict := can_comment(by, row)):
        raise Refusal.of(verdict)
    there = Comment.objects.filter(kind=KIND, subject_id=row.pk)
    first = there.filter(pk=reply_to, reply_to=None).first() if reply_to else None
    if reply_to and first is None:
        raise Refusal(_("What you answer is not there any more."), "state")
    comment = Comment(kind=KIND, subject_id=row.pk, by=by, reply_to=first, text=text.strip(), created_at=at)
    if not comment.text:
        raise Refusal(_("Write your comment first."), "reason")
    twin = there.filter(by=by, reply_to=first, text=comment.text, created_at__gt=at - SAME_PRESS).first()
    if twin is not None:
        return twin
    _check_limits(there.count(), by=by, at=at)
    check_fields(comment, leave_out=_LEFT_OUT)
    comment.save(force_insert=True)
    role = next(iter(sorted(statement_capacities(by, row, timezone.localdate(at)))), "member")
    event = events.record(
        verb="statement.commented", subject=row, by=by, at=at, role=role, data={"comment": comment.pk}
    )
    tell_comment(comment, row, event=event)
    return comment


def _check_limits(count: int, *, by: User, at: datetime) -> None:
    if count >= MOST_COMMENTS:
        raise Refusal(_("A statement holds %(most)d comments.") % {"most": MOST_COMMENTS})
    if Comment.objects.filter(by=by, created_at__gt=at - timedelta(hours=1)).count() >= MOST_IN_AN_HOUR:
        words = _("You wrote %(most)d comments within an hour. Go on a little later.")
        raise Refusal(words % {"most": MOST_IN_AN_HOUR})


@transaction.atomic
def take_back_statement_comment(*, comment: Comment, by: User, at: datetime | None = None) -> Comment:
    """Take one's own words back: they are gone, their place stays. A no-op when that was done.

    Raises:
        Refusal: it is somebody else's, or it is gone.
    """
    row = Comment.objects.select_for_update(of=("self",)).filter(pk=comment.pk, kind=KIND).first()
    if row is None:
        raise Refusal(GONE, "state")
    if row.by_id != by.pk:
        raise Refusal(_("Only who wrote a comment takes it back."), "forbidden")
    if row.removed_at is None:
        empty(row, at=at or timezone.now())
    return row
