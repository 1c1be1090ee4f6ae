"""Random lives against a plain model: whatever is pressed by whomever in whatever order, both agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st

from clusters.choices import State
from clusters.models import Baseline, Cluster, Decision
from community.actions.transition import transition
from community.models import Event
from community.permissions import Refusal
from community.verification import verify_history
from tests.cast import Cast, make_cast, make_cluster
from tests.conftest import is_postgres

pytestmark = [pytest.mark.django_db, pytest.mark.both]

PEOPLE = (
    "member",
    "proposer",
    "lead",
    "deputy_lead",
    "coordinator",
    "other_coordinator",
    "mission_coordinator",
    "admin",
)
VERBS = (
    "discard",
    "submit",
    "accept_lead",
    "take_back_lead",
    "decline_lead",
    "step_down",
    "recall",
    "return",
    "approve",
    "decline",
    "withdraw",
    "move",
    "start",
    "pause",
    "resume",
    "conclude",
    "discontinue",
    "correct",
    "reopen",
    "merge",
    "adopt",
    "propose_again",
    "undo",
)
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
    before: str = ""
    named: bool = True
    accepted: bool = False
    deputy: bool = False
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
        return acts or (who == "lead" and has_lead) or (who == "deputy_lead" and self.deputy)

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
        state, named_lead = self.state, who == "lead" and self.named
        decides, proposes = self.decides(who), self.proposes(who)
        runs = self.leads(who) or self.coordinates(who)
        rules: dict[str, Callable[[], bool]] = {
            "discard": lambda: state == "draft" and proposes and not self.was_proposed,
            "submit": lambda: state in ("draft", "returned") and (proposes or named_lead) and self.named,
            "accept_lead": lambda: state == "submitted" and named_lead and not self.accepted,
            "take_back_lead": lambda: state in ("submitted", "returned") and named_lead and self.accepted,
            "decline_lead": lambda: state == "submitted" and named_lead and not self.accepted,
            "step_down": lambda: state in ACTIVE and who == "lead" and self.leads(who),
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
        if verb == "accept_lead" or (verb == "submit" and who == "lead"):
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


CORRECTIONS, TARGETS = count(1), count(1)


def details(verb: str, cluster: Cluster, cast: Cast) -> dict[str, object]:
    """Return what the verb's form asks; each correction says something new."""
    group = Cluster.objects.get(pk=cluster.pk).working_group
    if verb == "merge":
        reference = f"M4N-CL-2099-{next(TARGETS)}"
        return {"into": make_cluster(cast, State.RUNNING, reference=reference, working_group=group)}
    if verb == "move":
        return {"working_group": cast.other_group if group == cast.group else cast.group}
    if verb == "correct":
        return {"lessons": f"Correction {next(CORRECTIONS)}."}
    return {"lessons": "Ask earlier.", "has_no_outcome": True} if verb in ("conclude", "discontinue") else {}


def check(cluster: Cluster, life: Life, pressed: int) -> None:
    """Compare the rows with the paper, and hold what must hold in every state."""
    cluster.refresh_from_db()
    assert (cluster.state, cluster.lead_id is not None, cluster.lead_accepted_at is not None) == (
        life.state,
        life.named,
        life.accepted,
    )
    assert Event.objects.about(cluster).count() == pressed
    assert Decision.objects.filter(cluster=cluster).exists() == life.was_decided
    if cluster.state in (State.RUNNING, State.PAUSED, State.CONCLUDED):
        assert Baseline.objects.filter(cluster=cluster).count() == 1
    assert cluster.participations.active().filter(role="lead").count() <= 1


def press(cast: Cast, cluster: Cluster, verb: str, who: str) -> bool:
    """Press one button; return whether it was done."""
    try:
        transition(cluster, verb, by=cast.user(who), reason="Because.", **details(verb, cluster, cast))
    except Refusal:
        return False
    return True


def live(cast: Cast, presses: list[tuple[str, str]]) -> None:
    """Press all buttons in turn on a new draft, in the database and on paper."""
    cluster, life, pressed = make_cluster(cast, State.DRAFT, lead_accepted_at=None), Life(), 0
    cluster.stages.all().delete()
    cluster.starts_on = cluster.ends_on = None
    Cluster.objects.filter(pk=cluster.pk).update(starts_on="2026-03-01", ends_on=timezone.localdate())
    cluster.stages.create(position=1, title="Kick-off", status="dropped")
    for verb, who in presses:
        expected = life.allows(verb, who)
        done = press(cast, cluster, verb, who)
        assert done == expected, (verb, who, life)
        if done:
            life.do(verb, who)
            pressed += verb != "propose_again"  # the draft's own chain begins with its submit
        if verb == "discard" and done:
            assert not Cluster.objects.filter(pk=cluster.pk).exists()
            return
    check(cluster, life, pressed)


def test_any_order_of_presses_ends_where_the_model_ends(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    presses = st.tuples(st.sampled_from(VERBS), st.sampled_from(PEOPLE))
    # Most lives begin with some of a usual path, so that late and rare states are reached often.
    usual = [("submit", "proposer"), ("accept_lead", "lead"), ("approve", "coordinator"), ("start", "lead")]
    adopted = [*usual, ("step_down", "lead"), ("adopt", "coordinator")]
    ended = [*adopted, ("discontinue", "coordinator"), ("reopen", "coordinator"), ("reopen", "admin")]
    moved = [("submit", "proposer"), ("move", "coordinator"), ("accept_lead", "lead"), ("return", "other_coordinator")]
    paths = st.sampled_from([usual, ended, moved])
    begun = st.builds(lambda path, steps: path[:steps], paths, st.integers(0, len(ended)))

    many = rounds(300 if is_postgres() else 1000)

    @seed(20261125)
    @settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(begun, st.lists(presses, max_size=12))
    @example(ended, [])
    @example(moved, [("undo", "other_coordinator")])
    def lives(first: list[tuple[str, str]], then: list[tuple[str, str]]) -> None:
        with transaction.atomic():
            live(cast, first + then)

    lives()
    assert list(verify_history()) == []
