"""Mails about accounts go through the outbox, and no secret stays in it."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.account_mails import ASKING, NOTICES, queue_account_mail
from community.actions.outbox import send_outbox
from community.models import Message
from tests import factories as make
from tests.community.conftest import Postman

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def send() -> list[Any]:
    """Send what is due and return all mails."""
    send_outbox(at=timezone.now())
    return mail.outbox


def outbox_text() -> str:
    """Return everything that the outbox's table holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM community_message")
        return str(cursor.fetchall())


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_no_row_holds(
    client: Client, postman: type[Postman]
) -> None:
    user = make.make_user("Sofia@cop.example")
    client.post(reverse("account_reset_password"), {"email": "sofia@COP.example"})
    [sent] = send()
    assert "/accounts/password/reset/key/" in sent.body
    url = next(word for word in sent.body.split() if "/accounts/password/reset/key/" in word)
    assert url.rsplit("/", 2)[-2] not in outbox_text()
    page = client.get(url, follow=True)
    new = {"password1": "another long horse", "password2": "another long horse"}
    assert client.post(page.redirect_chain[-1][0], new).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another long horse")
    assert send()[-1].subject == "Your password was changed"
    assert "password" not in Client().get(url, follow=True).redirect_chain


def test_known_and_unknown_addresses_are_answered_alike(client: Client, postman: type[Postman]) -> None:
    make.make_user("known@cop.example")
    answers = [
        client.post(reverse("account_reset_password"), {"email": f"{name}@cop.example"}) for name in ("known", "not")
    ]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, reverse("account_reset_password_done"))}
    assert [sent.subject for sent in send()] == ["Choose a new password", "No account with this address"]


def test_a_code_goes_to_the_address_of_the_account_and_not_to_one_that_is_read_alike(postman: type[Postman]) -> None:
    make.make_member(account={"email": "kim@port.example", "password": None})
    queue_account_mail("account/email/login_code", "\N{KELVIN SIGN}im@port.example", {"code": "QX7-41P"})
    assert [sent.to for sent in send()] == [["kim@port.example"]]


def test_a_code_is_forgotten_once_it_is_sent(postman: type[Postman]) -> None:
    user = make.make_member().user
    queue_account_mail("account/email/login_code", user.email, {"user": user, "code": "QX7-41P"})
    assert "QX7-41P" in outbox_text()
    assert "Your code is QX7-41P." in send()[0].body
    assert "QX7-41P" not in outbox_text()


def test_a_new_address_is_confirmed_by_its_link(client: Client, postman: type[Postman]) -> None:
    user = make.make_user("old@cop.example")
    EmailAddress.objects.create(user=user, email="new@cop.example", verified=False)
    queue_account_mail("account/email/email_confirmation", "new@cop.example", {"user": user, "key": "secret"})
    [sent] = send()
    assert sent.to == ["new@cop.example"]
    url = next(word for word in sent.body.split() if "/accounts/confirm-email/" in word)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("name", sorted(NOTICES))
def test_every_notice_is_worded_and_goes_to_the_address_that_the_account_had(name: str, postman: type[Postman]) -> None:
    user = make.make_user()
    queue_account_mail(f"mfa/email/{name}", "old@cop.example", {"user": user})
    [sent] = send()
    assert (sent.to, sent.subject) == (["old@cop.example"], str(NOTICES[name]))
    assert "tell an administrator" in sent.body


def test_every_mail_that_allauth_can_send_has_words() -> None:
    from pathlib import Path

    import allauth

    folder = Path(allauth.__file__).parent / "templates"
    names = {file.name.removesuffix("_subject.txt") for file in folder.rglob("email/*_subject.txt")}
    # By settings these are never sent: sign-up is closed, and codes do not replace the link for a new password.
    unused = {"account_already_exists", "email_confirmation_signup", "password_reset_code"}
    ours = {"factors_reset"}
    assert names - unused == (set(NOTICES) - ours) | set(ASKING)


def test_a_closed_account_is_told_nothing(postman: type[Postman]) -> None:
    user = make.make_user(is_active=False)
    assert queue_account_mail("account/email/password_changed", user.email, {"user": user}) is None
    assert Message.objects.count() == 0
