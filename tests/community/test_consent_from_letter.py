"""What somebody agreed to by a signed letter is entered by an administrator, told to them, and shown from then on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.actions.consent import give_consent, withdraw_consent
from community.actions.consent_letter import give_by_letter
from community.actions.outbox import send_outbox
from community.actions.own_data import kept_wording
from community.choices import ConsentPurpose, ConsentWay
from community.consents import wording_of
from community.models import Consent, ConsentWording, Event, Member
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

TODAY = timezone.localdate


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def client(cast: Cast) -> Client:
    """An administrator's browser."""
    browser = Client()
    browser.force_login(cast.accounts["admin"])
    return browser


def page_for(*people: Member) -> str:
    """Return the address of the page about some persons."""
    return reverse("admin:community_member_agreed", query={"pk": [one.pk for one in people]})


def test_a_letter_is_entered_told_and_shown_from_then_on(cast: Cast, client: Client) -> None:
    person, day = cast.member("member"), TODAY().isoformat()
    chosen = {"action": "enter_consent", "_selected_action": [person.pk]}
    assert client.post(reverse("admin:community_member_changelist"), chosen)["location"] == page_for(person)
    assert person.name not in Client().get("/members/").content.decode()
    text = client.get(page_for(person)).content.decode()
    assert "I agree that everybody on the internet sees my name and organisation" in text
    typed = {"words": "public:en:1", "signed_on": "soon", "kept_at": "Folder 7"}
    kept = client.post(page_for(person), typed).content.decode()
    assert ("soon" in kept, "Folder 7" in kept, Consent.objects.count()) == (True, True, 0)
    answer = client.post(page_for(person), {**typed, "signed_on": day}, follow=True).content.decode()
    assert f"Entered: {person.name} agreed." in answer
    consent = Consent.objects.get()
    assert (consent.purpose, consent.how, consent.recorded_by) == ("public", ConsentWay.PAPER, cast.user("admin"))
    assert person.name in Client().get("/members/").content.decode()
    event = Event.objects.get(verb="give_consent")
    assert event.data == {"purpose": "public", "wording": consent.wording_id, "how": "paper", "signed_on": day}
    assert event.detail.body == {"kept_at": "Folder 7"}
    history = reverse("admin:community_member_history", args=[person.pk])
    assert "The letter is kept: Folder 7" in client.get(history).content.decode()
    send_outbox(at=timezone.now())
    (sent,) = [one for one in mail.outbox if "from your letter" in one.subject]
    assert person.user is not None
    assert (sent.to, "Shown on public pages" in str(sent.body)) == ([person.user.email], True)
    assert "Folder 7" not in str(sent.body)


def test_who_has_no_account_agrees_by_letter_and_withdraws_by_letter(client: Client) -> None:
    person = make.make_member("Fay Berg", account=False)
    typed = {"words": "public:en:1", "signed_on": TODAY().isoformat(), "kept_at": "Folder 7"}
    client.post(page_for(person), typed)
    assert "Fay Berg" in Client().get("/members/").content.decode()
    withdraw = reverse("admin:community_member_consent", query={"pk": person.pk})
    client.post(withdraw, {"purpose": "public", "how": "paper", "asked_on": TODAY().isoformat()})
    assert "Fay Berg" not in Client().get("/members/").content.decode()
    again = client.post(page_for(person), typed).content.decode()
    assert "withdrew this consent on that day or later" in again


def test_a_letter_older_than_the_first_press_holds_the_first_words(cast: Cast) -> None:
    words = kept_wording(wording_of(ConsentPurpose.DIRECTORY, "en"))
    give_consent(member=cast.member("lead"), wording=words, by=cast.accounts["lead"])
    given = give_by_letter(
        member=cast.member("member"),
        purpose=ConsentPurpose.DIRECTORY,
        language="en",
        signed_on=TODAY() - timedelta(days=3),
        kept_at="Folder 7",
        by=cast.accounts["admin"],
    )
    assert given.wording == words


def test_newer_words_than_those_that_were_shown_are_not_agreed_to(cast: Cast, client: Client) -> None:
    person, said = cast.member("member"), {"signed_on": TODAY().isoformat(), "kept_at": "Folder 7"}
    for version in (1, 2):
        make.make_wording(ConsentPurpose.DIRECTORY, version=version)
    assert client.post(page_for(person), {**said, "words": "directory:en:1"}).status_code == 200
    assert not Consent.objects.filter(member=person).exists()
    client.post(page_for(person), {**said, "words": "directory:en:2"})
    assert [one.wording.version for one in Consent.objects.filter(member=person)] == [2]


def test_each_refusal_says_why_and_enters_nothing(cast: Cast, client: Client) -> None:
    person, admin = cast.member("member"), cast.accounts["admin"]
    said: dict[str, Any] = {"member": person, "purpose": "named", "language": "en", "signed_on": TODAY()}
    said |= {"kept_at": "Folder 7", "by": admin}
    gone = make.make_member("Gone", account=False, merged_into=person)
    for changed, words in (
        ({"by": cast.accounts["lead"]}, "Only an administrator"),
        ({"signed_on": TODAY() + timedelta(days=1)}, "still to come"),
        ({"kept_at": " "}, "where the letter is kept"),
        ({"member": admin.member}, "for yourself"),
        ({"member": gone}, "merged into another entry"),
    ):
        with pytest.raises(Refusal, match=words):
            give_by_letter(**{**said, **changed})
    assert (Consent.objects.count(), ConsentWording.objects.count()) == (0, 0)
    wording = make.make_wording(ConsentPurpose.NAMED, version=2)
    with pytest.raises(Refusal, match="newer than the letter"):
        give_by_letter(**{**said, "signed_on": timezone.localdate(wording.created_at) - timedelta(days=1)})
    give_consent(member=person, wording=wording, by=person.user)
    with pytest.raises(Refusal, match="agreed to these words already"):
        give_by_letter(**said)
    withdraw_consent(member=person, purpose="named", by=person.user)
    with pytest.raises(Refusal, match="on that day or later"):
        give_by_letter(**said)
    assert Consent.objects.standing().count() == 0
    many = client.get(page_for(person, cast.member("lead")), follow=True).content.decode()
    assert "Choose one person" in many
    lead = Client()
    lead.force_login(cast.accounts["lead"])
    assert lead.post(page_for(person), {"words": "named:en:1"}).status_code in (302, 403)
