"""Whoever cannot sign in reads on the page itself what helps, and an administrator has what makes that way work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from community.actions.account import deactivate_account
from community.actions.factor import reset_factors
from community.actions.outbox import send_outbox
from community.models import Event, Message, User
from community.permissions import Refusal
from tests import factories as make
from tests.community.signing_in import PASSWORD, ask_again, proven, set_up_app, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

HELP = "/locked-out/"


@pytest.fixture
def sofia() -> User:
    """Somebody with an app and recovery codes."""
    user = proven(make.make_member("Sofia Renner", account={"email": "sofia@cop.example"}).user)
    set_up_app(user)
    RecoveryCodes.activate(user)
    return user


@pytest.fixture
def by() -> User:
    return make.make_admin(name="Admin Person")


def page_of(user: User) -> str:
    return f"/admin/community/user/{user.pk}/reset-factors/"


def mails() -> list[Any]:
    """Send what waits; return all mails."""
    send_outbox(at=timezone.now())
    return mail.outbox


# -- What is read ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
    ],
)
def test_each_page_of_the_way_in_leads_to_what_helps(client: Client, path: str) -> None:
    assert f'href="{HELP}"' in client.get(path).content.decode()


def test_the_page_of_the_second_factor_leads_to_what_helps_which_names_whom_to_write_to(sofia: User) -> None:
    client = Client()
    asked = client.post("/accounts/login/", {"login": sofia.email, "password": PASSWORD}, follow=True)
    assert asked.redirect_chain[-1][0] == "/accounts/2fa/authenticate/"
    assert f'href="{HELP}"' in asked.content.decode()
    page = client.get(HELP).content.decode()
    assert f"mailto:{settings.DEFAULT_FROM_EMAIL}" in page
    for link in ("/accounts/password/reset/", "/accounts/login/code/"):
        assert f'href="{link}"' in page


def test_a_closed_account_is_told_so_after_the_right_password_and_by_mail(
    sofia: User, by: User, client: Client
) -> None:
    deactivate_account(user=sofia, by=by)
    wrong = client.post("/accounts/login/", {"login": sofia.email, "password": "a wrong password"}, follow=True)
    assert "This account is closed" not in wrong.content.decode()
    right = client.post("/accounts/login/", {"login": sofia.email, "password": PASSWORD}, follow=True)
    assert "This account is closed" in right.content.decode()
    assert f"mailto:{settings.DEFAULT_FROM_EMAIL}" in right.content.decode()
    for path in ("/accounts/login/code/", "/accounts/password/reset/"):
        Message.objects.all().delete()
        client.post(path, {"email": sofia.email})
        assert Message.objects.get().template == "account/closed"
    sent = mails()[-1]
    assert (sent.to, sent.subject) == ([sofia.email], "Your account is closed")
    assert settings.DEFAULT_FROM_EMAIL in sent.body
    assert HELP in sent.body


def test_too_many_tries_answer_429_and_what_helps(sofia: User) -> None:
    Authenticator.objects.all().delete()
    attacker = Client(REMOTE_ADDR="192.0.2.1")
    answers = [attacker.post("/accounts/login/", {"login": sofia.email, "password": "wrong"}) for _try in range(12)]
    assert (answers[0].status_code, answers[-1].status_code) == (200, 429)
    assert f'href="{HELP}"' in answers[-1].content.decode()
    assert 'href="/accounts/password/reset/"' in answers[-1].content.decode()
    for _try in range(14):
        last = Client(REMOTE_ADDR="192.0.2.2").post("/accounts/password/reset/", {"email": f"p{_try}@cop.example"})
    assert last.status_code == 429


def tried(user: User, address: str, password: str = "wrong", login: str = "") -> int:
    """Try a password from an address; return the status."""
    posted = {"login": login or user.email, "password": password}
    return Client(REMOTE_ADDR=address).post("/accounts/login/", posted).status_code


def test_who_guesses_from_many_addresses_is_slowed_and_does_not_lock_the_owner_out(sofia: User) -> None:
    Authenticator.objects.all().delete()
    signed_in(sofia, REMOTE_ADDR="192.0.2.9")
    spelt = (sofia.email, sofia.email.upper(), f" {sofia.email.title()}")
    many = [tried(sofia, f"198.51.100.{number // 5}", login=spelt[number % 3]) for number in range(50)]
    assert set(many) == {200}
    assert [tried(sofia, "198.51.100.0") for _try in range(3)] == [200, 429, 429]
    assert [tried(sofia, f"198.51.100.{number}") for number in (80, 81, 80, 81)] == [200, 200, 429, 429]
    # The owner, from where she is signed in, mistyping, and from a place where she never was.
    assert [tried(sofia, "192.0.2.9") for _try in range(5)] == [200] * 5
    assert tried(sofia, "192.0.2.9", PASSWORD) == 302
    assert [tried(sofia, "203.0.113.7", PASSWORD) for _try in range(3)] == [302] * 3
    # Who is at her address guesses no more than others, and locks out nobody elsewhere.
    at_hers = [tried(sofia, "192.0.2.9") for _try in range(12)]
    assert (at_hers[0], at_hers[-1]) == (200, 429)
    assert tried(sofia, "203.0.113.8", PASSWORD) == 302


@pytest.mark.parametrize("path", ["/accounts/login/code/", "/accounts/password/reset/"])
def test_who_asks_for_mails_to_somebody_does_not_keep_the_owner_from_them(sofia: User, path: str) -> None:
    Authenticator.objects.all().delete()
    signed_in(sofia, REMOTE_ADDR="192.0.2.9")
    spelt = (sofia.email, sofia.email.upper(), sofia.email.title())

    def asked(address: str, login: str = sofia.email) -> int:
        return Client(REMOTE_ADDR=address).post(path, {"email": login}).status_code

    strange = [asked(f"198.51.100.{number}", spelt[number % 3]) for number in range(5)]
    assert strange == [302, 302, 302, 429, 429]
    assert [asked("192.0.2.9") for _try in range(4)] == [302, 302, 302, 429]


def test_guesses_at_an_address_without_an_account_are_answered_alike() -> None:
    nobody = User(email="nobody@cop.example")
    assert [tried(nobody, f"198.51.100.{number // 5}") for number in range(50)] == [200] * 50
    assert [tried(nobody, "198.51.100.80") for _try in range(2)] == [200, 429]


def test_a_living_session_does_not_ask_again_without_end(sofia: User) -> None:
    Authenticator.objects.all().delete()
    client = signed_in(sofia, REMOTE_ADDR="192.0.2.9")
    asked = [client.post("/accounts/reauthenticate/", {"password": "wrong"}).status_code for _try in range(12)]
    assert (asked[0], asked[-1]) == (200, 429)


# -- What an administrator does ----------------------------------------------------------------------------------------


def test_an_administrator_takes_lost_factors_off_after_giving_the_own_password(sofia: User, by: User) -> None:
    there = Client()
    there.force_login(sofia)
    UserSession.objects.create(user=sofia, ip="192.0.2.7", user_agent="x", session_key=there.session.session_key)
    client = signed_in(by)
    change = client.get(f"/admin/community/user/{sofia.pk}/change/").content.decode()
    assert ("TOTP" in change, page_of(sofia) in change) == (True, True)
    for method in (client.get, client.post):
        assert method(page_of(sofia), {"reason": "Called."})["location"].startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.count() == 2
    ask_again(client)
    assert client.get(page_of(sofia)).status_code == 200
    client.post(page_of(sofia), {"reason": " "})
    assert Authenticator.objects.count() == 2
    done = client.post(page_of(sofia), {"reason": "She called from the number of her office."}, follow=True)
    assert "The second factors are off" in done.content.decode()
    assert Authenticator.objects.count() == 0
    assert there.get("/accounts/sessions/").status_code == 302
    event = Event.objects.get(verb="reset_factors")
    assert (event.by, event.data) == (by, {"kinds": ["recovery_codes", "totp"]})
    assert event.detail.body["reason"] == "She called from the number of her office."
    told = mails()[-1]
    assert told.to == [sofia.email]
    assert told.subject == "An administrator took the second factors off your account"
    history = client.get(f"/admin/community/user/{sofia.pk}/history/").content.decode()
    assert "Second factors reset" in history
    assert "number of her office" in history
    assert signed_in(sofia).get("/accounts/sessions/").status_code == 200


def test_nobody_else_and_nobody_for_oneself(sofia: User, by: User) -> None:
    member, boss = make.make_member().user, make.make_user(is_superuser=True, is_staff=True)
    for user in (by, boss):
        set_up_app(user)
    cases: list[tuple[User, User, str]] = [
        (sofia, member, "Only an administrator"),
        (by, by, "Nobody resets their own"),
        (boss, by, "Only a superuser"),
    ]
    calls: list[tuple[Callable[[], Any], str]] = [
        (lambda user=user, who=who: reset_factors(user=user, by=who, reason="x"), words) for user, who, words in cases
    ]
    for call, words in calls:
        with pytest.raises(Refusal, match=words):
            call()
    with pytest.raises(Refusal, match="made sure"):
        reset_factors(user=sofia, by=by, reason=" ")
    with pytest.raises(Refusal, match="has no second factor"):
        reset_factors(user=member, by=by, reason="x")
    assert (Event.objects.count(), Message.objects.count(), Authenticator.objects.count()) == (0, 0, 4)
    client = signed_in(member)
    assert client.get(page_of(sofia)).status_code == 302
    assert client.post(page_of(sofia), {"reason": "x"}).status_code == 302
    assert Authenticator.objects.count() == 4


def test_the_administration_has_no_sign_in_of_its_own(sofia: User) -> None:
    answer = Client().get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["location"].startswith("/accounts/login/")
    posted = Client().post("/admin/login/", {"username": sofia.email, "password": PASSWORD})
    assert posted.status_code == 302
    assert posted["location"].startswith("/accounts/login/")
    admin = signed_in(make.make_admin())
    assert admin.get("/admin/password_change/")["location"] == "/accounts/password/change/"
