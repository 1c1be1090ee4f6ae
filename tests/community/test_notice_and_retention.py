"""Who was entered by somebody else is told in time; what may go is dated, listed yearly and let go for good."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster
from community.actions.invitation import invite
from community.actions.notice import send_notices, to_be_told, without_address
from community.actions.outbox import send_outbox
from community.actions.retention import date_evidence, kept_until, let_go, remind_of_retention
from community.events import record
from community.models import Event, File, Member, Message, Project, User
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import make_file

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def entered(name: str, by: User | None, *, is_import: bool = False, account: Any = True) -> Member:
    """Enter a person at NOW, by somebody or by themselves."""
    member = make.make_member(name, account=account)
    Member.objects.filter(pk=member.pk).update(created_at=NOW)
    with transaction.atomic():
        data = {"fields": ["name"], **({"import": True} if is_import else {})}
        record(verb="add_member", subject=member, by=by if by is not None else member.user, at=NOW, data=data)
    return Member.objects.get(pk=member.pk)


# -- The notice --------------------------------------------------------------------------------------------------------


def test_who_was_entered_is_told_once_a_day_before_the_days_are_over_with_the_source(cast: Cast, settings: Any) -> None:
    settings.NOTICE_DAYS = 14
    admin = cast.accounts["admin"]
    typed, listed = entered("Typed Person", admin), entered("Listed Person", admin, is_import=True)
    entered("Own Person", None)
    due = NOW + timedelta(days=13)
    assert send_notices(due - timedelta(seconds=1)) == 0
    assert send_notices(due) == 2
    assert send_notices(due + timedelta(days=1)) == 0, "nobody is told twice"
    rows = list(Message.objects.filter(template="community/noticed").order_by("pk"))
    assert [(row.to, row.rhythm) for row in rows] == [(typed.user, "at_once"), (listed.user, "at_once")]
    send_outbox(at=max(row.due_at for row in rows) + timedelta(minutes=1))
    by_address = {letter.to[0]: letter.body for letter in mail.outbox}
    assert typed.user is not None
    assert listed.user is not None
    assert "an administrator of the registry, who entered it on 12 May 2026" in by_address[typed.user.email]
    assert "a list that an administrator of the registry imported on 12 May 2026" in by_address[listed.user.email]
    assert "/privacy/" in by_address[typed.user.email]


def test_an_invitation_is_the_notice_and_who_has_no_address_is_listed_for_the_administrators(cast: Cast) -> None:
    admin = cast.accounts["admin"]
    invited, silent = entered("Invited Person", admin), entered("Silent Person", admin, account=False)
    assert set(to_be_told()) == {invited, silent}
    User.objects.filter(pk=invited.user_id).update(password="!")
    invite(member=Member.objects.get(pk=invited.pk), by=admin)
    assert set(to_be_told()) == set(without_address()) == {silent}
    assert send_notices(NOW + timedelta(days=30)) == 0
    client = Client()
    client.force_login(admin)
    assert "1 person was entered by somebody else and has no address" in client.get("/retention/").content.decode()


def test_who_was_erased_or_deactivated_is_not_written_to(cast: Cast) -> None:
    admin = cast.accounts["admin"]
    closed = entered("Closed Person", admin)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    erased = entered("Former member 7", admin)
    Member.objects.filter(pk=erased.pk).update(erased_at=NOW)
    assert send_notices(NOW + timedelta(days=30)) == 0


# -- Retention ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "years", "until"),
    [
        (date(2026, 1, 1), 5, date(2031, 12, 31)),
        (date(2026, 12, 31), 5, date(2031, 12, 31)),
        (date(2027, 1, 1), 7, date(2034, 12, 31)),
        (None, 5, None),
    ],
)
def test_the_years_count_from_the_end_of_the_year_of_the_last_payment(
    paid: date | None, years: int, until: date | None, settings: Any
) -> None:
    settings.DATA_RETENTION_YEARS = years
    assert kept_until(paid) == until


@pytest.fixture
def evidence(cast: Cast) -> tuple[Cluster, File]:
    """Evidence of a cluster that a project owns."""
    cluster = make_cluster(cast, State.RUNNING)
    Cluster.objects.filter(pk=cluster.pk).update(owning_project=make.make_project("WETLAND"))
    file = make_file(cast, cluster)
    stage = cluster.stages.first()
    assert stage is not None
    stage.evidence.add(file)
    return Cluster.objects.get(pk=cluster.pk), file


def until(file: File) -> date | None:
    return File.objects.get(pk=file.pk).retain_until


def test_evidence_gets_its_date_from_the_last_payment_and_an_unknown_one_keeps_it(
    cast: Cast, evidence: tuple[Cluster, File], settings: Any
) -> None:
    settings.DATA_RETENTION_YEARS = 5
    cluster, file = evidence
    assert (date_evidence(NOW), until(file)) == (0, None)
    Project.objects.filter(pk=cluster.owning_project_id or 0).update(last_payment_on=date(2020, 6, 1))
    assert (date_evidence(NOW), until(file)) == (1, date(2025, 12, 31))
    assert date_evidence(NOW) == 0
    other = make_cluster(cast, State.RUNNING)
    stage = other.stages.first()
    assert stage is not None
    stage.evidence.add(file)  # it supports another figure too, whose project nobody knows
    assert (date_evidence(NOW), until(file)) == (1, None)


def test_evidence_goes_only_after_its_date_by_an_administrator_and_for_good(
    cast: Cast, evidence: tuple[Cluster, File], django_capture_on_commit_callbacks: Any
) -> None:
    _cluster, file = evidence
    admin = cast.accounts["admin"]
    with pytest.raises(Refusal, match="last payment"):
        let_go(file=file, by=admin, at=NOW)
    File.objects.filter(pk=file.pk).update(retain_until=NOW.date())
    with pytest.raises(Refusal, match="kept until"):
        let_go(file=file, by=admin, at=NOW)
    with pytest.raises(Refusal, match="Only an administrator"):
        let_go(file=file, by=cast.user("lead"), at=NOW + timedelta(days=1))
    assert file.content.storage.exists(str(file.content.name))
    with django_capture_on_commit_callbacks(execute=True):
        let_go(file=file, by=admin, at=NOW + timedelta(days=1))
    assert not file.content.storage.exists(str(file.content.name))
    row = File.objects.get(pk=file.pk)
    assert (row.removed_at, row.sha256) == (NOW + timedelta(days=1), file.sha256)
    let_go(file=file, by=admin, at=NOW + timedelta(days=2))
    assert Event.objects.filter(verb="let_go_file").count() == 1


def test_administrators_are_reminded_once_a_year_from_the_middle_of_january(
    cast: Cast, evidence: tuple[Cluster, File], settings: Any
) -> None:
    settings.DATA_RETENTION_YEARS = 5
    cluster, file = evidence
    Project.objects.filter(pk=cluster.owning_project_id or 0).update(last_payment_on=date(2020, 6, 1))
    zone = ZoneInfo(settings.TIME_ZONE)
    assert remind_of_retention(datetime(2025, 12, 31, 12, tzinfo=zone)) == 0
    assert until(file) == date(2025, 12, 31)
    assert remind_of_retention(datetime(2026, 1, 14, 23, 59, tzinfo=zone)) == 0
    assert remind_of_retention(datetime(2026, 1, 15, 0, 0, tzinfo=zone)) == 1
    assert remind_of_retention(datetime(2026, 11, 1, tzinfo=zone)) == 0
    assert remind_of_retention(datetime(2027, 1, 15, tzinfo=zone)) == 1
    assert set(Message.objects.filter(template="community/retention").values_list("to", flat=True)) == {
        cast.accounts["admin"].pk
    }


def test_the_list_shows_what_may_go_and_the_button_lets_it_go(cast: Cast, evidence: tuple[Cluster, File]) -> None:
    _cluster, file = evidence
    File.objects.filter(pk=file.pk).update(retain_until=date(2020, 12, 31))
    client = Client()
    client.force_login(cast.accounts["admin"])
    assert file.title in client.get("/retention/").content.decode()
    assert client.post(f"/retention/{file.pk}/let-go/").status_code == 302
    assert "Nothing may go today" in client.get("/retention/").content.decode()


def test_the_record_of_processing_is_public_and_names_the_times_of_the_settings(settings: Any) -> None:
    settings.ERASURE_DAYS, settings.NOTICE_DAYS, settings.DATA_RETENTION_YEARS = 21, 9, 8
    text = Client().get("/processing/").content.decode()
    for words in ("within 21 days", "within 9 days", "8 years from 31 December", "Controller", "Who receives it"):
        assert words in text
    assert "/processing/" in Client().get("/privacy/").content.decode()
