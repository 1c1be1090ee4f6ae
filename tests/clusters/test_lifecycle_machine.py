"""Random lives against a plain model: whatever is pressed by whomever in whatever order, both agree."""

from __future__ import annotations

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
from tests.clusters.paper.life import Life

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

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


def test_any_order_of_presses_ends_where_the_model_ends(thorough: bool) -> None:
    cast = make_cast()
    presses = st.tuples(st.sampled_from(VERBS), st.sampled_from(PEOPLE))
    # Most lives begin with some of a usual path, so that late and rare states are reached often.
    usual = [("submit", "proposer"), ("accept_lead", "lead"), ("approve", "coordinator"), ("start", "lead")]
    adopted = [*usual, ("step_down", "lead"), ("adopt", "coordinator")]
    ended = [*adopted, ("discontinue", "coordinator"), ("reopen", "coordinator"), ("reopen", "admin")]
    moved = [("submit", "proposer"), ("move", "coordinator"), ("accept_lead", "lead"), ("return", "other_coordinator")]
    paths = st.sampled_from([usual, ended, moved])
    begun = st.builds(lambda path, steps: path[:steps], paths, st.integers(0, len(ended)))

    many = 1000 if thorough else 40

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
