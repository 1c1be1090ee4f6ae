"""What changes an account asks again, tells the address that the account had, and ends other sign-ins."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from community.actions.account import deactivate_account, reactivate_account
from community.actions.invitation import change_address, invite
from community.actions.outbox import send_outbox
from community.models import User
from community.templatetags.browsers import browser_name
from tests import factories as make
from tests.community.signing_in import NEW, PASSWORD, ask_again, code_now, proven, set_up_app, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

LIST = "/accounts/sessions/"
EMAIL = "/accounts/email/"
APP = "/accounts/2fa/totp/activate/"


@pytest.fixture
def sofia() -> User:
    return proven(make.make_member("Sofia Renner", account={"email": "sofia@cop.example"}).user)


def is_in(client: Client) -> bool:
    """Say whether a browser is signed in."""
    return client.get(LIST).status_code == 200


def mails() -> list[Any]:
    """Send what waits; return all mails."""
    send_outbox(at=timezone.now())
    return mail.outbox


def link_in(sent: Any, part: str) -> str:
    """Return the address in a mail that holds a part."""
    return next(word for word in sent.body.split() if part in word)


# -- Devices -----------------------------------------------------------------------------------------------------------


def test_devices_are_listed_and_all_others_are_signed_out(sofia: User) -> None:
    here, there = signed_in(sofia, HTTP_USER_AGENT="Desk"), signed_in(sofia, HTTP_USER_AGENT="Phone")
    page = here.get(LIST).content.decode()
    assert ("Desk" in page, "Phone" in page, "Sign out all other devices" in page) == (True, True, True)
    here.post(LIST)
    assert (is_in(here), is_in(there)) == (True, False)
    assert "Phone" not in here.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("<b>curl</b>", "<b>curl</b>"),
    ],
)
def test_a_browser_is_called_as_its_owner_calls_it(line: str, words: str) -> None:
    assert browser_name(line) == words


def test_who_came_by_an_invitation_is_listed_too(client: Client) -> None:
    anna = make.make_member("Anna Perić", account={"email": "anna@park.example", "password": None})
    invite(member=anna, by=make.make_admin())
    page = re.sub(r"^https?://[^/]+", "", link_in(mails()[-1], "/join/"))
    assert client.post(page, {"password": NEW}).status_code == 302
    assert UserSession.objects.filter(user=anna.user).count() == 1
    assert "This device" in client.get(LIST).content.decode()


def test_sign_ins_of_a_closed_account_do_not_live_again_when_it_is_opened(sofia: User) -> None:
    admin, client = make.make_admin(), signed_in(sofia)
    deactivate_account(user=sofia, by=admin)
    reactivate_account(user=sofia, by=admin)
    assert not is_in(client)
    assert UserSession.objects.filter(user=sofia).count() == 0


# -- Password ----------------------------------------------------------------------------------------------------------


def test_a_changed_password_ends_other_sign_ins_and_is_told(sofia: User) -> None:
    here, there = signed_in(sofia), signed_in(sofia)
    path = "/accounts/password/change/"
    for new in ("short", "sofia@cop.example", "password1234"):
        here.post(path, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    here.post(path, {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    assert User.objects.get(pk=sofia.pk).check_password(PASSWORD)
    here.post(path, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert User.objects.get(pk=sofia.pk).check_password(NEW)
    assert (is_in(here), is_in(there)) == (True, False)
    [told] = mails()
    assert (told.to, told.subject) == (["sofia@cop.example"], "Your password was changed")
    assert settings.DEFAULT_FROM_EMAIL in told.body
    assert "/accounts/password/reset/" in told.body


def test_an_account_whose_address_was_never_proven_is_told_too() -> None:
    user = make.make_user("first@cop.example")
    signed_in(user).post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert [sent.to for sent in mails()] == [["first@cop.example"]]


def test_a_password_chosen_by_mail_ends_every_sign_in(sofia: User, client: Client) -> None:
    there = signed_in(sofia)
    client.post("/accounts/password/reset/", {"email": sofia.email})
    page = client.get(link_in(mails()[-1], "/reset/key/"), follow=True).redirect_chain[-1][0]
    client.post(page, {"password1": "password1234", "password2": "password1234"})
    assert is_in(there)
    client.post(page, {"password1": NEW, "password2": NEW})
    assert (is_in(there), is_in(client)) == (False, False)


# -- Asked again -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", EMAIL),
        ("get", APP),
        ("get", "/accounts/2fa/webauthn/add/"),
        ("get", "/accounts/2fa/recovery-codes/generate/"),
    ],
)
def test_what_changes_the_account_asks_for_the_password_once_more(sofia: User, method: str, path: str) -> None:
    client = signed_in(sofia)
    data = {"email": "other@cop.example", "action_add": ""} if method == "post" else {}
    answer = getattr(client, method)(path, data)
    assert answer.status_code == 302
    assert answer["location"].startswith("/accounts/reauthenticate/")
    assert EmailAddress.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        ask_again(client)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        again = getattr(client, method)(path, data)
        assert again.status_code == 302
        assert again["location"].startswith("/accounts/reauthenticate/")


def test_who_has_no_password_signs_in_anew_before_the_account_changes() -> None:
    user = proven(make.make_external("Ana Port").user)
    client = Client()
    client.force_login(user)
    stopped = client.post(EMAIL, {"email": "other@port.example", "action_add": ""})
    assert stopped.status_code == 403
    assert "sign in anew first" in stopped.content.decode()
    assert "/accounts/login/code/" in stopped.content.decode()
    assert "sign in anew first" in client.get(APP).content.decode()
    fresh = Client()
    fresh.post("/accounts/login/code/", {"email": user.email})
    code = re.search(r"Your code is ([^ .]+)\.", mails()[-1].body)
    assert code is not None
    fresh.post("/accounts/login/code/confirm/", {"code": code[1]})
    assert "Set the authenticator app up" in fresh.get(APP).content.decode()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert "sign in anew first" in fresh.get(APP).content.decode()


# -- Address -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_factor", [True, False])
def test_a_new_address_counts_once_it_is_proven_and_the_old_one_is_told(sofia: User, with_factor: bool) -> None:
    client = signed_in(sofia)
    ask_again(client)
    if with_factor:
        set_up_app(sofia)
    client.post(EMAIL, {"email": "new@cop.example", "action_add": ""})
    [asked] = mails()
    assert asked.to == ["new@cop.example"]
    assert User.objects.get(pk=sofia.pk).email == "sofia@cop.example"
    page = re.sub(r"^https?://[^/]+", "", link_in(asked, "/confirm-email/"))
    Client().get(page)
    assert User.objects.get(pk=sofia.pk).email == "sofia@cop.example"
    Client().post(page)
    assert User.objects.get(pk=sofia.pk).email == "new@cop.example"
    told = mails()[-1]
    assert (told.to, told.subject) == (["sofia@cop.example"], "The e-mail address of your account was changed")
    assert settings.DEFAULT_FROM_EMAIL in told.body
    assert "/locked-out/" in told.body
    assert "/accounts/password/reset/" not in told.body
    refused = Client().post("/accounts/login/", {"login": "sofia@cop.example", "password": PASSWORD})
    assert refused.status_code == 200


def test_an_address_that_an_administrator_enters_is_proven_by_its_link(sofia: User) -> None:
    change_address(user=sofia, address="new@cop.example", by=make.make_admin())
    told, asked = sorted(mails(), key=lambda sent: sent.to, reverse=True)
    assert (told.to, asked.to) == (["sofia@cop.example"], ["new@cop.example"])
    sofia.refresh_from_db()
    client = signed_in(sofia)
    assert "Not confirmed yet" in client.get(EMAIL).content.decode()
    Client().post(re.sub(r"^https?://[^/]+", "", link_in(asked, "/confirm-email/")))
    assert EmailAddress.objects.get(user=sofia).verified
    assert "Not confirmed yet" not in client.get(EMAIL).content.decode()


# -- Second factors ----------------------------------------------------------------------------------------------------


def test_an_app_is_set_up_with_codes_that_are_shown_once_and_open_once(
    sofia: User, django_capture_on_commit_callbacks: Any
) -> None:
    client, other = signed_in(sofia), signed_in(sofia)
    ask_again(client)
    secret = re.search(r'class="secret">([A-Z2-7]+)<', client.get(APP).content.decode())
    assert secret is not None
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(APP, {"code": code_now(secret[1])})
    assert done["location"] == "/accounts/2fa/recovery-codes/"
    assert (is_in(client), is_in(other)) == (True, False)
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = re.findall(r"<code>([^<]+)</code>", page)
    assert (len(set(codes)), "shown this once" in page) == (10, True)
    again = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert (codes[0] in again, "not shown again" in again) == (False, True)
    assert client.get("/accounts/2fa/recovery-codes/download/").status_code == 403
    assert mails()[-1].subject == "An authenticator app now protects your account"
    for code, opens in ((codes[0], True), (codes[0], False), ("00000000", False), (codes[1], True)):
        browser = signed_in(sofia)
        assert not is_in(browser)
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        assert is_in(browser) == opens, code


def test_an_account_whose_address_nobody_confirmed_can_have_a_factor(sofia: User) -> None:
    EmailAddress.objects.update(verified=False)
    client = signed_in(sofia)
    ask_again(client)
    assert client.get(APP).status_code == 200


@pytest.mark.parametrize("kind", ["totp", "webauthn"])
def test_the_last_factor_stays_while_the_role_needs_one(sofia: User, settings: Any, kind: str) -> None:
    client = signed_in(sofia)
    ask_again(client)
    factor = Authenticator.objects.create(user=sofia, type=kind, data={"secret": "A", "name": "Key", "credential": {}})
    path = "/accounts/2fa/totp/deactivate/"
    if kind == "webauthn":
        path = f"/accounts/2fa/webauthn/keys/{factor.pk}/remove/"
    settings.MFA_REQUIRED = "everybody"
    assert "Add another one first" in client.get(path).content.decode()
    assert "Add another one first" in client.post(path).content.decode()
    assert Authenticator.objects.filter(pk=factor.pk).exists()
    settings.MFA_REQUIRED = "coordinators"
    assert "Add another one first" not in client.get(path).content.decode()
    assert client.post(path).status_code == 302
    assert not Authenticator.objects.exists()
    assert "your account" in mails()[-1].subject


def test_a_code_of_the_app_by_someone_who_guesses_is_stopped(sofia: User) -> None:
    secret = set_up_app(sofia)
    wrong = "000000" if code_now(secret) != "000000" else "000001"
    browser = signed_in(sofia)
    statuses = [browser.post("/accounts/2fa/authenticate/", {"code": wrong}).status_code for _try in range(12)]
    assert (statuses[0], statuses[-1]) == (200, 429)
