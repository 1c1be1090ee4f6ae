"""Who is asked to confirm an uptake, by whom, how often, and how long the address is kept."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils.formats import date_format
from django.utils.html import strip_tags

from clusters.actions.reminders import send_reminders
from clusters.models import Participation
from community import links
from community.models import Message, SignedLink
from community.permissions import Refusal
from results.actions.confirmation import ask_adopter, forget_adopters, remind_adopter, take_question_back
from results.actions.uptake import update_uptake
from results.desk import items
from results.models import Uptake, UptakeConfirmation
from results.rules.confirmation import PER_DAY
from tests.cast import Cast
from tests.factories import NOW, TODAY, make_affiliation, make_consent, make_member
from tests.results.making import ADDRESS, answered, asked, is_documented, newest_link
from tests.results.making_answers import let_work_for_adopter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_nobody_confirms_what_they_declared(cast: Cast, uptake: Uptake) -> None:
    make_consent(cast.member("lead"))
    for role in ("lead", "coordinator"):
        by = cast.user(role)
        with pytest.raises(Refusal, match="Nobody confirms what they declared"):
            ask_adopter(uptake=uptake, by=by, address=cast.user("lead").email.upper())
    with pytest.raises(Refusal, match="Nobody confirms what they declared"):
        ask_adopter(uptake=uptake, by=cast.user("coordinator"), address=cast.user("coordinator").email)
    let_work_for_adopter(cast.member("participant"), uptake)
    _row, path = asked(cast, uptake, cast.user("participant").email)
    update_uptake(uptake=uptake, by=cast.user("participant"), seen_version=1, kind="in_policy")
    with pytest.raises(Refusal, match="Nobody confirms what they declared"):
        answered(path)
    assert not is_documented(uptake)


def test_a_second_mailbox_confirms_nothing_either(cast: Cast, uptake: Uptake) -> None:
    lead, deputy = cast.user("lead"), cast.user("deputy_lead")
    local, _at, domain = lead.email.partition("@")
    EmailAddress.objects.create(user=lead, email="at.home@elsewhere.example", verified=True)
    EmailAddress.objects.create(user=deputy, email="deputy@elsewhere.example", verified=True)
    for address in (f"{local}+bay@{domain}", "at.home+bay@elsewhere.example"):
        with pytest.raises(Refusal, match="Nobody confirms what they declared"):
            ask_adopter(uptake=uptake, by=lead, address=address)
        with pytest.raises(Refusal, match="Nobody confirms what they declared"):
            answered(asked(cast, uptake, address, by="coordinator")[1])
    with pytest.raises(Refusal, match="leads or coordinates this cluster"):
        answered(asked(cast, uptake, "deputy+bay@elsewhere.example", by="coordinator")[1])
    assert not is_documented(uptake)


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("deputy_lead", "leads or coordinates this cluster"),
        ("coordinator", "leads or coordinates this cluster"),
        ("mission_coordinator", "leads or coordinates this cluster"),
        ("member", "Ask somebody of the adopting organisation: Water Board of the Bay"),
    ],
)
def test_only_somebody_of_the_adopter_who_does_not_keep_the_cluster_is_asked(
    cast: Cast, uptake: Uptake, client: Client, role: str, sentence: str
) -> None:
    address = cast.user(role).email
    make_consent(cast.member(role))
    client.force_login(cast.user("lead"))
    page = client.post(f"/uptakes/{uptake.pk}/ask/", {"address": address.upper()})
    assert (page.status_code, sentence in unescape(page.text)) == (422, True)
    assert UptakeConfirmation.objects.count() == 0
    let_work_for_adopter(cast.member(role), uptake)
    if role == "member":
        answered(asked(cast, uptake, address)[1])
        assert is_documented(uptake)
    else:
        with pytest.raises(Refusal, match=sentence):
            asked(cast, uptake, address)


def test_asking_an_address_does_not_tell_whose_it_is(cast: Cast, uptake: Uptake) -> None:
    make_consent(cast.member("member"), "public")  # their name is public, their address is nobody's business
    for role, sentence in (("member", "works for another"), ("deputy_lead", "leads or coordinates")):
        row, path = asked(cast, uptake, cast.user(role).email)
        assert row.status == "open"
        with pytest.raises(Refusal, match=sentence):
            answered(path)
    assert not is_documented(uptake)


def test_who_becomes_deputy_or_goes_elsewhere_while_asked_does_not_confirm(cast: Cast, uptake: Uptake) -> None:
    member, other = make_member("Mira Horvat"), make_member("Ivo Horvat")
    paths = [asked(cast, uptake, person.user.email)[1] for person in (member, other) if person.user is not None]
    Participation.objects.create(
        cluster=uptake.cluster, member=member, organisation=uptake.organisation, role="deputy", status="active"
    )
    make_affiliation(other, cast.organisation)
    for path, sentence in zip(paths, ("leads or coordinates", "works for another"), strict=True):
        with pytest.raises(Refusal, match=sentence):
            answered(path)
    assert not is_documented(uptake)


def test_who_may_ask_reads_from_which_domain_it_was_confirmed(cast: Cast, uptake: Uptake, client: Client) -> None:
    answered(asked(cast, uptake)[1])
    read = {}
    for role in ("lead", "coordinator", "participant"):
        client.force_login(cast.user(role))
        page = client.get(f"/uptakes/{uptake.pk}/").text
        read[role] = ("answered from an address at water.example" in page, ADDRESS in page)
    assert read == {"lead": (True, False), "coordinator": (True, False), "participant": (False, False)}


def test_the_address_that_was_asked_is_read_by_who_may_ask(cast: Cast, uptake: Uptake, client: Client) -> None:
    asked(cast, uptake)
    read = {}
    for role in ("lead", "coordinator", "participant"):
        client.force_login(cast.user(role))
        page = client.get(f"/uptakes/{uptake.pk}/").text
        read[role] = (ADDRESS in page, "The organisation was asked on" in page)
    assert read == {"lead": (True, False), "coordinator": (True, False), "participant": (False, True)}


def test_after_a_reminder_the_day_of_the_question_stays(cast: Cast, uptake: Uptake, client: Client) -> None:
    row, _path = asked(cast, uptake)
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        remind_adopter(confirmation=row, by=cast.user("lead"))
        newest_link()
    first, then = (date_format(TODAY + timedelta(days=days), "j F Y") for days in (0, 4))
    for role, said in (
        ("lead", f"{ADDRESS} was asked on {first}. The newest mail left on {then}; its link acts until "),
        ("participant", f"The organisation was asked on {first}."),
    ):
        client.force_login(cast.user(role))
        assert said in strip_tags(client.get(f"/uptakes/{uptake.pk}/").text), role


def test_it_is_taken_back_reminded_and_asked_within_limits(cast: Cast, uptake: Uptake, client: Client) -> None:
    row, path = asked(cast, uptake)
    with pytest.raises(Refusal, match="asked already"):
        asked(cast, uptake)
    with pytest.raises(Refusal, match="less than three days"):
        remind_adopter(confirmation=row, by=cast.user("lead"))
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        remind_adopter(confirmation=row, by=cast.user("lead"))
        newest_link()
        assert client.get(path).status_code == 410
    take_question_back(confirmation=row, by=cast.user("lead"))
    assert SignedLink.objects.open().count() == 0
    old = UptakeConfirmation.objects.get()
    rows = [UptakeConfirmation(uptake=uptake, statement=1, status="taken_back", asked_by=old.asked_by, asked_at=NOW)]
    UptakeConfirmation.objects.bulk_create(rows * PER_DAY)
    with pytest.raises(Refusal, match="organisations a day"):
        asked(cast, uptake, "other@water.example")


def test_the_clock_reminds_once_a_step(cast: Cast, uptake: Uptake) -> None:
    asked(cast, uptake)
    for _run in range(2):
        send_reminders(on=TODAY + timedelta(days=3))
    keys = Message.objects.filter(key__startswith="reminder:confirmation").values_list("to_address", flat=True)
    assert list(keys) == [ADDRESS]


def test_an_address_that_nobody_answered_from_is_forgotten_in_every_column(cast: Cast, uptake: Uptake) -> None:
    asked(cast, uptake)
    assert forget_adopters(NOW + timedelta(days=61)) == 0
    assert UptakeConfirmation.objects.get().status == "expired"
    assert forget_adopters(NOW + timedelta(days=121)) == 1
    rows = [*UptakeConfirmation.objects.values(), *SignedLink.objects.values(), *Message.objects.values()]
    assert "water.example" not in str(rows)
    unsent = ask_adopter(uptake=uptake, by=cast.user("lead"), address=ADDRESS)
    assert forget_adopters(NOW + timedelta(days=61)) == 0
    unsent.refresh_from_db()
    assert unsent.status == "expired", "a question whose mail never left"


@pytest.mark.parametrize("links_first", [True, False])
def test_who_comes_after_the_clock_is_told_the_truth_and_may_still_answer(
    cast: Cast, uptake: Uptake, client: Client, links_first: bool
) -> None:
    row, path = asked(cast, uptake)
    at = NOW + timedelta(days=61)
    if links_first:
        links.expire(at)
    forget_adopters(at)
    row.refresh_from_db()
    assert row.status == "expired"
    assert "nobody answered in time" in str(next(iter(items(cast.user("lead"), TODAY))).why)
    with time_machine.travel(at, tick=False):
        ended = client.get(path)
        assert (ended.status_code, "answered already" in ended.text) == (410, False)
        assert "Nobody answered this question in its time." in ended.text
        assert "Send a new link" in ended.text
        client.post(path, {"anew": "1"})
        assert client.get(newest_link()).status_code == 200
        answered(newest_link())
    assert is_documented(uptake)


def test_an_ended_question_is_not_renewed_beside_another_to_the_same_address(
    cast: Cast, uptake: Uptake, client: Client
) -> None:
    _row, path = asked(cast, uptake)
    forget_adopters(NOW + timedelta(days=61))
    with time_machine.travel(NOW + timedelta(days=62), tick=False):
        asked(cast, uptake)
        assert "Send a new link" not in client.get(path).text
        before = len(mail.outbox)
        client.post(path, {"anew": "1"})
        assert len(mail.outbox) == before
    assert UptakeConfirmation.objects.open().count() == 1


def test_the_lead_is_told_to_ask_and_not_while_the_organisation_is_asked(cast: Cast, uptake: Uptake) -> None:
    assert [item.verb for item in items(cast.user("lead"), TODAY)] == ["Ask for confirmation"]
    assert list(items(cast.user("participant"), TODAY)) == []
    asked(cast, uptake)
    assert list(items(cast.user("lead"), TODAY)) == []
