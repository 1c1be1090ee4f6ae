"""What became of each question for a merge stands in the history of the cluster, also where another one replaced it."""

from __future__ import annotations

from typing import Any

import pytest

from clusters.actions.merge import agree_merge, ask_merge, merge
from clusters.choices import MergeStatus, State
from clusters.models import Cluster, MergeRequest
from community.models import Event
from community.verification import verify_history
from tests import factories as make
from tests.cast import make_cast, make_cluster
from tests.clusters.test_merge_actions import WHY, bare

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def history(cluster: Cluster) -> list[tuple[str, Any, int | None]]:
    """Return verb, person and other cluster of the events about merges, in their order."""
    rows = Event.objects.filter(kind="cluster", subject_id=cluster.pk, verb__startswith="merge").order_by("pk")
    return [(row.verb, row.by, row.data.get("into")) for row in rows]


def test_a_question_that_takes_anothers_place_leaves_the_withdrawal_of_that_one() -> None:
    cast = make_cast()
    first, second = cast.user("coordinator"), make.make_coordinator(cast.group).user
    assert second is not None
    cluster = bare(cast, State.APPROVED)
    into, other = (bare(cast, State.RUNNING, working_group=cast.other_group) for _number in range(2))
    for by, target, reason in ((first, into, WHY), (second, into, f"{WHY} So do their people."), (second, other, WHY)):
        ask_merge(cluster=cluster, into=target, by=by, reason=reason)
    assert history(cluster) == [
        ("merge_asked", first, into.pk),
        ("merge_withdrawn", second, into.pk),
        ("merge_asked", second, into.pk),
        ("merge_withdrawn", second, into.pk),
        ("merge_asked", second, other.pk),
    ]
    assert [row.answered_by for row in MergeRequest.objects.order_by("pk")] == [second, second, None]
    assert list(verify_history()) == []


def test_a_merge_into_another_cluster_leaves_the_withdrawal_of_what_was_asked() -> None:
    cast = make_cast()
    by = cast.user("coordinator")
    cluster = bare(cast, State.APPROVED)
    asked, into = bare(cast, State.RUNNING, working_group=cast.other_group), bare(cast, State.RUNNING)
    ask_merge(cluster=cluster, into=asked, by=by, reason=WHY)
    merge(cluster=cluster, into=into, by=by, reason=WHY)
    assert history(cluster) == [
        ("merge_asked", by, asked.pk),
        ("merge_withdrawn", by, asked.pk),
        ("merge", by, into.pk),
    ]
    assert MergeRequest.objects.get().status == MergeStatus.WITHDRAWN
    assert list(verify_history()) == []


def test_a_merge_that_is_agreed_to_withdraws_nothing() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.APPROVED)
    into = bare(cast, State.RUNNING, working_group=cast.other_group)
    request = ask_merge(cluster=cluster, into=into, by=cast.user("coordinator"), reason=WHY)
    assert isinstance(request, MergeRequest)
    agree_merge(request=request, by=cast.user("other_coordinator"))
    assert [verb for verb, _by, _into in history(cluster)] == ["merge_asked", "merge"]
