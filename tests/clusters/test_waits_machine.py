"""Random lives in which days pass: the clock, prepared decisions and the other side of a merge, against a model."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, seed, settings
from hypothesis import strategies as st

from clusters.actions import clock
from clusters.actions import merge as merging
from clusters.actions.prepared import announce_decision, announce_due_decisions, prepare_decision, take_back_decision
from clusters.actions.reminders import send_todays
from clusters.choices import State
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, Decision, MergeRequest, PreparedDecision
from clusters.querysets.prepared import PreparedDecisionQuerySet
from clusters.rules import merge as merge_rules
from clusters.rules import requirements
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from community.permissions import Refusal
from community.verification import verify_history
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.paper.waits import DECIDED, Waits
from tests.clusters.test_lifecycle_machine import details
from tests.clusters.test_merge_actions import bare
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

PEOPLE = ("member", "proposer", "lead", "coordinator", "other_coordinator", "mission_coordinator", "admin")
BOSSES = ("coordinator", "coordinator", "other_coordinator", "mission_coordinator", "lead")
LIFE = ("submit", "accept_lead", "take_back_lead", "decline_lead", "recall", "return", "approve", "decline", "withdraw")
LATER = ("start", "pause", "step_down", "adopt", "conclude", "discontinue", "reopen", "undo")
WAITING = ("prepare", "prepare", "announce", "drop", "ask_merge", "agree_merge", "refuse_merge", "withdraw_merge")
#: How many days pass at once: to just before, on and after each day on which something is due.
DAYS = (1, 6, 7, 10, 45, 83, 84, 89, 90, 91)
#: Who presses what; the number says how many days pass, or what is prepared until when.
Press = tuple[str, str, int]


class World:
    """One proposal and the cluster that may take it in, made once; each life starts from them."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.into = bare(cast, State.APPROVED, working_group=cast.other_group)
        self.cluster = make_cluster(cast, State.SUBMITTED)
        self.cluster.participations.all().delete()
        self.cluster.stages.all().delete()
        self.cluster.stages.create(position=1, title="Kick-off", status="dropped")

    def begin(self, begins: int, ends: int) -> Waits:
        """Give the proposal its days; return its paper."""
        days = {"starts_on": TODAY + timedelta(days=begins), "ends_on": TODAY + timedelta(days=ends)}
        Cluster.objects.filter(pk=self.cluster.pk).update(**days, updated_at=NOW)
        return Waits(state="submitted", accepted=True, was_proposed=True, begins=begins, ends=ends)

    def now(self) -> Cluster:
        return Cluster.objects.get(pk=self.cluster.pk)

    def prepared(self) -> PreparedDecision | None:
        return PreparedDecision.objects.filter(cluster=self.cluster).order_by("pk").last()

    def asked(self) -> MergeRequest | None:
        rows = MergeRequest.objects.select_related("cluster", "into").filter(cluster=self.cluster)
        return rows.order_by("pk").last()

    def strike(self, at: datetime) -> None:
        """Do what the scheduler does on its round."""
        send_todays(at)
        send_outbox(at=at)
        clock.withdraw_idle_proposals(at)
        clock.start_due_clusters(at)
        announce_due_decisions(at)

    def prepare(self, by: Any, number: int, at: datetime) -> object:
        after = (None, 1, 10, 45)[number % 4]
        due = at + timedelta(days=after) if after else None
        given: dict[str, Any] = {
            "verb": DECIDED[number % 3],
            "reason": "Because.",
            "seen": CLUSTER.content_hash(self.now()),
        }
        return prepare_decision(cluster=self.cluster, by=by, announce_at=due, at=at, **given)

    def act(self, verb: str, who: str, number: int, at: datetime) -> object:
        """Press one button as it stands in the product."""
        by = self.cast.user(who)
        if verb == "prepare":
            return self.prepare(by, number, at)
        if verb == "ask_merge":
            return merging.ask_merge(cluster=self.cluster, into=self.into, by=by, reason="Because.", at=at)
        if verb in ("announce", "drop"):
            if (prepared := self.prepared()) is None:
                raise Refusal("There is nothing to press.")
            return (announce_decision if verb == "announce" else take_back_decision)(prepared=prepared, by=by, at=at)
        if verb.endswith("_merge"):
            if (asked := self.asked()) is None:
                raise Refusal("There is nothing to press.")
            more = {"reason": "Because."} if verb == "refuse_merge" else {}
            return getattr(merging, verb)(request=asked, by=by, at=at, **more)
        return transition(self.cluster, verb, by=by, reason="Because.", at=at, **details(verb, self.cluster, self.cast))

    def press(self, verb: str, who: str, number: int, at: datetime) -> bool:
        """Press one button, or let the clock strike; tell whether it was done."""
        if verb == "clock":
            self.strike(at)
            return True
        try:
            self.act(verb, who, number, at)
        except Refusal:
            return False
        return True

    def check(self, paper: Waits) -> None:
        """Compare the rows with the paper."""
        now, prepared, asked = self.now(), self.prepared(), self.asked()
        assert (now.state, now.lead_id is not None, now.lead_accepted_at is not None) == (
            paper.state,
            paper.named,
            paper.accepted,
        )
        assert (prepared.status if prepared else None) == (paper.prepared.status if paper.prepared else None)
        assert (asked.status if asked else None) == (paper.asked.status if paper.asked else None)
        assert Decision.objects.filter(cluster=now).count() == paper.decisions
        assert prepared is None or (prepared.decision_id is not None) == (prepared.status == "announced")


