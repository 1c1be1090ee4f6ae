"""The shape of a life cycle: verbs as rows of one table, and the judgement over an attempt.

An app writes its table with `Verb` in its own `lifecycle.py` and registers it; page, action,
admin, command, tests and the help page read the same rows (house rule 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community import kinds
from community.models import User
from community.permissions import ALLOWED, Verdict, refused, together

Found = TypeVar("Found")
Words = str | Promise

#: Said when the row vanished between page and press.
GONE = _("This is not there any more. Somebody discarded it.")

STALE = _("The proposal was changed while you were reading. Read what is new, then decide.")

#: Codes of what the person can put right; anything else is said alone.
MENDABLE = frozenset({"requirement", "form", "reason"})


class Reason(Enum):
    """Whether a verb asks why."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True)
class Entered:
    """Something that was done elsewhere and is entered afterwards: by whom, and what its event notes besides.

    The rules are judged for the person who did it; the event is by whoever enters it and names that person as a
    fact, so that nobody's name stands on a press that they did not make. `is_waiting`: the next step is still to be
    done here, so nobody's answer is taken for given and those who are to act are told.
    """

    by: User
    is_waiting: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)

    def signed(self, person: User | None, role: str, on: date) -> dict[str, Any]:
        """Return who and what the event stands for: arguments of `events.record`, with the facts in `data`."""
        member = person.member if person is not None else None
        facts = {"entered_for": member.pk if member else None, "entered_as": role, "entered_on": on.isoformat()}
        return {"by": self.by, "role": "administrator", "at": timezone.now(), "data": {**facts, **self.data}}


@dataclass
class Attempt:
    """One try of a verb: who wants what, when, with which words.

    `details` holds what the verb's form asks beyond the reason; `is_asking` is true while a page only asks
    whether a button may be pressed, so requirements about the form's content hold back.
    """

    subject: Any
    verb: Verb
    by: User | None
    at: datetime
    capacities: frozenset[str] = frozenset()
    reason: str = ""
    seen: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    is_asking: bool = False
    entered: Entered | None = None
    source: str = ""
    changed: set[str] = field(default_factory=set)
    facts: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)
    event: Any = None
    looked_up: dict[str, Any] = field(default_factory=dict)

    @property
    def on(self) -> date:
        """The day of the attempt in the site's zone."""
        return timezone.localdate(self.at)

    @property
    def actor(self) -> User | None:
        """Who presses: the person who acts, or who enters what that person did elsewhere."""
        return self.entered.by if self.entered else self.by

    def once(self, name: str, look_up: Callable[[], Found]) -> Found:
        """Return what `look_up` finds, asked once for all attempts that share `looked_up`.

        A page that asks about every button shares it; an attempt that writes has one of its own.
        """
        if name not in self.looked_up:
            self.looked_up[name] = look_up()
        found: Found = self.looked_up[name]
        return found

    def set(self, **values: Any) -> None:
        """Set columns of the subject; the transition saves exactly these."""
        for name, value in values.items():
            setattr(self.subject, name, value)
            self.changed.add(name)


Requirement = Callable[[Attempt], Verdict]


@dataclass(frozen=True)
class Verb:
    """A row of the life-cycle table.

    `who` are capacities in the order in which one is recorded; `who_from` adds some from single states;
    `tells` and `effects` are codes that the app's notifications and actions resolve; `also` is the
    sentence of the help page; `has_page` is false while the verb's page belongs to later work; `is_offered`
    is false for one that stands only beside the message of what was just done.
    """

    code: str
    label: Words
    sources: tuple[str, ...]
    target: str | Callable[[Any], str] | None
    who: tuple[str, ...]
    done: Words = ""
    heading: Words = ""
    who_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    four_eyes: bool = False
    requires: tuple[Requirement, ...] = ()
    required: Words = ""
    reason: Reason = Reason.NONE
    tells: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    also: Words = ""
    style: str = "second"
    undoable: bool = False
    checks_seen: bool = False
    is_recorded: bool = True
    has_page: bool = True
    is_offered: bool = True

    @property
    def slug(self) -> str:
        """The verb in an address."""
        return self.code.replace("_", "-")

    def who_in(self, state: str) -> tuple[str, ...]:
        """Return the capacities that may do this from `state`."""
        return self.who + self.who_from.get(state, ())

    def target_of(self, subject: Any) -> str | None:
        """Return the state that follows, or None when the state stays."""
        return self.target(subject) if callable(self.target) else self.target


@dataclass(frozen=True)
class Offer:
    """A verb that a person is shown, and whether it may be pressed now."""

    verb: Verb
    verdict: Verdict


