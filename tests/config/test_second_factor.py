"""Who must have a second factor is led to it and reaches nothing else; everybody else is left alone."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

LED = "/accounts/2fa/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def answer(cast: Cast, role: str, path: str = "/desk/") -> Any:
    client = Client()
    if role != "visitor":
        client.force_login(cast.accounts[role])
    return client.get(path)


@pytest.mark.parametrize(
    ("setting", "asked"),
    [
        ("nobody", set()),
        ("administrators", {"admin"}),
        ("coordinators", {"admin", "coordinator", "mission_coordinator"}),
        ("everybody", {"admin", "coordinator", "mission_coordinator", "member", "lead", "external"}),
    ],
)
def test_the_setting_says_which_roles_are_led_to_set_one_up(
    cast: Cast, settings: Any, setting: str, asked: set[str]
) -> None:
    settings.MFA_REQUIRED = setting
    for role in ("admin", "coordinator", "mission_coordinator", "member", "lead", "external"):
        led = answer(cast, role).headers.get("Location") == LED
        assert led == (role in asked), role


@pytest.mark.parametrize("path", ["/", "/desk/", "/review/", "/admin/", "/clusters/propose/"])
def test_without_the_factor_nothing_else_is_reached(cast: Cast, settings: Any, path: str) -> None:
    settings.MFA_REQUIRED = "coordinators"
    assert answer(cast, "coordinator", path).headers.get("Location") == LED
    assert answer(cast, "admin", path).headers.get("Location") == LED


def test_the_way_to_the_factor_is_open_and_says_why(cast: Cast, settings: Any) -> None:
    settings.MFA_REQUIRED = "coordinators"
    client = Client()
    client.force_login(cast.accounts["coordinator"])
    page = client.get("/desk/", follow=True)
    assert page.status_code == 200
    assert "Your role needs a second factor" in page.content.decode()
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/help/").status_code == 200


def test_with_the_factor_the_way_is_free(cast: Cast, settings: Any) -> None:
    settings.MFA_REQUIRED = "everybody"
    TOTP.activate(cast.accounts["coordinator"], generate_totp_secret())
    assert answer(cast, "coordinator").status_code == 200
    Authenticator.objects.all().delete()
    assert answer(cast, "coordinator").headers.get("Location") == LED


def test_a_visitor_is_not_asked(cast: Cast, settings: Any) -> None:
    settings.MFA_REQUIRED = "everybody"
    assert answer(cast, "visitor", "/clusters/").status_code == 200
