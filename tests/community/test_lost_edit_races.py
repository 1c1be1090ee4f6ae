"""Two administrators press "Save" on one page of the admin in the same moment, on PostgreSQL."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import Client

from community.admin import seen
from community.models import Event, Text
from tests import factories as make
from tests.community.admin_pages import page_of, typed_on
from tests.races import at_once, meeting, without_locks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def saved_at_once() -> list[int]:
    """Let two administrators save the same text; both compare before either writes. Return what they are answered."""
    row = Text.objects.create(code="privacy", body="Old")
    presses = []
    for body in ("One text", "Another text"):
        client = Client()
        client.force_login(make.make_admin())
        presses.append(partial(client.post, page_of(row), {**typed_on(client, page_of(row)), "body": body}))
    with meeting((seen, "model_to_dict")):
        return sorted(answer.status_code for answer in at_once(*presses))


def test_of_two_saves_at_once_one_is_told_of_the_other() -> None:
    assert saved_at_once() == [200, 302]
    assert Event.objects.filter(verb="change_text").count() == 1


def test_control_without_the_lock_one_text_is_lost() -> None:
    with without_locks(Text):
        assert saved_at_once() == [302, 302]
