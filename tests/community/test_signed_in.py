"""What each signed-in request asks is written by hand: it says what the querysets say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from community.backends import AccountBackend
from community.choices import MessageState
from community.models import Appointment, Message
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]

ON = date(2026, 5, 12)
DAYS = (ON - timedelta(days=1), ON, ON + timedelta(days=1))


def test_the_account_of_a_request_knows_what_is_unread() -> None:
    user, other, now = make.make_member(account=True).user, make.make_member(account=True).user, timezone.now()
    assert user is not None
    assert other is not None
    moments = (now - timedelta(minutes=1), now + timedelta(minutes=1))
    for to, is_read in ((user, False), (user, True), (other, False)):
        for state in MessageState.values:
            for shown_at in moments:
                read_at = now if is_read else None
                Message.objects.create(
                    to=to, template="x", state=state, shown_at=shown_at, read_at=read_at, sent_at=now
                )
    told = Message.objects.told_to(user, now).unread()
    known = AccountBackend().get_user(user.pk)
    assert known is not None
    assert told.count() > 1
    assert (known.unread_total, known.unread_newest) == (told.count(), max(row.pk for row in told))
    told.update(read_at=now)
    known = AccountBackend().get_user(str(user.pk))
    assert known is not None
    assert (known.unread_total, known.unread_newest, known.member) == (0, None, user.member)
    assert AccountBackend().get_user(0) is None


def test_which_groups_a_person_coordinates_that_day() -> None:
    person, other = make.make_member(), make.make_member()
    for start in DAYS:
        for end in (None, *DAYS):
            if end is None or start <= end:
                make.make_appointment(person, make.make_working_group(), from_on=start, until_on=end)
    make.make_appointment(person, None, from_on=ON)
    make.make_appointment(other, make.make_working_group(), from_on=ON)
    current = person.appointments.current(ON).values_list("working_group_id", flat=True)
    found = Appointment.objects.groups_of(person.pk, ON)
    assert None in found
    assert len(found) < person.appointments.count()
    assert sorted(found, key=str) == sorted(current, key=str)
