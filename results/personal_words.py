"""What somebody did to policy statements, in words to them: for the page of their own data."""

from __future__ import annotations

from clusters.personal_words import said_to_doer
from community.contributions import Words
from community.models import Event
from results.policy_sentences import SENTENCES


def event_in_words(event: Event) -> Words:
    """Return the sentence that the statement's history has for an event; "" for other events."""
    told = SENTENCES.get(event.verb)
    return said_to_doer(told[0], event) if told is not None else ""
