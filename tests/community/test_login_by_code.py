"""Sign-in by a code: for external partners and who has no password; every address is answered alike."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.actions.outbox import send_outbox
from community.models import Message, User
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]

ASK = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"


@pytest.fixture(autouse=True)
def _no_limits_of_other_tests() -> None:
    cache.clear()


def send() -> list[Any]:
    """Send what waits; return all mails."""
    send_outbox(at=timezone.now())
    return mail.outbox


def code_of(sent: Any) -> str:
    """Return the code that a mail holds."""
    found = re.search(r"Your code is ([^ .]+)\.", sent.body)
    assert found is not None, sent.body
    return found[1]


def account(email: str, kind: str) -> User:
    """Make an account: of an external partner, of a member with a password or without one, or a closed one."""
    fields: dict[str, dict[str, Any]] = {
        "external": {"account": {"email": email, "password": None}, "standing": "external"},
        "member": {"account": {"email": email}},
        "passwordless": {"account": {"email": email, "password": None}},
        "closed": {"account": {"email": email, "password": None, "is_active": False}, "standing": "external"},
    }
    user: User = make.make_member(**fields[kind]).user
    return user


def shape(answer: Any, address: str) -> tuple[int, str, str]:
    """Return status, target and text of an answer, without what differs at every request, nor the address."""
    text = re.sub(r'(value|content|nonce)="[^"]{20,}"', "", answer.content.decode())
    return answer.status_code, answer.get("location", ""), text.replace(address, "ADDRESS")


def test_an_external_partner_signs_in_by_the_code_of_the_mail_and_the_session_begins_anew(client: Client) -> None:
    user = account("ana@port.example", "external")
    client.get(ASK)
    assert client.post(ASK, {"email": "Ana@PORT.example"})["location"] == CONFIRM
    [sent] = send()
    assert (sent.to, sent.subject) == (["ana@port.example"], "Your code to sign in")
    before = client.session.session_key
    answer = client.post(CONFIRM, {"code": code_of(sent)})
    assert (answer.status_code, answer["location"]) == (302, reverse("community:desk"))
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != before


def test_a_code_acts_once_and_for_one_browser(client: Client) -> None:
    account("ana@port.example", "external")
    client.post(ASK, {"email": "ana@port.example"})
    code = code_of(send()[0])
    other = Client()
    other.post(ASK, {"email": "ana@port.example"})
    other.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in other.session
    client.post(CONFIRM, {"code": code})
    assert "_auth_user_id" in client.session
    client.logout()
    client.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in client.session


def test_three_wrong_codes_end_the_attempt(client: Client) -> None:
    account("ana@port.example", "external")
    client.post(ASK, {"email": "ana@port.example"})
    code = code_of(send()[0])
    for _wrong in range(3):
        client.post(CONFIRM, {"code": "000000"})
    client.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("kind", ["external", "member", "passwordless", "closed"])
def test_a_known_address_is_answered_as_an_unknown_one_is(kind: str) -> None:
    account("known@port.example", kind)
    answers = []
    for address in ("known@port.example", "nobody@port.example"):
        client = Client()
        asked = shape(client.post(ASK, {"email": address}), address)
        answers.append(
            (asked, shape(client.get(CONFIRM), address), shape(client.post(CONFIRM, {"code": "1"}), address))
        )
    assert answers[0] == answers[1]


def test_each_address_gets_the_one_mail_that_helps_it(client: Client) -> None:
    kinds = {"external": "Your code to sign in", "passwordless": "Your code to sign in"}
    for kind in ("external", "member", "passwordless", "closed"):
        account(f"{kind}@port.example", kind)
        Client().post(ASK, {"email": f"{kind}@port.example"})
    client.post(ASK, {"email": "nobody@port.example"})
    told = {sent.to[0]: sent.subject for sent in send()}
    assert told == {
        **{f"{kind}@port.example": words for kind, words in kinds.items()},
        "member@port.example": "You sign in with your password",
        "closed@port.example": "Your account is closed",
        "nobody@port.example": "No account with this address",
    }


def test_a_member_with_a_password_is_not_signed_in_by_a_code(client: Client) -> None:
    account("sofia@cop.example", "member")
    client.post(ASK, {"email": "sofia@cop.example"})
    [sent] = send()
    assert "Your code is" not in sent.body
    assert reverse("account_login") in sent.body
    client.post(CONFIRM, {"code": ""})
    assert "_auth_user_id" not in client.session


def test_mails_to_one_address_are_limited_however_many_browsers_ask() -> None:
    account("ana@port.example", "external")
    for number in range(12):
        Client(REMOTE_ADDR=f"192.0.2.{number + 1}").post(ASK, {"email": "ana@port.example"})
    assert Message.objects.filter(to_address="ana@port.example").count() == 3


def test_one_machine_does_not_ask_for_many_addresses() -> None:
    for number in range(14):
        Client().post(ASK, {"email": f"person{number}@port.example"})
    assert Message.objects.count() == 10
