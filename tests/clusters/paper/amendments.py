"""Amendments on paper: whose they are, who may do what with them, and what they leave in the cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

GROUP = ("coordinator", "coordinator_proposer")
COORDINATORS = (*GROUP, "mission_coordinator")


@dataclass
class Paper:
    """One amendment as a person would write it down."""

    by: str
    changes: dict[str, tuple[str, str]]
    state: str = "suggested"
    forward: str = ""
    agreed: bool = False

    @property
    def new_lead(self) -> str:
        """Who would lead by it."""
        return self.changes["lead"][1] if "lead" in self.changes else ""

    @property
    def wish(self) -> dict[str, str]:
        """What is wanted."""
        return {name: now for name, (_was, now) in self.changes.items()}

    @property
    def parties(self) -> set[str]:
        """Whose it is."""
        return {self.by, self.forward, self.new_lead} - {""}


@dataclass
class Book:
    """The cluster on paper, with its amendments in order and how many baselines it has."""

    values: dict[str, str]
    amendments: list[Paper] = field(default_factory=list)
    baselines: int = 1

    def leads(self, who: str) -> bool:
        """Say whether `who` does what the lead does."""
        return who in (self.values["lead"], "deputy_lead")

    def coordinates(self, who: str) -> bool:
        """Say whether `who` coordinates the group that decides."""
        return who in COORDINATORS

    def forwards(self, who: str) -> bool:
        """Say whether what `who` writes is put forward at once."""
        return self.leads(who) or self.coordinates(who)

    def suggests(self, who: str) -> bool:
        """Say whether `who` may suggest something."""
        return self.forwards(who) or who in ("participant", "lead")

    def makes_sense(self, wish: dict[str, str]) -> bool:
        """Say whether the wish can be granted as things stand: in this book everything."""
        return True

    def differs(self, wish: dict[str, str]) -> dict[str, tuple[str, str]]:
        """Return what a wish changes."""
        return {name: (self.values[name], now) for name, now in wish.items() if self.values[name] != now}

    def fresh(self, paper: Paper, names: set[str] | None = None) -> bool:
        """Say whether the cluster still says what it was written against."""
        changes = {name: pair for name, pair in paper.changes.items() if names is None or name in names}
        return all(self.values[name] == was for name, (was, _now) in changes.items())

    def decides(self, paper: Paper, who: str) -> bool:
        """Say whether `who` may decide: a coordinator with no part in it, else a stand-in."""
        stands_in = who == "other_coordinator" and set(GROUP) <= paper.parties
        return (self.coordinates(who) or stands_in) and who not in paper.parties and not self.leads(who)

    def allows(self, verb: str, who: str, paper: Paper | None, wish: dict[str, str]) -> bool:
        """Say whether the rules let `who` do `verb` on `paper` now."""
        forwards = self.forwards(who)
        if verb == "suggest":
            return self.suggests(who) and bool(self.differs(wish)) and self.makes_sense(wish)
        if paper is None:
            return False
        is_open = paper.state in ("suggested", "proposed")
        proposed = paper.state == "proposed"
        decides = proposed and self.decides(paper, who)
        agreed = not paper.new_lead or paper.agreed
        first = set(sorted(paper.changes)[:1])
        rules: dict[str, Callable[[], bool]] = {
            "proposed": lambda: paper.state == "suggested" and forwards and self.fresh(paper),
            "turned_down": lambda: paper.state == "suggested" and forwards and who not in paper.parties,
            "renewed": lambda: (
                is_open
                and (forwards or (who == paper.by and not proposed))
                and bool(self.differs(wish))
                and self.makes_sense(wish)
                and ("lead" in wish) == bool(paper.new_lead)
            ),
            "withdrawn": lambda: is_open and (who == paper.by or (proposed and self.leads(who))),
            "lead_accepted": lambda: proposed and who == paper.new_lead and not paper.agreed,
            "lead_declined": lambda: proposed and who == paper.new_lead,
            "accept": lambda: decides and agreed and self.fresh(paper) and self.makes_sense(paper.wish),
            "in_part": lambda: decides and agreed and len(paper.changes) > 1 and self.fresh(paper, first),
            "refuse": lambda: decides,
        }
        return rules[verb]()

    def close(self) -> None:
        """End what is open, because the cluster ended."""
        for paper in self.amendments:
            if paper.state in ("suggested", "proposed"):
                paper.state = "withdrawn"

    def do(self, verb: str, who: str, paper: Paper | None, wish: dict[str, str]) -> None:
        """Change the paper as the verb says."""
        if verb == "suggest":
            paper = Paper(who, self.differs(wish))
            self.amendments.append(paper)
            if not self.forwards(who):
                return
        assert paper is not None
        if verb in ("suggest", "proposed"):
            paper.state, paper.forward = "proposed", who
            paper.agreed = paper.new_lead in (paper.by, who)
        elif verb == "renewed":
            was = paper.new_lead
            paper.changes = self.differs(wish)
            paper.forward = who if paper.state == "proposed" else paper.forward
            if paper.new_lead != was:
                paper.agreed = paper.new_lead == who
        elif verb == "lead_accepted":
            paper.agreed = True
        elif verb in ("accept", "in_part"):
            names = sorted(paper.changes)[: 1 if verb == "in_part" else None]
            self.values |= {name: paper.changes[name][1] for name in names}
            self.baselines += "ends_on" in names
            paper.state = "accepted" if verb == "accept" else "partly_accepted"
        else:
            paper.state = "withdrawn" if verb == "withdrawn" else "refused"
