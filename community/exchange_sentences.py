"""The history of a peer exchange in sentences. By role only: no name of a person stands in it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.models import Event, PeerExchange
from community.sentences import Change, Entry, Words

#: Verb -> the sentence, and its icon.
SENTENCES: dict[str, tuple[Words, str]] = {
    "open_exchange": (gettext_lazy("It was opened."), "plus"),
    "change_exchange": (gettext_lazy("Its words were changed."), "edit"),
    "wish_exchange": (gettext_lazy("A member said “I would like to”."), "people"),
    "take_back_wish": (gettext_lazy("A member took “I would like to” back."), "undo"),
    "agree_exchange": (gettext_lazy("It was agreed."), "check"),
    "finish_exchange": (gettext_lazy("It took place."), "check"),
    "correct_exchange": (gettext_lazy("What came of it was corrected."), "edit"),
    "call_off_exchange": (gettext_lazy("One side called it off."), "cross"),
    "withdraw_exchange": (gettext_lazy("It was withdrawn."), "cross"),
    "reopen_exchange": (gettext_lazy("It was opened again."), "edit"),
    "lapse_exchange": (gettext_lazy("It ended: who opened it left the community."), "cross"),
    "free_exchange": (gettext_lazy("The other side left the community, so it is open again."), "undo"),
    "leave_exchange": (gettext_lazy("One side left the community; it is left to the other."), "people"),
}


def exchange_history(exchange: PeerExchange, *, most: int = 50) -> list[Entry]:
    """Return what happened to an exchange, newest first, for its two sides and administrators; one query."""
    events = Event.objects.about(exchange).for_sentences()[:most]
    return [_entry(event) for event in events if event.verb in SENTENCES]


def _entry(event: Event) -> Entry:
    words, icon = SENTENCES[event.verb]
    detail = getattr(event, "detail", None)
    body: dict[str, Any] = (detail.body if detail is not None else None) or {}
    return Entry(str(words), event.at, icon, str(body.get("reason", "")), _corrections(body))


def _corrections(body: dict[str, Any]) -> list[Change]:
    """Return what came of it before and after a correction; nothing once the detail was emptied."""
    pair = (body.get("changes") or {}).get("what_came_of_it")
    return [Change(str(_("What came of it")), str(pair[0]), str(pair[1]))] if pair else []
