"""What waits for a day or for the other side, on paper: idle proposals, prepared decisions, merges asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.clusters.paper.life import Life

#: Days without work after which a returned proposal is announced to be withdrawn, and is; and what lies between.
TOLD_AFTER, WITHDRAWN_AFTER, TOLD_BEFORE = 83, 90, 7
#: A proposal whose last day is longer ago is neither proposed nor approved.
TOO_LONG_AGO = 90
#: Whatever ends the wait for a decision ends what was prepared.
SETTLING = ("decline_lead", "recall", "return", "approve", "decline", "withdraw", "merge")
DECIDED = ("return", "approve", "decline")


@dataclass
class Prepared:
    """A decision that somebody has written and not announced; `due` is None where somebody presses."""

    by: str
    verb: str
    due: int | None
    accepted: bool
    status: str = "waiting"


@dataclass
class Asked:
    """A merge for which one coordinator asked."""

    by: str
    status: str = "open"


@dataclass
class Waits(Life):
    """A cluster's life with days that pass; a day is a number, the first is 0."""

    day: int = 0
    begins: int = 0
    ends: int = 0
    changed: int = 0
    told: int | None = None
    prepared: Prepared | None = None
    asked: Asked | None = None
    decisions: int = 0

    def allows(self, verb: str, who: str) -> bool:
        """Say whether the rules let `who` do `verb` today."""
        in_time = verb not in ("submit", "approve") or self.day - self.ends <= TOO_LONG_AGO
        return in_time and super().allows(verb, who)

    def do(self, verb: str, who: str) -> None:
        """Change the paper as the verb says; an approval on the one day or after it starts the cluster."""
        super().do(verb, who)
        self.changed, self.told = self.day, None
        self.decisions += verb in DECIDED
        if verb in SETTLING and self.prepared is not None and self.prepared.status in ("waiting", "held"):
            self.prepared.status = "superseded" if verb in (*DECIDED, "merge") else "void"
        if verb == "merge" and self.asked is not None and self.asked.status == "open":
            self.asked.status = "agreed"
        if verb == "approve" and self.is_its_day():
            super().do("start", who)

    def is_its_day(self) -> bool:
        """Say whether the one day of a one-day cluster has come."""
        return self.begins == self.ends and self.begins <= self.day

    # Each of these returns whether the press is done, and writes it down if so. The second press of the same is done.

    def press(self, verb: str, who: str, number: int) -> bool:
        """Press one button, or let days pass."""
        rules: dict[str, Callable[[], bool]] = {
            "wait": lambda: self.wait(number),
            "clock": self.strike,
            "prepare": lambda: self.prepare(who, DECIDED[number % 3], (None, 1, 10, 45)[number % 4]),
            "announce": lambda: self.announce(who),
            "drop": lambda: self.drop(who),
            "ask_merge": lambda: self.ask_merge(who),
            "agree_merge": lambda: self.answer_merge(who, agree=True),
            "refuse_merge": lambda: self.answer_merge(who, agree=False),
            "withdraw_merge": lambda: self.withdraw_merge(who),
        }
        if verb in rules:
            return rules[verb]()
        if not self.allows(verb, who):
            return False
        self.do(verb, who)
        return True

    def wait(self, days: int) -> bool:
        """Let days pass; what was done before can't be undone."""
        self.day, self.last = self.day + days, ("", "")
        return True

    def strike(self) -> bool:
        """Let the registry do what today asks for."""
        idle = self.day - self.changed
        if self.state == "returned" and idle >= TOLD_AFTER and self.told is None:
            self.told = self.day
        was_told = self.told is not None and self.day - self.told >= TOLD_BEFORE
        if self.state == "returned" and idle >= WITHDRAWN_AFTER and was_told:
            self.do("withdraw", "")
        if self.state == "approved" and self.is_its_day() and self.named and self.accepted:
            self.do("start", "")
        row = self.prepared
        if row is not None and row.status == "waiting" and row.due is not None and row.due <= self.day:
            self.decide(row)
        return True

    def prepare(self, who: str, verb: str, after: int | None) -> bool:
        """Write a decision that could be taken now; another's is not replaced."""
        if self.state != "submitted" or not self.decides(who) or not self.allows(verb, who):
            return False
        due, there = None if after is None else self.day + after, self.prepared
        new = Prepared(who, verb, due, self.accepted)
        if there is not None and there.status in ("waiting", "held") and there.by != who:
            return False
        if there != new:
            self.prepared = new
        return True

    def announce(self, who: str) -> bool:
        """Announce what was prepared; what can't be decided any more is held back."""
        row = self.prepared
        if row is None or not self.decides(who):
            return False
        if row.status == "waiting":
            self.decide(row)
            return True
        return row.status == "announced"

    def decide(self, row: Prepared) -> None:
        """Decide in the name of who prepared it, if that may be and the proposal is still the one that was shown."""
        if row.accepted == self.accepted and self.allows(row.verb, row.by):
            row.status = "announced"
            self.do(row.verb, row.by)
        else:
            row.status = "held"

    def drop(self, who: str) -> bool:
        """Take a prepared decision back."""
        row = self.prepared
        if row is None or not self.decides(who) or row.status not in ("waiting", "held", "withdrawn"):
            return False
        row.status = "withdrawn"
        return True

    def ask_merge(self, who: str) -> bool:
        """Ask the other group; who coordinates both needs not ask."""
        if not self.allows("merge", who):
            return False
        if who == "mission_coordinator":
            self.do("merge", who)
        elif self.asked is None or self.asked.status != "open":
            self.asked, self.last = Asked(who), ("merge_asked", who)
        return True

    def answers(self, who: str) -> Asked | None:
        """Return the question that `who` may answer: one of the other side, and no party to this one."""
        row = self.asked
        is_open = row is not None and row.status == "open" and self.state in ("submitted", "returned", "approved")
        theirs = who == "other_coordinator" or (who == "mission_coordinator" and self.decides(who))
        return row if is_open and theirs else None

    def answer_merge(self, who: str, *, agree: bool) -> bool:
        """Agree, if who asked may still ask, or refuse."""
        row = self.answers(who)
        if row is None or (agree and who == "other_coordinator" and not self.decides(row.by)):
            return False
        if agree:
            self.do("merge", who)
        else:
            row.status, self.last = "refused", ("merge_refused", who)
        return True

    def withdraw_merge(self, who: str) -> bool:
        """Take the question back."""
        row = self.asked
        if row is not None and row.status == "withdrawn":
            return True
        if row is None or row.status != "open" or not self.coordinates(who):
            return False
        if self.state not in ("submitted", "returned", "approved"):
            return False
        row.status, self.last = "withdrawn", ("merge_withdrawn", who)
        return True
