"""Who has somebody erased is asked again, the person and the administrators hear of it, and letters are asked too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from clusters.choices import State
from community import jobs
from community.actions.erasure import ask_erasure, erase_due, erase_member, withdraw_erasure
from community.actions.erasure_again import erase_again
from community.actions.erasure_job import order_erasure
from community.actions.erasure_letter import record_letter, remind_of_erasures, withdraw_letter
from community.actions.outbox import send_outbox
from community.desk import waiting_for
from community.ledger import Entry
from community.models import DataRequest, Event, Job, Member, Message, User
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.community.signing_in import ask_again, signed_in
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

AGAIN = "/accounts/reauthenticate/"
OWN = "/account/data/erase/"
DAYS = timedelta(days=30)


@pytest.fixture(autouse=True)
def _days(settings: Any) -> None:
    settings.ERASURE_DAYS = 30


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def sent(at: datetime | None = None) -> dict[str, str]:
    """Send what waits; return what was written to whom."""
    mail.outbox = []
    send_outbox(at=(at or timezone.now()) + timedelta(minutes=1))
    return {letter.to[0]: f"{letter.subject}\n{letter.body}" for letter in mail.outbox}


def written(template: str) -> list[Message]:
    return list(Message.objects.filter(template=f"community/{template}").order_by("pk"))


def page_of(member: Member) -> str:
    return f"/data-requests/erase/{member.key}/"


# -- An administrator --------------------------------------------------------------------------------------------------


def test_an_administrator_is_asked_again_and_what_was_typed_is_done_afterwards(cast: Cast) -> None:
    member, client = cast.member("member"), signed_in(cast.accounts["admin"])
    page = page_of(member)
    assert client.get(page)["location"].startswith(AGAIN)
    asked = client.post(page, {"name": "member person"})["location"]
    assert asked.startswith(AGAIN)
    assert not Job.objects.exists()
    done = client.post(asked, {"password": "correct horse battery", "next": page})
    job = Job.objects.get(task="community.erase")
    assert done["location"] == f"/jobs/{job.pk}/", "the form that was sent is done"
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert client.get(page)["location"].startswith(AGAIN)
        assert client.post(f"{page}letter/", {"came_on": "12 May 2026"})["location"].startswith(AGAIN)
    assert not DataRequest.objects.exists()


def test_a_superuser_is_erased_by_a_superuser_alone_by_button_job_and_letter(cast: Cast) -> None:
    admin, person = cast.accounts["admin"], make.make_member("Root Person", account={"is_superuser": True})
    root = make.make_admin(name="Root Admin")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    root.refresh_from_db()
    for ask in (
        lambda: erase_member(member=person, by=admin, waits=False),
        lambda: order_erasure(member=person, by=admin),
        lambda: record_letter(member=person, came_on=TODAY, by=admin),
    ):
        with pytest.raises(Refusal, match="Only a superuser") as refused:
            ask()
        assert refused.value.code == "forbidden"
    job = order_erasure(member=person, by=root)
    User.objects.filter(pk=root.pk).update(is_superuser=False)
    assert jobs.run(job.pk)
    assert "Only a superuser" in job.items.get().note
    assert Member.objects.get(pk=person.pk).erased_at is None
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    erase_member(member=person, by=User.objects.get(pk=root.pk))
    assert Member.objects.get(pk=person.pk).erased_at is not None


def test_a_letter_erases_nobody_who_became_a_superuser_meanwhile_but_an_own_wish_does(cast: Cast) -> None:
    person, own = cast.member("member"), cast.member("participant")
    record_letter(member=person, came_on=TODAY, by=cast.accounts["admin"], at=NOW)
    ask_erasure(by=cast.user("participant"), at=NOW)
    User.objects.filter(pk__in=[person.user_id, own.user_id]).update(is_superuser=True)
    assert erase_due(NOW + DAYS) == 1
    assert list(DataRequest.objects.open().values_list("member", flat=True)) == [person.pk]


def test_the_other_administrators_are_told_that_one_of_them_was_erased(cast: Cast) -> None:
    admin, gone = cast.accounts["admin"], make.make_admin(name="Quvexly Gone")
    other = make.make_admin(name="Other Admin")
    erase_member(member=cast.member("member"), by=admin)
    assert not Message.objects.filter(template="account/administrators").exists(), "the control: nobody in charge"
    erase_member(member=gone.member, by=admin)
    rows = Message.objects.filter(template="account/administrators")
    assert [row.to for row in rows] == [other], "all but who did it"
    told = sent()
    assert f"Admin Person had an administrator erased. “Former member {gone.member.pk}”" in told[other.email]
    assert "It cannot be taken back. If nobody spoke with you about it, ask Admin Person today." in told[other.email]
    assert "under Accounts" not in told[other.email]
    assert "Quvexly" not in told[other.email]


def test_administrators_are_told_by_the_clock_and_not_after_a_restore(cast: Cast) -> None:
    gone, restored = make.make_admin(name="Quvexly Gone"), make.make_admin(name="Quvexly Restored")
    erase_again([Entry(restored.member.key, NOW)])
    assert not Message.objects.filter(template="account/administrators").exists()
    ask_erasure(by=gone, at=NOW)
    assert erase_due(NOW + DAYS) == 1
    assert "An administrator who asked for it was erased." in sent()[cast.accounts["admin"].email]


# -- The person --------------------------------------------------------------------------------------------------------


def test_who_asks_is_asked_again_and_is_told_at_once_with_the_day_and_the_way_back(cast: Cast) -> None:
    user, client = cast.user("member"), signed_in(cast.user("member"))
    asked = client.post(OWN)["location"]
    assert asked.startswith(AGAIN)
    assert not DataRequest.objects.exists()
    done = client.post(asked, {"password": "correct horse battery", "next": OWN})
    assert done["location"] == "/account/data/"
    due = timezone.localdate(DataRequest.objects.get().due_at)
    text = sent()[user.email]
    assert f"by itself on {due.day} {due:%B %Y}" in text
    assert ("Stay: take it back" in text, OWN in text, "choose a new password" in text) == (True, True, True)
    client.post(f"{OWN}withdraw/")
    assert "Nothing is erased." in sent()[user.email]


def test_who_has_no_password_signs_in_anew_before_asking(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.user("external"))
    refused = client.post(OWN)
    assert (refused.status_code, "sign in anew first" in refused.content.decode()) == (403, True)
    assert not DataRequest.objects.exists()


@pytest.mark.parametrize(("days", "before"), [(30, 7), (8, 4), (2, 1), (1, None)])
def test_a_reminder_comes_once_some_days_before_and_not_to_who_stays(
    days: int, before: int | None, cast: Cast, settings: Any
) -> None:
    settings.ERASURE_DAYS = days
    for role in ("member", "participant"):
        ask_erasure(by=cast.user(role), at=NOW)
    withdraw_erasure(by=cast.user("participant"), at=NOW)
    due = NOW + timedelta(days=days)
    remind_at = due - timedelta(days=before or 0)
    assert remind_of_erasures(remind_at - timedelta(seconds=1)) == 0
    assert [remind_of_erasures(remind_at) for _twice in range(2)] == [0 if before is None else 1, 0]
    rows = written("erasure_soon")
    assert [row.to for row in rows] == ([] if before is None else [cast.user("member")])
    if rows:
        at = timezone.localdate(due)
        assert f"It is done on {at.day} {at:%B %Y}" in sent()[cast.user("member").email]


def test_a_second_wish_is_reminded_of_anew(cast: Cast) -> None:
    user = cast.user("member")
    for start in (NOW, NOW + timedelta(days=40)):
        ask_erasure(by=user, at=start)
        assert remind_of_erasures(start + DAYS - timedelta(days=1)) == 1
        withdraw_erasure(by=user, at=start + DAYS - timedelta(days=1))


# -- A letter ----------------------------------------------------------------------------------------------------------


def test_a_letter_runs_from_the_day_on_which_it_came_and_is_done_by_the_clock(cast: Cast) -> None:
    lead, admin = cast.member("lead"), cast.accounts["admin"]
    cluster = make_cluster(cast, State.RUNNING)
    client, came = signed_in(admin), timezone.localdate() - timedelta(days=10)
    ask_again(client)
    page = page_of(lead)
    assert "They asked by letter" in client.get(page).content.decode()
    assert client.post(f"{page}letter/", {"came_on": ""}).status_code == 422
    tomorrow = timezone.localdate() + timedelta(days=1)
    refused = client.post(f"{page}letter/", {"came_on": tomorrow.isoformat()})
    assert (refused.status_code, f'value="{tomorrow.isoformat()}"' in refused.content.decode()) == (422, True)
    assert client.post(f"{page}letter/", {"came_on": came.isoformat()})["location"] == page
    asked = DataRequest.objects.get()
    assert (timezone.localdate(asked.asked_at), timezone.localdate(asked.due_at), asked.recorded_by) == (
        came,
        came + DAYS,
        admin,
    )
    assert Event.objects.get(verb="record_erasure").data["came"] == came.isoformat()
    text = client.get(page).content.decode()
    assert ("Admin Person entered it" in text, "Hand it over" in text) == (True, True)
    assert "your letter of" in sent()[lead.user.email]
    own = Client()
    own.force_login(lead.user)
    assert "An administrator entered that your letter came" in own.get("/account/data/").content.decode()
    [item] = [one for one in waiting_for(admin, timezone.localdate()).items if one.title == lead.name]
    assert (item.due, "by letter" in str(item.why)) == (came + DAYS, True)
    due = asked.due_at
    assert due is not None
    with pytest.raises(Refusal, match="Hand it over"):
        order_erasure(member=lead, by=admin, at=due - timedelta(seconds=1))
    order_erasure(member=lead, by=admin, at=due)
    assert erase_due(due - timedelta(seconds=1)) == 0
    assert erase_due(due) == 1
    assert Member.objects.get(pk=lead.pk).erased_at == due
    assert cluster.pk in set(type(cluster).objects.with_ended_lead(timezone.localdate()).values_list("pk", flat=True))


def test_from_the_day_the_button_asks_for_no_handing_over(cast: Cast) -> None:
    lead, admin = cast.member("lead"), cast.accounts["admin"]
    make_cluster(cast, State.RUNNING)
    record_letter(member=lead, came_on=TODAY, by=admin, at=NOW)
    due = DataRequest.objects.get().due_at
    assert due is not None
    client = Client()
    with time_machine.travel(due + timedelta(minutes=1)):
        client = signed_in(admin)
        ask_again(client)
        page = page_of(lead)
        assert "Hand it over" not in client.get(page).content.decode()
        job = client.post(page, {"name": lead.name})["location"].split("/")[-2]
        assert jobs.run(int(job))
        assert Member.objects.get(pk=lead.pk).erased_at is not None
    assert DataRequest.objects.get().status == "done"


def test_an_old_letter_leaves_the_person_days_to_hear_of_it(cast: Cast, settings: Any) -> None:
    admin = cast.accounts["admin"]
    old = record_letter(member=cast.member("member"), came_on=date(2026, 1, 5), by=admin, at=NOW)
    assert old.due_at == NOW + timedelta(days=3)
    assert remind_of_erasures(NOW) == 0, "not with the first mail"
    assert remind_of_erasures(NOW + timedelta(days=2)) == 1
    settings.ERASURE_DAYS = 1
    short = record_letter(member=cast.member("participant"), came_on=date(2026, 1, 5), by=admin, at=NOW)
    assert short.due_at == NOW + timedelta(days=1)


def test_a_letter_of_who_has_no_account_or_a_closed_one(cast: Cast) -> None:
    admin = cast.accounts["admin"]
    none, closed = make.make_member("Silent Person", account=False), cast.member("deactivated")
    for member in (none, closed):
        record_letter(member=member, came_on=TODAY, by=admin, at=NOW)
    [row] = written("erasure_asked")
    assert (row.to, row.to_address) == (None, closed.user.email)
    assert "write there as well if you cannot sign in" in sent()[closed.user.email]
    assert erase_due(NOW + DAYS) == 2
    assert not Message.objects.filter(template="community/erasure_asked").exists(), "its row is purged"


def test_a_letter_is_entered_once_and_taken_back_by_administrators_alone_and_the_person_is_told(cast: Cast) -> None:
    member, admin = cast.member("member"), cast.accounts["admin"]
    with pytest.raises(Refusal, match="Only an administrator"):
        record_letter(member=member, came_on=TODAY, by=cast.accounts["lead"], at=NOW)
    asked = record_letter(member=member, came_on=TODAY, by=admin, at=NOW)
    assert record_letter(member=member, came_on=TODAY, by=admin, at=NOW) == asked
    with pytest.raises(Refusal, match="Only an administrator"):
        withdraw_letter(request=asked, by=cast.accounts["lead"])
    client = signed_in(admin)
    ask_again(client)
    assert "Take the letter back" in client.get(page_of(member)).content.decode()
    client.post(f"{page_of(member)}letter/", {"do": "withdraw"})
    assert DataRequest.objects.get().status == "withdrawn"
    assert [row.to for row in written("erasure_kept")] == [member.user]
    assert withdraw_letter(request=asked, by=admin).status == "withdrawn"
    own = ask_erasure(by=member.user, at=NOW)
    with pytest.raises(Refusal, match="they alone"):
        withdraw_letter(request=own, by=admin)
    assert "Take the letter back" not in client.get(page_of(member)).content.decode()
    withdraw_erasure(by=member.user)
    record_letter(member=member, came_on=TODAY, by=admin, at=NOW)
    assert withdraw_erasure(by=member.user) is not None, "the person takes a letter back, too"


def test_a_letter_waits_for_what_no_waiting_clears_and_for_a_day_that_came(cast: Cast) -> None:
    admin = cast.accounts["admin"]
    assert admin.member is not None
    with pytest.raises(Refusal, match="last administrator"):
        record_letter(member=admin.member, came_on=TODAY, by=admin, at=NOW)
    with pytest.raises(Refusal, match="still to come"):
        record_letter(member=cast.member("member"), came_on=TODAY + timedelta(days=1), by=admin, at=NOW)
    late = datetime(2026, 5, 12, 22, 30, tzinfo=UTC)  # the next day has begun where the site is
    assert record_letter(member=cast.member("member"), came_on=timezone.localdate(late), by=admin, at=late)
    erase_member(member=cast.member("participant"), by=None)
    with pytest.raises(Refusal, match="erased already"):
        record_letter(member=cast.member("participant"), came_on=TODAY, by=admin, at=NOW)


def test_the_page_says_when_it_is_done_and_until_when_it_can_be_taken_back(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.user("member"))
    page = client.get(OWN).content.decode()
    assert "or the registry by itself after 30 days; until then you can take it back on this page." in page