def live(world: World, days: tuple[int, int], presses: list[Press]) -> None:
    """Press all buttons in turn, in the database and on paper."""
    paper, at = world.begin(*days), NOW
    with time_machine.travel(at, tick=False) as travel:
        for verb, who, number in presses:
            expected = paper.press(verb, who, number)
            if verb == "wait":
                at += timedelta(days=number)
                travel.move_to(at)
                continue
            done = world.press(verb, who, number, at)
            assert done == expected, (verb, who, number, paper)
            if verb == "clock":  # what it did at which stroke
                world.check(paper)
        world.check(paper)
    assert list(verify_history()) == []


def presses() -> st.SearchStrategy[Press]:
    """Draw a press; days pass and the clock strikes often."""
    nobody, numbers = st.just(""), st.integers(0, 11)
    wait = st.tuples(st.just("wait"), nobody, st.sampled_from(DAYS))
    strike = st.tuples(st.just("clock"), nobody, st.just(0))
    life = st.tuples(st.sampled_from((*LIFE, *LATER)), st.sampled_from(PEOPLE), numbers)
    waiting = st.tuples(st.sampled_from(WAITING), st.sampled_from(BOSSES), numbers)
    return st.one_of(wait, strike, life, life, waiting, waiting)


#: Returned, left alone, announced to end, ended by the registry; and taken up again.
IDLE: list[Press] = [
    ("return", "coordinator", 0),
    ("wait", "", 83),
    ("clock", "", 0),
    ("wait", "", 6),
    ("clock", "", 0),
    ("wait", "", 1),
    ("clock", "", 0),
    ("undo", "proposer", 0),
    ("reopen", "proposer", 0),
    ("submit", "proposer", 0),
]
#: The registry slept on the day of the last word: it is said late, and the proposal stays a week more.
LATE: list[Press] = [
    ("return", "coordinator", 0),
    ("wait", "", 91),
    ("clock", "", 0),
    ("wait", "", 6),
    ("clock", "", 0),
    ("wait", "", 1),
    ("clock", "", 0),
]
#: Prepared, announced by the registry on its day; the one day comes, and the cluster starts by itself.
PREPARED: list[Press] = [
    ("prepare", "coordinator", 1),
    ("drop", "mission_coordinator", 0),
    ("prepare", "coordinator", 1),
    ("prepare", "mission_coordinator", 2),
    ("clock", "", 0),
    ("wait", "", 1),
    ("clock", "", 0),
    ("wait", "", 45),
    ("clock", "", 0),
]
#: Prepared on what is not so any more: held back until somebody prepares it anew.
HELD: list[Press] = [
    ("prepare", "coordinator", 1),
    ("take_back_lead", "lead", 0),
    ("announce", "mission_coordinator", 0),
    ("announce", "coordinator", 0),
    ("accept_lead", "lead", 0),
    ("prepare", "coordinator", 4),
    ("announce", "mission_coordinator", 0),
]
#: Asked, refused, asked again, taken back, asked again and agreed by the other side.
ASKED: list[Press] = [
    ("ask_merge", "coordinator", 0),
    ("agree_merge", "coordinator", 0),
    ("refuse_merge", "other_coordinator", 0),
    ("ask_merge", "coordinator", 0),
    ("withdraw_merge", "coordinator", 0),
    ("withdraw_merge", "mission_coordinator", 0),
    ("prepare", "coordinator", 0),
    ("ask_merge", "coordinator", 0),
    ("agree_merge", "other_coordinator", 0),
]


def live_on(cast: Cast, many: int, *, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    """Let `many` proposals live, each from the same beginning; nothing of one is left for the next."""
    world = World(cast)
    days = st.sampled_from(((40, 40), (0, 0), (-5, -5), (10, 60), (200, 200)))
    begun = st.sampled_from(((), IDLE[:1], IDLE[:5], PREPARED[:1], ASKED[:1], (("approve", "coordinator", 0),)))

    @seed(20261127)
    @settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=phases)
    @given(days, begun, st.lists(presses(), min_size=3, max_size=14))
    @example((200, 200), (), IDLE)
    @example((200, 200), (), LATE)
    @example((40, 40), (), PREPARED)
    @example((10, 60), (), HELD)
    @example((40, 40), (), ASKED)
    def lives(days: tuple[int, int], first: list[Press], then: list[Press]) -> None:
        with transaction.atomic():
            live(world, days, [*first, *then])
            transaction.set_rollback(True)

    lives()


def test_any_order_of_presses_and_days_ends_where_the_model_ends(thorough: bool, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    live_on(make_cast(), 1000 if thorough else 6)


#: Rules of the product made wrong: (where, name, what it becomes); the everyday run tries the first.
MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "decided whatever was shown": (CLUSTER, "content_hash", lambda cluster: ""),
    "withdrawn untold": (requirements, "_was_announced", lambda cluster, at: True),
    "announced by nobody": (PreparedDecisionQuerySet, "due", lambda rows, at: rows.none()),
    "whoever asks agrees": (merge_rules, "coordinates_both", lambda user, cluster, into, on: True),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if n else []) for n, name in enumerate(MUTANTS)]
)
def test_a_rule_that_is_made_wrong_is_noticed(name: str, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    where, what, becomes = MUTANTS[name]
    with patch.object(where, what, becomes), pytest.raises(AssertionError):
        live_on(make_cast(), 1, phases=(Phase.explicit,))
