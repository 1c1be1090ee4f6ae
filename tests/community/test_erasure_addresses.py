"""What is kept under an address of a person: in their data, and ended and emptied when they are erased."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from clusters.choices import InvitationStatus, State
from clusters.models import Invitation
from community import links
from community.actions.erasure import erase_member
from community.actions.invitation import change_address
from community.choices import EnquiryStatus
from community.models import Enquiry, Member, Message, SignedLink
from community.models.fields import AddressField
from community.personal_export import json_of
from results.choices import ConfirmationStatus
from results.models import UptakeConfirmation
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.results.making import make_uptake

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TODAY, BEFORE, OTHER = "now@canary.example", "before@canary.example", "other@living.example"


@pytest.fixture(autouse=True)
def _ledger(tmp_path: Path, settings: Any) -> None:
    settings.ERASURE_LEDGER = tmp_path / "erasures.ledger"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def person(cast: Cast) -> Member:
    """Somebody whose address was changed."""
    member = make.make_member("Zoraïda Quvexly", account={"email": BEFORE})
    assert member.user is not None
    change_address(user=member.user, address=TODAY, by=cast.accounts["admin"])
    return Member.objects.select_related("user").get(pk=member.pk)


def invite(cast: Cast, address: str) -> Invitation:
    row = Invitation.objects.create(
        cluster=make_cluster(cast, State.RUNNING),
        address=address,
        purpose="qvpurpose",
        message="qvmessage",
        asked_by=cast.user("lead"),
        asked_at=NOW,
    )
    links.mint("invite", subject=row, address=address, user=None, by=None)
    return row


def ask(address: str) -> Enquiry:
    return Enquiry.objects.create(
        solution=make.make_solution(), address=address, name="Zoraïda Q.", organisation="qvorg", text="qvquestion"
    )


def confirm(cast: Cast, address: str, status: str = ConfirmationStatus.REFUSED) -> UptakeConfirmation:
    row = UptakeConfirmation.objects.create(
        uptake=make_uptake(cast, make_cluster(cast, State.RUNNING)),
        address=address,
        statement=1,
        status=status,
        asked_by=cast.user("lead"),
        asked_at=NOW,
        answered_at=NOW,
        person_name="Zoraïda Q.",
        function="qvfunction",
        said="qvsaid",
    )
    links.mint("confirm", subject=row, address=address, user=None, by=None)
    Message.objects.create(template="x", to_address=address, kind="confirmation", subject_id=row.pk)
    return row


def test_what_is_kept_under_an_address_of_mine_stands_in_my_data(cast: Cast, person: Member) -> None:
    invite(cast, TODAY)
    ask(TODAY)
    confirm(cast, BEFORE)
    invite(cast, OTHER)
    parts = {part["part"]: part for part in json.loads(json_of(person, NOW))["parts"]}
    [invited], [asked] = parts["clusters.invitations_waiting"]["rows"], parts["community.enquiries"]["rows"]
    assert (invited["purpose"], invited["message"], invited["status"]) == ("qvpurpose", "qvmessage", "open")
    assert (asked["name"], asked["organisation"], asked["question"]) == ("Zoraïda Q.", "qvorg", "qvquestion")
    assert any("qvsaid" in str(part["rows"]) for part in parts.values())


def test_an_erasure_ends_and_empties_what_is_kept_under_an_address_of_today_or_before(
    cast: Cast, person: Member
) -> None:
    rows = [make_one for address in (TODAY, BEFORE) for make_one in (invite(cast, address), ask(address))]
    answered = [confirm(cast, TODAY), confirm(cast, BEFORE)]
    kept = [invite(cast, OTHER), ask(OTHER)]
    erase_member(member=person, by=None)
    for row in [*rows, *answered, *kept]:
        row.refresh_from_db()
    for row in rows:
        wanted = InvitationStatus.TAKEN_BACK if isinstance(row, Invitation) else EnquiryStatus.DROPPED
        assert (row.status, row.address, row.address_key) == (wanted, "", "")
        words = (row.message,) if isinstance(row, Invitation) else (row.name, row.organisation, row.text)
        assert not any(words)
    for row in answered:
        assert (row.address, row.address_key, row.person_name, row.function, row.said) == ("", "", "", "", "")
        assert row.status == ConfirmationStatus.REFUSED, "that it was answered stands"
    assert [(row.status, row.address) for row in kept] == [("open", OTHER), ("waiting", OTHER)]
    assert SignedLink.objects.open().exclude(address=OTHER).count() == 0
    assert not Message.objects.filter(to_address__in=[BEFORE]).exists()


def test_an_earlier_address_that_is_somebody_elses_now_stays_theirs(cast: Cast, person: Member) -> None:
    make.make_member("Bea Living", account={"email": BEFORE})
    row = invite(cast, BEFORE)
    erase_member(member=person, by=None)
    row.refresh_from_db()
    assert (row.status, row.address) == ("open", BEFORE)


def test_every_column_with_an_address_is_ended_by_somebody() -> None:
    found = {
        model._meta.label for model in apps.get_models() for one in model._meta.fields if isinstance(one, AddressField)
    }
    assert found == {"community.User", "community.Enquiry", "clusters.Invitation", "results.UptakeConfirmation"}, (
        "say in a PersonalRecords of it what an erasure does with the address, and test it above"
    )