class Lifecycle:
    """The table of one kind, with the questions that it is asked."""

    def __init__(
        self,
        kind: str,
        verbs: tuple[Verb, ...],
        *,
        capacities: Callable[[User | None, Any, date], frozenset[str]],
        four_eyes: Callable[[Attempt], Verdict],
        wrong_state: Callable[[Attempt], Verdict],
        content_hash: Callable[[Any], str],
        label_of: Callable[[str], Words] = str,
        state_field: str = "state",
        stale: Words = STALE,
    ) -> None:
        """Keep the rows in order; `capacities` says as what a user acts on a subject, `label_of` how that is called.

        `state_field` is the column that holds the state, for a model whose `state` only reads it; `stale` is said
        where the subject is not what was shown.
        """
        self.kind = kind
        self.verbs = {verb.code: verb for verb in verbs}
        self.capacities = capacities
        self.four_eyes = four_eyes
        self.wrong_state = wrong_state
        self.content_hash = content_hash
        self.label_of = label_of
        self.state_field = state_field
        self.stale = stale

    def __iter__(self) -> Iterator[Verb]:
        """Yield the rows in the order of the table."""
        yield from self.verbs.values()

    def verb(self, code: str) -> Verb:
        """Return the row of that verb.

        Raises:
            KeyError: the table has no such verb.
        """
        return self.verbs[code]

    def attempt(self, subject: Any, code: str, *, by: User | None, at: datetime, **more: Any) -> Attempt:
        """Return an attempt with the capacities that `by` holds on the day."""
        held = self.capacities(by, subject, timezone.localdate(at))
        return Attempt(subject, self.verb(code), by, at, capacities=held, source=subject.state, **more)

    def judge(self, attempt: Attempt) -> Verdict:
        """Return whether the attempt may go on: state, who, four eyes, requirements, reason, in this order.

        What is missing is said all at once; a page that only asks leaves out what the verb's own form asks for, as
        long as nothing else is missing.
        """
        verb = attempt.verb
        if not attempt.capacities.intersection(verb.who_in(attempt.source) or ()):
            if attempt.source not in verb.sources and attempt.capacities.intersection(verb.who):
                return self.wrong_state(attempt)
            return refused(self._who_sentence(attempt), "forbidden")
        if attempt.source not in verb.sources:
            return self.wrong_state(attempt)
        if verb.four_eyes and not (verdict := self.four_eyes(attempt)):
            return verdict
        if attempt.seen is not None and verb.checks_seen and attempt.seen != self.content_hash(attempt.subject):
            return refused(self.stale, "stale")
        missing = [verdict for requirement in verb.requires if not (verdict := requirement(attempt))]
        if verb.reason is Reason.REQUIRED and not attempt.is_asking and not attempt.reason.strip():
            missing.append(refused(_("Say why: those who are told read it word for word."), "reason"))
        for verdict in missing:
            if verdict.code not in MENDABLE:
                return verdict
        if all(verdict.code == "form" for verdict in missing) and attempt.is_asking:
            return ALLOWED
        return together(missing) if missing else ALLOWED

    def offers(
        self, subject: Any, *, by: User | None, at: datetime, looked_up: dict[str, Any] | None = None
    ) -> list[Offer]:
        """Return the verbs whose button `by` sees on `subject`, in the order of the table.

        `looked_up` is what the page knows already of what the requirements ask `once`.
        """
        held = self.capacities(by, subject, timezone.localdate(at))
        found = []
        shared = {} if looked_up is None else looked_up
        for verb in self.verbs.values():
            if not (verb.has_page and verb.is_offered) or subject.state not in verb.sources:
                continue
            if not held.intersection(verb.who_in(subject.state)):
                continue
            attempt = Attempt(
                subject, verb, by, at, capacities=held, source=subject.state, is_asking=True, looked_up=shared
            )
            verdict = self.judge(attempt)
            if verdict.code != "done":  # what was done is shown as done, not as a button that can't be pressed
                found.append(Offer(verb, verdict))
        return found

    def _who_sentence(self, attempt: Attempt) -> Words:
        """Return who may do this, for those who may not."""
        return _("Only these may do this here: %(who)s.") % {
            "who": ", ".join(self.capacity_labels(attempt.verb.who_in(attempt.source)))
        }

    def capacity_labels(self, codes: tuple[str, ...]) -> list[str]:
        """Return the words for capacities."""
        return [str(self.label_of(code)) for code in codes]


_lifecycles: dict[str, Lifecycle] = {}


def register(lifecycle: Lifecycle) -> Lifecycle:
    """Add the table of a kind.

    Raises:
        ValueError: the kind has another table already.
    """
    if _lifecycles.setdefault(lifecycle.kind, lifecycle) is not lifecycle:
        raise ValueError(f"kind {lifecycle.kind!r} has a life cycle already")
    return lifecycle


def of(subject: Model) -> Lifecycle:
    """Return the life cycle of a subject's kind.

    Raises:
        KeyError: the kind has none.
    """
    return _lifecycles[kinds.of(subject).code]
