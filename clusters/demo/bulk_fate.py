"""What becomes of a cluster made in bulk: its state today and the days on which things happened."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from clusters.choices import State

#: (weight, fate): what happens to a proposal, whatever the day.
_FATES = (
    (74, "goes on"),
    (6, State.DECLINED),
    (5, State.WITHDRAWN),
    (5, State.DISCONTINUED),
    (4, State.PAUSED),
    (4, State.RETURNED),
    (2, State.MERGED),
)
_ONE_DAY_PERCENT, _DRAFT_PERCENT = 8, 5
#: Returned longer ago than this, the clock would have withdrawn it.
_IDLE_DAYS = 80
#: The hour at which each verb is done; the others at four.
_HOURS = {"start": 9, "submit": 10, "approve": 13}
_LATE_DAYS = (0, 0, 0, 3, 7, 14, 30)


@dataclass
class Fate:
    """State and days; `moves` are (verb, day) in order, `done_until` the last day with news of the roadmap."""

    state: State
    submitted: date
    decided: date
    starts: date
    ends: date
    ended: date | None = None
    moves: list[tuple[str, date]] = field(default_factory=list)

    @property
    def has_started(self) -> bool:
        """Whether the roadmap was frozen."""
        return any(verb == "start" for verb, _day in self.moves)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment of that day in the site's zone."""
    return datetime.combine(day, time(hour, minute), tzinfo=timezone.get_current_timezone())


def moment_of(verb: str, day: date) -> datetime:
    """Return the moment of a verb, the same in its event and in the columns that it writes."""
    return at(day, _HOURS.get(verb, 16))


def draw(rng: random.Random, submitted: date, today: date, *, may_merge: bool) -> Fate:
    """Throw the dice for a proposal of the day `submitted`."""
    decided = submitted + timedelta(days=rng.randint(4, 20))
    starts = decided + timedelta(days=rng.randint(3, 25))
    days = 0 if rng.randrange(100) < _ONE_DAY_PERCENT else rng.randint(60, 380)
    fate = Fate(State.SUBMITTED, submitted, decided, starts, starts + timedelta(days=days))
    if rng.randrange(100) < _DRAFT_PERCENT:
        fate.state = State.DRAFT
        return fate
    fate.moves.append(("submit", submitted))
    kind = rng.choices([name for _weight, name in _FATES], [weight for weight, _name in _FATES])[0]
    if decided > today:
        return fate
    refused = {State.DECLINED: "decline", State.WITHDRAWN: "withdraw", State.RETURNED: "return", State.MERGED: "merge"}
    if isinstance(kind, State) and kind in refused and (may_merge or kind is not State.MERGED):
        fate.state = kind
        fate.moves.append((refused[kind], decided))
        if kind is State.RETURNED and (today - decided).days > _IDLE_DAYS:
            fate.state = State.WITHDRAWN
            fate.moves.append(("withdraw", decided + timedelta(days=30)))
        return fate
    return _go_on(rng, fate, kind, today)


def _go_on(rng: random.Random, fate: Fate, kind: str, today: date) -> Fate:
    """Approve, and start, pause, end or give up as far as the day has come."""
    fate.state = State.APPROVED
    fate.moves.append(("approve", fate.decided))
    if fate.starts > today:
        return fate
    fate.state = State.RUNNING
    fate.moves.append(("start", fate.starts))
    length = (fate.ends - fate.starts).days
    half, end = (
        fate.starts + timedelta(days=length // 2),
        fate.ends + timedelta(days=rng.choice(_LATE_DAYS) if length else 0),
    )
    if kind == State.DISCONTINUED and half <= today:
        return _over(fate, State.DISCONTINUED, "discontinue", half)
    if end <= today:
        return _over(fate, State.CONCLUDED, "conclude", end)
    if kind == State.PAUSED and half <= today:
        fate.state = State.PAUSED
        fate.moves.append(("pause", half))
    return fate


def _over(fate: Fate, state: State, verb: str, day: date) -> Fate:
    fate.state, fate.ended = state, day
    fate.moves.append((verb, day))
    return fate
