"""Two write at once: the row lock of a save, the code of a draft, the name of a new organisation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from clusters.actions import proposal
from clusters.actions.proposal import create_draft, save_step
from clusters.actions.proposal_values import PersonLine, digest, stored
from clusters.choices import State
from clusters.models import Cluster
from community.models import Event, Organisation
from tests.cast import Cast, make_cast, make_cluster
from tests.races import at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def save_at_once(cast: Cast, cluster: Cluster) -> list[object]:
    """Let proposer and lead save another title in the same moment, both from the same page."""
    seen = digest(stored(cluster, ["title"]))
    with meeting((proposal, "stored")):
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
        refused = refusals(results)
        assert [refusal.code for refusal in refused] == ["stale"], results
        assert Event.objects.about(cluster).count() == 1
        cluster.refresh_from_db()
        assert cluster.version == 2


def test_without_the_lock_both_saves_are_stored_one_over_the_other() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.SUBMITTED)
    with without_locks("clusters"):
        results = save_at_once(cast, cluster)
    assert [result for result in results if isinstance(result, Exception)] == []


def test_the_same_form_sent_twice_at_once_makes_one_draft(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    for number in range(rounds(50)):
        code = f"abcdefg{chr(97 + number % 26)}"
        Cluster.objects.filter(draft_code=code).delete()
        with meeting(Cluster):
            made = at_once(*[partial(create_draft, by=cast.accounts["member"], code=code)] * 2)
        assert made[0] == made[1]
        assert Cluster.objects.filter(draft_code=code).count() == 1


def test_a_new_organisation_that_two_add_at_once_is_made_once(rounds: Callable[[int], int]) -> None:
    cast = make_cast()
    drafts = [make_cluster(cast, State.DRAFT, draft_code=code) for code in ("abcdefgh", "hgfedcba")]
    for number in range(rounds(50)):
        lines = [PersonLine(new_name=f"Marsh Foundation {number}")]
        with meeting((Organisation.objects, "named")):
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
