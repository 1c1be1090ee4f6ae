"""The notifications of one account, as the application lists them: the same things that its mails say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from community import contributions, kinds
from community.choices import GATHERED, MessageState
from community.mails import headline
from community.models import Message, User
from community.notifications import path_of
from community.visibility import account

#: From so many on the header says only that there are more.
MOST_COUNTED = 100
COUNTED_SECONDS = 60
_REMEMBERED = "_unread_count"
#: What an address may need besides the subject's own row.
JOINED = ("cluster", "merged_into")


@dataclass(frozen=True)
class InboxLine:
    """One notification: what it says, where its button leads, and what becomes of its mail."""

    pk: int
    words: str
    path: str
    name: str
    topic: str
    at: datetime
    is_read: bool
    mail: str


def unread_count(user: User) -> int:
    """Return how many notifications wait to be read, at most `MOST_COUNTED`; no query on most pages.

    The account of a request knows how many were told and which came last. Which of them it may still see takes long
    to ask: what was found is kept for a minute, or until something comes or is read.
    """
    total = getattr(user, "unread_total", -1)
    if not total:
        return 0
    name = f"community:unread:{user.pk}:{total}:{getattr(user, 'unread_newest', 0)}"
    known = cache.get(name) if total > 0 else None
    if known is None:
        rows = Message.objects.shown_to(user, timezone.now()).unread().order_by()
        known = len(rows.values_list("pk", flat=True)[:MOST_COUNTED])
        cache.set(name, known, COUNTED_SECONDS)
    return int(known)


def count_for(user: User | AnonymousUser | None) -> int:
    """Return the same for a reader, asked once a request and remembered on the user; none for a visitor."""
    known = account(user)
    if known is None:
        return 0
    remembered = known.__dict__
    if _REMEMBERED not in remembered:
        remembered[_REMEMBERED] = unread_count(known)
    return int(remembered[_REMEMBERED])


def lines_of(messages: Iterable[Message], user: User) -> list[InboxLine]:
    """Return the lines of one page; a query for each kind of subject on it."""
    rows = list(messages)
    subjects = {code: _subjects(code, rows, user) for code in {row.kind for row in rows if row.kind}}
    lines = []
    for row in rows:
        subject = subjects[row.kind].get(row.subject_id) if row.kind and row.subject_id else None
        if subject is None and row.kind:
            continue
        lines.append(
            InboxLine(
                pk=row.pk,
                words=headline(row, subject),
                path=path_of(subject, row),
                name=str(row.params.get("name", "")),
                topic=_topic(row),
                at=row.shown_at,
                is_read=row.read_at is not None,
                mail=mail_words(row),
            )
        )
    return lines


def _subjects(code: str, rows: Iterable[Message], user: User) -> dict[int, Model]:
    found = kinds.visible(code, user).filter(pk__in={row.subject_id for row in rows if row.kind == code})
    for name in JOINED:
        try:
            found.model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        found = found.select_related(name)
    return {subject.pk: subject for subject in found}


def _topic(row: Message) -> str:
    return str(contributions.mail_topics.get(row.topic).label) if row.topic in contributions.mail_topics.codes() else ""


def mail_words(row: Message) -> str:
    """Say what becomes or became of the mail of a row."""
    if row.state == MessageState.SENT and row.sent_at is not None:
        return _("sent by mail on %(day)s") % {"day": date_format(timezone.localtime(row.sent_at), "j F Y")}
    if row.state == MessageState.KEPT:
        return _("not sent by mail")
    if row.state == MessageState.FAILED:
        return _("could not be sent by mail")
    if row.last_error:
        day = date_format(timezone.localtime(row.due_at), "j F Y, H:i")
        return _("could not be sent by mail yet; it is tried again on %(day)s") % {"day": day}
    if row.rhythm in GATHERED and row.attempts == 0:
        return _("comes with your mail of %(day)s") % {"day": date_format(timezone.localtime(row.due_at), "j F Y")}
    return _("on its way by mail")
