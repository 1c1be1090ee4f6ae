"""The one door through which every state changes (house rules 2 and 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from community import events, lifecycle
from community.lifecycle import Attempt, Entered, Lifecycle
from community.models import User
from community.permissions import Refusal

Effect = Callable[[Attempt], None]
Model_ = TypeVar("Model_", bound=Any)

#: Effects by code, each with whether it runs after the event is written.
_effects: dict[str, tuple[Effect, bool]] = {}
#: How the subjects of a kind are told of an attempt.
_tellers: dict[str, Effect] = {}


def effect(code: str, *, after: bool = False) -> Callable[[Effect], Effect]:
    """Register what a verb does beside changing the state.

    Effects run in the order of the verb's row, inside the transaction; `after` puts one behind the event.

    Raises:
        ValueError: the code is taken.
    """

    def keep(function: Effect) -> Effect:
        if code in _effects:
            raise ValueError(f"effect {code!r} is registered already")
        _effects[code] = (function, after)
        return function

    return keep


def tells(kind: str) -> Callable[[Effect], Effect]:
    """Register who writes the outbox rows of a kind's verbs."""

    def keep(function: Effect) -> Effect:
        _tellers[kind] = function
        return function

    return keep


def registered_effects() -> frozenset[str]:
    """Return the codes of all effects, for the test that every row finds its own."""
    return frozenset(_effects)


@transaction.atomic
def transition(
    subject: Model_,
    verb: str,
    *,
    by: User | None,
    seen: str | None = None,
    reason: str = "",
    at: datetime | None = None,
    entered: Entered | None = None,
    **details: Any,
) -> Model_:
    """Do `verb` on `subject` as `by` (None: the clock), or refuse with one sentence.

    Order of effects: lock the row and read it again; judge state, who, four eyes, what was seen, requirements
    and reason; change the state; the verb's effects; save; one event; effects that need the event; outbox
    rows; the signal that the event was recorded, on which upper apps see all of it. All in one transaction.

    Args:
        subject: any instance of a kind with a life cycle; only its primary key is trusted.
        seen: the content hash of what the person was shown, where a verb checks it.
        reason: the free text; it stands in the event's detail.
        at: the moment; now unless a record is entered afterwards.
        entered: who enters what `by` did elsewhere; the rules are judged for `by`, the event is by who enters it.
        details: what the verb's form asks besides.

    Returns:
        The subject as it is now (a fresh instance).

    Raises:
        Refusal: nothing was changed; `reason` is the sentence to show.
    """
    table, row = lifecycle.of(subject), _locked(subject)
    more = {"seen": seen, "reason": reason.strip(), "details": details, "entered": entered}
    attempt = table.attempt(row, verb, by=by, at=at or timezone.now(), **more)
    if not (verdict := table.judge(attempt)):
        raise Refusal.of(verdict)
    _carry_out(attempt, table)
    return row


def _locked(subject: Model_) -> Model_:
    """Return the subject as it is now, locked.

    Raises:
        Refusal: it vanished between page and press.
    """
    row: Model_ | None = type(subject)._default_manager.select_for_update().filter(pk=subject.pk).first()
    if row is None:
        raise Refusal(lifecycle.GONE, "state")
    return row


def _carry_out(attempt: Attempt, table: Lifecycle) -> None:
    """Change state, run effects, write the event and tell."""
    verb, row = attempt.verb, attempt.subject
    target = verb.target_of(row)
    if target is not None and target != row.state:
        attempt.set(state_before=row.state, state_since=attempt.at, **{table.state_field: target})
    for code in verb.effects:
        run, after = _effects[code]
        if not after:
            run(attempt)
    if row.pk is not None and (verb.is_recorded or attempt.changed):
        attempt.set(version=row.version + 1)
        row.save(update_fields=[*sorted(attempt.changed), "updated_at"])
    if verb.is_recorded:
        attempt.event = _record(attempt)
    for code in verb.effects:
        run, after = _effects[code]
        if after:
            run(attempt)
    _tellers[table.kind](attempt)
    if attempt.event is not None:
        events.announce(attempt.event)


def _record(attempt: Attempt) -> Any:
    """Append the attempt's event: facts in the clear, words in the detail."""
    row, verb = attempt.subject, attempt.verb
    held = [code for code in verb.who_in(attempt.source) if code in attempt.capacities]
    words = dict(attempt.words)
    if attempt.reason:
        words["reason"] = attempt.reason
    role, data = (held[0] if held else ""), {"from": attempt.source, "to": row.state, **attempt.facts}
    signed: dict[str, Any] = {"by": attempt.by, "at": attempt.at, "role": role, "data": {}}
    if attempt.entered is not None:
        signed = attempt.entered.signed(attempt.by, role, attempt.on)
    signed["data"] = {**data, **signed["data"]}
    return events.record(verb=verb.code, subject=row, detail=words or None, is_whole=False, **signed)
