"""Another lead by an amendment: who takes over accepts first, and somebody else decides."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from clusters.actions.amendment import act, decide_amendment
from clusters.choices import AmendmentKind, ParticipationRole, State
from clusters.models import Cluster, Participation
from community.models import Event
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.making_amendments import now, suggest, told

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def test_a_hand_over_needs_the_new_lead_then_a_coordinator_who_is_neither(cast: Cast, cluster: Cluster) -> None:
    wished = {"lead": [cast.member("participant").pk, cast.organisation.pk]}
    row = suggest(cast, cluster, **wished)
    assert (row.kind, row.new_lead) == (AmendmentKind.LEAD, cast.member("participant"))
    assert "Participant Person" in told("amendment_proposed")
    with pytest.raises(Refusal, match="has not accepted yet"):
        decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["lead"])
    with pytest.raises(Refusal):
        act(amendment=row, verb="amendment.lead_accepted", by=cast.user("lead"))
    act(amendment=row, verb="amendment.lead_accepted", by=cast.user("participant"))
    for role in ("lead", "participant"):
        with pytest.raises(Refusal):
            decide_amendment(amendment=row, by=cast.user(role), accepted=["lead"])
    decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["lead"])
    after = now(cluster)
    assert (after.lead, after.has_lead, after.acting_lead) == (cast.member("participant"), True, None)
    roles = dict(Participation.objects.filter(cluster=cluster).values_list("member", "role"))
    assert roles[cast.member("participant").pk] == ParticipationRole.LEAD
    assert roles[cast.member("lead").pk] == ParticipationRole.PARTICIPANT
    assert "Participant" not in str(Event.objects.get(verb="amendment.accepted").detail.body)


def test_who_leads_for_another_organisation_has_taken_part_for_the_former(cast: Cast, cluster: Cluster) -> None:
    person = cast.member("participant")
    make.make_affiliation(member=person, organisation=cast.partner)
    make.make_partnership(cast.partner)
    cluster.participations.filter(member=person).update(from_on=date(2026, 2, 1))
    Cluster.objects.filter(pk=cluster.pk).update(started_on=date(2026, 3, 1))
    row = suggest(cast, now(cluster), lead=[person.pk, cast.partner.pk])
    act(amendment=row, verb="amendment.lead_accepted", by=cast.user("participant"))
    decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["lead"])
    today = timezone.localdate()
    parts = cluster.participations.filter(member=person).order_by("status")
    found = list(parts.values_list("organisation", "role", "status", "from_on", "until_on"))
    assert found == [
        (cast.partner.pk, "lead", "active", today, None),
        (cast.organisation.pk, "participant", "left", date(2026, 2, 1), today),
    ]


def test_who_declines_to_take_over_ends_the_hand_over(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster, lead=[cast.member("participant").pk, cast.organisation.pk])
    done = act(amendment=row, verb="amendment.lead_declined", by=cast.user("participant"), reason="No time.")
    assert (done.state, done.decided_by, now(cluster).lead) == ("refused", None, cast.member("lead"))


def test_only_an_eligible_participant_takes_over(cast: Cast, cluster: Cluster) -> None:
    with pytest.raises(Refusal, match="Only somebody who takes part"):
        suggest(cast, cluster, lead=[cast.member("member").pk, cast.organisation.pk])
    with pytest.raises(Refusal, match="not an organisation of the named lead"):
        suggest(cast, cluster, lead=[cast.member("participant").pk, cast.partner.pk])


def test_a_cluster_without_a_lead_gets_one_by_a_hand_over(cast: Cast) -> None:
    cluster = make_cluster(
        cast, State.RUNNING, lead=None, lead_accepted_at=None, acting_lead=cast.member("mission_coordinator")
    )
    cluster.participations.filter(member=cast.member("lead")).update(role=ParticipationRole.PARTICIPANT)
    pair = [cast.member("participant").pk, cast.organisation.pk]
    row = suggest(cast, cluster, "mission_coordinator", lead=pair)
    act(amendment=row, verb="amendment.lead_accepted", by=cast.user("participant"))
    with pytest.raises(Refusal):
        decide_amendment(amendment=row, by=cast.user("mission_coordinator"), accepted=["lead"])
    decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["lead"])
    after = now(cluster)
    assert (after.lead, after.has_lead, after.acting_lead) == (cast.member("participant"), True, None)


def test_a_hand_over_is_not_mixed_with_another_change(cast: Cast, cluster: Cluster) -> None:
    pair = [cast.member("participant").pk, cast.organisation.pk]
    with pytest.raises(Refusal, match="an amendment of its own"):
        suggest(cast, cluster, lead=pair, title="Coasts")
    row = suggest(cast, cluster, lead=pair)
    with pytest.raises(Refusal, match="an amendment of its own"):
        act(amendment=row, verb="amendment.renewed", by=cast.user("lead"), wished={"title": "Coasts"})
