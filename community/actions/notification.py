"""What a person does with notifications: choose how often they come by mail, mark them as read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from community import contributions, notifications
from community.choices import GATHERED, MessageState
from community.models import Message, NotificationPreference, User


@transaction.atomic
def choose_rhythms(*, by: User, rhythms: Mapping[str, str], about: str = "") -> None:
    """Keep how often `by` wants mails of each topic, for all or `about` one ("cluster:7"); what waits follows.

    An empty rhythm takes the choice back: then what is chosen for all counts, and without that at once. Topics that
    are always sent at once are left out.
    """
    topics = {code for code in rhythms if not contributions.mail_topics.get(code).why_at_once}
    mine = NotificationPreference.objects.select_for_update().filter(user=by, about=about)
    mine.filter(topic__in=[code for code in topics if not rhythms[code]]).delete()
    for code in sorted(code for code in topics if rhythms[code]):
        NotificationPreference.objects.update_or_create(
            user=by, about=about, topic=code, defaults={"rhythm": rhythms[code]}
        )
    notifications.retime(by, topics)


@transaction.atomic
def mark_read(*, by: User, messages: Collection[int] | None, at: datetime | None = None) -> int:
    """Mark notifications of `by` as read, these or (None) all that are shown; return how many were unread.

    What was read here before the mail of the day or week gathers it is not mailed any more.
    """
    at = at or timezone.now()
    rows = Message.objects.filter(to=by, shown_at__lte=at).unread()
    rows = rows if messages is None else rows.filter(pk__in=messages)
    rows.loose().in_state(MessageState.QUEUED).filter(rhythm__in=GATHERED, attempts=0).update(state=MessageState.KEPT)
    return rows.update(read_at=at)
