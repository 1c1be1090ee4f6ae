"""Where a sign-in leads to afterwards: to a page of this site, whatever the address says."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories as make
from tests.community.signing_in import PASSWORD, proven, signed_in

pytestmark = [pytest.mark.django_db]

AWAY = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "http://testserver@evil.example/",
    "/\t/evil.example",
]


@pytest.mark.parametrize("target", AWAY)
def test_signing_in_and_asking_again_never_lead_away_from_the_site(target: str) -> None:
    user = make.make_user(password=PASSWORD)
    make.make_member(user=proven(user), account=False)
    answer = Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD, "next": target})
    assert answer.status_code == 302
    assert _is_here(answer["location"]), answer["location"]
    again = signed_in(user).post("/accounts/reauthenticate/", {"password": PASSWORD, "next": target})
    assert again.status_code == 302
    assert _is_here(again["location"]), again["location"]


def test_a_page_of_the_site_is_come_back_to() -> None:
    user = make.make_user(password=PASSWORD)
    make.make_member(user=proven(user), account=False)
    sent = {"login": user.email, "password": PASSWORD, "next": "/members/?q=a"}
    assert Client().post("/accounts/login/", sent)["location"] == "/members/?q=a"


def _is_here(location: str) -> bool:
    """Tell whether an address is a path of this site for every browser: these read a backslash as a slash."""
    return location.startswith("/") and not location.replace("\\", "/").replace("\t", "").startswith("//")
