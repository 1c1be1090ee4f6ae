"""Codes that stand in a person's rows, in words: for the page that shows them. The export keeps the codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from community import contributions, exchange_sentences, kinds
from community.contributions import Words
from community.models import Event, Message, NotificationPreference, SignedLink
from community.notifications import topic_of
from community.tasks_api import title_of
from community.verb_words import in_words

_INVITATION: Final = _("Invitation to the registry")


def event_in_words(event: Event) -> Words:
    """Return what happened, as the app of the event says it; else as the community's own table does."""
    said = (words(event) for words in contributions.event_words)
    return next((words for words in said if words), in_words(event.verb))


def of_exchanges(event: Event) -> Words:
    """Return what happened to a peer exchange; "" for other events."""
    return exchange_sentences.SENTENCES.get(event.verb, ("", ""))[0]


def kind_in_words(code: str) -> Words:
    """Return what a kind of subject is called; "" for none, and for one that is no more."""
    return next((kind.label for kind in kinds.every() if kind.code == code), "")


def _kind(row: Any) -> Words:
    return kind_in_words(row.kind)


def _about(row: Message | NotificationPreference) -> Words:
    return kind_in_words(row.about.partition(":")[0])


def _topic(row: Message) -> Words:
    known = topic_of(row.template, str(row.params.get("audience", "")))
    return known[1].label if known is not None else ""


def _topic_chosen(row: NotificationPreference) -> Words:
    known = contributions.mail_topics
    return known.get(row.topic).label if row.topic in known.codes() else ""


def _purpose(row: SignedLink) -> Words:
    return _INVITATION if row.purpose == "invite" else kind_in_words(row.kind)


def _unsaid(row: Any) -> Words:
    """Say nothing: the number or code means something to the registry alone."""
    return ""


COLUMNS: Final[dict[str, Callable[[Any], Words]]] = {
    "community.Event.verb": event_in_words,
    "community.Event.kind": _kind,
    **{f"community.Event.{name}": _unsaid for name in ("role", "chain", "number", "subject")},
    "community.Message.template": _topic,
    "community.Message.about": _about,
    "community.Job.task": lambda row: title_of(row.task),
    "community.SignedLink.purpose": _purpose,
    "community.Subscription.kind": _kind,
    "community.Subscription.subject_id": _unsaid,
    "community.NotificationPreference.topic": _topic_chosen,
    "community.NotificationPreference.about": _about,
    "community.Comment.comment_id": _unsaid,
}
