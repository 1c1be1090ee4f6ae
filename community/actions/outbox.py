"""The sender: the only place that talks to a mail server."""

from __future__ import annotations

import logging
import math
import smtplib
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from community.choices import MessageState
from community.digests import freeze
from community.links import give_token
from community.mails import message_id, render
from community.models import Message
from community.notifications import FORGET_THE_ADDRESS, SEND_OUTBOX
from community.tasks_api import wake_on_commit

logger = logging.getLogger(__name__)

#: While a sender holds a row, no other one takes it; after this time it is taken for dead.
HELD = timedelta(minutes=5)
#: How long to wait after each failed try; then the mail is given up, visibly.
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
#: So many failures of the server itself in a row end the round.
SERVER_IS_DOWN_AFTER = 3
#: What was gathered is due so much later than its lead, which leads again.
AFTER_ITS_LEAD = timedelta(microseconds=1)
#: So the error begins where the server may have taken the mail: it never answered.
NO_ANSWER = "no answer: "


@dataclass
class Sent:
    """What one round of the sender did."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0
    cancelled: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


def send_outbox(*, at: datetime, limit: int = 500, seconds: float | None = None) -> Sent:
    """Send the mails that are due, oldest first, each on its own; return what came of them.

    Args:
        at: what is due by then.
        limit: at most so many.
        seconds: no mail is begun after so many; the next round goes on.

    Order of effects for each: take the row under a lease and mint its link's token
    (committed), render, send, note the result. A row whose recipient wants one mail
    a day or week takes those that are due with it along, and they share its fate.
    Two senders at once never take the same row. A mail that cannot be rendered or
    delivered stops no other; a server that is down ends the round.
    """
    counts, server_errors, tried, errors = Sent(), 0, set[int](), Counter[str]()
    until = math.inf if seconds is None else time.monotonic() + seconds
    connection = get_connection()
    try:
        while len(tried) < limit and server_errors < SERVER_IS_DOWN_AFTER and time.monotonic() < until:
            taken = _take_next(at, tried)
            if taken is None:
                break
            message, token, may_be_there = taken
            tried.add(message.pk)
            if message.state == MessageState.CANCELLED:
                counts.cancelled += 1
                continue
            error, is_answered = _send(message, token, connection)
            server_errors = server_errors + 1 if _is_of_server(error) else 0
            errors.update([type(error).__name__] if error is not None else [])
            _note(message, error, counts, may_be_there=may_be_there or not is_answered)
    finally:
        _close(connection)
        _log(counts, errors)
    return counts


def _log(counts: Sent, errors: Counter[str]) -> None:
    """Write one line about a round in which mails were not sent, however many; each mail's row has its own error."""
    if not errors:
        return
    kinds = ", ".join(f"{name} {count}" for name, count in sorted(errors.items()))
    words = "outbox: %d mails not sent (%s), %d of them given up; %d sent"
    logger.warning(words, errors.total(), kinds, counts.given_up, counts.sent)


@transaction.atomic
def try_again(*, messages: Iterable[int], at: datetime) -> int:
    """Let mails that were given up be tried anew from the first try on; return how many.

    Left out: what is about a secret that was emptied, and what its recipient's closed account would not get.
    """
    rows = Message.objects.select_for_update(of=("self",)).in_state(MessageState.FAILED)
    rows = rows.filter(pk__in=messages, is_secret=False, led_by=None).exclude(to__is_active=False)
    keys = list(rows.values_list("pk", flat=True))
    fresh = {"state": MessageState.QUEUED, "attempts": 0, "due_at": at, "last_error": ""}
    Message.objects.filter(pk__in=keys).update(**fresh)
    Message.objects.filter(led_by__in=keys).update(**fresh, led_by=None)  # gathered anew
    wake_on_commit(SEND_OUTBOX)
    return len(keys)


