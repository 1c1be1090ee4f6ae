"""Who was entered by somebody else is told in time; what may go is dated, listed yearly and let go for good."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from clusters.choices import State
from clusters.models import Cluster
from community.actions.invitation import invite
from community.actions.notice import out_of_reach, send_notices, tell_otherwise, to_be_told
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
    assert set(to_be_told()) == set(out_of_reach()) == {silent}
    assert send_notices(NOW + timedelta(days=30)) == 0
    client = Client()
    client.force_login(admin)
    text = client.get("/retention/").content.decode()
    assert f'<a href="/admin/community/member/{silent.pk}/change/">Silent Person</a>' in text
    assert ("no address" in text, "Invited Person" in text) == (True, False)


def test_a_mail_that_was_given_up_told_nobody_and_a_closed_account_is_listed(cast: Cast) -> None:
    admin, later = cast.accounts["admin"], NOW + timedelta(days=30)
    people = {name: entered(name, admin) for name in ("Given Up", "Wrong Invitation", "Taken Back", "Closed", "Told")}
    for name in ("Wrong Invitation", "Closed"):
        User.objects.filter(pk=people[name].user_id).update(password="!")
    invite(member=Member.objects.get(pk=people["Wrong Invitation"].pk), by=admin)
    Message.objects.filter(template="community/invite").update(state="failed")
    User.objects.filter(pk=people["Closed"].user_id).update(is_active=False)
    assert {row.name: row.why for row in out_of_reach()} == {"Wrong Invitation": "mail", "Closed": "closed"}  # type: ignore[attr-defined]
    assert send_notices(later) == 4, "the closed account is not written to, who has a wrong invitation is"
    notices = Message.objects.filter(template="community/noticed")
    assert set(out_of_reach()) == {people["Closed"]}
    for name, state in (("Given Up", "failed"), ("Wrong Invitation", "failed"), ("Taken Back", "cancelled")):
        notices.filter(subject_id=people[name].pk).update(state=state)
    assert set(to_be_told()) == set(people.values()) - {people["Told"]}
    assert {row.name: row.why for row in out_of_reach()} == {  # type: ignore[attr-defined]
        "Given Up": "mail",
        "Wrong Invitation": "mail",
        "Closed": "closed",
    }
    assert send_notices(later) == 1, "one that was taken back is written anew; one that was given up is not repeated"
    assert send_notices(later) == 0
    client = Client()
    client.force_login(admin)
    text = client.get("/retention/").content.decode()
    for words in ("Given Up</a>", "the mail was given up", "Closed</a>", "the account is closed"):
        assert words in text
    assert "Told</a>" not in text
    assert "Taken Back</a>" not in text


def test_whom_an_administrator_told_otherwise_leaves_the_list_and_reads_how(cast: Cast) -> None:
    admin, client = cast.accounts["admin"], Client()
    closed, silent = entered("Closed Person", admin), entered("Silent Person", admin, account=False)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    client.force_login(admin)
    for how, words in (
        ("", "Silent Person: Say how"),
        ("x" * 201, "Silent Person: "),
        ("By telephone", "Silent Person was"),
    ):
        answer = client.post(f"/retention/{silent.pk}/told/", {"how": how}, follow=True)
        assert words in answer.content.decode()
        assert answer.redirect_chain == [("/retention/#h-untold", 302)]
        assert (silent in to_be_told()) is (how != "By telephone")
    text = client.get("/retention/").content.decode()
    assert ("Closed Person" in text, "Silent Person" in text) == (True, False)
    client.post(f"/retention/{silent.pk}/told/", {"how": "Twice"})
    event = Event.objects.get(verb="tell_otherwise")
    assert (event.by, event.detail.body) == (admin, {"how": "By telephone"})
    with pytest.raises(Refusal, match="Only an administrator"):
        tell_otherwise(member=closed, how="By letter", by=cast.user("lead"))
    with pytest.raises(Refusal, match="Say how"):
        tell_otherwise(member=closed, how=" ", by=admin)
    assert client.post("/retention/999999/told/", {"how": "x"}).status_code == 404
    tell_otherwise(member=closed, how="By letter", by=admin)
    User.objects.filter(pk=closed.user_id).update(is_active=True)
    assert send_notices(NOW + timedelta(days=30)) == 0, "who was told needs no mail"
    client.force_login(User.objects.get(pk=closed.user_id))
    own = client.get(reverse("community:my_data")).content.decode()
    assert "Told otherwise than by mail about this entry" in own
    export = client.get(reverse("community:my_data_export", args=["json"])).content.decode()
    assert '"how": "By letter"' in export


def test_the_list_of_whom_no_mail_reaches_has_pages(cast: Cast) -> None:
    admin, client = cast.accounts["admin"], Client()
    people = [entered(f"Silent Person {number:02d}", admin, account=False) for number in range(27)]
    client.force_login(admin)
    first, second = (client.get("/retention/", {"untold": number}) for number in (1, 2))
    assert [row.why for row in second.context["untold"]] == ["address", "address"]
    assert "Silent Person 26" not in first.content.decode()
    assert "?untold=2#h-untold" in first.content.decode()
    text = second.content.decode()
    assert f'action="/retention/{people[26].pk}/told/?untold=2"' in text
    answer = client.post(f"/retention/{people[26].pk}/told/?untold=2", {"how": "By letter"})
    assert answer["location"] == "/retention/?untold=2#h-untold"


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
    cluster, file = evidence
    admin, over = cast.accounts["admin"], datetime(2026, 1, 1, 12, tzinfo=NOW.tzinfo)
    with pytest.raises(Refusal, match="last payment"):
        let_go(file=file, by=admin, at=over)
    Project.objects.filter(pk=cluster.owning_project_id or 0).update(last_payment_on=date(2020, 6, 1))
    with pytest.raises(Refusal, match="kept until 31 December 2025"):
        let_go(file=file, by=admin, at=over - timedelta(days=1))
    with pytest.raises(Refusal, match="Only an administrator"):
        let_go(file=file, by=cast.user("lead"), at=over)
    assert file.content.storage.exists(str(file.content.name))
    with django_capture_on_commit_callbacks(execute=True):
        let_go(file=file, by=admin, at=over)
    assert not file.content.storage.exists(str(file.content.name))
    row = File.objects.get(pk=file.pk)
    assert (row.removed_at, row.sha256) == (over, file.sha256)
    let_go(file=file, by=admin, at=over + timedelta(days=1))
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
    cluster, file = evidence
    Project.objects.filter(pk=cluster.owning_project_id or 0).update(last_payment_on=date(2015, 6, 1))
    date_evidence(NOW)
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
