"""Sign-in through another site by OpenID Connect, over HTTP with a provider of its own: discovery, PKCE, user info."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from community.elsewhere import Elsewhere, find_account
from community.models import User
from tests import factories as make
from tests.openid_provider import CLIENT, PASSWORD, SECRET, provider

ADDRESS = "anna@park.example"


def configured(address: str) -> dict[str, Any]:
    """Return the setting that OIDC_SERVER_URL and its companions make."""
    app = {"provider_id": "oidc", "name": "EU Login", "client_id": CLIENT, "secret": SECRET}
    return {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [{**app, "settings": {"server_url": address}}]},
    }


class Browser:
    """Follows redirects and fills in forms at both sites; keeps every address that it was sent to."""

    def __init__(self, home: str) -> None:
        self.home, self.seen = home, list[str]()
        self.session = requests.Session()
        self.session.trust_env = False

    def open(self, address: str) -> requests.Response:
        return self._keep(self.session.get(urljoin(self.home, address), timeout=30))

    def press(self, page: requests.Response, **fields: str) -> requests.Response:
        """Send the form of the page that holds the first of the fields, else the one that sends nothing but itself."""
        forms = re.findall(r"<form.*?</form>", page.text, flags=re.S)
        form = next((one for one in forms if all(f'name="{name}"' in one for name in fields)), "")
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        action = re.search(r'<form[^>]* action="([^"]*)"', form)
        target = urljoin(page.url, html.unescape(action[1]) if action else page.url)
        data = {**{name: html.unescape(value) for name, value in hidden}, **fields}
        return self._keep(self.session.post(target, data=data, headers={"Referer": page.url}, timeout=30))

    def sign_in_elsewhere(self, address: str, path: str = "/accounts/oidc/oidc/login/") -> requests.Response:
        """Go to the other site from the sign-in page, sign in there, and come back."""
        page = self.open(path)
        main = re.sub(r".*<main", "<main", page.text, flags=re.S)
        page._content = main.encode()
        there = self.press(page, csrfmiddlewaretoken=re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', main)[0])
        return self.press(there, login=address, password=PASSWORD) if "password" in there.text else there

    def _keep(self, answer: requests.Response) -> requests.Response:
        self.seen += [one.url for one in (*answer.history, answer)]
        return answer

    def who(self) -> str | None:
        """Return the account's id of the session, by asking the registry."""
        page = self.open("/accounts/email/")
        return ADDRESS if "/accounts/email/" in page.url and ADDRESS in page.text else None


@pytest.fixture
def browser(live_server: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    with provider(tmp_path, f"{live_server.url}/accounts/oidc/oidc/login/callback/") as address:
        settings.SOCIALACCOUNT_PROVIDERS = configured(address)
        browser = Browser(live_server.url)
        browser.provider = address  # type: ignore[attr-defined]
        yield browser


def anna(**fields: Any) -> User:
    user: User = make.make_member("Anna Perić", account={"email": ADDRESS, **fields}).user
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    return user


@pytest.mark.django_db(transaction=True)
def test_a_real_exchange_opens_the_account_of_the_proven_address_and_nothing_else(browser: Any) -> None:
    user = anna()
    unproven = make.make_member(account={"email": "unproven@park.example"}).user
    EmailAddress.objects.create(user=unproven, email=unproven.email, verified=True, primary=True)
    assert "EU Login" in browser.open("/accounts/login/").text

    back = browser.sign_in_elsewhere(ADDRESS, "/accounts/oidc/oidc/login/?next=/clusters/")
    assert (back.status_code, urlsplit(back.url).path) == (200, "/clusters/")
    assert browser.who() == ADDRESS
    assert SocialAccount.objects.get().user_id == user.pk
    asked = parse_qs(urlsplit(next(url for url in browser.seen if "/authorize?" in url)).query)
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert {"openid", "email"} <= set(asked["scope"][0].split())
    assert asked["state"][0] in next(url for url in browser.seen if "/callback/" in url)

    # A code without the secret that only this session holds is refused by the token's address.
    there = browser.session.get(
        browser.provider
        + "/identity/o/authorize?"
        + urlsplit(next(u for u in browser.seen if "/authorize?" in u)).query,
        allow_redirects=False,
        timeout=30,
    )
    code = parse_qs(urlsplit(there.headers["location"]).query)["code"][0]
    token = {"grant_type": "authorization_code", "code": code, "client_id": CLIENT, "client_secret": SECRET}
    token |= {"redirect_uri": asked["redirect_uri"][0], "code_verifier": "x" * 50}
    refused = browser.session.post(browser.provider + "/identity/o/api/token", data=token, timeout=30)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    # Nor does the registry take a code that comes with a state which it did not give.
    forged = Browser(browser.home).open(f"/accounts/oidc/oidc/login/callback/?code={code}&state=forged")
    assert "did not confirm who you are" in forged.text

    for address, words in (
        ("stranger@else.example", Elsewhere.UNKNOWN.label),
        ("unproven@park.example", Elsewhere.UNPROVEN_THERE.label),
    ):
        other = Browser(browser.home)
        answer = other.sign_in_elsewhere(address)
        assert (answer.status_code, other.who()) == (403, None)
        assert str(words) in html.unescape(answer.text)
    assert (User.objects.count(), SocialAccount.objects.count()) == (2, 1)

    User.objects.filter(pk=user.pk).update(is_active=False)
    closed = Browser(browser.home).sign_in_elsewhere(ADDRESS)
    assert "This account is closed" in closed.text
    User.objects.filter(pk=user.pk).update(is_active=True)
    TOTP.activate(user, generate_totp_secret())
    asked_more = Browser(browser.home).sign_in_elsewhere(ADDRESS)
    assert urlsplit(asked_more.url).path == "/accounts/2fa/authenticate/"


# -- Which account, without the exchange -------------------------------------------------------------------------------


def login_of(email: str, verified: Any) -> Any:
    """Return what the library makes of the claims that matter."""
    rows = [EmailAddress(email=email, verified=verified)]
    return SimpleNamespace(email_addresses=rows, account=SimpleNamespace(provider="oidc", uid="7"))


@pytest.mark.django_db
def test_both_sides_must_have_proven_the_address() -> None:
    user = anna()
    assert find_account(login_of("Anna@PARK.example", True)) == user
    for claim in (False, None, "false", "true"):
        assert find_account(login_of(ADDRESS, claim)) == Elsewhere.UNPROVEN_THERE
    EmailAddress.objects.update(verified=False)
    assert find_account(login_of(ADDRESS, True)) == Elsewhere.UNPROVEN_HERE
    EmailAddress.objects.all().delete()
    assert find_account(login_of(ADDRESS, True)) == Elsewhere.UNPROVEN_HERE


@pytest.mark.django_db
def test_an_address_that_was_given_to_somebody_else_there_opens_nothing() -> None:
    user = anna()
    SocialAccount.objects.create(user=user, provider="oidc", uid="of Anna")
    assert find_account(login_of(ADDRESS, True)) == Elsewhere.OTHER


@pytest.mark.django_db
def test_where_no_provider_is_set_its_addresses_are_not_there() -> None:
    assert Client().get("/accounts/oidc/oidc/login/").status_code == 404
    assert Client().get("/accounts/oidc/oidc/login/callback/").status_code == 404
    assert "EU Login" not in Client().get("/accounts/login/").content.decode()
