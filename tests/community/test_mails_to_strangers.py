"""Every mail to somebody without an account says where their rights stand, also as text."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

#: What goes to an address that has no account, and what is told of the account to its address.
TO_ADDRESSES = (
    "account/unknown_account",
    "account/closed",
    "clusters/invited_by_address",
    "clusters/invitation_ended",
    "community/enquiry_confirm",
    "community/erased",
    "results/confirm_uptake",
)


@pytest.mark.parametrize("name", TO_ADDRESSES)
@pytest.mark.parametrize("form", ["txt", "html"])
def test_a_mail_to_an_address_leads_to_the_page_on_privacy(name: str, form: str) -> None:
    given = {"site_url": "https://registry.example", "privacy_url": "https://registry.example/privacy/"}
    text = render_to_string(f"emails/{name}.{form}", {**given, "inviter": "Lead Person", "recipient": None})
    assert "https://registry.example/privacy/" in text


def test_the_text_of_every_mail_is_built_on_the_base_that_says_it() -> None:
    folder = Path(settings.BASE_DIR, "templates", "emails")
    for path in folder.rglob("*.txt"):
        if not path.name.endswith("_subject.txt") and path != folder / "base.txt":
            assert path.read_text().startswith('{% extends "emails/'), path.name
