"""The states of a cluster on paper: which verb leads where, and who may do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ENDED = {"concluded", "discontinued", "declined", "withdrawn", "merged"}
ACTIVE = {"approved", "running", "paused"}
EDITABLE = {"draft", "submitted", "returned"}
UNDOABLE = ("return", "decline", "withdraw", "pause", "resume")
#: Whose group decides: the cluster begins in that of the first and may be moved to that of the second.
GROUPS = {"own": "coordinator", "other": "other_coordinator"}


@dataclass
class Life:
    """What a person would write down on paper about one cluster."""

    state: str = "draft"
    lead: str = "lead"
    before: str = ""
    named: bool = True
    accepted: bool = False
    was_decided: bool = False
    was_proposed: bool = False
    group: str = "own"
    acting: str = ""
    adopters: frozenset[str] = frozenset()
    last: tuple[str, str] = ("", "")

    def acts(self, who: str) -> bool:
        """Say whether `who` adopted the cluster and still coordinates it."""
        return who == self.acting and self.coordinates(who)

    def leads(self, who: str) -> bool:
        """Say whether `who` does what the lead does."""
        has_lead = self.named and self.accepted
        acts = self.acts(who) and not has_lead
        return acts or (who == self.lead and has_lead) or self.deputises(who)

    def deputises(self, who: str) -> bool:
        """Say whether `who` is deputy lead: nobody, where people are not written down."""
        return False

    def proposes(self, who: str) -> bool:
        """Say whether `who` does what the proposer does."""
        return who == "proposer" or (self.acts(who) and self.state in EDITABLE)

    def coordinates(self, who: str) -> bool:
        """Say whether `who` decides for the group."""
        return who in (GROUPS[self.group], "mission_coordinator")

    def decides(self, who: str) -> bool:
        """Say whether `who` coordinates it and never had a hand in it."""
        return self.coordinates(who) and who not in self.adopters

    def allows(self, verb: str, who: str) -> bool:
        """Say whether the rules of the design let `who` do `verb` now."""
        state, named_lead = self.state, who == self.lead and self.named
        decides, proposes = self.decides(who), self.proposes(who)
        runs = self.leads(who) or self.coordinates(who)
        rules: dict[str, Callable[[], bool]] = {
            "discard": lambda: state == "draft" and proposes and not self.was_proposed,
            "submit": lambda: state in ("draft", "returned") and (proposes or named_lead) and self.named,
            "accept_lead": lambda: state == "submitted" and named_lead and not self.accepted,
            "take_back_lead": lambda: state in ("submitted", "returned") and named_lead and self.accepted,
            "decline_lead": lambda: state == "submitted" and named_lead and not self.accepted,
            "step_down": lambda: state in ACTIVE and named_lead and self.accepted,
            "recall": lambda: state == "submitted" and proposes,
            "return": lambda: state == "submitted" and decides,
            "approve": lambda: state == "submitted" and decides and self.named and self.accepted,
            "decline": lambda: state in ("submitted", "returned") and decides,
            "withdraw": lambda: state in ("submitted", "returned") and proposes,
            "move": lambda: state == "submitted" and decides,
            "start": lambda: state == "approved" and runs and self.named and self.accepted,
            "pause": lambda: state == "running" and runs,
            "resume": lambda: state == "paused" and runs,
            "conclude": lambda: state in ("running", "paused") and runs,
            "discontinue": lambda: state in ACTIVE and (decides or self.leads(who)),
            "correct": lambda: state in ("concluded", "discontinued") and runs,
            "reopen": lambda: (
                state in ("concluded", "discontinued", "declined", "withdrawn")
                and (decides or who == "admin" or (state == "withdrawn" and proposes))
            ),
            # Into a cluster of the same group, so that one press is enough.
            "merge": lambda: state in ("submitted", "returned", "approved") and decides,
            "adopt": lambda: (
                state in ACTIVE and self.coordinates(who) and who != self.acting and not (self.named and self.accepted)
            ),
            "propose_again": lambda: state in ENDED,
            "undo": lambda: self.last[0] in UNDOABLE and self.last[1] == who,
        }
        return rules[verb]()

    def do(self, verb: str, who: str) -> None:
        """Change the paper as the verb says."""
        goes_to = {
            "submit": "submitted",
            "decline_lead": "returned",
            "recall": "draft",
            "return": "returned",
            "approve": "approved",
            "decline": "declined",
            "withdraw": "withdrawn",
            "start": "running",
            "pause": "paused",
            "resume": "running",
            "conclude": "concluded",
            "discontinue": "discontinued",
            "reopen": self.before,
            "undo": self.before,
            "merge": "merged",
        }.get(verb, self.state)
        if goes_to != self.state:
            self.before, self.state = self.state, goes_to
        if verb == "accept_lead" or (verb == "submit" and who == self.lead):
            self.accepted = True
        if verb == "take_back_lead":
            self.accepted = False
        if verb in ("decline_lead", "step_down"):
            self.named = self.accepted = False
        if verb == "move":
            self.group = "other" if self.group == "own" else "own"
        if verb == "adopt":
            self.acting, self.adopters = who, self.adopters | {who}
        self.was_proposed |= verb == "submit"
        self.was_decided |= verb in ("return", "approve", "decline", "move")
        if verb != "propose_again":
            self.last = (verb, who)
