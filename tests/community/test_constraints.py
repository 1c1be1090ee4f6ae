"""What the database itself refuses, named, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.db.models.functions import Upper

from community.choices import ConsentPurpose, LinkState, PartnerRole
from community.models import (
    Affiliation,
    Comment,
    DemoMarker,
    Job,
    Liaison,
    Message,
    Organisation,
    PeerExchange,
    SignedLink,
    Territory,
    User,
)
from tests import factories as make
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BEFORE = TODAY - timedelta(days=1)


def refused(constraint: str, attempt: Callable[[], object]) -> None:
    """Assert that the database refuses `attempt`, by a constraint of that name or (SQLite, unique) its columns."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        attempt()
    assert constraint in str(error.value) or "UNIQUE constraint failed" in str(error.value)


def test_a_period_may_last_one_day_but_not_end_before_it_begins() -> None:
    member, organisation = make.make_member(), make.make_organisation()
    one_day = make.make_affiliation(member, organisation, from_on=TODAY, until_on=TODAY)
    refused(
        "affiliation_until_on_or_after_from",
        lambda: Affiliation.objects.filter(pk=one_day.pk).update(until_on=BEFORE),
    )
    refused("partnership_until_on_or_after_from", lambda: make.make_partnership(from_on=TODAY, until_on=BEFORE))
    refused(
        "appointment_until_on_or_after_from",
        lambda: make.make_appointment(member, None, from_on=TODAY, until_on=BEFORE),
    )
    refused("project_end_on_or_after_start", lambda: make.make_project(starts_on=TODAY, ends_on=BEFORE))
    refused(
        "project_completed_on_or_after_start",
        lambda: make.make_project(starts_on=TODAY, ends_on=None, completed_on=BEFORE),
    )
    refused(
        "peerexchange_end_on_or_after_start",
        lambda: PeerExchange.objects.create(
            kind="visit", topic="T", offered_by=member, starts_on=TODAY, ends_on=BEFORE
        ),
    )


@pytest.mark.parametrize("again", ["plan bleu", "PLAN BLEU", "Plan\u00a0 Bleu", "Plan\u200b Bleu"])
def test_a_name_in_another_spelling_is_the_same_name(again: str) -> None:
    first = make.make_organisation("Plan Bleu")
    refused("organisation_name_unique", lambda: make.make_organisation(again))
    first.merged_into = make.make_organisation("Blue Plan")
    first.save(update_fields=["merged_into"])
    assert make.make_organisation(again).pk


def test_an_address_in_another_case_is_the_same_account() -> None:
    make.make_user("Sofia.Renner@cop.example")
    refused("community_user_email", lambda: make.make_user("sofia.renner@COP.example"))
    assert User.objects.with_address("SOFIA.RENNER@cop.example").count() == 1
    assert User.objects.get_by_natural_key("Sofia.renner@cop.example").email == "sofia.renner@cop.example"
    assert User.objects.filter(email="SOFIA.Renner@cop.example").exists()


def test_a_changed_name_changes_its_key_also_when_only_the_name_is_saved() -> None:
    organisation = make.make_organisation("Plan Bleu")
    organisation.name = "MedCities"
    organisation.save(update_fields=["name"])
    assert Organisation.objects.get(name_key="medcities") == organisation


def test_validation_says_kindly_what_the_database_would_refuse() -> None:
    make.make_organisation("Plan Bleu")
    with pytest.raises(ValidationError) as refusal:
        Organisation(name="PLAN BLEU", country="FR").full_clean()
    assert refusal.value.messages == ["An organisation of that name exists already."]
    with pytest.raises(ValidationError):
        Organisation(name="Plan BLEU").validate_constraints(exclude={"name_key"})


def test_one_project_has_one_lead_partner_and_each_partner_once() -> None:
    project, lead = make.make_project(), make.make_organisation()
    make.make_partnership(lead, project, PartnerRole.LP)
    refused("partnership_one_lead_partner", lambda: make.make_partnership(project=project, role=PartnerRole.LP))
    refused("partnership_one_open_per_organisation", lambda: make.make_partnership(lead, project, PartnerRole.AP))


