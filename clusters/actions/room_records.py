"""What of a person stands in the rooms of clusters: for their data, their erasure, and two records of one person."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.actions.room import empty
from clusters.models import MeetingAnswer, RoomMessage
from community.contributions import PersonalRecords
from community.models import Comment, Member


def _written(member: Member) -> QuerySet[Comment]:
    return Comment.objects.filter(by__member=member).order_by("pk")


def _export(row: Comment) -> dict[str, Any]:
    return {"title": row.title, "text": row.text, "at": row.created_at, "changed_at": row.edited_at}


def _erase(member: Member) -> int:
    """Empty what an erased person wrote, and no longer mention them; return how many comments were emptied."""
    rows = list(_written(member).filter(removed_at=None))
    for row in rows:
        empty(row, at=timezone.now())
    member.mentioned_in.clear()
    return len(rows)


COMMENTS = PersonalRecords(_("What you wrote"), _written, _export, erase=_erase)


def _sent(member: Member) -> QuerySet[RoomMessage]:
    return RoomMessage.objects.filter(by__member=member).order_by("pk")


def _export_message(row: RoomMessage) -> dict[str, Any]:
    return {"subject": row.subject, "text": row.text, "at": row.sent_at}


def _erase_messages(member: Member) -> int:
    """Empty what an erased person sent to all; return how many messages."""
    return _sent(member).update(subject="", text="")


MESSAGES = PersonalRecords(_("Messages to all that you sent"), _sent, _export_message, erase=_erase_messages)


def _answered(member: Member) -> QuerySet[MeetingAnswer]:
    return MeetingAnswer.objects.filter(participation__member=member).select_related("meeting").order_by("pk")


def _export_answer(row: MeetingAnswer) -> dict[str, Any]:
    return {"meeting": row.meeting.title, "comes": row.is_coming, "at": row.answered_at}


def _erase_answers(member: Member) -> int:
    """Forget what an erased person said of coming to meetings; return how many answers."""
    return _answered(member).delete()[0]


ANSWERS = PersonalRecords(
    _("Meetings of which you said whether you come"), _answered, _export_answer, erase=_erase_answers
)
