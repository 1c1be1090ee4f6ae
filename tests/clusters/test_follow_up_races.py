"""Two at once at a follow-up: it is asked by one mail, and one answer is the first."""

from __future__ import annotations

from functools import partial

import pytest

from clusters.actions.follow_up import answer_follow_up, ask_due_follow_ups
from clusters.choices import State
from clusters.models import FollowUp
from clusters.notifications.follow_up import PURPOSE
from community.links import mint
from community.models import Event, Message
from community.permissions import Refusal
from tests.cast import make_cast, make_cluster
from tests.clusters.test_lifecycle_races import at_once, meeting_between_reading_and_writing
from tests.factories import NOW
from tests.matrix.places import make_follow_up

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_two_clocks_send_one_mail_and_the_second_answer_is_shown_beside_the_first() -> None:
    cast = make_cast()
    row = make_follow_up(cast, make_cluster(cast, State.CONCLUDED), asked_at=None)
    with meeting_between_reading_and_writing():
        assert sorted(map(str, at_once(partial(ask_due_follow_ups, NOW), partial(ask_due_follow_ups, NOW)))) == [
            "0",
            "1",
        ]
    assert Message.objects.count() == 1
    link, _token = mint(PURPOSE, subject=row, user=cast.user("lead"), by=None)
    press = partial(answer_follow_up, follow_up=row, seen_version=1)
    with meeting_between_reading_and_writing():
        results = at_once(
            partial(press, by=None, link=link, answer="confirmed"),
            partial(press, by=cast.user("coordinator"), answer="unknown"),
        )
    assert [result.code for result in results if isinstance(result, Refusal)] in (["stale"], ["closed"])
    assert len([result for result in results if isinstance(result, FollowUp)]) == 1
    verbs = [event.verb for event in Event.objects.about(row).order_by("number")]
    assert verbs in (["follow_up.asked", "follow_up.confirmed"], ["follow_up.asked", "follow_up.unknown"])
