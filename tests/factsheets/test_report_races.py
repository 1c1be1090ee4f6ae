"""Two reports at the same moment: each gets an address of its own; a rhythm on two machines tells everybody once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from clusters.choices import State
from community import jobs
from community.permissions import Refusal
from factsheets.actions import report as actions
from factsheets.actions.issue import draw_first, take_version
from factsheets.actions.report_effects import hold_references
from factsheets.choices import Face
from factsheets.models import CopReport
from factsheets.querysets.report import CopReportQuerySet
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.races import at_once, meeting, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DAY = NOW.date()
TIME = {"from_on": DAY, "until_on": DAY}


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The cast, with a factsheet in the time; the jobs of reports are left to the clock."""
    found = make_cast()
    issue = take_version(
        cluster=make_cluster(found, State.CONCLUDED), face=Face.BACKWARD, reason="conclude", by=None, at=NOW
    )
    draw_first(issue=issue)
    with transaction.atomic():
        hold_references()  # The chain has begun.
    monkeypatch.setattr(jobs, "wake_on_commit", lambda *_given: None)
    return found


def send(report: CopReport, cast: Cast) -> Callable[[], object]:
    return lambda: actions.send_report(report=report, by=cast.user("coordinator"), at=NOW)


def two_at_once(cast: Cast) -> list[object]:
    """Send two drafts at once; both number themselves before either goes on, where no lock keeps them apart."""
    drafts = [
        actions.begin_report(working_group=cast.group, by=cast.user("coordinator"), **TIME) for _number in range(2)
    ]
    with meeting((CopReportQuerySet, "next_reference")):
        return at_once(*(send(draft, cast) for draft in drafts))


def test_two_reports_sent_at_once_are_numbered_one_after_the_other(cast: Cast) -> None:
    sent = two_at_once(cast)
    assert sorted(getattr(one, "reference", repr(one)) for one in sent) == [f"{DAY}", f"{DAY}-2"]


def test_control_without_locks_the_second_one_has_the_number_of_the_first(cast: Cast) -> None:
    with without_locks():
        sent = two_at_once(cast)
    assert [type(one) for one in sent if isinstance(one, Exception)] == [IntegrityError]


def test_a_rhythm_that_runs_twice_at_once_sends_one_report(cast: Cast) -> None:
    def by_rhythm() -> object:
        return actions.send_for_time(working_group=cast.group, by=None, **TIME)

    with meeting((actions, "sent_for")):
        sent = at_once(by_rhythm, by_rhythm)
    assert {type(one) for one in sent} == {CopReport, Refusal}
    assert CopReport.objects.sent().count() == 1
