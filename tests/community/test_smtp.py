"""Against a mail server that refuses, delays and drops the line: no mail is lost, and none comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clusters.choices import State
from community import mails, notifications
from community.actions.notification import choose_rhythms
from community.actions.outbox import RETRY_AFTER, send_outbox, try_again
from community.inbox import mail_words
from community.models import Message
from tests import factories as make
from tests.cast import make_cast, make_cluster
from tests.community.smtp_server import (
    DROP,
    DROP_AFTER,
    FULL,
    REFUSE,
    REFUSE_LATER,
    SLOW,
    TAKE_AND_HANG,
    TOO_LARGE,
    MailServer,
    mail_server,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """The server to which the sender talks; it waits for an answer a quarter of a second."""
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address[0], running.server_address[1]
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 0.6
        yield running


def send_until_quiet() -> None:
    """Send again and again, each time as if the time of waiting were over."""
    for _round in range(len(RETRY_AFTER) + 1):
        Message.objects.filter(state="queued").update(due_at=timezone.now())
        send_outbox(at=timezone.now() + timedelta(seconds=1))


#: What happens to the mails of one address, what becomes of its row, and how many copies the server took. It took two
#: or more only where its answer to the first did not reach the sender: then nobody can know, and a mail that may be
#: lost is sent again under the same Message-ID (docs/decisions/0040). Whatever is answered is there once or not at all.
PLANS = {
    "good": ([], "sent", 1),
    "later": ([REFUSE_LATER, REFUSE_LATER], "sent", 1),
    "unknown": ([REFUSE], "failed", 0),
    "slow": ([SLOW], "sent", 1),
    "dropped": ([DROP, DROP], "sent", 1),
    "unanswered": ([DROP_AFTER], "sent", 2),
    "hanging": ([TAKE_AND_HANG], "sent", 2),
    "hanging_twice": ([TAKE_AND_HANG, TAKE_AND_HANG], "sent", 3),
    "taken_then_refused": ([TAKE_AND_HANG, REFUSE], "failed", 1),
    "full": ([FULL, FULL], "sent", 1),
    "too_large": ([TOO_LARGE], "failed", 0),
    "worst": ([SLOW, DROP, REFUSE_LATER, DROP_AFTER], "sent", 2),
}


def test_a_server_that_refuses_delays_and_drops_loses_no_mail_and_doubles_none(
    hello_mail: str, server: MailServer
) -> None:
    rows = {}
    for name, (steps, _state, _copies) in PLANS.items():
        user = make.make_member(account={"email": f"{name}@cop.example"}).user
        rows[name] = notifications.queue(hello_mail, to=user, subject=user, name=name)
        server.plan[f"{name}@cop.example"] = list(steps)
    send_until_quiet()
    found, mailboxes = {}, {}
    for name, row in rows.items():
        assert row is not None
        row.refresh_from_db()
        found[name] = (row.state, server.copies[f"{name}@cop.example", mails.message_id(row)])
        mailboxes[name] = sum(address == f"{name}@cop.example" for address, _id in server.mails)
    assert found == {name: (state, copies) for name, (_steps, state, copies) in PLANS.items()}
    assert mailboxes == {name: min(copies, 1) for name, (_steps, _state, copies) in PLANS.items()}
    assert [steps for steps in server.plan.values() if steps] == []


def test_what_the_server_answered_is_never_begun_again(hello_mail: str, server: MailServer) -> None:
    user = make.make_member(account={"email": "good@cop.example"}).user
    notifications.queue(hello_mail, to=user, subject=user, name="N")
    for _time in range(3):
        send_until_quiet()
    assert server.tries == {"good@cop.example": 1}


def test_a_server_that_is_away_keeps_everything_for_later(hello_mail: str, server: MailServer, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    user = make.make_member(account={"email": "good@cop.example"}).user
    notifications.queue(hello_mail, to=user, subject=user, name="N")
    assert send_outbox(at=timezone.now() + timedelta(seconds=1)).failed == 1
    settings.EMAIL_PORT = port
    send_until_quiet()
    assert len(server.mails) == 1


def test_the_mail_of_a_day_whose_line_breaks_comes_once_with_the_same_words(server: MailServer) -> None:
    cast = make_cast()
    user, cluster = cast.user("participant"), make_cluster(cast, State.RUNNING)
    choose_rhythms(by=user, rhythms={"clusters.taking_part": "daily"})
    for code in ("start", "pause", "resume"):
        notifications.queue(
            f"clusters/{code}", to=user, subject=cluster, audience="participants", title=cluster.title, name="M4N"
        )
    server.plan[user.email] = [DROP, DROP_AFTER, SLOW, TAKE_AND_HANG]
    send_until_quiet()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    [(key, mail)] = server.mails.items()
    assert key[0] == user.email
    assert server.copies[key] == 3, "two that were never answered, and the last"
    assert mail.get_body(("plain",)).get_content().count("- “") == 3  # type: ignore[union-attr]


def test_what_was_given_up_is_tried_again_once_an_administrator_says_so(
    hello_mail: str, server: MailServer, client: Client
) -> None:
    user = make.make_member(account={"email": "good@cop.example"}).user
    notifications.queue(hello_mail, to=user, subject=user, name="N")
    server.plan["good@cop.example"] = [REFUSE]
    send_until_quiet()
    row = Message.objects.get()
    assert (row.state, len(server.mails)) == ("failed", 0)
    client.force_login(make.make_admin())
    asked = {"action": "send_again", "_selected_action": [row.pk]}
    answer = client.post("/admin/community/message/", asked, follow=True)
    assert "1 mail is tried again." in answer.text
    send_until_quiet()
    row.refresh_from_db()
    assert (row.state, len(server.mails)) == ("sent", 1)
    assert "0 mails are tried again." in client.post("/admin/community/message/", asked, follow=True).text
    send_until_quiet()
    assert sum(server.copies.values()) == 1


def test_the_mail_of_a_day_that_was_given_up_is_gathered_anew(server: MailServer) -> None:
    cast = make_cast()
    user, cluster = cast.user("participant"), make_cluster(cast, State.RUNNING)
    choose_rhythms(by=user, rhythms={"clusters.taking_part": "daily"})
    for code in ("start", "pause"):
        notifications.queue(
            f"clusters/{code}", to=user, subject=cluster, audience="participants", title=cluster.title, name="M4N"
        )
    server.plan[user.email] = [REFUSE]
    send_until_quiet()
    assert set(Message.objects.values_list("state", flat=True)) == {"failed"}
    assert try_again(messages=Message.objects.values_list("pk", flat=True), at=timezone.now()) == 1
    send_until_quiet()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    [mail] = server.mails.values()
    assert mail.get_body(("plain",)).get_content().count("- “") == 2  # type: ignore[union-attr]


def test_a_list_says_that_a_mail_could_not_be_sent_yet(hello_mail: str, server: MailServer) -> None:
    user = make.make_member(account={"email": "later@cop.example"}).user
    message = notifications.queue(hello_mail, to=user, subject=user, name="N")
    assert message is not None
    server.plan["later@cop.example"] = [REFUSE_LATER]
    send_outbox(at=timezone.now() + timedelta(seconds=1))
    message.refresh_from_db()
    assert mail_words(message).startswith("could not be sent by mail yet; it is tried again on ")
