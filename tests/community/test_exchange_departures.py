"""Exchanges whose side left the community or was erased: withdrawn, opened again or left to the other, and told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from community.actions import exchange, standing
from community.actions.erasure import erase_member
from community.actions.exchange import open_exchange, wish_exchange
from community.actions.standing import make_member as take_in
from community.actions.standing import set_standing
from community.actions.transition import transition
from community.choices import ExchangeStatus, MessageState, Standing
from community.desk import waiting_for
from community.inbox import lines_of
from community.models import Event, ExchangeWish, Member, Message, PeerExchange, User
from community.notifications import path_of, queue
from community.permissions import Refusal
from community.rules.standing import ahead_of, ended_by_departure
from community.verification import verify_history
from tests import factories as make
from tests.community.test_exchange import words
from tests.factories import NOW, TODAY
from tests.races import at_once, meeting

pytestmark = [pytest.mark.django_db, pytest.mark.both]

S = ExchangeStatus
LATER = TODAY + timedelta(days=20)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin() -> User:
    make.make_appointment(make.make_member("Coordinating Person"), None)
    return make.make_admin()


def leave(member: Member, admin: User) -> None:
    set_standing(member=member, standing=Standing.FORMER, by=admin)


def erase(member: Member, admin: User) -> None:
    erase_member(member=member, by=admin)


def agreed(opener: Member, partner: Member, starts_on: date | None = None, **more: Any) -> PeerExchange:
    row = make.make_exchange("Buoys", by=opener, **more)
    wish = wish_exchange(exchange=row, by=partner.user)
    return transition(row, "agree_exchange", by=opener.user, wish=wish.pk, starts_on=starts_on, ends_on=starts_on)


def told(*templates: str) -> list[tuple[str, int | None]]:
    """Return who was told what, of these mails."""
    rows = Message.objects.filter(template__in=[f"community/exchange_{name}" for name in templates])
    return [(row.template[19:], row.to_id) for row in rows.order_by("pk")]


def fresh(row: PeerExchange) -> PeerExchange:
    return PeerExchange.objects.get(pk=row.pk)


ENDS = pytest.mark.parametrize("end", [leave, erase])


@ENDS
@pytest.mark.parametrize("is_offer", [True, False])
def test_what_who_is_gone_holds_open_is_withdrawn_and_who_would_like_to_hears_it(
    admin: User, end: Any, is_offer: bool
) -> None:
    gone, wishing, after = (make.make_member() for _number in range(3))
    row = open_exchange(by=gone.user, is_offer=is_offer, values=words())
    wish_exchange(exchange=row, by=wishing.user)
    end(gone, admin)
    assert (fresh(row).status, told("ended")) == (S.CANCELLED, [("ended", wishing.user.pk)])
    assert Event.objects.about(row).first().verb == "lapse_exchange"
    assert [found for found in verify_history() if found.code != "redacted"] == []
    with pytest.raises(Refusal):
        wish_exchange(exchange=row, by=after.user)
    message = Message.objects.get(template="community/exchange_ended")
    assert path_of(fresh(row), message) == "/exchanges/"
    assert [line.pk for line in lines_of([message], wishing.user)] == [message.pk]
    assert row.topic not in Client().get("/exchanges/").content.decode()


@ENDS
def test_a_wish_of_who_is_gone_is_deleted_and_waits_for_nobody(admin: User, end: Any) -> None:
    opener, gone = make.make_member(), make.make_member()
    row = make.make_exchange(by=opener)
    wish = wish_exchange(exchange=row, by=gone.user, note="Call my desk")
    end(gone, admin)
    assert not ExchangeWish.objects.exists()
    assert Event.objects.about(row).first().verb == "take_back_wish"
    assert waiting_for(opener.user, TODAY).items == []
    with pytest.raises(Refusal):
        transition(row, "agree_exchange", by=opener.user, wish=wish.pk)


@ENDS
def test_an_agreement_that_has_not_begun_ends_with_its_opener_and_opens_again_without_its_other_side(
    admin: User, end: Any
) -> None:
    gone, staying = make.make_member(), make.make_member()
    own, other = agreed(gone, staying, LATER), agreed(staying, gone, LATER)
    end(gone, admin)
    assert (fresh(own).status, fresh(other).status) == (S.CANCELLED, S.OFFERED)
    assert (fresh(other).asked_by, fresh(other).starts_on, fresh(other).wishes.count()) == (None, None, 0)
    both = [("ended", staying.user.pk), ("free", staying.user.pk)]
    assert sorted(told("ended", "free")) == both
    page = Client()
    page.force_login(staying.user)
    assert page.get(f"/exchanges/{own.pk}/").status_code == 200


@ENDS
@pytest.mark.parametrize("starts_on", [TODAY, None])
def test_what_has_begun_is_left_to_the_other_side_who_says_what_came_of_it_or_calls_it_off(
    admin: User, end: Any, starts_on: date | None
) -> None:
    gone, staying = make.make_member(), make.make_member()
    rows = [agreed(gone, staying, starts_on), agreed(gone, staying, starts_on), agreed(staying, gone, starts_on)]
    end(gone, admin)
    assert [fresh(row).status for row in rows] == [S.AGREED] * 3
    assert told("left") == [("left", staying.user.pk)] * 3
    assert transition(rows[0], "finish_exchange", by=staying.user, came="Ten buoys.").status == S.DONE
    off = transition(rows[1], "call_off_exchange", by=staying.user, reason="Nobody is there.")
    assert off.status == S.CANCELLED
    again = transition(rows[2], "call_off_exchange", by=staying.user, reason="Nobody is there.")
    assert (again.status, again.asked_by) == (S.OFFERED, None)
    assert [to for _name, to in told("called_off", "done")] == []


@pytest.mark.parametrize("before", ["nothing", "leave", "withdraw"])
def test_an_erasure_empties_what_somebody_opened_also_where_it_ended_before(admin: User, before: str) -> None:
    gone = make.make_member()
    row = open_exchange(
        by=gone.user,
        is_offer=False,
        values=words(description="My kayak lies at the old quay", timing="When my mother is away"),
    )
    if before == "withdraw":
        transition(row, "withdraw_exchange", by=gone.user)
    if before == "leave":
        leave(gone, admin)
    erase(gone, admin)
    assert (fresh(row).status, fresh(row).description, fresh(row).timing) == (S.CANCELLED, "", "")
    assert "kayak" not in fresh(row).search_text
    assert "buoys" in fresh(row).search_text


def test_when_it_would_suit_who_was_erased_is_emptied_whatever_became_of_it_and_the_others_words_stay(
    admin: User,
) -> None:
    gone, staying = make.make_member(), make.make_member()
    begun = agreed(gone, staying, TODAY, description="We show you our buoys", timing="When my mother is away")
    other = agreed(staying, gone, TODAY, description="We show you our boats", timing="Any Tuesday")
    erase(gone, admin)
    assert (fresh(begun).description, fresh(begun).timing) == ("We show you our buoys", "")
    assert (fresh(other).description, fresh(other).timing) == ("We show you our boats", "Any Tuesday")
    assert "buoys" in fresh(begun).search_text


def test_a_reminder_of_an_exchange_that_ended_asks_nobody(admin: User) -> None:
    gone, staying = make.make_member(), make.make_member()
    row = agreed(gone, staying, LATER)
    queue("clusters/reminder_of", to=staying.user, subject=row)
    leave(gone, admin)
    assert Message.objects.get(template="clusters/reminder_of").state == MessageState.SUPERSEDED


def test_an_agreement_that_both_sides_left_ends(admin: User) -> None:
    one, other = make.make_member(), make.make_member()
    row = agreed(one, other)
    leave(one, admin)
    leave(other, admin)
    assert fresh(row).status == S.CANCELLED


def test_who_comes_back_opens_theirs_again_without_the_other_side(admin: User) -> None:
    gone, staying = make.make_member(), make.make_member()
    row = agreed(gone, staying, LATER)
    with pytest.raises(Refusal):
        transition(row, "reopen_exchange", by=gone.user)
    said = "“Buoys” is agreed and has not begun: it is withdrawn, and the other side is told"
    assert said in ahead_of([gone], TODAY)[0].ends
    leave(gone, admin)
    assert ended_by_departure(gone) == ["exchange “Buoys”"]
    with pytest.raises(Refusal):
        transition(row, "reopen_exchange", by=User.objects.get(pk=gone.user.pk))
    take_in(member=gone, by=admin)
    row = transition(row, "reopen_exchange", by=User.objects.get(pk=gone.user.pk))
    assert (row.status, row.asked_by, row.starts_on, row.wishes.count()) == (S.OFFERED, None, None, 1)
    assert ended_by_departure(gone) == []


def test_who_was_made_an_external_partner_and_then_leaves_tells_the_other_side_once(admin: User) -> None:
    gone, staying = make.make_member(), make.make_member()
    agreed(gone, staying)
    set_standing(member=gone, standing=Standing.EXTERNAL, by=admin)
    leave(gone, admin)
    erase(gone, admin)
    assert told("left") == [("left", staying.user.pk)]


def test_what_the_registry_does_has_no_page_of_its_own(admin: User) -> None:
    row = make.make_exchange()
    browser = Client()
    browser.force_login(admin)
    assert [browser.get(f"/exchanges/{row.pk}/{verb}/").status_code for verb in ("lapse", "free", "leave")] == [404] * 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_nobody_opens_or_wishes_while_they_leave(admin: User) -> None:
    gone, opener = make.make_member(), make.make_member()
    row = make.make_exchange(by=opener)
    for act in (
        lambda: open_exchange(by=User.objects.get(pk=gone.user.pk), is_offer=True, values=words()),
        lambda: wish_exchange(exchange=row, by=User.objects.get(pk=gone.user.pk)),
    ):
        with meeting((standing, "end_appointments_of"), (exchange, "_locked_member")):
            at_once(lambda: leave(gone, admin), act)
        assert not PeerExchange.objects.open().of_member(gone).exists()
        assert not ExchangeWish.objects.filter(member=gone).exists()
        take_in(member=gone, by=admin)
