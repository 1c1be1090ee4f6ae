"""What came of an exchange is said from its first day on, corrected by both sides and administrators, and forgotten."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from community.actions.erasure import erase_member
from community.actions.exchange import wish_exchange
from community.actions.transition import transition
from community.exchange_lifecycle import EXCHANGE
from community.exchange_sentences import exchange_history
from community.models import Event, Message, PeerExchange, User
from community.permissions import Refusal
from community.verification import verify_history
from tests import factories as make
from tests.clusters.test_every_action_atomic import breaks, statements, written
from tests.database import changed, contents
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]
CORRECT = "correct_exchange"
CAME = "Hidden Helper laid ten buoys."


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def agreed(*, starts_on: date | None = None) -> tuple[PeerExchange, User, User]:
    """Return an exchange that two agreed on, with who opened it and the other side."""
    offering, wishing = make.make_member("Opener One").user, make.make_member("Partner Two").user
    assert offering
    assert wishing
    row = make.make_exchange("Buoys", by=offering.member)
    wish = wish_exchange(exchange=row, by=wishing)
    row = transition(row, "agree_exchange", by=offering, wish=wish.pk, starts_on=starts_on, ends_on=starts_on)
    return row, offering, wishing


def done(came: str = CAME) -> tuple[PeerExchange, User, User]:
    row, offering, wishing = agreed()
    return transition(row, "finish_exchange", by=wishing, came=came), offering, wishing


def test_nothing_came_of_an_exchange_before_its_first_day() -> None:
    row, offering, _wishing = agreed(starts_on=TODAY + timedelta(days=1))
    with pytest.raises(Refusal, match="It begins on 13 May 2026") as refused:
        transition(row, "finish_exchange", by=offering, came="Ten buoys.")
    assert refused.value.code == "requirement"
    [offer] = [one for one in EXCHANGE.offers(row, by=offering, at=NOW) if one.verb.code == "finish_exchange"]
    assert not offer.verdict
    tomorrow = NOW + timedelta(days=1)
    assert transition(row, "finish_exchange", by=offering, came="Ten buoys.", at=tomorrow).status == "done"


def test_both_sides_and_administrators_correct_what_came_of_it_and_the_old_words_stand_in_the_history() -> None:
    row, offering, wishing = done()
    admin = make.make_admin()
    for number, by in enumerate((offering, wishing, admin)):
        row = transition(row, CORRECT, by=by, came=f" {number} buoys. ")
        assert (row.status, row.what_came_of_it) == ("done", f"{number} buoys.")
        told = set(Message.objects.filter(event=Event.objects.about(row).first()).values_list("template", "to"))
        others = {offering.pk, wishing.pk} - {by.pk}
        assert told == {("community/exchange_corrected", pk) for pk in others}
    changes = [[(one.was, one.now) for one in entry.changes] for entry in exchange_history(row)]
    assert changes[:3] == [[("1 buoys.", "2 buoys.")], [("0 buoys.", "1 buoys.")], [(CAME, "0 buoys.")]]
    assert list(verify_history()) == []


def test_nobody_else_corrects_it_nor_reads_what_it_said_before() -> None:
    row, offering, _wishing = done()
    stranger = make.make_member().user
    for by in (None, stranger, make.make_external().user):
        with pytest.raises(Refusal) as refused:
            transition(row, CORRECT, by=by, came="Nothing.")
        assert refused.value.code == "forbidden"
    transition(row, CORRECT, by=offering, came="Ten buoys were laid.")

    def page(user: Any) -> str:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client.get(f"/exchanges/{row.pk}/").text

    reads = ["Hidden" in page(user) for user in (None, stranger, offering, make.make_admin())]
    assert reads == [False, False, True, True]
    assert f"/exchanges/{row.pk}/correct/" in page(make.make_admin())


def test_the_same_words_no_words_and_another_state_are_refused() -> None:
    row, offering, _wishing = done()
    for came in (CAME, f" {CAME} ", "", "   "):
        with pytest.raises(Refusal):
            transition(row, CORRECT, by=offering, came=came)
    open_row = agreed()[0]
    with pytest.raises(Refusal, match="the exchange is"):
        transition(open_row, CORRECT, by=open_row.opener.user, came="Much.")  # type: ignore[union-attr]
    assert not Event.objects.of_verbs([CORRECT]).exists()


def test_who_corrects_what_was_corrected_meanwhile_reads_it_first_and_keeps_the_own_words() -> None:
    row, offering, wishing = done()
    client = Client()
    client.force_login(wishing)
    address = f"/exchanges/{row.pk}/correct/"
    form = client.get(address).context["form"]
    assert form.initial["came"] == CAME
    transition(row, CORRECT, by=offering, came="Ten buoys were laid.")
    answer = client.post(address, {"came": "Nine buoys.", "seen": form.initial["seen"]})
    assert answer.status_code == 409
    for words in ("Ten buoys were laid.", "Nine buoys.", "Read what is new"):
        assert words in answer.text, words
    again = {name: answer.context["form"][name].value() for name in ("came", "seen")}
    assert client.post(address, again).status_code == 302
    assert PeerExchange.objects.get().what_came_of_it == "Nine buoys."


def test_an_erasure_takes_the_name_out_of_what_came_of_it_and_empties_the_history() -> None:
    helper = make.make_member("Hidden Helper")
    row, offering, _wishing = done()
    transition(row, CORRECT, by=offering, came="HIDDEN HELPER laid eleven buoys.")
    erase_member(member=helper, by=make.make_admin())
    row = PeerExchange.objects.get(pk=row.pk)
    assert row.what_came_of_it == f"Former member {helper.pk} laid eleven buoys."
    assert row.status == "done"
    assert exchange_history(row)[0].changes == []
    events = Event.objects.about(row).for_sentences()
    assert "helper" not in str([event.detail.body for event in events if hasattr(event, "detail")]).lower()
    assert [finding for finding in verify_history() if finding.is_fault] == []


def test_an_erasure_of_a_side_leaves_what_came_of_it() -> None:
    row, offering, wishing = done("Ten buoys, said Partner Two.")
    assert wishing.member
    erase_member(member=wishing.member, by=make.make_admin())
    row = PeerExchange.objects.get(pk=row.pk)
    assert row.what_came_of_it == f"Ten buoys, said Former member {wishing.member.pk}."
    assert transition(row, CORRECT, by=offering, came="Ten buoys.").status == "done"


def test_a_correction_that_breaks_leaves_the_old_words() -> None:
    row, offering, _wishing = done()

    def press() -> None:
        transition(row, CORRECT, by=offering, came="Nine.")

    found, tables = statements(press), set(contents())
    before = contents(tables - written(found, tables))
    assert any(breaks(press, number) for number in range(len(found), 0, -1))
    assert changed(before, contents(tables - written(found, tables))) == {}
