"""Consent: per purpose, in kept words, withdrawn without a trace being lost."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from community.access import named_members
from community.actions.consent import give_consent, withdraw_consent
from community.choices import ConsentPurpose, Standing
from community.consents import FIRST_WORDINGS, wording_of
from community.models import ConsentWording, Event, Member
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_consent_is_given_once_in_the_same_words_and_anew_in_new_ones() -> None:
    member, words = make.make_member(), make.make_wording()
    first = give_consent(member=member, wording=words, by=member.user, at=NOW)
    assert give_consent(member=member, wording=words, by=member.user, at=NOW) == first
    again = give_consent(member=member, wording=make.make_wording(version=2), by=member.user, at=NOW)
    first.refresh_from_db()
    assert (first.withdrawn_at, again.withdrawn_at) == (NOW, None)
    assert list(Event.objects.of_chain("community").values_list("verb", flat=True)) == ["give_consent"] * 2


def test_withdrawing_ends_it_and_records_who_and_when() -> None:
    member = make.make_member(consents=[ConsentPurpose.PUBLIC, ConsentPurpose.NAMED])
    later = NOW + timedelta(days=3)
    consent = withdraw_consent(member=member, purpose=ConsentPurpose.PUBLIC, by=member.user, at=later)
    assert consent is not None
    assert consent.withdrawn_at == later
    assert withdraw_consent(member=member, purpose=ConsentPurpose.PUBLIC, by=member.user) is None
    assert (member.has_consented(ConsentPurpose.PUBLIC), member.has_consented(ConsentPurpose.NAMED)) == (False, True)
    event = Event.objects.get()
    assert (event.verb, event.by, event.data) == ("withdraw_consent", member.user, {"purpose": "public"})


def test_the_directory_shows_only_who_agreed_and_only_to_the_community() -> None:
    shown = make.make_member(consents=[ConsentPurpose.DIRECTORY])
    hidden = make.make_member(consents=[ConsentPurpose.NAMED])
    admin, external = make.make_admin(), make.make_external()
    former = make.make_member(standing=Standing.FORMER)
    off = make.make_member(account={"is_active": False})
    everybody = Member.objects.order_by("pk")
    assert list(everybody.visible_to(hidden.user)) == [shown, hidden]
    assert everybody.visible_to(admin).count() == 6
    assert list(everybody.visible_to(external.user)) == [external]
    assert list(everybody.visible_to(former.user)) == [former]
    assert list(everybody.visible_to(off.user)) == []
    assert list(everybody.visible_to(None)) == []
    superuser = make.make_user(is_superuser=True)
    assert list(everybody.visible_to(superuser)) == []


def test_names_are_read_as_far_as_their_owners_agreed() -> None:
    public = make.make_member(consents=[ConsentPurpose.PUBLIC])
    directory = make.make_member(consents=[ConsentPurpose.DIRECTORY])
    silent, external = make.make_member(), make.make_external()
    everybody = [public, directory, silent.pk, external]
    assert named_members(None, everybody) == {public.pk}
    assert named_members(silent.user, everybody) == {public.pk, directory.pk, silent.pk}
    assert named_members(external.user, everybody) == {public.pk, external.pk}
    assert named_members(make.make_admin(), everybody) == {public.pk, directory.pk, silent.pk, external.pk}


def test_the_registrys_own_words_get_a_new_version_and_those_of_administrators_stay() -> None:
    migration = import_module("community.migrations.0019_words_list_what_is_shown")
    make.make_wording("directory", text=migration.BEFORE["directory"], extent=1)
    make.make_wording("public", text=migration.BEFORE["public"], extent=1)
    make.make_wording("public", version=2, text="Words of our own.", extent=1)
    migration.word_anew(apps, None)
    migration.word_anew(apps, None)
    kept = ConsentWording.objects.order_by("purpose", "version").values_list("purpose", "version", "extent")
    assert list(kept) == [("directory", 1, 1), ("directory", 2, 2), ("public", 1, 1), ("public", 2, 1)]
    assert wording_of("directory").text == migration.NOW["directory"]
    words = {str(purpose): str(text) for purpose, text in FIRST_WORDINGS.items()}
    assert words == migration.NOW, "other words need a version of their own where these were agreed to"
    assert wording_of("named").extent == 2, "kept with the first who agrees"
