"""Who does not sign in withdraws a consent by letter or mail: an administrator enters it, and it holds at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.actions.account import deactivate_account
from community.actions.consent import give_consent, withdraw_by_letter
from community.choices import ConsentPurpose
from community.models import Consent, Event
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_who_is_deactivated_withdraws_by_letter_and_stands_in_no_public_list(cast: Cast) -> None:
    person, admin, today = cast.member("member"), cast.user("admin"), timezone.localdate()
    give_consent(member=person, wording=make.make_wording(ConsentPurpose.PUBLIC), by=person.user)
    assert person.user is not None
    assert admin is not None
    deactivate_account(user=person.user, by=admin)
    client, visitor = Client(), Client()
    client.force_login(admin)
    assert person.name in visitor.get("/members/").content.decode()
    chosen = {"action": "withdraw_consents", "_selected_action": [person.pk]}
    answer = client.post(reverse("admin:community_member_changelist"), chosen)
    page = reverse("admin:community_member_consent", query={"pk": person.pk})
    assert answer["location"] == page
    assert person.name in client.get(page).content.decode()
    kept = client.post(page, {"purpose": "public", "how": "paper", "asked_on": "soon"})
    assert (kept.status_code, "soon" in kept.content.decode()) == (200, True), "what was typed stays"
    client.post(page, {"purpose": "public", "how": "paper", "asked_on": today.isoformat()})
    assert person.name not in visitor.get("/members/").content.decode()
    event = Event.objects.get(verb="withdraw_consent")
    assert (event.by, event.data) == (admin, {"purpose": "public", "how": "paper", "asked_on": today.isoformat()})
    answer = client.post(page, {"purpose": "public", "how": "mail", "asked_on": today.isoformat()}, follow=True)
    assert "there is nothing to withdraw" in answer.content.decode()


def test_only_an_administrator_enters_it_and_no_older_letter_ends_a_newer_consent(cast: Cast) -> None:
    person, admin, today = cast.member("member"), cast.user("admin"), timezone.localdate()
    give_consent(member=person, wording=make.make_wording(ConsentPurpose.NAMED), by=person.user)
    said = {"member": person, "purpose": "named", "how": "mail"}
    for by, on, words in (
        (cast.user("lead"), today, "Only an administrator"),
        (admin, today + timedelta(days=1), "still to come"),
        (admin, today - timedelta(days=1), "after that day"),
    ):
        with pytest.raises(Refusal, match=words):
            withdraw_by_letter(by=by, asked_on=on, **said)  # type: ignore[arg-type]
    assert Consent.objects.standing().filter(member=person).exists()
    withdraw_by_letter(by=admin, asked_on=today, **said)  # type: ignore[arg-type]
    assert not Consent.objects.standing().filter(member=person).exists()
    client = Client()
    client.force_login(cast.user("lead"))
    page = reverse("admin:community_member_consent", query={"pk": person.pk})
    assert client.get(page).status_code in (302, 403)
