"""Random lives against a plain model: whatever is pressed by whomever in whatever order, both agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from clusters.choices import State
from clusters.models import Baseline, Cluster, Decision
from community.actions.transition import transition
from community.models import Event
from community.permissions import Refusal
from community.verification import verify_history
from tests.cast import Cast, make_cast, make_cluster

pytestmark = pytest.mark.django_db

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
    "start",
    "pause",
    "resume",
    "conclude",
    "discontinue",
    "correct",
    "reopen",
    "merge",
    "propose_again",
)
ENDED = {"concluded", "discontinued", "declined", "withdrawn", "merged"}
ACTIVE = {"approved", "running", "paused"}


@dataclass
class Life:
    """What a person would write down on paper about one cluster."""

    state: str = "draft"
    before: str = ""
    named: bool = True
    accepted: bool = False
    deputy: bool = False
    was_decided: bool = False

    def leads(self, who: str) -> bool:
        """Say whether `who` does what the lead does."""
        return (who == "lead" and self.named and self.accepted) or (who == "deputy_lead" and self.deputy)

    def coordinates(self, who: str) -> bool:
        """Say whether `who` decides for the group."""
        return who in ("coordinator", "mission_coordinator")

    def allows(self, verb: str, who: str) -> bool:
        """Say whether the rules of the design let `who` do `verb` now."""
        state, named_lead = self.state, who == "lead" and self.named
        decides = self.coordinates(who)
        runs = self.leads(who) or decides
        rules: dict[str, Callable[[], bool]] = {
            "submit": lambda: state in ("draft", "returned") and (who == "proposer" or named_lead) and self.named,
            "accept_lead": lambda: state == "submitted" and named_lead and not self.accepted,
            "take_back_lead": lambda: state in ("submitted", "returned") and named_lead and self.accepted,
            "decline_lead": lambda: state == "submitted" and named_lead and not self.accepted,
            "step_down": lambda: state in ACTIVE and who == "lead" and self.leads(who),
            "recall": lambda: state == "submitted" and who == "proposer",
            "return": lambda: state == "submitted" and decides,
            "approve": lambda: state == "submitted" and decides and self.named and self.accepted,
            "decline": lambda: state in ("submitted", "returned") and decides,
            "withdraw": lambda: state in ("submitted", "returned") and who == "proposer",
            "start": lambda: state == "approved" and runs and self.named and self.accepted,
            "pause": lambda: state == "running" and runs,
            "resume": lambda: state == "paused" and runs,
            "conclude": lambda: state in ("running", "paused") and runs,
            "discontinue": lambda: state in ACTIVE and runs,
            "correct": lambda: state in ("concluded", "discontinued") and runs,
            "reopen": lambda: (
                state in ("concluded", "discontinued", "declined", "withdrawn")
                and (decides or who == "admin" or (state == "withdrawn" and who == "proposer"))
            ),
            # Into a cluster of the same group, so that one press is enough.
            "merge": lambda: state in ("submitted", "returned", "approved") and decides,
            "propose_again": lambda: state in ENDED,
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
        self.was_decided |= verb in ("return", "approve", "decline")


CORRECTIONS, TARGETS = count(1), count(1)


def details(verb: str, cast: Cast) -> dict[str, object]:
    """Return what the verb's form asks; each correction says something new."""
    if verb == "merge":
        return {"into": make_cluster(cast, State.RUNNING, reference=f"M4N-CL-2099-{next(TARGETS)}")}
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
        transition(cluster, verb, by=cast.user(who), reason="Because.", **details(verb, cast))
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
    check(cluster, life, pressed)


def test_any_order_of_presses_ends_where_the_model_ends(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    presses = st.tuples(st.sampled_from(VERBS), st.sampled_from(PEOPLE))
    # Half of the lives begin with the usual path, so that late states are reached often.
    usual = [("submit", "proposer"), ("accept_lead", "lead"), ("approve", "coordinator"), ("start", "lead")]
    begun = st.integers(0, len(usual)).map(lambda steps: usual[:steps])

    @seed(20261125)
    @settings(max_examples=rounds(1000), deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(begun, st.lists(presses, max_size=12))
    def lives(first: list[tuple[str, str]], then: list[tuple[str, str]]) -> None:
        with transaction.atomic():
            live(cast, first + then)

    lives()
    assert list(verify_history()) == []
