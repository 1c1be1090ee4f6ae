"""Silence: who is reminded of what on which day, as a pure function of plain facts (DESIGN section 2, "Silence").

Nothing here asks the database or the clock. `clusters.notifications.silences` gathers the facts,
`clusters.actions.reminders` sends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

#: Every key of a reminder begins so.
KEY = "reminder"
#: The rules of a returned proposal: it waits for its people or, where none of them is left, for who may adopt it.
RESTS = ("idle", "orphaned")
#: The last reminder of a returned proposal, and how long after it the clock withdraws the proposal.
LAST_IDLE_STEP = 83
TOLD_DAYS_BEFORE = 7


@dataclass(frozen=True)
class Step:
    """A reminder so many days after the anchor (before it: negative), to one audience, again every so many days."""

    day: int
    to: str
    every: int = 0

    def newest(self, age: int) -> int | None:
        """Return the newest day of this step that has come when the anchor is `age` days ago; None when none has."""
        if age < self.day:
            return None
        return self.day + ((age - self.day) // self.every * self.every if self.every else 0)

    def following(self, age: int) -> int | None:
        """Return the next day of this step after that age; None when there is none."""
        if age < self.day:
            return self.day
        return self.day + ((age - self.day) // self.every + 1) * self.every if self.every else None


def _dated(*first: Step) -> tuple[Step, ...]:
    """Return the steps of a day that was promised: before it, on it, late and then weekly to the lead, escalated."""
    return (
        *first,
        Step(-14, "lead"),
        Step(-3, "lead"),
        Step(0, "lead"),
        Step(7, "lead", every=7),
        Step(14, "coordinators"),
    )


def _asked(who: str, *more: Step) -> tuple[Step, ...]:
    return (Step(3, who), Step(7, who), *more)


def _to_decide() -> tuple[Step, ...]:
    """Return the steps of a decision; "coordinators" are the stand-ins where nobody of the group may decide."""
    return (Step(7, "coordinators"), Step(14, "coordinators"), Step(14, "mission"))


#: What is waited for, and when who is reminded of it. The anchor is the day of the question, or the day that was set.
RULES: dict[str, tuple[Step, ...]] = {
    "undecided": _to_decide(),
    "lead_asked": _asked("asked"),
    "idle": tuple(Step(day, to) for day in (14, 30, LAST_IDLE_STEP) for to in ("proposer", "lead")),
    "orphaned": tuple(Step(day, "coordinators") for day in (14, 30, LAST_IDLE_STEP)),
    "start": (Step(0, "lead"), Step(7, "lead", every=7), Step(14, "coordinators")),
    "end": _dated(),
    # The anchor is the day on which the registry noticed it.
    "lead_ended": (
        Step(0, "lead"),
        Step(7, "lead", every=7),
        Step(0, "coordinators"),
        Step(14, "coordinators", every=14),
    ),
    "stage": _dated(Step(-14, "responsible"), Step(-3, "responsible"), Step(0, "responsible")),
    "condition": _dated(),
    "condition_met": _to_decide(),
    "invitation": _asked("asked"),
    "address": _asked("address"),
    "confirmation": _asked("address"),
    "request": _asked("lead", Step(14, "lead", every=7), Step(14, "coordinators")),
    "suggestion": (Step(7, "lead"), Step(14, "lead")),
    "new_lead": _asked("asked"),
    "amendment": _to_decide(),
    "merge": (Step(7, "coordinators"), Step(14, "coordinators")),
    # The question itself is mailed on the day.
    "follow_up": (Step(7, "asked"), Step(14, "asked"), Step(14, "coordinators")),
    # Who was called is invited by the call itself, who came later when they came.
    "meeting": (Step(-3, "room"), Step(0, "room")),
    "report": (Step(14, "coordinators"), Step(30, "coordinators", every=30)),
    # The anchor is the last day for comments, or the day on which it was opened.
    "statement": _to_decide(),
    # The anchor is the last day for comments.
    "statement_comments": (Step(-3, "coordinators"), Step(1, "writers")),
    # The anchor is the day of the first wish.
    "exchange_wish": _asked("side", Step(14, "side")),
    # The anchor is the last day of the exchange.
    "exchange_done": (Step(1, "side"), Step(7, "side"), Step(30, "side")),
    # The anchor is so long after the agreement, as no day was named.
    "exchange_undated": (Step(1, "side"), Step(7, "side"), Step(30, "side")),
}


class Why(TextChoices):
    """Why somebody is not reminded."""

    SENT = "sent", _("was reminded already")
    NOT_YET = "not_yet", _("not yet due")
    PAUSED = "paused", _("the cluster is paused")
    NO_ACCOUNT = "no_account", _("has no account")
    CLOSED = "closed", _("the account is closed")
    LEFT = "left", _("left the community")
    ABSENT = "absent", _("is absent")
    OTHER_PART = "other_part", _("is reminded in another part")
    NO_ANSWER = "no_answer", _("cannot be answered here yet")
    COMMENTS = "comments", _("comments are still asked for")
    SCHEDULED = "scheduled", _("the decision is prepared and announced by itself")


@dataclass(frozen=True)
class Person:
    """Somebody who may be reminded; without `user_id` there is no account. `absent_until` is the last day away.

    `has_address`: asked by a mail with a link to an address, whoever it belongs to; the reminder goes the same way.
    `has_left`: no longer there, and so can't do what is waited for.
    """

    user_id: int | None
    name: str
    is_active: bool = True
    absent_until: date | None = None
    has_address: bool = False
    has_left: bool = False


@dataclass(frozen=True)
class Silence:
    """One thing that waits. `key` names it ("stage:12"), `anchor` is the day that steps count from.

    Steps before `since` are not made up for: nobody waited then. `people` are those of each audience. Until the end
    of `comments_until`, and of the day `announced_on` on which the clock announces a decision, nobody is reminded;
    what fell due meanwhile is made up for on the day after. What is no part of a cluster has a `kind` of its own
    (`part_id` is its key), with the `title` and `url` that the plan shows.
    """

    rule: str
    key: str
    anchor: date
    people: Mapping[str, tuple[Person, ...]]
    cluster_id: int = 0
    group_id: int | None = None
    since: date = date.min
    is_paused: bool = False
    is_answerable: bool = True
    comments_until: date | None = None
    announced_on: date | None = None
    part: str = ""
    part_id: int = 0
    kind: str = ""
    title: str = ""
    url: str = ""


@dataclass(frozen=True)
class Decision:
    """Whether one person is reminded of one thing on one day: *send* with its step, or *skip* with the reason."""

    silence: Silence = field(repr=False)
    person: Person
    audience: str
    step: int | None = None
    why: Why | None = None
    next_on: date | None = None

    @property
    def sends(self) -> bool:
        """Whether it is sent."""
        return self.why is None

    @property
    def key(self) -> str:
        """What makes a second one of the same step impossible."""
        return key_of(self.silence.rule, self.silence.key, self.silence.anchor, self.step, self.person.user_id)


def key_of(rule: str, subject: str, anchor: date, step: object, person: object) -> str:
    """Return the key of a reminder: "reminder:end:cluster:7:2026-05-12:14:3"."""
    return f"{KEY}:{rule}:{subject}:{anchor.isoformat()}:{step}:{person}"


def decide(silence: Silence, on: date, sent: Collection[str]) -> list[Decision]:
    """Return what is decided on the day `on` for everybody whom the silence concerns, in the order of the rule.

    Of each audience's steps the newest counts, so that a machine that slept sends one and not three. A person of
    several audiences is reminded once, of the newest step among them. `sent` are the keys of reminders written before.
    """
    found = [
        _judge(silence, audience, person, on)
        for audience in dict.fromkeys(step.to for step in RULES[silence.rule])
        for person in silence.people.get(audience, ())
    ]
    best: dict[int | None, Decision] = {}
    for decision in found:
        known = best.get(decision.person.user_id)
        if decision.sends and (known is None or (known.step or 0) < (decision.step or 0)):
            best[decision.person.user_id] = decision
    return [_patient(_settled(decision, best, sent), on) for decision in found]


def _judge(silence: Silence, audience: str, person: Person, on: date) -> Decision:
    """Judge one person in one audience, as if nothing had been sent before."""
    age = (on - silence.anchor).days
    steps = [step for step in RULES[silence.rule] if step.to == audience]
    first = (silence.since - silence.anchor).days
    come = [day for step in steps if (day := step.newest(age)) is not None and day >= first]
    coming = [day for step in steps if (day := step.following(age)) is not None]
    next_on = _later(silence.anchor, min(coming)) if coming else None
    why = _hindrance(silence, person, on)
    if not come:
        return Decision(silence, person, audience, None, why or Why.NOT_YET, next_on)
    return Decision(silence, person, audience, max(come), why, next_on)


def _later(day: date, days: int) -> date | None:
    """Return the day so many days later; None beyond the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _hindrance(silence: Silence, person: Person, on: date) -> Why | None:
    """Return what stands in the way of reminding this person at all."""
    if silence.is_paused:
        return Why.PAUSED
    if not silence.is_answerable:
        return Why.NO_ANSWER
    if person.user_id is None and not person.has_address:
        return Why.NO_ACCOUNT
    if not person.is_active:
        return Why.CLOSED
    if person.has_left:
        return Why.LEFT
    if person.absent_until is not None and person.absent_until >= on:
        return Why.ABSENT
    return None


