"""At a limit by day, hour or number the form comes back with what was typed, and says what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from community.actions.exchange import wish_exchange
from community.models import Event, ExchangeWish, Message, PeerExchange, User
from community.rules.exchange import MOST_LINES_HERE, MOST_OPEN, MOST_WISHES_A_DAY
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TYPED = "Three reeds, and a boat."


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def _member() -> User:
    user = make.make_member().user
    assert user is not None
    return user


def test_a_line_is_put_in_anothers_place_though_the_day_is_full() -> None:
    by, client = _member(), Client()
    client.force_login(by)
    rows = [make.make_exchange(f"Reeds {number}") for number in range(MOST_WISHES_A_DAY)]
    for row in rows:
        wish_exchange(exchange=row, by=by, note="Two reeds.")
    url = reverse("community:exchange_wish", args=[rows[0].pk])
    assert client.post(url, {"note": TYPED, "instead": "1"}).status_code == 302
    assert ExchangeWish.objects.get(exchange=rows[0]).note == TYPED
    another = make.make_exchange("Buoys")
    answer = client.post(reverse("community:exchange_wish", args=[another.pk]), {"note": TYPED})
    assert answer.status_code == 422
    assert f'value="{TYPED}"' in answer.text
    assert "You said this to 20 exchanges within a day" in answer.text
    assert "Your line is not sent" in answer.text
    assert not another.wishes.exists()


@pytest.mark.parametrize("between", [(), ("take_back",)])
def test_one_exchange_is_sent_few_lines_a_day_and_the_last_one_stays_in_the_form(between: tuple[str, ...]) -> None:
    by, client = _member(), Client()
    client.force_login(by)
    url = reverse("community:exchange_wish", args=[make.make_exchange("Reeds").pk])
    for number in range(MOST_LINES_HERE):
        assert client.post(url, {"note": f"Reed {number}", "instead": "1"}).status_code == 302
        for press in between:
            assert client.post(url, {"note": "", press: "1"}).status_code == 302
    mails = Message.objects.count()
    answer = client.post(url, {"note": TYPED, "instead": "1"})
    assert answer.status_code == 422
    assert f'value="{TYPED}"' in answer.text
    assert "Your line is not sent" in answer.text
    assert "here within a day" in answer.text
    assert Message.objects.count() == mails
    assert Event.objects.of_verbs(["wish_exchange"]).count() == MOST_LINES_HERE


@pytest.mark.parametrize("side", ["offer", "ask"])
def test_an_exchange_beyond_those_that_one_may_hold_open_stays_in_the_form(side: str) -> None:
    by, client = _member(), Client()
    client.force_login(by)
    for number in range(MOST_OPEN):
        make.make_exchange(f"Reeds {number}", by=by.member)
    given = {"kind": "call", "topic": "Buoys that hold", "description": TYPED}
    answer = client.post(reverse(f"community:exchange_{side}"), given)
    assert answer.status_code == 422
    assert TYPED in answer.text
    assert 'value="Buoys that hold"' in answer.text
    assert "You hold 20 exchanges open" in answer.text
    assert PeerExchange.objects.count() == MOST_OPEN
