"""What somebody did in clusters, in words to them, and codes of their rows: for the page of their own data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext as _

from clusters.choices import Capacity, PreparedVerb
from clusters.contributions import told_of
from clusters.lifecycle import CLUSTER
from clusters.models import Decision, PreparedDecision
from clusters.sentences import SENTENCES
from community.contributions import Words
from community.models import Event


def event_in_words(event: Event) -> Words:
    """Return the sentence that the history has for an event, said to who did it; "" where it has none."""
    told = SENTENCES.get(event.verb) or told_of(event.verb)
    return said_to_doer(told[0], event) if told is not None else ""


def said_to_doer(words: Words, event: Event) -> str:
    """Return a sentence of a history, said to who did it."""
    detail = getattr(event, "detail", None)
    title = str(((detail.body if detail else None) or {}).get("title", ""))
    known = {**event.data, "who": _("You"), "title": title}
    return (str(words) % defaultdict(str, known)).strip().removesuffix(":")


def _verb(row: Decision) -> Words:
    return next((verb.label for verb in CLUSTER if verb.code == row.verb), "")


def _decision(row: PreparedDecision) -> Words:
    return PreparedVerb(row.verb).label


def _unsaid(row: Any) -> Words:
    return ""


COLUMNS: Final[dict[str, Callable[[Any], Words]]] = {
    "clusters.Decision.verb": _verb,
    "clusters.Decision.capacity": lambda row: Capacity(row.capacity).label,
    "clusters.Decision.checklist": _unsaid,
    "clusters.PreparedDecision.decision": _decision,
}
