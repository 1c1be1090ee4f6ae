"""Four eyes after the lead: whoever led a cluster decides nothing of it, whichever way they came and went."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from clusters.actions.amendment import act, decide_amendment, suggest_amendment
from clusters.actions.condition import can_settle
from clusters.actions.merge import merge
from clusters.actions.participation import give_role
from clusters.choices import ParticipationRole, ParticipationStatus, State
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, Participation
from clusters.permissions import deciding_members, parties
from clusters.rules.decision import why_a_party
from community.actions.transition import transition
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def hand_over(cast: Cast, cluster: Cluster, to: str, *, decides: str = "mission_coordinator") -> None:
    """Hand the lead over by an amendment, as everybody does."""
    cluster = Cluster.objects.get(pk=cluster.pk)
    member = cast.member(to)
    place = cast.organisation.pk
    row = suggest_amendment(
        cluster=cluster, by=cast.user("deputy_lead"), wished={"lead": [member.pk, place]}, reason="Another post."
    )
    if row.new_lead_accepted_at is None:
        act(amendment=row, verb="amendment.lead_accepted", by=cast.user(to))
    decide_amendment(amendment=row, by=cast.user(decides), accepted=["lead"])


def join(cast: Cast, cluster: Cluster, role: str = ParticipationRole.PARTICIPANT) -> Participation:
    """Let the coordinator take part for the organisation that leads; they work there too."""
    member = cast.member("coordinator")
    make.make_affiliation(member, cast.organisation)
    return cluster.participations.create(
        member=member, organisation=cast.organisation, role=role, status=ParticipationStatus.ACTIVE
    )


def handed_on(cast: Cast, cluster: Cluster) -> None:
    join(cast, cluster)
    hand_over(cast, cluster, "coordinator")
    hand_over(cast, cluster, "participant")


def raised_from_deputy(cast: Cast, cluster: Cluster) -> None:
    join(cast, cluster, ParticipationRole.DEPUTY)
    hand_over(cast, cluster, "coordinator")
    hand_over(cast, cluster, "participant")


def without_a_trace_of_acceptance(cast: Cast, cluster: Cluster) -> None:
    """A lead as an import leaves one: no event of theirs."""
    Cluster.objects.filter(pk=cluster.pk).update(lead=cast.member("coordinator"))
    cluster.participations.filter(role=ParticipationRole.LEAD).update(member=cast.member("coordinator"))
    hand_over(cast, cluster, "participant")


def stepped_down(cast: Cast, cluster: Cluster) -> None:
    """The lead's row is gone from the list, as after a merge of two records of a person."""
    join(cast, cluster)
    hand_over(cast, cluster, "coordinator")
    transition(Cluster.objects.get(pk=cluster.pk), "step_down", by=cast.user("coordinator"), reason="A new post.")
    Participation.objects.filter(cluster=cluster, member=cast.member("coordinator")).delete()


def adopted_by_another(cast: Cast, cluster: Cluster) -> None:
    """Who acted as lead and was followed by a lead; their press left no event here."""
    transition(cluster, "step_down", by=cast.user("lead"), reason="A new post.")
    Cluster.objects.filter(pk=cluster.pk).update(acting_lead=cast.member("coordinator"))
    hand_over(cast, cluster, "participant")


WAYS: dict[str, Callable[[Cast, Cluster], None]] = {
    "handed on": handed_on,
    "deputy, lead, handed on": raised_from_deputy,
    "imported, handed on": without_a_trace_of_acceptance,
    "stepped down": stepped_down,
    "acted as lead": adopted_by_another,
}


@pytest.mark.parametrize("how", WAYS)
def test_who_led_a_cluster_decides_nothing_of_it_afterwards(cast: Cast, how: str) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    WAYS[how](cast, cluster)
    cluster = Cluster.objects.get(pk=cluster.pk)
    user, member = cast.user("coordinator"), cast.member("coordinator")
    assert member.pk in parties(cluster)
    assert member not in deciding_members(cluster, timezone.localdate())
    assert not Cluster.objects.filter(pk=cluster.pk).without_party(member.pk).exists()
    assert not can_settle(user, cluster)
    if how != "acted as lead":
        assert why_a_party(cluster, member.pk).startswith("You led this cluster")
    Cluster.objects.filter(pk=cluster.pk).update(
        state=State.CONCLUDED, state_before=State.RUNNING, ended_on=timezone.localdate()
    )
    attempt = CLUSTER.attempt(Cluster.objects.get(pk=cluster.pk), "reopen", by=user, at=timezone.now(), is_asking=True)
    assert not CLUSTER.judge(attempt)


def test_a_lead_handed_over_twice_does_not_decide_the_next_amendment(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    handed_on(cast, cluster)
    cluster = Cluster.objects.get(pk=cluster.pk)
    row = suggest_amendment(
        cluster=cluster, by=cast.user("participant"), wished={"title": "Another title"}, reason="It is clearer."
    )
    with pytest.raises(Refusal, match="You led this cluster"):
        decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["title"])


def test_the_deputy_of_a_cluster_that_went_into_another_one_stays_bound(cast: Cast) -> None:
    cluster, into = make_cluster(cast, State.APPROVED), make_cluster(cast, State.APPROVED)
    into.participations.all().delete()
    give_role(participation=join(cast, cluster), by=cast.user("lead"), role=ParticipationRole.DEPUTY)
    merge(cluster=cluster, into=into, by=cast.user("mission_coordinator"), reason="The same question.")
    assert cast.member("coordinator").pk in parties(Cluster.objects.get(pk=cluster.pk))
