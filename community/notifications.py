"""The outbox's entrance: the only place that writes mail rows.

A row names a template, a recipient and a subject; the words are made while sending
(`actions/outbox.py`), in the recipient's language. An app adds what its templates need
by `@provides("cluster")`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from community import kinds
from community.chain import plain
from community.choices import MessageState
from community.models import Event, Message, SignedLink, User
from community.tasks_api import wake_on_commit

SEND_OUTBOX = "community.tasks.send_outbox"

ContextOf = Callable[[Any, Message], Mapping[str, Any]]
_contexts: dict[str, ContextOf] = {}


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
    The commit wakes the sender, unless the mail is held back.

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
    if subject is not None:
        message.kind, message.subject_id = kinds.of(subject).code, subject.pk
    message.params, message.is_secret = plain(params), is_secret
    message.due_at = hold_until or timezone.now()
    return message if _write(message, wakes=hold_until is None) else None


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
    """Take back the mails of an event that are still waiting; return how many (undo)."""
    waiting = Message.objects.filter(event=event, state=MessageState.QUEUED)
    return waiting.update(state=MessageState.CANCELLED)