def test_nobody_is_appointed_twice_to_the_same_office() -> None:
    member, group = make.make_member(), make.make_working_group()
    make.make_appointment(member, group)
    make.make_appointment(member, None)
    refused("appointment_one_open_per_group", lambda: make.make_appointment(member, group))
    refused("appointment_one_open_for_mission", lambda: make.make_appointment(member, None))


def test_one_consent_per_purpose_stands() -> None:
    member = make.make_member()
    consent = make.make_consent(member, ConsentPurpose.PUBLIC)
    refused("consent_one_standing_per_purpose", lambda: make.make_consent(member, ConsentPurpose.PUBLIC))
    consent.withdrawn_at = NOW + timedelta(days=1)
    consent.save(update_fields=["withdrawn_at"])
    assert make.make_consent(member, ConsentPurpose.PUBLIC).pk


def test_a_region_names_its_nuts_version_and_a_country_does_not() -> None:
    make.make_territory("PT1A", nuts_version="2024")
    make.make_territory("PT1A", nuts_version="2021")
    refused("territory_code_unique", lambda: make.make_territory("PT1A", nuts_version="2021"))
    refused("territory_region_has_nuts_version", lambda: make.make_territory("ES51", nuts_version=""))
    refused("territory_region_has_nuts_version", lambda: make.make_territory("ES", level="country"))
    assert Territory.objects.create(code="BA", level="country", name="Bosnia and Herzegovina").pk
    refused("territory_tile_has_both_places", lambda: make.make_territory("ES52", column=3))


def test_one_open_link_per_address_purpose_and_subject() -> None:
    def link(address: str, **fields: object) -> SignedLink:
        return SignedLink.objects.create(purpose="join", kind="need", subject_id=1, address=address, **fields)

    first = link("a@partner.example")
    refused("signedlink_one_open_per_address", lambda: link("A@partner.example"))
    refused("signedlink_used_has_moment", lambda: link("b@partner.example", state=LinkState.USED))
    first.state = LinkState.REVOKED
    first.save(update_fields=["state"])
    assert link("A@Partner.example").pk


def test_a_job_of_a_key_is_open_once() -> None:
    job = Job.objects.create(task="factsheets.issue", key="factsheet:7")
    refused("job_one_open_per_key", lambda: Job.objects.create(task="factsheets.issue", key="factsheet:7"))
    job.state = "done"
    job.save(update_fields=["state"])
    assert Job.objects.create(task="factsheets.issue", key="factsheet:7").pk


def test_a_mail_has_exactly_one_recipient() -> None:
    user = make.make_user()
    refused("message_one_recipient", lambda: Message.objects.create(template="t", kind="user", subject_id=1))
    refused(
        "message_one_recipient",
        lambda: Message.objects.create(template="t", kind="user", subject_id=1, to=user, to_address="a@b.example"),
    )


def test_small_rules_hold_too() -> None:
    group, member = make.make_working_group(), make.make_member()
    refused("liaison_has_keeper", lambda: Liaison.objects.create(network="MedPAN"))
    refused("peerexchange_somebody", lambda: PeerExchange.objects.create(kind="visit", topic="T"))
    refused("comment_removed_is_empty", lambda: Comment.objects.create(kind="need", subject_id=1, by=member.user))
    refused("demomarker_only_one", lambda: DemoMarker.objects.create(id=2))
    refused("need_known_status", lambda: make.make_need(status="forgotten"))
    refused("workinggrouptitle_one_open", lambda: group.titles.create(title="Other", from_on=TODAY))
    alone = make.make_member(account=False)
    refused("member_not_merged", lambda: type(alone).objects.filter(pk=alone.pk).update(merged_into=alone.pk))


def test_what_history_rests_on_cannot_be_deleted() -> None:
    need = make.make_need(organisation=make.make_organisation())
    for row in (need.raised_by, need.organisation, need.raised_by.user):
        with pytest.raises(ProtectedError):
            row.delete()


def test_bulk_writes_pass_no_constraint_by() -> None:
    make.make_organisation("Alpha"), make.make_organisation("Beta")
    refused("organisation_name_unique", lambda: Organisation.objects.update(name_key="alpha"))
    assert list(Organisation.objects.order_by("pk").values_list(Upper("name_key"), flat=True)) == ["ALPHA", "BETA"]
