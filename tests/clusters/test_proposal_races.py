"""Two write at once: the row lock of a save, the code of a draft, the name of a new organisation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import pytest
from django.db import models

from clusters.actions import proposal, proposal_people
from clusters.actions.proposal import create_draft, save_step
from clusters.actions.proposal_values import PersonLine, digest, stored
from clusters.choices import State
from clusters.models import Cluster
from community.models import Event, Organisation
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_races import at_once, patience

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@contextmanager
def meeting_at(module: Any, name: str) -> Iterator[None]:
    """Let two parties both get through `module.name` before either goes on; a locked-out one is not waited for long."""
    barrier = threading.Barrier(2)
    real = getattr(module, name)

    def read_and_wait(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(patience())
        return found

    with patch.object(module, name, read_and_wait):
        yield


def save_at_once(cast: Cast, cluster: Cluster) -> list[object]:
    """Let proposer and lead save another title in the same moment, both from the same page."""
    seen = digest(stored(cluster, ["title"]))
    with meeting_at(proposal, "stored"):
        return at_once(
            *(
                lambda who=who: save_step(
                    cluster=cluster, values={"title": f"By the {who}"}, by=cast.accounts[who], seen=seen
                )
                for who in ("proposer", "lead")
            )
        )


def test_of_two_saves_at_once_one_is_stored_and_the_other_is_told(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    for _round in range(rounds(50)):
        cluster = make_cluster(cast, State.SUBMITTED)
        results = save_at_once(cast, cluster)
        refusals = [result for result in results if isinstance(result, Refusal)]
        assert [refusal.code for refusal in refusals] == ["stale"], results
        assert Event.objects.about(cluster).count() == 1
        cluster.refresh_from_db()
        assert cluster.version == 2


def test_without_the_lock_both_saves_are_stored_one_over_the_other() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.SUBMITTED)
    with patch.object(models.QuerySet, "select_for_update", lambda rows, **options: rows):
        results = save_at_once(cast, cluster)
    assert [result for result in results if isinstance(result, Exception)] == []


def test_the_same_form_sent_twice_at_once_makes_one_draft(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    for number in range(rounds(50)):
        code = f"abcdefg{chr(97 + number % 26)}"
        Cluster.objects.filter(draft_code=code).delete()
        made = at_once(*(lambda code=code: create_draft(by=cast.accounts["member"], code=code) for _press in range(2)))
        assert made[0] == made[1]
        assert Cluster.objects.filter(draft_code=code).count() == 1


def test_a_new_organisation_that_two_add_at_once_is_made_once(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    drafts = [make_cluster(cast, State.DRAFT, draft_code=code) for code in ("abcdefgh", "hgfedcba")]
    for number in range(rounds(50)):
        lines = [PersonLine(new_name=f"Marsh Foundation {number}")]
        with meeting_at(proposal_people.Organisation.objects, "named"):
            results = at_once(
                *(
                    lambda draft=draft, lines=lines: save_step(
                        cluster=draft,
                        values={"people": lines},
                        by=cast.accounts["proposer"],
                        seen=digest(stored(draft, ["people"])),
                    )
                    for draft in drafts
                )
            )
        assert [result for result in results if isinstance(result, Exception)] == []
        assert Organisation.objects.named(f"marsh foundation {number}").count() == 1