@transaction.atomic
def _take_next(at: datetime, tried: set[int]) -> tuple[Message, str | None, bool] | None:
    """Take the oldest due row that nobody holds, with a fresh token for its link; None when there is none.

    The last value tells whether an earlier try may have arrived: its words are not gathered anew.
    """
    rows = Message.objects.select_for_update(skip_locked=True, of=("self",)).due(at).exclude(pk__in=tried)
    message = rows.select_related("to__member", "link", "event__detail").first()
    if message is None:
        return None
    if message.to is not None and not message.to.is_active:
        message.state = MessageState.CANCELLED
        message.params = {} if message.is_secret else message.params
        message.frozen = None
        message.save(update_fields=["state", "params", "frozen"])
        message.led.update(state=MessageState.CANCELLED)
        return message, None, False
    may_be_there = message.attempts > 0 and (not message.last_error or message.last_error.startswith(NO_ANSWER))
    message.attempts += 1
    message.due_at, message.last_error = timezone.now() + HELD, ""
    message.save(update_fields=["attempts", "due_at", "last_error"])
    if not may_be_there:
        freeze(message, at)
    if message.state == MessageState.CANCELLED:
        return message, None, False
    token = give_token(message.link, at=timezone.now()) if message.link is not None else None
    return message, token, may_be_there


def _send(message: Message, token: str | None, connection: BaseEmailBackend) -> tuple[Exception | None, bool]:
    """Render and send one mail; return what went wrong, or None, and whether it is known what became of the mail.

    It is unknown where the connection broke after the mail was begun: the server may have taken it without a word.
    """
    is_begun = False
    try:
        mail = render(message, token=token)
        connection.open()
        is_begun = True
        if connection.send_messages([mail]) != 1:
            is_begun = False
            raise OSError("the mail server took no mail")
    except Exception as error:
        if _is_of_server(error):
            _close(connection)
        return error, not is_begun or isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
    return None, True


@transaction.atomic
def _note(message: Message, error: Exception | None, counts: Sent, *, may_be_there: bool) -> None:
    """Write what came of one row and of those that it leads, only while it is still ours.

    What was sent is noted whatever became of the row meanwhile: nobody reads that a mail was stopped which arrived.
    What was surely refused is gathered anew at the next try; what may have arrived keeps its words.
    """
    columns: dict[str, object]
    if error is None:
        counts.sent += 1
        columns = {
            "state": MessageState.SENT,
            "sent_at": timezone.now(),
            "message_id": message_id(message),
            "last_error": "",
        }
    elif _is_final(error) or message.attempts > len(RETRY_AFTER):
        counts.given_up += 1
        columns = {"state": MessageState.FAILED, "last_error": _words(error)}
    else:
        counts.failed += 1
        due_at, words = timezone.now() + RETRY_AFTER[message.attempts - 1], _words(error)
        columns = {"due_at": due_at, "last_error": (NO_ANSWER + words if may_be_there else words)[:500]}
    if message.is_secret and "state" in columns:
        columns["params"] = {}
        if message.template in FORGET_THE_ADDRESS:
            columns["to_address"] = ""
    ours = Message.objects.filter(pk=message.pk, attempts=message.attempts)
    if error is not None:
        ours = ours.in_state(MessageState.QUEUED)
    if "state" not in columns and may_be_there:
        ours.update(**columns)
    elif "state" not in columns:
        if ours.update(**columns, frozen=None):
            message.led.update(led_by=None, due_at=due_at + AFTER_ITS_LEAD)
    elif ours.update(**columns, frozen=None):
        message.led.update(**{name: value for name, value in columns.items() if name != "params"})


def _is_of_server(error: Exception | None) -> bool:
    """Tell whether the server is to blame and not this one mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        return False
    return isinstance(error, OSError)


def _is_final(error: Exception) -> bool:
    """Tell whether another try is useless: the server refused this recipient for good (5xx)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def _words(error: Exception) -> str:
    """Return the error for the administrator, without the recipient's address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = ", ".join(str(code) for code, _words in error.recipients.values())
        return f"{type(error).__name__}: {codes}"
    return f"{type(error).__name__}: {error}"[:500]


def _close(connection: BaseEmailBackend) -> None:
    """Close the connection; one that is broken already is let go."""
    try:
        connection.close()
    except Exception:
        logger.debug("closing the mail connection failed", exc_info=True)
