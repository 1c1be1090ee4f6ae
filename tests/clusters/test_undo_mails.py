"""Taking a step back keeps its own mails back and no others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clusters.choices import State
from community.actions.transition import transition
from community.choices import MessageState
from community.models import Message
from tests.cast import make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_a_mail_that_waits_for_another_try_survives_the_undo_of_a_later_step() -> None:
    cast = make_cast()
    cluster, lead = make_cluster(cast, State.RUNNING), cast.user("lead")
    transition(cluster, "pause", by=lead, at=NOW, reason="The harbour is closed.")
    waits = Message.objects.filter(event__verb="pause")
    assert waits.count() > 0
    waits.update(attempts=1, due_at=NOW + timedelta(hours=4))
    transition(cluster, "resume", by=lead, at=NOW + timedelta(hours=1), reason="It is open again.")
    transition(cluster, "undo", by=lead, at=NOW + timedelta(hours=1, seconds=5))
    assert set(waits.values_list("state", flat=True)) == {MessageState.QUEUED}
    taken_back = Message.objects.filter(event__verb="resume")
    assert set(taken_back.values_list("state", flat=True)) == {MessageState.CANCELLED}
