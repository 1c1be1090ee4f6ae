"""Two decisions at once, and a decision against an edit: what the cluster's lock is for, with a control without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from clusters.actions import roadmap
from clusters.actions.amendment import act, decide_amendment, suggest_amendment
from clusters.amendment_lifecycle import AMENDMENT
from clusters.choices import State
from clusters.lifecycle import CLUSTER
from clusters.models import Amendment, Cluster
from clusters.rules.amendment_fields import amendment_hash
from community.actions.transition import transition
from community.models import Event
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


#: How a cluster ends, and what the form of that asks.
ENDS: dict[str, dict[str, Any]] = {
    "discontinue": {"reason": "No money.", "lessons": "Ask earlier."},
    "conclude": {"lessons": "Ask earlier.", "has_no_outcome": True},
}


def suggest(cast: Cast, cluster: Cluster, ends_on: str) -> Amendment:
    wished = {"ends_on": ends_on}
    return suggest_amendment(cluster=cluster, by=cast.user("lead"), wished=wished, reason="It opens later.")


def accept_both(cast: Cast, first: Amendment, second: Amendment) -> list[object]:
    """Let two coordinators accept in the same moment."""
    with meeting((AMENDMENT, "judge")):
        return at_once(
            partial(decide_amendment, amendment=first, by=cast.user("coordinator"), accepted=["ends_on"]),
            partial(decide_amendment, amendment=second, by=cast.user("mission_coordinator"), accepted=["ends_on"]),
        )


def test_one_amendment_accepted_twice_at_once_is_accepted_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.RUNNING)
        row = suggest(cast, cluster, "2026-11-30")
        results = accept_both(cast, row, row)
        refused = [str(one) for one in refusals(results)]
        assert refused == ["This can't be done while the amendment is: Accepted."], results
        assert Event.objects.filter(verb="amendment.accepted", subject_id=row.pk).count() == 1
        assert cluster.baselines.count() == 2


def test_two_amendments_of_one_field_accepted_at_once_leave_one(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.RUNNING)
        first, second = suggest(cast, cluster, "2026-11-30"), suggest(cast, cluster, "2026-12-31")
        results = accept_both(cast, first, second)
        refused = [str(one) for one in refusals(results)]
        assert len(refused) == 1, results
        assert refused[0].startswith("The cluster has changed since this was written: Last end")
        accepted = cluster.amendments.get(state="accepted")
        assert str(Cluster.objects.get(pk=cluster.pk).ends_on) == accepted.changes["ends_on"]["now"]


def test_without_the_lock_both_are_accepted(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    first, second = suggest(cast, cluster, "2026-11-30"), suggest(cast, cluster, "2026-12-31")
    with without_locks("clusters"):
        results = accept_both(cast, first, second)
    assert not [result for result in results if isinstance(result, Exception)], results


def test_a_renewal_against_a_decision_leaves_what_was_shown(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.RUNNING)
        row = suggest(cast, cluster, "2026-11-30")
        seen = amendment_hash(row)
        with meeting((AMENDMENT, "judge")):
            decision = partial(
                decide_amendment, amendment=row, by=cast.user("coordinator"), accepted=["ends_on"], seen=seen
            )
            wished = {"ends_on": "2026-12-31"}
            at_once(
                decision,
                partial(act, amendment=row, verb="amendment.renewed", by=cast.user("lead"), wished=wished),
            )
        now = Cluster.objects.get(pk=cluster.pk).ends_on
        after = Amendment.objects.get(pk=row.pk)
        assert (after.state, now) in (("accepted", date(2026, 11, 30)), ("proposed", date(2026, 9, 30)))
        assert after.changes["ends_on"]["now"] == ("2026-11-30" if after.state == "accepted" else "2026-12-31")


def test_an_edit_of_the_roadmap_and_a_decision_lose_nothing(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.RUNNING)
        stage = cluster.stages.create(position=2, title="Try-outs")
        row = suggest(cast, cluster, "2026-11-30")
        days = {"planned_start_on": date(2026, 5, 1), "planned_end_on": date(2026, 5, 9)}
        with meeting((AMENDMENT, "judge"), (roadmap, "check_seen")):
            results = at_once(
                partial(decide_amendment, amendment=row, by=cast.user("coordinator"), accepted=["ends_on"]),
                partial(roadmap.update_stage, stage=stage, by=cast.user("lead"), seen_version=1, **days),
            )
        assert not [one for one in results if isinstance(one, Exception)], results
        now = Cluster.objects.get(pk=cluster.pk)
        assert (now.ends_on, now.version) == (date(2026, 11, 30), cluster.version + 2)


@pytest.mark.parametrize("verb", ENDS)
def test_the_end_of_the_cluster_against_a_decision_neither_hangs_nor_mixes(
    cast: Cast, rounds: Callable[[int], int], verb: str
) -> None:
    for _round in range(rounds(15)):
        cluster = make_cluster(cast, State.RUNNING)
        row = suggest(cast, cluster, "2026-11-30")
        with meeting((AMENDMENT, "judge"), (CLUSTER, "judge")):
            results = at_once(
                partial(decide_amendment, amendment=row, by=cast.user("coordinator"), accepted=["ends_on"]),
                partial(transition, cluster, verb, by=cast.user("mission_coordinator"), **ENDS[verb]),
            )
        assert all(isinstance(one, Refusal | Cluster | Amendment) for one in results), results
        now, after = Cluster.objects.get(pk=cluster.pk), Amendment.objects.get(pk=row.pk)
        assert now.state in (State.DISCONTINUED, State.CONCLUDED)
        ends = {"accepted": date(2026, 11, 30), "withdrawn": cluster.ends_on}
        assert now.ends_on == ends[after.state]
        verbs = list(Event.objects.of_chain(f"cluster:{cluster.pk}").order_by("number").values_list("verb", flat=True))
        assert verbs[2:] == (["amendment.accepted", verb] if after.state == "accepted" else [verb, "amendment.lapsed"])


def hand_over_to_both(cast: Cast, cluster: Cluster) -> list[object]:
    """Let two coordinators accept a hand-over each, in the same moment."""
    rows = []
    for role in ("participant", "deputy_lead"):
        wished = {"lead": [cast.member(role).pk, cast.organisation.pk]}
        rows.append(suggest_amendment(cluster=cluster, by=cast.user("lead"), wished=wished, reason="A new post."))
        act(amendment=rows[-1], verb="amendment.lead_accepted", by=cast.user(role))
    with meeting((AMENDMENT, "judge")):
        return at_once(
            *(
                partial(decide_amendment, amendment=row, by=cast.user(role), accepted=["lead"])
                for row, role in zip(rows, ("coordinator", "mission_coordinator"), strict=True)
            )
        )


def test_two_hand_overs_at_once_make_one_lead(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(15)):
        cluster = make_cluster(cast, State.RUNNING)
        results = hand_over_to_both(cast, cluster)
        (refusal,) = refusals(results)
        assert str(refusal).startswith("The cluster has changed since this was written: Lead"), results
        leading = cluster.participations.active().get(role="lead")
        assert leading.member == Cluster.objects.get(pk=cluster.pk).lead
        assert cluster.amendments.filter(state="accepted").count() == 1


def test_without_the_lock_two_hand_overs_both_believe_to_be_the_first(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    with without_locks("clusters"):
        results = hand_over_to_both(cast, cluster)
    assert not [result for result in results if isinstance(result, Exception)], results
