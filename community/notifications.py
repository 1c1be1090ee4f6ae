"""The outbox's entrance: the only place that writes mail rows.

A row names a template, a recipient and a subject; the words are made while sending
(`actions/outbox.py`), in the recipient's language. An app adds what its templates need
by `@provides("cluster")`, and where their button leads by `@leads_to("cluster")`.
The recipient's choice for the mail's topic says when it leaves, or that it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, time
from email.mime.base import MIMEBase
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from community import contributions, kinds
from community.chain import plain
from community.choices import GATHERED, MessageState, Rhythm
from community.contributions import MailTopic
from community.dates import next_local
from community.models import Event, Message, NotificationPreference, SignedLink, User
from community.tasks_api import wake_on_commit

SEND_OUTBOX = "community.tasks.send_outbox"
#: When the one mail a day leaves, in the site's zone; the one a week leaves then on Mondays.
DIGEST_AT = time(7, 0)
MONDAY = 0

#: Mails whose rows forget the address once they left or were given up: to who was erased.
FORGET_THE_ADDRESS = frozenset({"community/erased"})

AttachmentsOf = Callable[[Any, Message], Iterable[MIMEBase]]
ContextOf = Callable[[Any, Message], Mapping[str, Any]]
PathOf = Callable[[Any, Message], str | None]
_contexts: dict[str, ContextOf] = {}
_paths: dict[str, PathOf] = {}
_attachments: dict[str, AttachmentsOf] = {}


def provides(kind: str) -> Callable[[ContextOf], ContextOf]:
    """Register what templates get beside the subject itself: `function(subject, message)` returns names.

    Raises:
        ValueError: the kind has one already.
    """

    def keep(function: ContextOf) -> ContextOf:
        if _contexts.setdefault(kind, function) is not function:
            raise ValueError(f"mails about {kind!r} have a context already")
        return function

    return keep


def leads_to(kind: str) -> Callable[[PathOf], PathOf]:
    """Register where the button of a kind's mails leads: `function(subject, message)`; None for the subject's page.

    Raises:
        ValueError: the kind has one already.
    """

    def keep(function: PathOf) -> PathOf:
        if _paths.setdefault(kind, function) is not function:
            raise ValueError(f"mails about {kind!r} lead somewhere already")
        return function

    return keep


def attaches(kind: str) -> Callable[[AttachmentsOf], AttachmentsOf]:
    """Register what goes with a kind's mails: `function(subject, message)` yields parts of a mail.

    A mail that gathers several things has no attachments: its lines lead to the pages that have them.

    Raises:
        ValueError: the kind has some already.
    """

    def keep(function: AttachmentsOf) -> AttachmentsOf:
        if _attachments.setdefault(kind, function) is not function:
            raise ValueError(f"mails about {kind!r} have attachments already")
        return function

    return keep


def attachments_of(subject: models.Model | None, message: Message) -> list[MIMEBase]:
    """Return what goes with a mail besides its words."""
    found = _attachments.get(message.kind)
    return list(found(subject, message)) if found is not None and subject is not None else []


def path_of(subject: models.Model | None, message: Message) -> str:
    """Return the path of the page where the recipient acts."""
    if subject is None:
        return "/"
    found = _paths[message.kind](subject, message) if message.kind in _paths else None
    return found or kinds.url(subject) or "/"


def topic_of(template: str, audience: str = "") -> tuple[str, MailTopic] | None:
    """Return code and topic of a mail; None where nobody claims it: it is sent at once."""
    codes = contributions.mail_topics.codes()
    for code in sorted(codes, key=lambda code: contributions.mail_topics.get(code).order):
        topic = contributions.mail_topics.get(code)
        if topic.covers(template, audience):
            return code, topic
    return None


def context_of(subject: models.Model | None, message: Message) -> Mapping[str, Any]:
    """Return what the subject's app provides for its templates."""
    provider = _contexts.get(message.kind)
    return provider(subject, message) if provider is not None and subject is not None else {}


def queue(
    template: str,
    *,
    to: User | None = None,
    to_address: str = "",
    subject: models.Model | None,
    event: Event | None = None,
    link: SignedLink | None = None,
    hold_until: datetime | None = None,
    key: str | None = None,
    is_secret: bool = False,
    **params: Any,
) -> Message | None:
    """Write one mail into the caller's transaction; return it, or None when there is nothing to send.

    Nothing is written for a deactivated account, nor when `key` was used before.
    The commit wakes the sender, unless the mail is held back or waits to be gathered.

    Args:
        template: "clusters/approved" is `templates/emails/clusters/approved` + `_subject.txt`, `.txt` and `.html`.
        to: the account that gets it, or
        to_address: the address of somebody without one.
        subject: what it is about; None only where there is nothing.
        event: the event that it tells.
        link: a link reserved for it; the sender mints its token.
        hold_until: not to be sent before (time for undo).
        key: makes a second row for the same thing impossible ("reminder:cluster:7:2026-05-12").
        is_secret: empty the parameters once the mail is sent or given up.
        params: JSON values for the template.

    Raises:
        ValueError: both or neither of `to` and `to_address` are given.
    """
    message = Message(template=template, to=to, to_address=to_address, event=event, link=link, key=key)
    _put_about(message, subject)
    message.params, message.is_secret = plain(params), is_secret
    message.due_at = message.shown_at = hold_until or timezone.now()
    _choose_rhythm(message)
    at_once = hold_until is None and message.rhythm == Rhythm.AT_ONCE
    return message if _write(message, wakes=at_once) else None


