"""Who must have a second factor is led to it and reaches nothing else; everybody else is left alone."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from community.models import Need, User
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


@pytest.mark.parametrize("role", ["coordinator", "admin"])
def test_nothing_is_written_or_handed_out_without_the_factor(cast: Cast, settings: Any, role: str) -> None:
    """Forms keep what was typed, parts of pages and exports are refused, the administration too."""
    settings.MFA_REQUIRED = "coordinators"
    client = Client()
    client.force_login(cast.accounts[role])
    for path in ("/clusters/?format=json", "/clusters/?format=csv", "/account/data/my-data.json", "/calendar.ics"):
        assert client.get(path).headers.get("Location") == LED, path
    needs = Need.objects.count()
    for path in (
        "/needs/raise/",
        "/admin/community/term/add/",
        f"/admin/community/user/{cast.accounts['lead'].pk}/change/",
    ):
        answer = client.post(path, {"question": "How do marshes hold floods back?", "email": "x@cop.example"})
        assert answer.status_code == 403, path
        assert "Your role needs a second factor" in answer.content.decode()
        assert "How do marshes hold floods back?" in answer.content.decode()
    part = client.get("/desk/", headers={"HX-Request": "true"})
    assert (part.status_code, "Your role needs a second factor" in part.content.decode()) == (403, True)
    assert Need.objects.count() == needs
    assert not User.objects.filter(email="x@cop.example").exists()


def test_recovery_codes_alone_are_no_factor(cast: Cast, settings: Any) -> None:
    settings.MFA_REQUIRED = "everybody"
    RecoveryCodes.activate(cast.accounts["coordinator"])
    assert answer(cast, "coordinator").headers.get("Location") == LED


def test_the_page_says_that_the_last_factor_stays(cast: Cast, settings: Any) -> None:
    settings.MFA_REQUIRED = "coordinators"
    for role, says in (("coordinator", True), ("member", False)):
        client = Client()
        client.force_login(cast.accounts[role])
        assert ("until then nothing else opens" in client.get(LED).content.decode()) == says
        TOTP.activate(cast.accounts[role], generate_totp_secret())
        assert ("the last one stays" in client.get(LED).content.decode()) == says
