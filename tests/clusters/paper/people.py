"""The people of a cluster on paper: who comes in how, who answers, who leaves, who waits, and who moves up."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.clusters.paper.amendments import Book, Paper
from tests.clusters.paper.life import ACTIVE, Life

#: Members of the community who come and go; only the first two, and the lead, work where one may lead.
NEWCOMERS = ("ana", "ben", "cleo", "dan")
MAY_LEAD = ("ana", "ben", "lead")
IN_THE_DIRECTORY = NEWCOMERS
#: Whose address gets letters, and how many in a day.
OUTSIDE, LETTERS_A_DAY = "external", 3
ENDED_BY_END = ("interested", "requested", "waiting", "invited")
LIVE = (*ENDED_BY_END, "active")
GIVEN_ROLES = ("participant", "deputy", "peer_reviewer", "observer")


@dataclass
class Part:
    """One person's part, and what last happened to it."""

    status: str
    role: str = "participant"
    access: str = "contribute"
    last: tuple[str, str] = ("", "")
    came: int = 0
    answer: str = ""
    before: str = ""


@dataclass
class Letter:
    """An invitation that went to the address of somebody from outside."""

    access: str
    status: str = "open"


@dataclass
class People(Life):
    """A cluster's life with those who take part in it; `queue` is the waiting list, who came first at the front."""

    policy: str = "open"
    limit: int | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    queue: list[str] = field(default_factory=list)
    came: int = 0
    answers: int = 0
    letter: Letter | None = None
    letters: int = 0
    forgotten: int = 0

    def has(self, who: str, *statuses: str) -> bool:
        """Say whether the part of `who` is one of these."""
        return who in self.parts and self.parts[who].status in statuses

    def count(self, *statuses: str) -> int:
        """Say how many parts are one of these."""
        return sum(part.status in statuses for part in self.parts.values())

    def deputises(self, who: str) -> bool:
        """Say whether `who` is deputy lead."""
        return self.has(who, "active") and self.parts[who].role == "deputy"

    def works(self, who: str) -> bool:
        """Say whether `who` keeps the people of the cluster now."""
        return self.state in ACTIVE and (self.leads(who) or self.coordinates(who))

    def has_room(self) -> bool:
        """Say whether one more may take part."""
        return self.limit is None or self.count("active") < self.limit

    def way_in(self, who: str) -> str:
        """Say which way in `who` is offered; none for those outside, inside, or who lead."""
        if who not in (*NEWCOMERS, "lead") or self.has(who, *LIVE) or (self.named and who == self.lead):
            return ""
        if self.state in ("submitted", "returned"):
            return "interest"
        if self.state not in ACTIVE or self.policy == "invitation":
            return ""
        kept = self.count("active") + (self.count("requested") if self.policy == "open" else 0)
        if self.limit is not None and (self.queue or kept >= self.limit):
            return "wait"
        return "join" if self.policy == "open" else "ask"

    def move_up(self, after: str = "") -> None:
        """Let those ask who stand first, as many as there are places that nobody has or asks for."""
        if self.state not in ACTIVE:
            return
        free = len(self.queue) if self.limit is None else self.limit - self.count("active", "requested")
        for who in self.queue[: max(0, free)]:
            self.parts[who].status, self.parts[who].last = "requested", ("moved_up", after)
            self.queue.remove(who)

    # Each verb of people returns whether it is done, and writes it down if so. The second press of the same is done.

    def enter(self, who: str, way: str) -> bool:
        """Come in the way that is asked for."""
        if self.has(who, *LIVE):
            return not self.has(who, "invited")
        if not way or way != self.way_in(who):
            return False
        status = {"interest": "interested", "join": "active", "ask": "requested", "wait": "waiting"}[way]
        self.parts[who] = Part(status, last=(way, who))
        self.came += 1
        self.parts[who].came = self.came
        if status == "waiting":
            self.queue.append(who)
        return True

    def answer(self, by: str, who: str, accept: bool) -> bool:
        """Answer a request."""
        if not self.works(by) or who not in self.parts:
            return False
        part, wanted = self.parts[who], "active" if accept else "declined"
        if part.status == wanted:
            return True
        if part.status not in ("requested", "waiting") or (
            accept and (part.status == "waiting" or not self.has_room())
        ):
            return False
        part.before = part.status
        self.queue = [name for name in self.queue if name != who]
        part.status, part.last = wanted, ("answered", by)
        self.answers += 1
        part.answer = str(self.answers)
        self.move_up(part.answer)
        return True

    def take_back(self, by: str, who: str) -> bool:
        """Take one's own answer to a request back, before anything else happened to it."""
        if not self.works(by) or who not in self.parts:
            return False
        part = self.parts[who]
        if part.status in ("requested", "waiting"):
            return True
        if part.last != ("answered", by) or part.role == "lead":
            return False
        part.status, part.last = part.before, ("taken_back", by)
        back = [name for name, one in self.parts.items() if one.last == ("moved_up", part.answer)]
        for name in back:
            self.parts[name].status, self.parts[name].last = "waiting", ("moved_back", "")
        back += [who] if part.status == "waiting" else []
        self.queue = sorted({*self.queue, *back}, key=lambda name: self.parts[name].came)
        self.move_up()
        return True

    def invite(self, by: str, who: str) -> bool:
        """Invite somebody; who asked is accepted by that."""
        if not self.works(by) or self.has(who, "waiting"):
            return False
        if self.has(who, "requested"):
            return self.answer(by, who, accept=True)
        if self.has(who, *LIVE):
            return True
        if who not in IN_THE_DIRECTORY:
            return False
        self.parts[who] = Part("invited", last=("invited", by))
        return True

    def answer_invitation(self, who: str, accept: bool) -> bool:
        """Answer one's own invitation."""
        if who not in self.parts:
            return False
        part, wanted = self.parts[who], "active" if accept else "declined"
        if part.status == wanted:
            return True
        if part.status != "invited" or self.state not in ACTIVE or (accept and not self.has_room()):
            return False
        part.status, part.last = wanted, ("answered_invitation", who)
        return True

    def send_letter(self, by: str, access: str) -> bool:
        """Ask the address from outside; nothing goes there while it is asked, takes part or declined, or too often."""
        if not self.works(by):
            return False
        waits = self.letter is not None and self.letter.status in ("open", "declined")
        if not waits and not self.has(OUTSIDE, *LIVE) and self.letters - self.forgotten < LETTERS_A_DAY:
            self.letter, self.letters = Letter(access), self.letters + 1
        return True

    def answer_letter(self, accept: bool) -> bool:
        """Answer by the link in the letter."""
        row = self.letter
        is_open = row is not None and row.status == "open" and self.state in ACTIVE
        if row is None or not is_open or (accept and not self.has_room()):
            return False
        row.status = "accepted" if accept else "declined"
        self.forgotten += accept  # the address is not kept where the person is known
        if accept:
            self.parts[OUTSIDE] = Part("active", access=row.access, last=("joined", OUTSIDE))
        return True

    def take_letter_back(self, by: str) -> bool:
        """Take an unanswered letter back."""
        row = self.letter
        if row is None or not self.works(by) or row.status not in ("open", "taken_back"):
            return False
        row.status = "taken_back"
        return True

    def leave(self, who: str) -> bool:
        """Take one's own part back."""
        if self.has(who, "left"):
            return True
        if not self.has(who, "interested", "requested", "waiting", "active") or self.parts[who].role == "lead":
            return False
        self.parts[who].status, self.parts[who].last = "left", ("left", who)
        self.queue = [one for one in self.queue if one != who]
        self.move_up()
        return True

    def end(self, by: str, who: str) -> bool:
        """Take an invitation back, or end somebody's part."""
        if not self.works(by) or by == who or not self.has(who, "invited", "active"):
            return False
        part = self.parts[who]
        if part.role == "lead":
            return False
        part.status, part.last = ("expired" if part.status == "invited" else "left"), ("ended", by)
        self.move_up()
        return True

    def give_role(self, by: str, who: str, role: str) -> bool:
        """Give somebody another role."""
        if not self.works(by) or who not in self.parts:
            return False
        part = self.parts[who]
        if part.role == role:
            return True
        if part.status != "active" or part.role == "lead" or (role == "deputy" and who not in MAY_LEAD):
            return False
        part.role, part.last = role, ("role", by)
        return True

    def give_access(self, by: str, who: str, access: str) -> bool:
        """Say what somebody may do in the room."""
        if not self.works(by) or who not in self.parts:
            return False
        part = self.parts[who]
        if part.access == access:
            return True
        if part.status not in ("active", "invited") or part.role in ("lead", "deputy"):
            return False
        part.access, part.last = access, ("access", by)
        return True

    def set_places(self, by: str, policy: str, limit: int | None) -> bool:
        """Say anew how one joins and how many may take part."""
        if not self.works(by):
            return False
        if (policy, limit) == (self.policy, self.limit):
            return True
        if limit is not None and limit < self.count("active"):
            return False
        self.policy, self.limit = policy, limit
        self.move_up()
        return True

    def do(self, verb: str, who: str) -> None:
        """Change the paper as a verb of the cluster's life says: people ask, lead, or go by it."""
        super().do(verb, who)
        if verb == "approve":
            for part in self.parts.values():
                part.status = "requested" if part.status == "interested" else part.status
            known = self.parts.get(self.lead)
            access = known.access if known is not None and known.status in ("invited", "active") else "contribute"
            self.parts[self.lead] = Part("active", "lead", access)
        if verb == "step_down":
            self.parts[who].status = "left"
            self.lead = ""
            self.move_up()
        if verb in ("conclude", "discontinue"):
            for part in self.parts.values():
                part.status = "expired" if part.status in ENDED_BY_END else part.status
            self.queue = []
            if self.letter is not None and self.letter.status == "open":
                self.letter.status = "expired"

    def hand_over(self, who: str) -> None:
        """Let `who` lead; who led goes on as participant."""
        if self.named and self.has(self.lead, "active"):
            self.parts[self.lead].role = "participant"
        self.parts[who].role = "lead"
        self.lead, self.named, self.accepted, self.acting = who, True, True, ""


