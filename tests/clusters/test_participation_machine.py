"""Random lives of a cluster with its people, its waiting list and its amendments against a model on paper."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, seed, settings
from hypothesis import strategies as st

from clusters.actions import effects, participation, places, waiting
from clusters.actions.amendment import act, decide_amendment, suggest_amendment
from clusters.actions.inverses import take_answer_back
from clusters.actions.invitation import send_invitations, take_invitation_back
from clusters.actions.invitation_answer import accept_address, decline_address
from clusters.actions.participation_access import give_access
from clusters.actions.parting import end_participation
from clusters.choices import State
from clusters.models import Amendment, Cluster, Participation
from community.actions.transition import _effects, transition
from community.models import Member, SignedLink
from community.permissions import ALLOWED, Refusal
from community.verification import verify_history
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.paper.people import GIVEN_ROLES, MAY_LEAD, NEWCOMERS, OUTSIDE, BookOfPeople, People
from tests.clusters.test_lifecycle_machine import details

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

PERSONS = (*NEWCOMERS, "lead", "external")
ACTORS = (*PERSONS, "proposer", "coordinator", "mission_coordinator", "admin")
LIFE = ("approve", "decline", "start", "pause", "resume", "step_down", "adopt", "conclude", "discontinue", "reopen")
AMENDING = ("suggest", "proposed", "turned_down", "renewed", "withdrawn", "lead_accepted", "lead_declined")
DECIDING = ("accept", "in_part", "refuse")
WISHES: tuple[dict[str, str], ...] = (
    {"title": "Wetlands"},
    {"title": "Coasts", "question": "Which coasts?"},
    {"lead": "ana"},
    {"lead": "ben"},
    {"lead": "cleo"},
    {"lead": "lead"},
)
LIMITS = (None, 2, 3, 4)
POLICIES = ("open", "application", "invitation")
WAYS = ("join", "ask", "wait", "interest", "")
#: Who presses what on whom; what the number means depends on the verb.
Press = tuple[str, str, str, int]


class Stage:
    """One cluster in the database and on paper, and everybody who presses."""

    def __init__(self, cast: Cast, members: dict[str, Member], policy: str, limit: int | None) -> None:
        self.cast, self.members = cast, members
        self.cluster = make_cluster(cast, State.SUBMITTED, join_policy=policy, size_limit=limit)
        self.cluster.participations.all().delete()
        self.cluster.stages.all().delete()
        self.cluster.stages.create(position=1, title="Kick-off", status="dropped")
        Cluster.objects.filter(pk=self.cluster.pk).update(ends_on=timezone.localdate())
        self.people = People(state="submitted", accepted=True, was_proposed=True, policy=policy, limit=limit)
        title = {"title": self.cluster.title, "question": self.cluster.question}
        self.book = BookOfPeople({**title, "lead": "lead"}, people=self.people)

    def member(self, who: str) -> Member:
        return self.members.get(who) or self.cast.member(who)

    def user(self, who: str) -> Any:
        return self.members[who].user if who in self.members else self.cast.user(who)

    def part(self, who: str) -> Participation | None:
        """Return the newest part of `who`."""
        return self.cluster.participations.filter(member=self.member(who)).order_by("pk").last()

    def typed(self, wish: dict[str, str]) -> dict[str, Any]:
        return {
            name: [self.member(now).pk, self.cast.organisation.pk] if name == "lead" else now
            for name, now in wish.items()
        }

    # -- What a press does, and whether the paper says that it is done ------------------------------------------------

    def life(self, verb: str, by: str) -> tuple[bool, Callable[[], object]]:
        expected = self.people.allows(verb, by)
        if expected:
            self.people.do(verb, by)
        facts = details(verb, self.cluster, self.cast)
        return expected, lambda: transition(self.cluster, verb, by=self.user(by), reason="Because.", **facts)

    def amendment(self, verb: str, by: str, number: int, wish: dict[str, str]) -> tuple[bool, Callable[[], object]]:
        rows = list(self.cluster.amendments.order_by("number"))
        row, paper = (rows[number % len(rows)], self.book.amendments[number % len(rows)]) if rows else (None, None)
        expected = self.book.allows(verb, by, paper, wish)
        if expected:
            self.book.do(verb, by, paper, wish)
        return expected, lambda: self.amend(verb, by, row, wish)

    def amend(self, verb: str, by: str, row: Amendment | None, wish: dict[str, str]) -> object:
        user = self.user(by)
        if verb == "suggest":
            return suggest_amendment(cluster=self.cluster, by=user, wished=self.typed(wish), reason="Because.")
        names = sorted(row.changes) if row else []
        if row is None or (verb == "in_part" and len(names) < 2):
            raise Refusal("There is nothing to press.")
        if verb in DECIDING:
            ticked = {"accept": names, "in_part": names[:1], "refuse": []}[verb]
            return decide_amendment(amendment=row, by=user, accepted=ticked, reason="Because.")
        more = {"wished": self.typed(wish)} if verb == "renewed" else {}
        return act(amendment=row, verb=f"amendment.{verb}", by=user, reason="Because.", **more)

    def person(self, verb: str, by: str, who: str, number: int) -> tuple[bool, Callable[[], object]]:
        """Return the same for a verb of people; `who` is whom it is about."""
        people, user, row = self.people, self.user(by), self.part(by if verb in OWN else who)
        if verb == "enter":
            way = people.way_in(by) if number % 4 else WAYS[number % len(WAYS)]
            organisation = self.member(by).affiliations.get().organisation if by in (*NEWCOMERS, "lead") else None
            entering = {"by": user, "way": way, "organisation": organisation or self.cast.partner}
            return people.enter(by, way), lambda: participation.enter(cluster=self.cluster, **entering)
        if verb == "invite":
            member = self.member(who)
            done = people.invite(by, who)
            return done, lambda: participation.invite(cluster=self.cluster, by=user, member=member)
        if verb == "set_places":
            policy, limit = POLICIES[number % 3], LIMITS[number % 4]
            now = {"by": user, "join_policy": policy, "size_limit": limit}
            return people.set_places(by, policy, limit), lambda: places.set_places(cluster=self.cluster, **now)
        if row is None:
            return False, nothing
        seen, accept, role = row.status, bool(number % 3), GIVEN_ROLES[number % 4]
        access = ("view", "comment", "contribute")[number % 3]
        about: dict[str, Any] = {"participation": row, "by": user}
        answers: dict[str, Any] = {**about, "accept": accept, "reason": "Because."}
        return {
            "answer": lambda: (people.answer(by, who, accept), lambda: participation.answer_request(**answers)),
            "take_back": lambda: (people.take_back(by, who), lambda: take_answer_back(**about)),
            "answer_invitation": lambda: (
                people.answer_invitation(by, accept),
                lambda: participation.answer_invitation(**answers),
            ),
            "leave": lambda: (people.leave(by), lambda: participation.leave(**about)),
            "end": lambda: (people.end(by, who), lambda: end_participation(**about, seen=seen, reason="Because.")),
            "role": lambda: (people.give_role(by, who, role), lambda: participation.give_role(**about, role=role)),
            "access": lambda: (people.give_access(by, who, access), lambda: give_access(**about, access=access)),
        }[verb]()

    def letter(self, verb: str, by: str, number: int) -> tuple[bool, Callable[[], object]]:
        """Return the same for a letter to the address from outside, which is answered by its link."""
        people, access, accept = self.people, ("view", "comment", "contribute")[number % 3], bool(number % 3)
        row = self.cluster.invitations.order_by("pk").last()
        if verb == "send_letter":
            asked: dict[str, Any] = {"text": self.user(OUTSIDE).email, "purpose": "Knows the tide.", "access": access}
            done = people.send_letter(by, access)
            return done, lambda: send_invitations(cluster=self.cluster, by=self.user(by), **asked)
        if row is None:
            return False, nothing
        if verb == "take_letter_back":
            return people.take_letter_back(by), lambda: take_invitation_back(invitation=row, by=self.user(by))
        link, place = SignedLink.objects.about(row).get(), self.cast.partner.name
        accepts = partial(accept_address, link=link, by=None, organisation=place)
        return people.answer_letter(accept), accepts if accept else partial(decline_address, link=link, by=None)

    def press(self, verb: str, by: str, who: str, number: int) -> None:
        """Press one button in the database and on paper."""
        if verb in LIFE or verb == "merge":
            expected, do = self.life(verb, by)
        elif verb in AMENDING or verb in DECIDING:
            expected, do = self.amendment(verb, by, number, WISHES[number % len(WISHES)])
        elif verb in OF_LETTERS:
            expected, do = self.letter(verb, by, number)
        else:
            expected, do = self.person(verb, by, who, number)
        try:
            do()
            done = True
        except Refusal:
            done = False
        assert done == expected, (verb, by, who, number, self.people, self.book.amendments)
        self.book.follow()

    def check(self) -> None:
        """Compare the rows with the paper."""
        now = Cluster.objects.get(pk=self.cluster.pk)
        people = self.people
        assert (now.state, now.join_policy, now.size_limit) == (people.state, people.policy, people.limit)
        assert now.lead == (self.member(people.lead) if people.named else None)
        assert {"title": now.title, "question": now.question}.items() <= self.book.values.items()
        papers = [(one.state, set(one.changes)) for one in self.book.amendments]
        assert [(row.state, set(row.changes)) for row in now.amendments.order_by("number")] == papers
        letters = list(now.invitations.order_by("pk").values_list("status", flat=True))
        assert list(verify_history()) == []
        if people.state == "merged":
            assert not now.participations.live().exists(), "all went on"
            return
        assert (letters[-1:], len(letters)) == ([people.letter.status] if people.letter else [], people.letters)
        found = {who: self.part(who) for who in PERSONS}
        assert {who: (row.status, row.role, row.access) for who, row in found.items() if row} == {
            who: (part.status, part.role, part.access) for who, part in people.parts.items()
        }
        assert [row.member for row in now.participations.waiting()] == [self.member(who) for who in people.queue]


def nothing() -> object:
    """Press a button that is not there."""
    raise Refusal("There is nothing to press.")


OWN = ("enter", "leave", "answer_invitation")
OF_LETTERS = ("send_letter", "answer_letter", "take_letter_back")


def make_members(cast: Cast) -> dict[str, Member]:
    """Make the newcomers; two of them work where one may lead."""
    harbour = make.make_organisation("Harbour")
    return {
        who: make.make_member(
            who.title(), organisation=cast.organisation if who in MAY_LEAD else harbour, consents=("directory",)
        )
        for who in NEWCOMERS
    }


def presses() -> st.SearchStrategy[Press]:
    """Draw a press: of people most often, and what is about somebody mostly by who may do it."""
    bosses = st.sampled_from(("lead", "lead", "ana", "coordinator", *ACTORS))
    numbers = st.integers(0, 11)
    own = st.tuples(st.sampled_from(("enter", *OWN)), st.sampled_from(PERSONS), st.just(""), numbers)
    answers = ("answer", "answer", "take_back", "invite", "end", "role", "role", "access", "set_places")
    others = st.tuples(st.sampled_from(answers), bosses, st.sampled_from(PERSONS), numbers)
    amending = st.tuples(st.sampled_from((*AMENDING, *DECIDING, *DECIDING)), bosses, st.just(""), numbers)
    letters = st.tuples(st.sampled_from((*OF_LETTERS, "answer_letter")), bosses, st.just(""), numbers)
    life = st.tuples(st.sampled_from((*LIFE, "merge")), bosses, st.just(""), numbers)
    return st.one_of(own, own, others, others, letters, amending, life)


#: How most lives begin: before the approval, approved, or running.
BEGUN: tuple[Press, ...] = (("approve", "coordinator", "", 0), ("start", "lead", "", 0))
#: Ana joins, is handed the lead, the first lead leaves, and who waited moves up; the end closes what is open.
HAND_OVER: list[Press] = [
    *BEGUN,
    ("enter", "ana", "", 1),
    ("enter", "ben", "", 1),
    ("enter", "cleo", "", 1),
    ("suggest", "lead", "", 2),
    ("lead_accepted", "ana", "", 0),
    ("accept", "coordinator", "", 0),
    ("leave", "lead", "", 0),
    ("answer", "ana", "ben", 0),
    ("answer", "coordinator", "cleo", 1),
    ("suggest", "cleo", "", 1),
    ("step_down", "ana", "", 0),
    ("adopt", "coordinator", "", 0),
    ("discontinue", "coordinator", "", 0),
    ("reopen", "mission_coordinator", "", 0),
    ("enter", "lead", "", 1),
]

#: Two ask for the last place, the list grows, and moves when a lead goes, a limit rises, or somebody is taken off.
FULL: list[Press] = [
    *BEGUN,
    ("enter", "ana", "", 1),
    ("enter", "ben", "", 1),
    ("answer", "lead", "ana", 1),
    ("answer", "lead", "ben", 1),
    ("take_back", "lead", "ana", 0),
    ("answer", "coordinator", "ana", 1),
    ("answer", "coordinator", "ben", 0),
    ("enter", "cleo", "", 1),
    ("enter", "dan", "", 1),
    ("leave", "lead", "", 0),
    ("end", "lead", "ana", 0),
    ("answer", "lead", "cleo", 1),
    ("step_down", "lead", "", 0),
    ("answer", "coordinator", "dan", 1),
    ("set_places", "coordinator", "ana", 9),
    ("enter", "lead", "", 1),
    ("enter", "ben", "", 1),
    ("set_places", "coordinator", "ana", 8),
    ("role", "coordinator", "dan", 1),
    ("role", "coordinator", "lead", 1),
    ("access", "lead", "dan", 0),
    ("conclude", "lead", "", 0),
]

#: Two wait for one place: who came first asks when it is free.
IN_ORDER: list[Press] = [
    *BEGUN,
    ("enter", "ana", "", 1),
    ("enter", "ben", "", 1),
    ("enter", "cleo", "", 1),
    ("leave", "ana", "", 0),
]

#: An address is asked, answers by its link when a place is free, goes, and is asked again; the end closes the last.
BY_LETTER: list[Press] = [
    *BEGUN,
    ("send_letter", "lead", "", 1),
    ("send_letter", "coordinator", "", 2),
    ("take_letter_back", "lead", "", 0),
    ("answer_letter", "", "", 1),
    ("send_letter", "lead", "", 0),
    ("enter", "ana", "", 1),
    ("answer_letter", "", "", 1),
    ("leave", "ana", "", 0),
    ("answer_letter", "", "", 1),
    ("answer_letter", "", "", 1),
    ("access", "lead", "external", 1),
    ("leave", "external", "", 0),
    ("send_letter", "lead", "", 1),
    ("discontinue", "coordinator", "", 0),
    ("answer_letter", "", "", 1),
    ("reopen", "mission_coordinator", "", 0),
    ("send_letter", "lead", "", 1),
]

#: An answer is not taken back from somebody who leads by now.
LEADS_BY_NOW: list[Press] = [
    *BEGUN,
    ("enter", "ana", "", 1),
    ("answer", "coordinator", "ana", 1),
    ("suggest", "lead", "", 2),
    ("lead_accepted", "ana", "", 0),
    ("accept", "mission_coordinator", "", 0),
    ("take_back", "coordinator", "ana", 0),
]


def live_on(many: int, *, shrinks: bool = True) -> None:
    """Let `many` clusters live; nothing of one is left for the next, which nobody asked too often then."""
    cast = make_cast()
    members = make_members(cast)
    phases = tuple(Phase) if shrinks else (Phase.explicit, Phase.generate)
    begun = st.integers(0, len(BEGUN)).map(lambda steps: list(BEGUN[:steps]))

    @seed(20261126)
    @settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=phases)
    @given(st.sampled_from(POLICIES), st.sampled_from(LIMITS), begun, st.lists(presses(), min_size=4, max_size=24))
    @example("open", 2, [], HAND_OVER)
    @example("application", 2, [], FULL)
    @example("application", None, [], LEADS_BY_NOW)
    @example("open", 2, [], IN_ORDER)
    @example("open", 2, [], BY_LETTER)
    def lives(policy: str, limit: int | None, first: list[Press], then: list[Press]) -> None:
        with transaction.atomic():
            stage = Stage(cast, members, policy, limit)
            for press in first + then:
                stage.press(*press)
                if stage.people.state == "merged":  # its people went on, and live there
                    break
            stage.check()
            transaction.set_rollback(True)

    lives()


def test_any_order_of_presses_ends_where_the_model_ends(thorough: bool) -> None:
    live_on(1000 if thorough else 30)


def move_up_the_last(cluster: Cluster, **facts: Any) -> None:
    """Move up as the rule does, from the wrong end."""
    backwards = type(cluster.participations.all()).waiting
    with patch.object(type(cluster.participations.all()), "waiting", lambda rows: backwards(rows).reverse()):
        waiting.move_up(cluster, **facts)


#: Rules of the product made wrong: (where, name, what it becomes); the everyday run tries the first two.
MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "the last one first": (participation, "move_up", move_up_the_last),
    "places without end": (participation, "has_room", lambda cluster: ALLOWED),
    "nobody moves up when a lead goes": (effects, "move_up", lambda cluster, at: None),
    "leads leave": (participation, "can_leave", lambda user, part: ALLOWED),
    "everybody answers": (participation, "can_work", lambda user, cluster: ALLOWED),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if n > 1 else []) for n, name in enumerate(MUTANTS)]
)
def test_a_rule_that_is_made_wrong_is_noticed(name: str, thorough: bool) -> None:
    where, what, becomes = MUTANTS[name]
    with patch.object(where, what, becomes), pytest.raises(AssertionError):
        live_on(100 if thorough else 10, shrinks=False)


@pytest.mark.slow
def test_amendments_left_open_by_an_end_are_noticed() -> None:
    with patch.dict(_effects, close_amendments=(lambda attempt: None, True)), pytest.raises(AssertionError):
        live_on(1, shrinks=False)
