"""An external partner becomes a member while somebody writes about them in a cluster: neither waits for the other."""

from __future__ import annotations

from datetime import datetime
from unittest.mock import patch

import pytest
from django.db import transaction

from clusters.actions.membership import follow_membership
from clusters.actions.parts import note_writer
from clusters.choices import State
from clusters.models import Cluster
from community import contributions
from community.actions.standing import make_member
from community.models import Member, User
from tests.cast import make_cast, make_cluster
from tests.races import beside

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_row_about_the_person_is_written_while_they_become_a_member() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING)

    @transaction.atomic
    def write() -> None:
        note_writer(Cluster.objects.select_for_update().get(pk=cluster.pk), cast.member("external").pk)

    def follow(member: Member, by: User, at: datetime) -> None:
        """Come to the clusters while the other has theirs and wants to write about this person."""
        other = beside(write)
        assert other.is_done, "it waits for the person while it holds the cluster: a deadlock"
        assert other.result is None
        follow_membership(member, by, at)

    with patch.object(contributions, "memberships", [follow]):
        make_member(member=cast.member("external"), by=cast.user("admin"))
    assert not cluster.participations.get(member=cast.member("external")).is_external
