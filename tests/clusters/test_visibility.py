"""Who sees a cluster in which state: written out here, asked of `visible_to`."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from tests.cast import ROLES, Cast, make_cast, make_cluster, share

pytestmark = pytest.mark.django_db

EVERYBODY = set(ROLES)
OWN = {"proposer", "lead"}
COORDINATE = {"coordinator", "coordinator_proposer", "mission_coordinator", "admin"}
#: Signed-in members of the community. The deactivated, externals, and a superuser without a person are none.
COP = EVERYBODY - {"visitor", "deactivated", "external", "other_external", "superuser"}

SEES: dict[str, set[str]] = {
    State.DRAFT: OWN,
    State.SUBMITTED: COP,
    State.RETURNED: COP,
    State.APPROVED: EVERYBODY,
    State.RUNNING: EVERYBODY,
    State.PAUSED: EVERYBODY,
    State.CONCLUDED: EVERYBODY,
    State.DISCONTINUED: EVERYBODY,
    State.DECLINED: OWN | COORDINATE,
    State.WITHDRAWN: OWN | COORDINATE,
    State.MERGED: EVERYBODY,
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def who_sees(cluster: Cluster, cast: Cast) -> set[str]:
    """Return the roles to which `cluster` is visible."""
    return {
        role
        for role in ROLES
        if Cluster.objects.visible_to(cast.user(role) or AnonymousUser()).filter(pk=cluster.pk).exists()
    }


@pytest.mark.parametrize("state", State.values)
def test_each_state_is_seen_by_those_whom_the_table_names(state: str, cast: Cast) -> None:
    assert who_sees(make_cluster(cast, state), cast) == SEES[state]


def test_a_cluster_merged_as_a_proposal_stays_within_the_community(cast: Cast) -> None:
    merged = make_cluster(cast, State.MERGED, state_before=State.SUBMITTED)
    assert who_sees(merged, cast) == COP


def test_a_draft_is_seen_by_its_readers_until_it_is_decided(cast: Cast) -> None:
    draft = make_cluster(cast, State.DRAFT)
    share(draft, cast.member("member"), cast.accounts["proposer"])
    assert who_sees(draft, cast) == OWN | {"member"}
    Cluster.objects.filter(pk=draft.pk).update(state=State.DECLINED, reference="M4N-CL-2026-77")
    assert who_sees(draft, cast) == OWN | COORDINATE


def test_stand_ins_see_what_they_may_decide(cast: Cast) -> None:
    declined = make_cluster(cast, State.DECLINED)
    cast.group.appointments.update(absent_until=timezone.localdate())
    assert who_sees(declined, cast) == OWN | COORDINATE | {"stand_in", "other_coordinator"}


def test_a_coordinator_who_lost_the_appointment_sees_as_a_member_at_once(cast: Cast) -> None:
    declined = make_cluster(cast, State.DECLINED)
    cast.member("coordinator").appointments.update(until_on="2025-01-01")
    assert "coordinator" not in who_sees(declined, cast)


def test_a_named_lead_who_was_replaced_no_longer_sees_the_draft(cast: Cast) -> None:
    draft = make_cluster(cast, State.DRAFT)
    draft.lead = cast.member("other_lead")
    draft.save()
    assert who_sees(draft, cast) == {"proposer", "other_lead"}


@pytest.mark.parametrize("name", ["draft-zzzzzzzz", "M4N-CL-2026-99", "draft-", "", "\x00", "x" * 500])
def test_a_name_that_is_nobodys_finds_nothing(name: str, cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    assert list(Cluster.objects.by_name(name)) == []
