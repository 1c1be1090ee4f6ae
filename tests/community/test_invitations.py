"""Invitations from the list of members: seen how far they are, taken back, many by a job, mails that fail told once."""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from community import jobs
from community.actions.invitation import accept_invitation, change_address, invite, take_back_invitation
from community.actions.invitation_job import AT_ONCE, order_invitations
from community.actions.outbox import send_outbox
from community.actions.standing import set_standing
from community.choices import LinkState, MessageState, Standing
from community.models import Event, Job, Member, Message, SignedLink, User
from community.permissions import Refusal
from tests import factories as make
from tests.community.admin_pages import list_of
from tests.community.test_join import page, token_of_newest_mail

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def by() -> User:
    """The administrator who invites."""
    return make.make_admin(name="Admin Person")


def person(name: str) -> Member:
    """Make a member with an account and no password."""
    address = f"{name.split()[0].lower()}@park.example"
    return make.make_member(name, account={"email": address, "password": None})


def listed(client: Client, state: str) -> list[str]:
    """Return who stands in the list under that filter."""
    rows = client.get(f"{list_of(Member)}?invitation={state}").context["cl"].result_list
    return sorted(row.name for row in rows)


def press(client: Client, action: str, *rows: Member) -> str:
    """Press an action of the list; return the page that follows."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return str(client.post(list_of(Member), data, follow=True).content.decode())


class Broken(EmailBackend):
    """A server that is away."""

    def open(self) -> bool:
        """Refuse."""
        raise smtplib.SMTPServerDisconnected("away")


@pytest.fixture
def server_away(settings: Any) -> None:
    """Let every mail fail."""
    settings.EMAIL_BACKEND = f"{__name__}.Broken"


def test_the_list_says_how_far_each_invitation_is(client: Client, by: User) -> None:
    client.force_login(by)
    rows = {name: person(name) for name in ("Anna", "Bo", "Cy", "Di", "Eve")}
    make.make_member("Fay", account=False)
    make.make_external("Gus")
    for name in ("Anna", "Bo", "Cy", "Di"):
        invite(member=rows[name], by=by)
    send_outbox(at=timezone.now())
    invite(member=rows["Di"], by=by)
    accept_invitation(link=SignedLink.objects.get(user=rows["Bo"].user), password="a heron in the wetland", by=None)
    SignedLink.objects.filter(user=rows["Cy"].user).update(expires_at=timezone.now() - timedelta(hours=1))
    found = {
        state: listed(client, state)
        for state in ("joined", "open", "unsent", "expired", "none", "no_address", "taken_back", "closed")
    }
    assert found == {
        "joined": ["Admin Person", "Bo"],
        "open": ["Anna"],
        "unsent": ["Di"],
        "expired": ["Cy"],
        "none": ["Eve"],
        "no_address": ["Fay"],
        "taken_back": [],
        "closed": [],
    }
    html = client.get(list_of(Member)).content.decode()
    until = SignedLink.objects.get(user=rows["Anna"].user).expires_at
    assert until is not None
    assert f"Invited, not answered yet, until {timezone.localtime(until):%-d %B %Y}" in html
    assert "Invited, mail not sent: waits" in html


def test_an_invitation_is_taken_back_and_made_anew(client: Client, by: User) -> None:
    client.force_login(by)
    anna = person("Anna")
    assert "Anna has no open invitation that could be taken back." in press(client, "take_back_invitations", anna)
    invite(member=anna, by=by)
    token = token_of_newest_mail()
    assert "1 invitation taken back." in press(client, "take_back_invitations", anna)
    assert listed(client, "taken_back") == ["Anna"]
    stranger = Client()
    assert "taken back" in stranger.get(page(token)).content.decode()
    assert stranger.post(page(token), {"password": "a heron in the wetland"}).status_code == 410
    assert not User.objects.get(pk=anna.user.pk).has_usable_password()
    assert [event.verb for event in Event.objects.order_by("pk")] == ["invite", "take_back_invitation"]
    assert "1 member invited." in press(client, "invite_members", anna)
    assert stranger.post(page(token_of_newest_mail()), {"password": "a heron in the wetland"}).status_code == 302


def test_what_was_taken_back_or_replaced_before_it_left_is_not_sent(by: User) -> None:
    anna, bo = person("Anna"), person("Bo")
    for one in (anna, anna, bo):
        invite(member=one, by=by)
    take_back_invitation(member=bo, by=by)
    send_outbox(at=timezone.now())
    assert [sent.to for sent in mail.outbox] == [["anna@park.example"]]
    assert Message.objects.filter(state=MessageState.CANCELLED).count() == 2
    assert SignedLink.objects.filter(state=LinkState.OPEN).count() == 1


def test_who_leaves_or_gets_another_address_is_not_sent_an_invitation_that_acts_no_more(by: User) -> None:
    anna, bo = person("Anna"), person("Bo")
    for one in (anna, bo):
        invite(member=one, by=by)
    assert bo.user is not None
    set_standing(member=anna, standing=Standing.FORMER, by=by)
    change_address(user=bo.user, address="bo@river.example", by=by)
    send_outbox(at=timezone.now())
    assert not Message.objects.filter(template="community/invite").exclude(state=MessageState.CANCELLED).exists()


def test_only_administrators_take_back_and_order() -> None:
    member = person("Anna")
    for do in (
        lambda: take_back_invitation(member=member, by=make.make_member().user),
        lambda: order_invitations(members=[member], by=make.make_member().user),
    ):
        with pytest.raises(Refusal, match="Only an administrator"):
            do()


def test_many_are_invited_by_a_job_whose_page_names_who_was_not(client: Client, by: User, settings: Any) -> None:
    settings.TASKS_RUN = "worker"
    client.force_login(by)
    rows = [person(f"Person{number}") for number in range(AT_ONCE)]
    nobody = make.make_member("Fay Berg", account=False)
    with CaptureQueriesContext(connection) as captured:
        html = press(client, "invite_members", *rows, nobody)
    assert "They are being invited." in html
    assert (Message.objects.count(), len(captured) < 60) == (0, True)
    job = Job.objects.get()
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"done": AT_ONCE, "failed": 1})
    html = client.get(reverse("community:job", args=[job.pk])).content.decode()
    assert "Fay Berg has no e-mail address yet. Enter one first, then invite." in html
    assert Message.objects.filter(template="community/invite").count() == AT_ONCE
    job.items.update(state="waiting")
    Job.objects.update(state="queued", due_at=timezone.now())
    assert jobs.run(job.pk)
    assert SignedLink.objects.count() == AT_ONCE, "a second run invites nobody twice"


@pytest.mark.usefixtures("server_away")
def test_a_server_that_is_away_gives_one_line_and_the_list_says_what_was_not_sent(
    client: Client, by: User, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(by)
    rows = [person(name) for name in ("Anna", "Bo", "Cy", "Di")]
    for row in rows:
        invite(member=row, by=by)
    with caplog.at_level(logging.INFO):
        send_outbox(at=timezone.now())
    told = [record.getMessage() for record in caplog.records if record.name == "community.actions.outbox"]
    assert told == ["outbox: 3 mails not sent (SMTPServerDisconnected 3), 0 of them given up; 0 sent"]
    assert listed(client, "unsent") == ["Anna", "Bo", "Cy", "Di"]
    html = client.get(list_of(Member)).content.decode()
    assert "Invited, mail not sent: SMTPServerDisconnected: away" in html