def _put_about(message: Message, subject: models.Model | None) -> None:
    """Set what a mail is about: the subject, and the cluster whose part it is."""
    if subject is None:
        return
    kind = kinds.of(subject)
    chain = kind.chain(subject) if subject.pk else ""
    message.kind, message.subject_id = kind.code, subject.pk
    message.about = chain if ":" in chain else ""


def retime(user: User, topics: Collection[str]) -> None:
    """Let what waits to be gathered for an account follow a new choice about these topics."""
    waiting = Message.objects.loose().in_state(MessageState.QUEUED).filter(to=user, topic__in=topics, attempts=0)
    for message in waiting.select_for_update(of=("self",)).filter(rhythm__in=GATHERED).select_related("to"):
        message.due_at = max(message.shown_at, timezone.now())
        _choose_rhythm(message)
        message.save(update_fields=["due_at", "rhythm", "state"])
    wake_on_commit(SEND_OUTBOX)


def _choose_rhythm(message: Message) -> None:
    """Set topic, rhythm and what follows of them, as the recipient chose: for this cluster, else for all."""
    found = topic_of(message.template, message.params.get("audience", ""))
    if found is None:
        return
    message.topic = found[0]
    if message.to is None or found[1].why_at_once or message.link is not None or message.is_secret:
        return
    message.rhythm = rhythm_for(message.to, message.topic, message.about)
    if message.rhythm == Rhythm.NEVER:
        message.state = MessageState.KEPT
    elif message.rhythm in GATHERED:
        weekday = MONDAY if message.rhythm == Rhythm.WEEKLY else None
        message.due_at = next_local(message.due_at, DIGEST_AT, weekday=weekday)


def rhythm_for(user: User, topic: str, about: str = "") -> str:
    """Return how often an account wants mails of a topic about something; one query."""
    rows = NotificationPreference.objects.filter(user=user, topic=topic, about__in={"", about})
    chosen = dict(rows.values_list("about", "rhythm"))
    return chosen.get(about) or chosen.get("") or Rhythm.AT_ONCE


def _write(message: Message, *, wakes: bool) -> bool:
    """Write the row unless there is nobody to send it to or its key was used; tell whether it was written."""
    if (message.to is None) == (not message.to_address):
        raise ValueError("a mail has one recipient")
    if message.to is not None and not message.to.is_active:
        return False
    if message.key is not None and Message.objects.filter(key=message.key).exists():
        return False
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        if message.key is None or not Message.objects.filter(key=message.key).exists():
            raise
        return False
    if wakes:
        wake_on_commit(SEND_OUTBOX)
    return True


def cancel(event: Event) -> int:
    """Take back what an event tells and is not on its way yet; return how many rows (undo).

    What the event had replaced waits again. A row in a sender's hands is left to it: see `has_left`.
    """
    Message.objects.filter(replaced_by=event).update(state=MessageState.QUEUED, replaced_by=None)
    waiting = Message.objects.recallable().filter(event=event, state__in=[MessageState.QUEUED, MessageState.KEPT])
    return waiting.update(state=MessageState.CANCELLED)


def has_left(event: Event, *, held_until: datetime) -> bool:
    """Tell whether a mail of an event that was held back until then is sent or on its way; asked after `cancel`."""
    rows = Message.objects.filter(event=event, shown_at__gte=held_until)
    return rows.filter(state__in=[MessageState.SENT, MessageState.QUEUED]).exists()


def call_off(subject: models.Model) -> int:
    """Take back every mail about a subject that waits; return how many. One in a sender's hands is left to it."""
    rows = Message.objects.recallable().in_state(MessageState.QUEUED)
    return rows.filter(kind=kinds.of(subject).code, subject_id=subject.pk).update(state=MessageState.CANCELLED)


def supersede(subject: models.Model, templates: list[str], *, by: Event, to: User | None = None) -> int:
    """Let an event replace mails about a subject that still wait; return how many were replaced.

    A decision that is taken back before its mail left is not mailed any more. `to` keeps to one recipient.
    """
    rows = (
        Message.objects.recallable().in_state(MessageState.QUEUED).about_subject(subject).filter(template__in=templates)
    )
    rows = rows.filter(to=to) if to is not None else rows
    return rows.exclude(event=by).update(state=MessageState.SUPERSEDED, replaced_by=by)


def supersede_part(part: models.Model, templates: list[str], *, by: Event) -> int:
    """Do the same for mails that still wait and tell an event about `part`, such as somebody's request to join."""
    rows = Message.objects.recallable().in_state(MessageState.QUEUED).filter(template__in=templates)
    rows = rows.filter(event__kind=kinds.of(part).code, event__subject_id=part.pk).exclude(event=by)
    return rows.update(state=MessageState.SUPERSEDED, replaced_by=by)


def supersede_where(where: models.Q, *, by: Event) -> int:
    """Do the same for the mails about what the event's chain tells of that still wait and fit `where`."""
    rows = Message.objects.recallable().in_state(MessageState.QUEUED).filter(where, about=by.chain)
    found = list(rows.exclude(event=by).values_list("pk", flat=True))
    still = Message.objects.recallable().in_state(MessageState.QUEUED).filter(pk__in=found)
    return still.update(state=MessageState.SUPERSEDED, replaced_by=by) if found else 0
