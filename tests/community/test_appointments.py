"""Appointments that were a mistake, that ended long ago, that begin later; who is told and who is asked again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.visibility import viewer
from community.actions import appointment as actions
from community.actions.appointment import appoint, end_appointment, resume_appointment, withdraw_appointment
from community.actions.outbox import send_outbox
from community.actions.standing import set_standing
from community.choices import Standing
from community.events import record
from community.models import Appointment, Event, EventDetail, Member, Message, User, WorkingGroup
from community.permissions import Refusal
from tests import factories as make
from tests.community.admin_pages import list_of, page_of, posted
from tests.community.signing_in import ask_again, signed_in
from tests.races import at_once, meeting, without_locks

pytestmark = [pytest.mark.django_db]

DAY = timedelta(days=1)
LONG_AGO = (date(2024, 3, 1), date(2025, 2, 14))


def holds(member: Member, on: date | None = None) -> bool:
    """Tell whether somebody coordinates, as pages and rules ask it."""
    on = on or timezone.localdate()
    found = Appointment.objects.current(on).filter(member=member).exists()
    assert found == viewer(User.objects.get(member=member), on).is_coordinator
    return found


def press(client: Client, action: str, *rows: Any, **more: str) -> str:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return str(client.post(list_of(type(rows[0])), chosen, follow=True).content.decode())


def withdraw_in_list(client: Client, *rows: Appointment, reason: str = "The wrong person.") -> str:
    chosen = {"action": "withdraw_chosen", "_selected_action": [row.pk for row in rows]}
    page = client.post(list_of(Appointment), chosen)["location"]
    shown = client.get(page).content.decode()
    assert all(str(row) in shown for row in rows)
    return str(client.post(page, {"reason": reason}, follow=True).content.decode())


# -- What ended stays as it was ----------------------------------------------------------------------------------------


def test_who_goes_on_after_the_end_is_appointed_anew_and_the_past_stays(
    group: WorkingGroup, administrator: User
) -> None:
    member, (first, last) = make.make_member("Anna Perić"), LONG_AGO
    row = make.make_appointment(member, group, from_on=first, until_on=last)
    client, today = signed_in(administrator), timezone.localdate()
    text = press(client, "go_on", row)
    assert "Anna Perić: the appointment until 14 February 2025 stays as it was. A new one begins today." in text
    found = list(member.appointments.order_by("from_on").values_list("from_on", "until_on"))
    assert found == [(first, last), (today, None)]
    assert [event.verb for event in Event.objects.all()] == ["appoint"]
    assert not holds(member, date(2025, 12, 1))
    assert "coordinates that group already" in press(client, "go_on", row)
    assert member.appointments.count() == 2


@pytest.mark.parametrize("typed", ["", "2025-06-01", "2099-01-01"])
def test_the_form_gives_no_later_last_day_to_what_ended(group: WorkingGroup, administrator: User, typed: str) -> None:
    first, last = LONG_AGO
    row = make.make_appointment(make.make_member(), group, from_on=first, until_on=last)
    client, page = signed_in(administrator), reverse("admin:community_appointment_change", args=[row.pk])
    answer = posted(client, page, until_on=typed, absent_until="")
    assert (answer.status_code, "stays as it was" in answer.content.decode()) == (200, True)
    row.refresh_from_db()
    assert (row.until_on, Event.objects.count()) == (last, 0)


def test_the_last_day_of_what_holds_moves_with_an_event(group: WorkingGroup, administrator: User) -> None:
    today = timezone.localdate()
    row = make.make_appointment(make.make_member(), group, until_on=today)
    client, page = signed_in(administrator), reverse("admin:community_appointment_change", args=[row.pk])
    later = today + 30 * DAY
    assert posted(client, page, until_on=str(later), absent_until=str(today + DAY)).status_code == 302
    row.refresh_from_db()
    assert (row.until_on, row.absent_until) == (later, today + DAY)
    event = Event.objects.get(verb="resume_appointment")
    assert event.data == {"ended": str(today), "until": str(later)}


# -- A mistake is taken back -------------------------------------------------------------------------------------------


def test_a_wrong_appointment_counts_no_more_at_once_and_stays_in_the_history(
    group: WorkingGroup, administrator: User
) -> None:
    member, client = make.make_member("Anna Perić"), signed_in(administrator)
    press(client, "appoint_members", member, group="WG1")
    row = member.appointments.get()
    press(client, "end_today", row)
    assert holds(member), "today is its last day"
    assert "1 appointment taken back." in withdraw_in_list(client, row)
    assert not holds(member)
    row.refresh_from_db()
    assert row.withdrawn_at is not None
    event = Event.objects.get(verb="withdraw_appointment")
    assert EventDetail.objects.get(event=event).body == {"reason": "The wrong person."}
    listed = client.get(f"{list_of(Appointment)}?holds=withdrawn").content.decode()
    assert "Anna Perić" in listed
    for name in ("today", "later", "ended"):
        assert row not in client.get(f"{list_of(Appointment)}?holds={name}").context["cl"].result_list
    assert "withdrawn as a mistake. Appoint" in press(client, "go_on", row)
    page = reverse("admin:community_appointment_change", args=[row.pk])
    assert client.post(page, {"until_on": "", "absent_until": ""}).status_code == 403
    assert "field-withdrawn_at" in client.get(page).content.decode()
    assert "field-withdrawn_at" in client.get(page_of(member)).content.decode()
    assert "1 member appointed." in press(client, "appoint_members", member, group="WG1"), "rightly, this time"
    assert holds(member)
    shown = client.get(f"/members/{member.key}/").content.decode()
    assert shown.count("/working-groups/WG1/") == 1


def test_who_acted_meanwhile_ends_today_and_what_was_decided_stands(group: WorkingGroup, administrator: User) -> None:
    member, today = make.make_member("Anna Perić"), timezone.localdate()
    row = appoint(member=member, working_group=group, from_on=today, by=administrator)
    record(verb="start", subject=make.make_need(), by=member.user, role="coordinator")
    text = withdraw_in_list(signed_in(administrator), row)
    assert "Anna Perić acted as coordinator meanwhile, which stands: today is the last day." in text
    row.refresh_from_db()
    assert (row.withdrawn_at, row.until_on, holds(member), holds(member, today + DAY)) == (None, today, True, False)
    event = Event.objects.get(verb="end_appointment")
    assert EventDetail.objects.get(event=event).body == {"reason": "The wrong person."}


def test_what_begins_later_is_called_off(group: WorkingGroup, administrator: User) -> None:
    member, today = make.make_member("Anna Perić"), timezone.localdate()
    row = make.make_appointment(member, group, from_on=today + 9 * DAY)
    client = signed_in(administrator)
    assert "Where it is not to begin at all, withdraw it." in press(client, "end_today", row)
    assert "1 appointment taken back." in withdraw_in_list(client, row)
    assert not holds(member, today + 9 * DAY)
    row.refresh_from_db()
    assert row.until_on == row.from_on


def test_a_withdrawal_wants_a_reason_an_administrator_and_somebody_who_is_left(
    group: WorkingGroup, administrator: User
) -> None:
    member, today = make.make_member(), timezone.localdate()
    row = make.make_appointment(member, group)
    client = signed_in(administrator)
    page = client.post(list_of(Appointment), {"action": "withdraw_chosen", "_selected_action": [row.pk]})["location"]
    assert "This field is required" in client.post(page, {"reason": " "}).content.decode()
    with pytest.raises(Refusal, match="Only an administrator"):
        withdraw_appointment(appointment=row, reason="x", by=member.user)
    with pytest.raises(Refusal, match="Say why"):
        withdraw_appointment(appointment=row, reason=" ", by=administrator)
    other = group.appointments.exclude(pk=row.pk).get()
    end_appointment(appointment=other, last_on=today, by=administrator)
    with pytest.raises(Refusal, match="Nobody would be left"):
        withdraw_appointment(appointment=row, reason="x", by=administrator)
    ended = make.make_appointment(make.make_member(), group, from_on=LONG_AGO[0], until_on=LONG_AGO[1])
    with pytest.raises(Refusal, match="what is past stays"):
        withdraw_appointment(appointment=ended, reason="x", by=administrator)
    assert client.get(reverse("admin:community_appointment_withdraw")).status_code == 302
    client.force_login(member.user)
    assert client.post(page, {"reason": "x"}).status_code in (302, 403)
    row.refresh_from_db()
    assert row.withdrawn_at is None


# -- Who is told, and asked again --------------------------------------------------------------------------------------


def test_the_person_and_the_others_of_the_group_are_told_of_each_change(
    group: WorkingGroup, administrator: User
) -> None:
    member, today = make.make_member("Anna Perić"), timezone.localdate()
    make.make_coordinator(make.make_working_group("WG2", "Climate"), "Of Another Group")
    beside = User.objects.get(member__name="Present Coordinator")
    row = appoint(member=member, working_group=group, from_on=today, by=administrator)
    end_appointment(appointment=row, last_on=today, by=administrator)
    resume_appointment(appointment=row, by=administrator)
    withdraw_appointment(appointment=row, reason="Somebody of that name.", by=administrator)
    appoint(member=member, working_group=group, from_on=today, by=administrator)
    set_standing(member=member, standing=Standing.FORMER, by=administrator)
    verbs = ["appoint", "end_appointment", "resume_appointment", "withdraw_appointment", "appoint", "end_appointment"]
    for user in (member.user, beside):
        rows = Message.objects.filter(to=user, template="community/appointment").order_by("pk")
        assert [message.params["verb"] for message in rows] == verbs
    assert Message.objects.filter(template="community/appointment").count() == 2 * len(verbs)
    mail.outbox = []
    send_outbox(at=timezone.now())
    bodies = [sent.body for sent in mail.outbox if sent.to == [beside.email]]
    assert "Admin Person appointed Anna Perić. It begins on" in bodies[0]
    assert "WG1" in bodies[0]
    assert "it was a mistake and counts no more" in bodies[3]
    assert "Somebody of that name" not in "".join(bodies), "why is for the history"


def test_administrators_who_appoint_themselves_are_asked_again_and_the_group_is_told(group: WorkingGroup) -> None:
    me = make.make_admin(name="Admin Person")
    add, today = reverse("admin:community_appointment_add"), timezone.localdate()
    typed = {"member": me.member.pk, "working_group": group.pk, "from_on": str(today)}
    client = Client()
    client.force_login(me)
    refused = client.post(add, typed)
    assert (refused.status_code, "show first that it is you" in refused.content.decode()) == (200, True)
    assert "show first that it is you" in press(client, "appoint_members", me.member, group="WG1")
    ended = make.make_appointment(me.member, group, from_on=today - 9 * DAY, until_on=today)
    assert "show first that it is you" in press(client, "go_on", ended)
    change = reverse("admin:community_appointment_change", args=[ended.pk])
    text = posted(client, change, until_on="", absent_until="").content.decode()
    assert "show first that it is you" in text
    assert me.member.appointments.filter(until_on=None).count() == 0
    typed["member"] = make.make_member().pk
    assert client.post(add, typed).status_code == 302, "others are appointed as before"
    client = signed_in(me)
    ask_again(client)
    assert posted(client, change, until_on="", absent_until="").status_code == 302
    assert Message.objects.filter(to__member__name="Present Coordinator").count() == 2


# -- Leaving and going on at once --------------------------------------------------------------------------------------


def leave_and_go_on(member: Member, admin: User, do: Callable[[Appointment], object]) -> list[Any]:
    """Let somebody leave while their appointment is to go on; both have read the person before either writes."""
    row = member.appointments.get()
    leave = partial(set_standing, member=member, standing=Standing.FORMER, by=admin)
    with meeting((actions, "_locked_member"), (actions, "refuse_without_coordinators")):
        return at_once(leave, partial(do, row))


def form_of(row: Appointment, admin: User) -> Any:
    """Send the form that takes the last day away."""
    client = Client()
    client.force_login(admin)
    page = reverse("admin:community_appointment_change", args=[row.pk])
    return posted(client, page, until_on="", absent_until="").status_code


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["list", "form"])
def test_who_leaves_at_once_keeps_no_open_appointment(rounds: Callable[[int], int], way: str) -> None:
    admin, group = make.make_admin(), make.make_working_group()
    make.make_coordinator(group)
    for _round in range(rounds(10)):
        member = make.make_member()
        make.make_appointment(member, group, until_on=timezone.localdate())
        do = (
            partial(form_of, admin=admin)
            if way == "form"
            else lambda row: resume_appointment(appointment=row, by=admin)
        )
        results = leave_and_go_on(member, admin, do)
        assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, Refusal)], results
        member.refresh_from_db()
        assert member.standing == Standing.FORMER
        assert not member.appointments.filter(until_on=None).exists(), results


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_the_persons_lock_a_former_member_keeps_one() -> None:
    admin, group = make.make_admin(), make.make_working_group()
    make.make_coordinator(group)
    member = make.make_member()
    make.make_appointment(member, group, until_on=timezone.localdate())
    with without_locks(Member):
        leave_and_go_on(member, admin, lambda row: resume_appointment(appointment=row, by=admin))
    member.refresh_from_db()
    assert (member.standing, member.appointments.filter(until_on=None).exists()) == (Standing.FORMER, True)
