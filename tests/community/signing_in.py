"""Signing in as people do, through the pages, so that the library keeps its record of device, time and factor."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from community.models import User

PASSWORD = "correct horse battery"
NEW = "another long horse"


def proven(user: User) -> User:
    """Note that the account's address is proven, as taking up an invitation does."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return user


def signed_in(user: User, **more: Any) -> Client:
    """Return a browser in which somebody signed in with the password."""
    client = Client(**more)
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def ask_again(client: Client, password: str = PASSWORD) -> None:
    """Give the password once more, as the page that asks again wants it."""
    assert client.post("/accounts/reauthenticate/", {"password": password}).status_code == 302


def code_now(secret: str) -> str:
    """Return what an authenticator app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def set_up_app(user: User) -> str:
    """Give an account an authenticator app; return its secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret
