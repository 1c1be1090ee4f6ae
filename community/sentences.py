"""The history of a solution in sentences. By role only: no name of a person stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.choices import SolutionCapacity
from community.models import Event, Solution

Words = str | Promise

#: Verb -> the sentence, and its icon. `who` begins it.
SENTENCES: dict[str, tuple[Words, str]] = {
    "add_solution": (gettext_lazy("%(who)s entered it."), "plus"),
    "change_solution": (gettext_lazy("%(who)s changed its words."), "edit"),
    "submit_solution": (gettext_lazy("%(who)s asked for publication."), "mail"),
    "publish_solution": (gettext_lazy("%(who)s published it."), "check"),
    "return_solution": (gettext_lazy("%(who)s returned it for changes."), "undo"),
    "recall_solution": (gettext_lazy("%(who)s recalled it."), "undo"),
    "retire_solution": (gettext_lazy("%(who)s retired it."), "cross"),
    "take_back_solution": (gettext_lazy("%(who)s took it out of the catalogue."), "cross"),
    "reopen_solution": (gettext_lazy("%(who)s put it back into the catalogue."), "edit"),
    "add_file": (gettext_lazy("%(who)s added the file “%(title)s”."), "plus"),
    "remove_file": (gettext_lazy("%(who)s removed the file “%(title)s”."), "cross"),
    "write_to_contact": (gettext_lazy("A member wrote to the contact."), "mail"),
    "ask_contact": (gettext_lazy("Somebody from outside wrote to the contact."), "mail"),
}
_WHO: dict[str, Words] = {
    SolutionCapacity.PARTNER: gettext_lazy("A partner of its project"),
    SolutionCapacity.COORDINATOR: gettext_lazy("A coordinator"),
    SolutionCapacity.ADMINISTRATOR: gettext_lazy("An administrator"),
}
_LABELS: dict[str, Words] = {"languages": gettext_lazy("languages"), "links": gettext_lazy("links")}


@dataclass(frozen=True)
class Change:
    """A value before and after."""

    label: str
    was: str
    now: str


@dataclass(frozen=True)
class Entry:
    """One sentence, as `components/history.html` draws it."""

    sentence: str
    at: datetime
    icon: str
    reason: str = ""
    changes: list[Change] = field(default_factory=list)


def solution_history(solution: Solution, *, most: int = 50) -> list[Entry]:
    """Return what happened to a solution, newest first; one query."""
    events = Event.objects.about(solution).for_sentences()[:most]
    return [_entry(event) for event in events if event.verb in SENTENCES]


def _entry(event: Event) -> Entry:
    words, icon = SENTENCES[event.verb]
    detail = getattr(event, "detail", None)
    body: dict[str, Any] = (detail.body if detail is not None else None) or {}
    who = _WHO.get(event.role) or (_("The registry") if event.by is None else _WHO[SolutionCapacity.ADMINISTRATOR])
    sentence = words % {"who": who, "title": body.get("title", "")}
    return Entry(str(sentence), event.at, icon, str(body.get("reason", "")), list(_changes(body)))


def _changes(body: dict[str, Any]) -> Iterator[Change]:
    """Yield old and new values by the label of their field; whose contact it is stays unsaid."""
    changes = body.get("changes")
    for name, pair in changes.items() if isinstance(changes, dict) else ():
        if name == "contact" or not isinstance(pair, list) or len(pair) != 2:
            continue
        try:
            label = _LABELS.get(name) or Solution._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        except FieldDoesNotExist:
            continue
        yield Change(str(label), _said(pair[0]), _said(pair[1]))


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in value)
    return "" if value is None else str(value)
