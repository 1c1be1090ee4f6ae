"""A new address of one's own that another account has: said to who proves it, with what to do, and never an error."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from community.models import User
from tests import factories as make
from tests.community.signing_in import ask_again, proven, signed_in
from tests.community.test_account_changes import EMAIL, link_in, mails

pytestmark = [pytest.mark.django_db, pytest.mark.both]

WANTED = "new@cop.example"


@pytest.fixture
def sofia() -> User:
    return proven(make.make_member("Sofia Renner", account={"email": "sofia@cop.example"}).user)


def asked_for(sofia: User) -> tuple[Client, str]:
    """Ask for the new address; return the browser and the page of the mail's link."""
    client = signed_in(sofia)
    ask_again(client)
    client.post(EMAIL, {"email": WANTED, "action_add": ""})
    [sent] = [one for one in mails() if one.to == [WANTED]]
    return client, re.sub(r"^https?://[^/]+", "", link_in(sent, "/confirm-email/"))


@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("way", ["made", "joined", "proven"])
def test_an_address_that_another_account_has_is_told_when_it_is_proven(sofia: User, when: str, way: str) -> None:
    def take() -> None:
        password = {} if way == "joined" else {"password": None}
        other = make.make_member("New Person", account={"email": "New@cop.example", **password}).user
        if way == "proven":
            proven(other)

    if when == "before":
        take()
    client, page = asked_for(sofia)
    if when == "meanwhile":
        take()
    for browser in (client, Client()):
        answer = browser.post(page, follow=True)
        assert answer.status_code == 200
        assert "ask an administrator to merge them" in answer.content.decode()
    sofia.refresh_from_db()
    assert sofia.email == "sofia@cop.example"
    assert not EmailAddress.objects.filter(user=sofia, email=WANTED, verified=True).exists()
    assert EmailAddress.objects.get(user=sofia, email="sofia@cop.example").verified


def test_who_asks_for_an_address_learns_nothing_of_whether_somebody_has_it(sofia: User) -> None:
    make.make_member("New Person", account={"email": WANTED, "password": None})
    client, said = signed_in(sofia), []
    ask_again(client)
    for address in (WANTED, "nobody@cop.example"):
        answer = client.post(EMAIL, {"email": address, "action_add": ""}, follow=True)
        words = re.sub(r'(nonce|value)="[^"]*"', "", answer.content.decode().replace(address, "…"))
        said.append((answer.status_code, "already" in words))
    assert said[0] == said[1]
