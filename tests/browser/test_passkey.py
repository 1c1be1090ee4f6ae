"""A passkey from being made to opening the account, with the virtual authenticator of a real Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from community.models import Message
from tests import factories as make
from tests.browser.axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def plug_in(page: Page) -> Any:
    """Give the browser a key that checks its user and keeps passkeys; return the line to it."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return line


def test_a_passkey_is_made_opens_the_account_alone_and_is_asked_again_for_changes(page: Page, settings: Any) -> None:
    settings.MFA_REQUIRED = "coordinators"
    user = make.make_coordinator(make.make_working_group("WG1"), "Sofia Renner").user
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    plug_in(page)
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url("/desk/")
    page.goto("/accounts/2fa/")
    expect(page.get_by_role("main")).to_contain_text("until then nothing else opens")
    assert violations(page) == []
    page.get_by_role("link", name="Add a key").click()
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name of the key").fill("My phone")
    page.get_by_label("Open the account with this key alone").check()
    assert violations(page) == []
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert violations(page) == []
    assert Message.objects.get(template="account/notice").params["notice"] == "webauthn_added"
    page.goto("/review/")
    expect(page).to_have_url("/review/")

    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/?next=/review/")
    page.get_by_role("button", name="Passkey").click()
    expect(page).to_have_url("/review/")
    # A change of the account asks again; the key is the answer to that, too.
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_role("link", name="security key").click()
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("heading", name="Set the authenticator app up")).to_be_visible()
    # The key is the only factor that the role needs: it stays.
    key = Authenticator.objects.get(type="webauthn")
    page.goto(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/")
    expect(page.get_by_role("alert")).to_contain_text("Add another one first")
    assert violations(page) == []
