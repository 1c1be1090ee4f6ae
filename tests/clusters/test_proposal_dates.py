"""Dates of a proposal: an end too long ago, and stages outside the cluster's own days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster, Stage
from clusters.rules.checklist import Result, checklist
from clusters.rules.roadmap import is_too_far_back, stages_outside
from community.actions.transition import transition
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.proposal_pages import Writer

FIRST, LAST = date(2027, 3, 1), date(2027, 9, 30)
TOO_LONG_AGO = "more than 90 days ago, so it can’t be approved as if it were still to come."
OUTSIDE = "lies outside the cluster’s own dates"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def over(cluster: Cluster, days: int, *, lasted: int = 0) -> Cluster:
    """Let a cluster have ended so many days ago, with its one stage on its last day."""
    end = timezone.localdate() - timedelta(days=days)
    Cluster.objects.filter(pk=cluster.pk).update(starts_on=end - timedelta(days=lasted), ends_on=end)
    cluster.stages.update(planned_start_on=end, planned_end_on=end)
    cluster.refresh_from_db()
    return cluster


def roadmap_point(cluster: Cluster) -> tuple[Result, str]:
    fresh = Cluster.objects.get(pk=cluster.pk)
    found = {point.code: point for point in checklist(fresh, timezone.localdate())}["roadmap"]
    return found.result, found.evidence


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (FIRST, LAST, []),
        (None, None, []),
        (LAST, None, []),
        (FIRST - timedelta(1), FIRST, [False]),
        (LAST, LAST + timedelta(1), [False]),
        (FIRST - timedelta(9), LAST + timedelta(9), [False]),
        (FIRST - timedelta(2), FIRST - timedelta(1), [True]),
        (LAST + timedelta(1), LAST + timedelta(1), [True]),
        (None, FIRST - timedelta(1), [True]),
        (LAST + timedelta(1), None, [True]),
    ],
)
def test_a_stage_lies_inside_in_part_or_wholly_outside(start: date | None, end: date | None, found: list[bool]) -> None:
    rows = [("Inside", FIRST, LAST), ("Asked", start, end)]
    assert [(row.number, row.is_whole) for row in stages_outside(rows, FIRST, LAST)] == [(2, whole) for whole in found]
    assert stages_outside(rows, None, LAST) == []


@pytest.mark.parametrize(("days", "is_too_far"), [(-400, False), (0, False), (90, False), (91, True), (2500, True)])
def test_ninety_days_back_are_the_most(days: int, is_too_far: bool) -> None:
    assert is_too_far_back(LAST - timedelta(days=days), LAST) is is_too_far


@pytest.mark.django_db
@pytest.mark.parametrize("lasted", [0, 60])
def test_what_ended_long_ago_is_not_proposed_and_the_step_says_so(cast: Cast, lasted: int) -> None:
    cluster = over(make_cluster(cast, State.DRAFT), 91, lasted=lasted)
    with pytest.raises(Refusal, match=TOO_LONG_AGO) as refusal:
        transition(cluster, "submit", by=cast.user("proposer"))
    assert "ask an administrator to record it afterwards" in str(refusal.value)
    page = Writer(cast.user("proposer"), cluster).page(3)
    assert page.count(TOO_LONG_AGO) == 2  # beside the dates, and in the list of what is missing
    assert "over for more than 90 days: the dates are to be corrected" in page
    assert transition(over(cluster, 90, lasted=lasted), "submit", by=cast.user("proposer")).state == State.SUBMITTED


@pytest.mark.django_db
@pytest.mark.parametrize("lasted", [0, 60])
def test_a_proposal_that_became_too_old_is_returned_not_stuck(cast: Cast, lasted: int) -> None:
    cluster = over(make_cluster(cast, State.SUBMITTED), 91, lasted=lasted)
    coordinator = cast.user("coordinator")
    for details in ({}, {"conditions": [{"text": "Later", "due_on": None}]}):
        with pytest.raises(Refusal, match="Return it, so that its dates are corrected"):
            transition(cluster, "approve", by=coordinator, **details)
    client = Client()
    client.force_login(coordinator)
    page = client.get(f"/review/{cluster.name}/").content.decode()
    assert "over for more than 90 days: the dates are to be corrected" in page
    assert "Return it, so that its dates are corrected" in page
    assert transition(cluster, "return", by=coordinator, reason="Too old.").state == State.RETURNED


@pytest.mark.django_db
def test_a_stage_wholly_outside_holds_up_the_submit_and_one_in_part_is_said(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    end = cluster.ends_on
    stage = Stage.objects.create(cluster=cluster, position=2, title="Visit", planned_end_on=end + timedelta(days=9))
    with pytest.raises(Refusal, match=f"Stage 2 “Visit” .* {OUTSIDE}"):
        transition(cluster, "submit", by=cast.user("proposer"))
    result, evidence = roadmap_point(cluster)
    assert (result, "outside the cluster’s dates: stage 2 “Visit”" in evidence) == (Result.FAIL, True)
    writer = Writer(cast.user("proposer"), cluster)
    assert writer.page(3).count(OUTSIDE) == 2
    data = writer.typed(3, **{"stages-1-planned_start_on": end.isoformat()})
    answer = writer.post(3, data, htmx=True, autosave="1").content.decode()
    assert 'id="stage-notes" data-hx-swap-oob="true"' in answer
    assert answer.count("Stage 2 “Visit”") == answer.count("lies in part outside the cluster’s own dates") == 1
    result, evidence = roadmap_point(cluster)
    assert (result, "in part outside the cluster’s dates: stage 2 “Visit”" in evidence) == (Result.CARE, True)
    assert transition(cluster, "submit", by=cast.user("proposer")).state == State.SUBMITTED
    stage.refresh_from_db()
    assert stage.planned_start_on == end
