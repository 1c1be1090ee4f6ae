"""An address is changed while its owner acts, on PostgreSQL: a new address is a new key, which holds up events."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from community import events
from community.actions import invitation
from community.actions.invitation import change_address
from community.events import record
from community.models import Event, Organisation, User
from tests import factories as make
from tests.races import at_once, meeting

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def note(organisation: Organisation, by: User) -> None:
    """Act as somebody does all day: an event by their account."""
    with transaction.atomic():
        record(verb="note", subject=organisation, by=by)


@pytest.mark.parametrize("first", ["the owner", "the administrator"])
def test_an_address_is_changed_while_its_owner_acts(first: str) -> None:
    admin, organisation = make.make_admin(), make.make_organisation()
    owner = make.make_user(email="old@cop.example")
    acts = [partial(note, organisation, owner), partial(change_address, user=owner, address="n@cop.example", by=admin)]
    with meeting((invitation, "end_sessions"), (events, "locked_head")):
        results = at_once(*(acts if first == "the owner" else acts[::-1]))
    assert [result for result in results if isinstance(result, Exception)] == []
    owner.refresh_from_db()
    assert owner.email == "n@cop.example"
    assert set(Event.objects.values_list("verb", "by")) == {("note", owner.pk), ("change_address", admin.pk)}


def test_two_administrators_change_each_others_addresses() -> None:
    one, two = make.make_admin(), make.make_admin()
    with meeting((invitation, "end_sessions")):
        results = at_once(
            partial(change_address, user=two, address="two@new.example", by=one),
            partial(change_address, user=one, address="one@new.example", by=two),
        )
    assert results == [two, one]
    assert set(User.objects.values_list("email", flat=True)) == {"one@new.example", "two@new.example"}
