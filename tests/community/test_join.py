"""Invited by an administrator, joined by one's own press: GET shows, POST acts, once, for fourteen days."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.actions.account import deactivate_account
from community.actions.invitation import accept_invitation, change_address, invite
from community.actions.outbox import send_outbox
from community.choices import LinkState
from community.links import find
from community.models import Event, Member, Message, SignedLink, User
from community.permissions import Refusal
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

PASSWORD = "a heron in the wetland"


@pytest.fixture
def by() -> User:
    """The administrator who invites."""
    return make.make_admin(name="Admin Person")


@pytest.fixture
def anna() -> Member:
    """A member with an account and no password."""
    return make.make_member("Anna Perić", account={"email": "anna@park.example", "password": None})


def token_of_newest_mail() -> str:
    """Send what waits; return the token in the newest mail."""
    send_outbox(at=timezone.now())
    found = re.search(r"/join/([^/\s]+)/", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def page(token: str) -> str:
    """Return the address of a link."""
    return reverse("community:join", kwargs={"token": token})


def test_the_admin_invites_and_the_person_joins_with_one_press(client: Client, by: User, anna: Member) -> None:
    client.force_login(by)
    data = {"action": "invite_members", "_selected_action": [anna.pk]}
    assert (
        "1 member invited"
        in client.post(reverse("admin:community_member_changelist"), data, follow=True).content.decode()
    )
    token = token_of_newest_mail()
    assert mail.outbox[-1].to == ["anna@park.example"]
    assert "An administrator entered your name" in str(mail.outbox[-1].body)
    client.logout()
    shown = client.get(page(token))
    assert (shown.status_code, shown["referrer-policy"]) == (200, "strict-origin")
    assert "no-store" in shown["cache-control"]
    assert "anna@park.example" in shown.content.decode()
    answer = client.post(page(token), {"password": PASSWORD})
    assert (answer.status_code, answer["location"]) == (302, reverse("community:desk"))
    user = User.objects.get(pk=anna.user.pk)
    assert user.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(user.pk)
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("anna@park.example", True, True)
    assert list(Event.objects.values_list("verb", flat=True).order_by("pk")) == ["invite", "accept_invitation"]


def test_showing_the_page_changes_nothing(client: Client, by: User, anna: Member) -> None:
    invite(member=anna, by=by)
    token = token_of_newest_mail()
    before = list(SignedLink.objects.values()), Event.objects.count(), list(User.objects.values("password"))
    for _each in range(3):
        assert client.get(page(token)).status_code == 200
    assert before == (list(SignedLink.objects.values()), Event.objects.count(), list(User.objects.values("password")))


def test_a_link_acts_once(client: Client, by: User, anna: Member) -> None:
    invite(member=anna, by=by)
    token = token_of_newest_mail()
    client.post(page(token), {"password": PASSWORD})
    client.logout()
    for answer in (client.get(page(token)), client.post(page(token), {"password": "another long password"})):
        assert answer.status_code == 410
        assert "was used already" in answer.content.decode()
        assert reverse("account_login") in answer.content.decode()
    assert User.objects.get(pk=anna.user.pk).check_password(PASSWORD)


def test_a_link_lasts_fourteen_days_from_sending_and_offers_a_new_one(client: Client, by: User, anna: Member) -> None:
    invite(member=anna, by=by, at=timezone.now() - timedelta(days=30))
    token = token_of_newest_mail()
    link = find(token, "invite")
    assert link is not None
    assert link.expires_at - link.sent_at == timedelta(days=14)
    SignedLink.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    answer = client.post(page(token), {"password": PASSWORD})
    assert answer.status_code == 410
    assert "Send a new link" in answer.content.decode()
    assert not User.objects.get(pk=anna.user.pk).has_usable_password()
    assert client.post(page(token), {"anew": "1"}).status_code == 200
    fresh = token_of_newest_mail()
    assert fresh != token
    assert client.post(page(fresh), {"password": PASSWORD}).status_code == 302


def test_a_link_that_ran_out_is_renewed_once_a_day_and_any_other_never(client: Client, by: User, anna: Member) -> None:
    """Whoever holds a link cannot fill the mailbox of its owner, nor end the link that acts."""
    invite(member=anna, by=by)
    token = token_of_newest_mail()
    sent = Message.objects.count()
    for state in (LinkState.OPEN, LinkState.REVOKED, LinkState.EXPIRED):
        SignedLink.objects.update(state=state)
        for _each in range(5):
            assert client.post(page(token), {"anew": "1"}).status_code == 200
        assert Message.objects.count() == sent + (state == LinkState.EXPIRED), state
        if state == LinkState.REVOKED:
            assert "Send a new link" not in client.get(page(token)).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        client.post(page(token), {"anew": "1"})
    assert Message.objects.count() == sent + 2


def test_a_newer_invitation_replaces_the_older_one(client: Client, by: User, anna: Member) -> None:
    invite(member=anna, by=by)
    first = token_of_newest_mail()
    invite(member=anna, by=by)
    second = token_of_newest_mail()
    assert (client.get(page(first)).status_code, client.get(page(second)).status_code) == (410, 200)


def test_an_unknown_link_and_one_of_another_purpose_say_what_to_do(client: Client, by: User, anna: Member) -> None:
    from community.links import mint

    _link, other = mint("follow", subject=anna.user, by=by, user=anna.user)
    for token in ("x" * 43, other, "%00", "ü"):
        answer = client.get(page(token))
        assert answer.status_code == 404
    assert "open it once more" in client.get(page("x" * 43)).content.decode()


def test_somebody_else_who_is_signed_in_is_told_and_consumes_nothing(client: Client, by: User, anna: Member) -> None:
    invite(member=anna, by=by)
    token = token_of_newest_mail()
    client.force_login(make.make_member().user)
    for answer in (client.get(page(token)), client.post(page(token), {"password": PASSWORD})):
        assert answer.status_code == 403
        assert "sent to somebody else" in answer.content.decode()
    assert SignedLink.objects.get().state == LinkState.OPEN


def test_a_weak_password_is_refused_and_the_link_stays_open(client: Client, by: User, anna: Member) -> None:
    invite(member=anna, by=by)
    token = token_of_newest_mail()
    for weak in ("", "short", "anna@park.example", "password12345"):
        assert client.post(page(token), {"password": weak}).status_code == 422
    assert SignedLink.objects.get().state == LinkState.OPEN


def test_a_deactivated_account_cannot_join(client: Client, by: User, anna: Member) -> None:
    make.make_coordinator(None)
    invite(member=anna, by=by)
    token = token_of_newest_mail()
    deactivate_account(user=anna.user, by=by)
    assert client.post(page(token), {"password": PASSWORD}).status_code == 410
    client.post(page(token), {"anew": "1"})
    assert Message.objects.filter(template="community/invite").count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"account": False}, "has no e-mail address yet"),
        ({"account": {"is_active": False, "password": None}}, "is deactivated"),
        ({"account": {"password": PASSWORD}}, "has joined already"),
        ({"account": {"password": None}, "standing": "external"}, "is no CoP member"),
    ],
)
def test_who_cannot_be_invited_is_named_with_the_reason(by: User, fields: dict[str, Any], words: str) -> None:
    member = make.make_member("Anna Perić", **fields)
    with pytest.raises(Refusal, match=words):
        invite(member=member, by=by)
    assert (Message.objects.count(), Event.objects.count()) == (0, 0)


def test_a_changed_address_tells_the_old_one_and_closes_the_invitation(by: User, anna: Member) -> None:
    link = invite(member=anna, by=by)
    change_address(user=anna.user, address="Anna@Other.example", by=by)
    user = User.objects.get(pk=anna.user.pk)
    assert user.email == "anna@other.example"
    assert Message.objects.get(template="account/notice").to_address == "anna@park.example"
    link.refresh_from_db()
    with pytest.raises(Refusal):
        accept_invitation(link=link, password=PASSWORD, by=None)


def test_nobody_signs_up_without_an_invitation(client: Client) -> None:
    data = {"email": "new@park.example", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), data)
    assert User.objects.count() == 0


def test_a_link_overwrites_no_password_and_passes_no_second_factor(by: User, anna: Member) -> None:
    account = anna.user
    assert account is not None
    invite(member=anna, by=by)
    send_outbox(at=timezone.now())
    token = token_of_newest_mail()
    TOTP.activate(account, "JBSWY3DPEHPK3PXP")
    client = Client()
    answer: Any = client.post(page(token), {"password": "a long enough passphrase"})
    assert answer.url == reverse("account_login")
    assert client.get("/desk/").status_code == 302
    account.refresh_from_db()
    assert account.check_password("a long enough passphrase")
    other = make.make_member("Bea Second", account={"password": None})
    invite(member=other, by=by)
    send_outbox(at=timezone.now())
    token = token_of_newest_mail()
    assert other.user is not None
    other.user.set_password("chosen by a reset")
    other.user.save()
    refused = Client().post(page(token), {"password": "another long passphrase"})
    assert (refused.status_code, "A password was chosen" in refused.text) == (410, True)
    other.user.refresh_from_db()
    assert other.user.check_password("chosen by a reset")
