"""Writing events: chained, in the transaction of their change, told by one signal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError
from django.utils.translation import gettext_lazy as _

from community.chain import detail_digest, event_hash, head_of, plain, seal_chains
from community.events import record, record_all
from community.models import ChainHead, Event, Seal
from community.signals import recorded
from community.verification import verify_history
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    """What the signal told."""
    events: list[Event] = []

    def hear(event: Event, **kwargs: Any) -> None:
        events.append(event)

    recorded.connect(hear)
    yield events
    recorded.disconnect(hear)


def test_events_form_one_chain(heard: list[Event]) -> None:
    admin, organisation = make.make_admin(), make.make_organisation()
    first = record(verb="add", subject=organisation, by=admin, role="administrator", data={"country": "IT"}, at=NOW)
    second = record(verb="verify", subject=organisation, by=None)
    assert (first.chain, first.number, first.previous) == ("community", 1, "")
    assert (second.number, second.previous, second.by) == (2, first.hash, None)
    assert head_of("community") == (2, second.hash)
    assert heard == [first, second]
    assert list(Event.objects.about(organisation)) == [second, first]


def test_a_hash_is_the_same_after_reading_the_row_again() -> None:
    data = {"from": "draft", "ids": [3, 1], "on": date(2026, 5, 12), "nested": {"b": None, "a": True}, "β": "ζ"}
    made = record(verb="add", subject=make.make_organisation(), by=None, data=data, detail={"reason": "Ναι.\nNo."})
    read = Event.objects.select_related("detail").get(pk=made.pk)
    assert event_hash(read) == read.hash == made.hash
    assert detail_digest(read.detail.salt, read.detail.body) == read.detail_digest
    assert read.data["on"] == "2026-05-12"


def test_a_detail_enters_the_chain_only_as_a_salted_digest() -> None:
    organisation = make.make_organisation()
    one = record(verb="note", subject=organisation, by=None, detail={"reason": "Too far."})
    two = record(verb="note", subject=organisation, by=None, detail={"reason": "Too far."})
    assert one.detail_digest != two.detail_digest
    assert not record(verb="note", subject=organisation, by=None, detail={}).detail_digest


def test_fractions_are_refused_because_databases_write_them_differently() -> None:
    with pytest.raises(TypeError):
        plain({"share": 0.1})
    assert plain({"share": Decimal("0.10"), "words": _("Open")}) == {"share": "0.10", "words": "Open"}


def test_nothing_is_recorded_for_a_change_that_is_rolled_back() -> None:
    organisation = make.make_organisation()
    with transaction.atomic():
        record(verb="add", subject=organisation, by=None)
        transaction.set_rollback(True)
    assert (Event.objects.count(), head_of("community")) == (0, (0, ""))


@pytest.mark.django_db(transaction=True)
def test_an_event_without_a_transaction_is_refused() -> None:
    organisation = make.make_organisation()
    with pytest.raises(TransactionManagementError):
        record(verb="add", subject=organisation, by=None)
    assert not ChainHead.objects.exists()


def test_a_chain_is_sealed_once_a_day_and_only_when_it_grew() -> None:
    organisation = make.make_organisation()
    assert seal_chains(NOW) == 0
    event = record(verb="add", subject=organisation, by=None)
    assert (seal_chains(NOW), seal_chains(NOW)) == (1, 0)
    later = NOW.replace(day=13)
    assert seal_chains(later) == 0
    record(verb="verify", subject=organisation, by=None)
    assert seal_chains(later) == 1
    assert list(Seal.objects.values_list("number", flat=True)) == [1, 2]
    assert Seal.objects.first().hash == event.hash


def test_events_written_together_are_those_written_one_after_the_other(heard: list[Event]) -> None:
    rows = [make.make_organisation() for _number in range(3)]
    record(verb="add", subject=rows[0], by=None)
    together = record_all(
        verb="import", subjects=[(row, {"row": place}, {"name": row.name}) for place, row in enumerate(rows)], by=None
    )
    record(verb="add", subject=rows[0], by=None)
    assert [event.number for event in Event.objects.of_chain("community")] == [1, 2, 3, 4, 5]
    assert list(verify_history()) == []
    assert heard[1:4] == together
    assert [event.detail.body for event in together] == [{"name": row.name} for row in rows]
    assert record_all(verb="import", subjects=[], by=None) == []
