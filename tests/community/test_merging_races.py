"""Two administrators merge the same two people in opposite directions at once: one merge is done, the other refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError

from community.actions import merging
from community.actions.merging import merge_entries, preview_merge, unmerge_entries
from community.models import Event, Member, Need
from community.permissions import Refusal
from community.verification import verify_history
from tests import factories as make
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def merged_into_each_other(one: Member, two: Member) -> list[Any]:
    """Let two administrators press, each having looked at their own preview; both judge before either writes."""
    presses = []
    for kept, merged in ((one, two), (two, one)):
        by = make.make_admin()
        seen = preview_merge(kept=kept, merged=merged, by=by).digest
        presses.append(partial(merge_entries, kept=kept, merged=merged, by=by, seen=seen))
    with meeting((merging, "_refuse_unfit")):
        return at_once(*presses)


def count_merged(*rows: Member) -> int:
    """Return how many of these are merged into another entry."""
    return Member.objects.filter(pk__in=[row.pk for row in rows]).exclude(merged_into=None).count()


def test_two_that_are_merged_into_each_other_leave_one(rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        one, two = make.make_member(), make.make_member()
        needs = [make.make_need(raised_by=row) for row in (one, two)]
        results = merged_into_each_other(one, two)
        [refusal] = refusals(results)
        assert "merged into another entry already" in str(refusal)
        assert count_merged(one, two) == 1
        [merged] = Member.objects.filter(pk__in=[one.pk, two.pk]).exclude(merged_into=None)
        asked = Need.objects.filter(pk__in=[row.pk for row in needs])
        assert set(asked.values_list("raised_by", flat=True)) == {merged.merged_into_id}
        assert Event.objects.about(merged).filter(verb="merge_member").count() == 1
        assert unmerge_entries(merged=merged, by=make.make_admin()) == 0
        assert set(asked.values_list("raised_by", flat=True)) == {one.pk, two.pk}
    assert [finding for finding in verify_history() if finding.is_fault] == []


def test_control_without_the_locks_nobody_sees_the_other_merge() -> None:
    """Whether both end merged, wait for each other or find the plan changed is chance; that neither is told is not."""
    one, two = make.make_member(), make.make_member()
    with without_locks(Member):
        results = merged_into_each_other(one, two)
    told = [str(refusal) for refusal in refusals(results)]
    assert not any("merged into another entry already" in words for words in told), results
    late = [result for result in results if isinstance(result, OperationalError | Refusal)]
    assert (len(late), count_merged(one, two)) in ((0, 2), (1, 1)), results
