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
from community.models import Event, Solution, Term

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


@dataclass
class Since:
    """What of a solution's public words differs from an older version; `named` are fields whose values stay unsaid.

    `files` counts the times that files were added or removed.
    """

    changes: list[Change] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    files: int = 0


#: What raises the version of a solution that was published once.
_RAISING = ("change_solution", "add_file", "remove_file")
_TERMS = ("type", "maturity", "challenges")


def changed_since(solution: Solution, version: int, *, most: int = 200) -> Since:
    """Return how what readers are shown differs from a version that they were shown; two queries.

    What was said in between is not told, nor whose contact it is. Where a coordinator took the solution out of the
    catalogue since then, something should not have stood there: only the fields are named. An entry by an
    administrator names no version, so the versions are counted back from the present one.
    """
    found, is_quiet, at = Since(), False, solution.published_version
    spans: dict[str, tuple[Any, Any]] = {}
    for event in Event.objects.about(solution).select_related("detail")[:most]:
        is_quiet = is_quiet or event.verb == "take_back_solution"
        if event.verb not in _RAISING:
            continue
        at = event.data.get("version", at)
        if at <= version:
            break
        at -= 1
        found.files += event.verb != "change_solution"
        for name, was, now in _pairs(event):
            spans[name] = (was, spans[name][1] if name in spans else now)
    _tell(found, {name: pair for name, pair in spans.items() if pair[0] != pair[1]}, is_quiet=is_quiet)
    return found


def _pairs(event: Event) -> Iterator[tuple[str, Any, Any]]:
    """Yield the public fields that an event changed, with what they were and became."""
    detail = getattr(event, "detail", None)
    changes = (detail.body or {}).get("changes") if detail is not None and event.verb == "change_solution" else None
    for name, pair in changes.items() if isinstance(changes, dict) else ():
        if name != "contact" and isinstance(pair, list) and len(pair) == 2:
            yield name, *pair


def _tell(found: Since, spans: dict[str, tuple[Any, Any]], *, is_quiet: bool) -> None:
    """Word the fields that differ, terms by their labels; where values are keys, or stay unsaid, name the field."""
    codes = {str(code) for name in _TERMS for value in spans.get(name, ()) for code in _several(value)}
    labels = {row.code: str(row.label) for row in Term.objects.filter(code__in=codes)} if codes else {}
    for name, pair in spans.items():
        label = _label_of(name)
        if label is None:
            continue
        if is_quiet or any(isinstance(one, int) for value in pair for one in _several(value)):
            found.named.append(label)
            continue
        words = [_said([labels.get(str(one), one) for one in _several(value)]) for value in pair]
        found.changes.append(Change(label, *(words if name in _TERMS else map(_said, pair))))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _label_of(name: str) -> str | None:
    try:
        label = _LABELS.get(name) or Solution._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return None
    return str(label)


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
        if (label := _label_of(name)) is not None:
            yield Change(label, _said(pair[0]), _said(pair[1]))


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in value)
    return "" if value is None else str(value)