def _settled(decision: Decision, best: Mapping[int | None, Decision], sent: Collection[str]) -> Decision:
    """Return the decision with what was sent before, and with the person's other parts, in mind."""
    if not decision.sends:
        return decision
    why = Why.SENT if decision.key in sent else None
    if best[decision.person.user_id] is not decision:
        why = Why.OTHER_PART
    return Decision(decision.silence, decision.person, decision.audience, decision.step, why, decision.next_on)


def _patient(decision: Decision, on: date) -> Decision:
    """Skip what would be sent while comments are asked for, or while a decision waits for its moment."""
    silence = decision.silence
    for why, last in ((Why.COMMENTS, silence.comments_until), (Why.SCHEDULED, silence.announced_on)):
        if decision.sends and last is not None and last >= on:
            return replace(decision, why=why, next_on=_later(last, 1))
    return decision


def plan(silences: Iterable[Silence], on: date, sent: Collection[str]) -> Iterator[Decision]:
    """Yield the decisions about everything that waits."""
    for silence in silences:
        yield from decide(silence, on, sent)


def keys_of(silences: Iterable[Silence], on: date) -> list[str]:
    """Return the keys that a plan would use, to ask which of them were written."""
    return [decision.key for decision in plan(silences, on, ()) if decision.step is not None]
