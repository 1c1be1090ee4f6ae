"""The outbox: rows written with the change, sent once, retried, given up visibly."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from community import links, mails, notifications
from community.actions.outbox import RETRY_AFTER, send_outbox
from community.choices import LinkState, MessageState
from community.events import record
from community.models import Message
from tests import factories as make
from tests.community.conftest import Postman

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def queue(template: str, address: str = "", **params: Any) -> Message:
    """Queue one mail to a new account."""
    params.setdefault("name", "Sofia")
    user = make.make_member(account={"email": address} if address else True).user
    message = notifications.queue(template, to=user, subject=user, **params)
    assert message is not None
    return message


def send(**later: float) -> dict[str, int]:
    """Send what is due, now or later."""
    return send_outbox(at=timezone.now() + timedelta(**later)).as_dict()


def test_a_mail_has_one_recipient_clean_headers_text_and_html(hello_mail: str, postman: type[Postman]) -> None:
    message = queue(hello_mail, "sofia@cop.example", name="<b>Sofia</b>\r\nBcc: all@cop.example")
    assert send() == {"sent": 1, "failed": 0, "given_up": 0, "cancelled": 0}
    [sent] = mail.outbox
    assert sent.to == ["sofia@cop.example"]
    assert (sent.cc, sent.bcc) == ([], [])
    assert sent.subject == "Hello <b>Sofia</b> Bcc: all@cop.example"
    assert "Good day, <b>Sofia</b>" in sent.body
    assert "You get this mail because you test." in sent.body
    [(html, kind)] = [(part.content, part.mimetype) for part in sent.alternatives]
    assert kind == "text/html"
    assert "Good day, &lt;b&gt;Sofia&lt;/b&gt;" in html
    assert "Co-funded by the European Union" in html
    assert sent.message()["Message-ID"] == mails.message_id(message)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.message_id) == ("sent", 1, mails.message_id(message))


def test_a_mail_links_to_the_page_of_its_subject(
    hello_mail: str, postman: type[Postman], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("community.kinds.url", lambda subject: "/members/abc/")
    queue(hello_mail)
    send()
    # A person's page is not public: the reader is led through the sign-in.
    assert f"{settings.SITE_URL}/accounts/login/?next=/members/abc/" in mail.outbox[0].body


def test_nothing_is_queued_for_a_deactivated_account_or_a_used_key(hello_mail: str) -> None:
    user = make.make_user(is_active=False)
    assert notifications.queue(hello_mail, to=user, subject=user) is None
    other = make.make_user()
    assert notifications.queue(hello_mail, to=other, subject=other, key="reminder:1") is not None
    assert notifications.queue(hello_mail, to=other, subject=other, key="reminder:1") is None
    assert Message.objects.count() == 1


def test_a_mail_needs_exactly_one_recipient(hello_mail: str) -> None:
    user = make.make_user()
    for recipients in ({}, {"to": user, "to_address": "a@b.example"}):
        with pytest.raises(ValueError, match="one recipient"):
            notifications.queue(hello_mail, subject=user, **recipients)


def test_somebody_without_an_account_can_be_written_to(hello_mail: str, postman: type[Postman]) -> None:
    notifications.queue(hello_mail, to_address="new@partner.example", subject=make.make_need(), name="N")
    send()
    assert mail.outbox[0].to == ["new@partner.example"]


def test_an_account_deactivated_meanwhile_gets_nothing(hello_mail: str, postman: type[Postman]) -> None:
    message = queue(hello_mail)
    message.to.is_active = False
    message.to.save(update_fields=["is_active"])
    assert send()["cancelled"] == 1
    assert mail.outbox == []


def test_a_held_mail_waits_and_can_be_taken_back(hello_mail: str, postman: type[Postman]) -> None:
    event = record(verb="pause", subject=make.make_need(), by=None)
    hold = timezone.now() + timedelta(seconds=30)
    queue(hello_mail, event=event, hold_until=hold)
    assert send()["sent"] == 0
    assert notifications.cancel(event) == 1
    assert send(minutes=2)["sent"] == 0


def test_one_bad_address_stops_no_other(hello_mail: str, postman: type[Postman]) -> None:
    bad = queue(hello_mail, "bad@cop.example")
    queue(hello_mail, "good@cop.example")
    postman.refuses["bad@cop.example"] = smtplib.SMTPRecipientsRefused({"bad@cop.example": (550, b"no such user")})
    assert send() == {"sent": 1, "failed": 0, "given_up": 1, "cancelled": 0}
    bad.refresh_from_db()
    assert (bad.state, bad.last_error) == (MessageState.FAILED, "SMTPRecipientsRefused: 550")


def test_a_template_that_fails_stops_no_other(hello_mail: str, postman: type[Postman]) -> None:
    queue(hello_mail, broken=True)
    queue(hello_mail)
    assert send() == {"sent": 1, "failed": 1, "given_up": 0, "cancelled": 0}


def test_a_failed_mail_is_tried_again_later_each_time_and_then_given_up(
    hello_mail: str, postman: type[Postman]
) -> None:
    message = queue(hello_mail, "slow@cop.example")
    postman.refuses["slow@cop.example"] = smtplib.SMTPRecipientsRefused({"slow@cop.example": (451, b"later")})
    for wait in RETRY_AFTER:
        Message.objects.update(due_at=timezone.now())
        assert send()["failed"] == 1
        message.refresh_from_db()
        assert abs(message.due_at - timezone.now() - wait) < timedelta(seconds=5)
        assert send()["failed"] == 0
    Message.objects.update(due_at=timezone.now())
    assert send()["given_up"] == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.FAILED, len(RETRY_AFTER) + 1)
    assert send(days=30) == {"sent": 0, "failed": 0, "given_up": 0, "cancelled": 0}


def test_a_server_that_is_down_ends_the_round_and_keeps_the_rest(hello_mail: str, postman: type[Postman]) -> None:
    for _number in range(5):
        queue(hello_mail)
    postman.refuses["*"] = ConnectionRefusedError("nobody there")
    assert send()["failed"] == 3
    assert Message.objects.filter(attempts=0).count() == 2
    del postman.refuses["*"]
    assert send(minutes=2)["sent"] == 5


def test_a_link_gets_its_token_while_the_mail_is_sent(
    hello_mail: str, postman: type[Postman], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(mails.LINK_PAGES, "join", "account_confirm_email")
    monkeypatch.setattr(mails, "reverse", lambda name, kwargs: f"/join/{kwargs['token']}/")
    need = make.make_need()
    link = links.reserve("join", subject=need, by=None, address="new@partner.example", lasts_days=14)
    assert link.token_hash is None
    notifications.queue(hello_mail, to_address=link.address, subject=need, link=link)
    send()
    link.refresh_from_db()
    token = mail.outbox[0].body.split("/join/")[1].split("/")[0]
    assert links.open_link(token, "join") == link
    assert abs(link.expires_at - timezone.now() - timedelta(days=14)) < timedelta(seconds=5)
    assert (link.state, token in str(Message.objects.values())) == (LinkState.OPEN, False)


def test_the_command_says_what_came_of_it(
    hello_mail: str, postman: type[Postman], capsys: pytest.CaptureFixture[str]
) -> None:
    queue(hello_mail)
    call_command("send_outbox")
    assert capsys.readouterr().out == "1 sent, 0 to be tried again, 0 given up, 0 cancelled.\n"


@pytest.mark.django_db(transaction=True)
def test_a_mail_goes_out_after_the_commit_and_not_after_a_rollback(hello_mail: str, postman: type[Postman]) -> None:
    user = make.make_user()
    with transaction.atomic():
        notifications.queue(hello_mail, to=user, subject=user, name="A")
        notifications.queue(hello_mail, to=user, subject=user, name="B")
        assert mail.outbox == []
    assert [sent.subject for sent in mail.outbox] == ["Hello A", "Hello B"]
    with transaction.atomic():
        notifications.queue(hello_mail, to=user, subject=user, name="C")
        transaction.set_rollback(True)
    assert len(mail.outbox) == 2
    assert Message.objects.count() == 2
