"""The outbox's entrance: the only place that writes mail rows.

A row names a template, a recipient and a subject; the words are made while sending
(`actions/outbox.py`), in the recipient's language. An app adds what its templates need
by `@provides("cluster")`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import models
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
        template: "clusters/approved" stands for `templates/emails/clusters/approved_subject.txt`, `.txt` and `.html`.
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
    if (to is None) == (not to_address):
        raise ValueError("a mail has one recipient")
    if to is not None and not to.is_active:
        return None
    columns = {
        "template": template,
        "to": to,
        "to_address": to_address,
        "kind": kinds.of(subject).code if subject is not None else "",
        "subject_id": subject.pk if subject is not None else None,
        "event": event,
        "link": link,
        "params": plain(params),
        "is_secret": is_secret,
        "due_at": hold_until or timezone.now(),
    }
    if key is None:
        message = Message.objects.create(**columns)
    else:
        message, is_new = Message.objects.get_or_create(key=key, defaults=columns)
        if not is_new:
            return None
    if hold_until is None:
        wake_on_commit(SEND_OUTBOX)
    return message


def cancel(event: Event) -> int:
    """Take back the mails of an event that are still waiting; return how many (undo)."""
    waiting = Message.objects.filter(event=event, state=MessageState.QUEUED)
    return waiting.update(state=MessageState.CANCELLED)
