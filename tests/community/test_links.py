"""Signed links: bound, hashed, expiring, acting once."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.db import connection

from community import links
from community.choices import LinkState
from community.models import SignedLink
from community.permissions import Refusal
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def minted(**fields: object) -> tuple[SignedLink, str]:
    """Return a link to a new need and its token."""
    fields.setdefault("address", "new@partner.example")
    return links.mint("join", subject=make.make_need(), by=None, at=NOW, **fields)


def test_only_the_hash_of_32_random_bytes_is_kept() -> None:
    link, token = minted()
    _other, second = minted()
    assert (len(token), token != second) == (43, True)
    assert link.token_hash == hashlib.sha256(token.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM community_signedlink")
        assert token not in str(cursor.fetchall())


def test_a_link_opens_for_its_purpose_only_and_opening_changes_nothing() -> None:
    link, token = minted()
    assert links.open_link(token, "join", at=NOW) == link
    assert links.open_link(token, "join", at=NOW).state == LinkState.OPEN
    for wrong, purpose in ((token, "confirm"), (token[:-1], "join"), ("", "join")):
        with pytest.raises(Refusal) as refusal:
            links.open_link(wrong, purpose, at=NOW)
        assert refusal.value.code == "unknown"


def test_a_link_acts_once() -> None:
    link, token = minted()
    assert links.use(link, by=None, at=NOW).state == LinkState.USED
    for attempt in (lambda: links.use(link, by=None, at=NOW), lambda: links.open_link(token, "join", at=NOW)):
        with pytest.raises(Refusal) as refusal:
            attempt()
        assert str(refusal.value) == "This link was used already, on 2026-05-12."


def test_a_wrong_account_is_told_and_uses_nothing_up() -> None:
    link, _token = minted(address="New@Partner.example")
    with pytest.raises(Refusal) as refusal:
        links.use(link, by=make.make_user(), at=NOW)
    assert refusal.value.code == "wrong_account"
    assert links.use(link, by=make.make_user("new@partner.example"), at=NOW).used_at == NOW


def test_a_new_link_for_the_same_thing_replaces_the_old_one() -> None:
    link, token = minted()
    again, _token = links.mint("join", subject=make.make_need(), by=None, address=link.address, at=NOW)
    assert links.open_link(token, "join", at=NOW) == link
    subject = type(make.make_need()).objects.get(pk=link.subject_id)
    links.mint("join", subject=subject, by=None, address="NEW@partner.example", at=NOW)
    with pytest.raises(Refusal, match="replaced or taken back"):
        links.open_link(token, "join", at=NOW)
    again.refresh_from_db()
    assert again.state == LinkState.OPEN


def test_a_link_ends_at_its_time_also_before_the_clock_has_marked_it() -> None:
    link, token = minted(expires_at=NOW + timedelta(days=14))
    later = NOW + timedelta(days=14)
    assert links.open_link(token, "join", at=later - timedelta(seconds=1)) == link
    with pytest.raises(Refusal, match="ended on 2026-05-26"):
        links.open_link(token, "join", at=later)
    assert (links.expire(later), links.expire(later)) == (1, 0)
    with pytest.raises(Refusal, match="ended on 2026-05-26"):
        links.open_link(token, "join", at=NOW)


def test_time_counts_from_sending_but_not_past_the_latest_end() -> None:
    need = make.make_need()
    link = links.reserve(
        "join", subject=need, by=None, address="a@b.example", lasts_days=14, expires_at=NOW + timedelta(days=3), at=NOW
    )
    links.give_token(link, at=NOW)
    assert link.expires_at == NOW + timedelta(days=3)
    other = links.reserve("join", subject=need, by=None, address="c@d.example", lasts_days=14, at=NOW)
    links.give_token(other, at=NOW + timedelta(days=1))
    assert other.expires_at == NOW + timedelta(days=15)


def test_links_of_a_subject_are_revoked_together() -> None:
    link, _token = minted()
    need = type(make.make_need()).objects.get(pk=link.subject_id)
    assert (links.revoke_for(need, purpose="confirm"), links.revoke_for(need)) == (0, 1)


def test_addresses_of_unanswered_invitations_are_forgotten_after_60_days() -> None:
    link, _token = minted(expires_at=NOW + timedelta(days=14))
    links.expire(NOW + timedelta(days=14))
    assert links.forget_addresses(NOW + timedelta(days=73)) == 0
    assert links.forget_addresses(NOW + timedelta(days=74)) == 1
    link.refresh_from_db()
    assert (link.address, link.address_key) == ("", "")


def test_a_link_needs_an_address() -> None:
    with pytest.raises(ValueError, match="bound to an address"):
        links.reserve("join", subject=make.make_need(), by=None)