@dataclass
class BookOfPeople(Book):
    """The amendments of a cluster whose people come and go."""

    people: People = field(default_factory=People)

    def leads(self, who: str) -> bool:
        """Say whether `who` does what the lead does."""
        return self.people.leads(who)

    def coordinates(self, who: str) -> bool:
        """Say whether `who` coordinates the group."""
        return self.people.coordinates(who)

    def suggests(self, who: str) -> bool:
        """Whoever takes part, proposed it, leads it or coordinates, while the cluster is under way."""
        takes_part = self.people.has(who, "active") or who == "proposer"
        return self.people.state in ACTIVE and (takes_part or self.forwards(who))

    def decides(self, paper: Paper, who: str) -> bool:
        """Nobody who ever acted as lead, and nobody with a part in it."""
        return self.people.decides(who) and who not in paper.parties and not self.leads(who)

    def makes_sense(self, wish: dict[str, str]) -> bool:
        """A lead to be takes part, may lead, and does not lead already."""
        new = wish.get("lead", "")
        people = self.people
        leads_already = people.named and people.lead == new
        return not new or (people.has(new, "active") and new in MAY_LEAD and not leads_already)

    def do(self, verb: str, who: str, paper: Paper | None, wish: dict[str, str]) -> None:
        """Change the paper, and the cluster where a hand-over is accepted."""
        super().do(verb, who, paper, wish)
        if verb == "accept" and paper is not None and paper.new_lead:
            self.people.hand_over(paper.new_lead)

    def follow(self) -> None:
        """Write down who leads now, and end what is open where the cluster ended."""
        self.values["lead"] = self.people.lead if self.people.named else ""
        if self.people.state in ("concluded", "discontinued", "merged"):
            self.close()
