"""What administrators do: appoint, deactivate, confirm, rename; never leaving nobody in charge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.actions import account as accounts
from community.actions import appointment as appointments
from community.actions.account import deactivate_account, reactivate_account, set_administrator
from community.actions.appointment import appoint, end_appointment, withdraw_appointment
from community.actions.invitation import give_account
from community.actions.organisation import add_organisation, near_duplicates, verify_organisation
from community.actions.standing import make_member, set_standing
from community.actions.working_group import retitle
from community.choices import LinkState, Standing
from community.imports.member import MemberImport
from community.imports.table import bring_in
from community.links import mint
from community.models import Appointment, Event, Member, Organisation, User
from community.permissions import Refusal
from tests import factories as make
from tests.community.admin_pages import list_of, page_of, posted
from tests.factories import TODAY
from tests.races import at_once, meeting

pytestmark = [pytest.mark.django_db, pytest.mark.both]

DAY = timedelta(days=1)


def refusal_of(call: Callable[[], Any]) -> str:
    """Return the sentence with which an action refuses."""
    with pytest.raises(Refusal) as refusal:
        call()
    return str(refusal.value)


def test_only_administrators_do_any_of_this() -> None:
    member, group, organisation = make.make_member(), make.make_working_group(), make.make_organisation()
    appointment = make.make_appointment(member, group)
    by = make.make_user(is_superuser=True)
    for call in (
        lambda: appoint(member=member, working_group=None, from_on=TODAY, by=by),
        lambda: end_appointment(appointment=appointment, last_on=timezone.localdate(), by=by),
        lambda: withdraw_appointment(appointment=appointment, reason="x", by=by),
        lambda: deactivate_account(user=member.user, by=by),
        lambda: reactivate_account(user=member.user, by=by),
        lambda: set_administrator(user=by, is_staff=True, by=by),
        lambda: verify_organisation(organisation=organisation, by=by),
        lambda: retitle(working_group=group, title="Other", from_on=TODAY, by=by),
    ):
        assert refusal_of(call).startswith("Only an administrator")
    assert Event.objects.count() == 0


def test_a_member_with_an_account_is_appointed_once() -> None:
    admin, member, group = make.make_admin(), make.make_member(), make.make_working_group()
    row = appoint(member=member, working_group=group, from_on=TODAY, by=admin)
    assert set(group.coordinators(TODAY)) == {member}
    assert Event.objects.get().data == {"member": member.pk, "group": group.pk, "from": TODAY.isoformat()}
    with pytest.raises(ValidationError):
        appoint(member=member, working_group=group, from_on=TODAY, by=admin)
    assert "with an account" in refusal_of(
        lambda: appoint(member=make.make_external(), working_group=group, from_on=TODAY, by=admin)
    )
    other = make.make_coordinator(None)
    assert end_appointment(appointment=row, last_on=timezone.localdate(), by=admin).until_on == timezone.localdate()
    assert other.appointments.current(timezone.localdate() + DAY).exists()


def test_the_last_coordinator_stays() -> None:
    admin, group = make.make_admin(), make.make_working_group()
    first, second = make.make_coordinator(group), make.make_coordinator(group)
    end_appointment(appointment=first.appointments.get(), last_on=timezone.localdate(), by=admin)
    last = second.appointments.get()
    assert "Nobody would be left" in refusal_of(
        lambda: end_appointment(appointment=last, last_on=timezone.localdate(), by=admin)
    )
    assert "Nobody would be left" in refusal_of(lambda: deactivate_account(user=second.user, by=admin))
    make.make_coordinator(None)
    assert deactivate_account(user=second.user, by=admin).is_active is False


def test_the_last_administrator_stays() -> None:
    first, second = make.make_admin(), make.make_admin()
    make.make_user(is_staff=True, is_active=False)
    set_administrator(user=first, is_staff=False, by=second)
    assert "last administrator" in refusal_of(lambda: set_administrator(user=second, is_staff=False, by=second))
    assert "last administrator" in refusal_of(lambda: deactivate_account(user=second, by=second))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_remove_the_last_two(rounds: Callable[[int], int]) -> None:
    group = make.make_working_group()
    for _round in range(rounds(50)):
        Appointment.objects.all().delete()
        User.objects.filter(is_staff=True).update(is_staff=False)
        one, two = make.make_admin(), make.make_admin()
        rows = [make.make_appointment(make.make_member(), group) for _number in range(2)]
        with meeting((appointments, "_lock_deciders")):
            ended = at_once(
                *[partial(end_appointment, appointment=row, last_on=timezone.localdate(), by=one) for row in rows]
            )
        assert sorted(type(result).__name__ for result in ended) == ["Appointment", "Refusal"]
        leave = partial(set_administrator, is_staff=False)
        with meeting((accounts, "_lock_administrators")):
            gone = at_once(partial(leave, user=one, by=two), partial(leave, user=two, by=one))
        assert sorted(type(result).__name__ for result in gone) == ["Refusal", "User"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_leave_nobody_who_decides_whichever_way_they_go(rounds: Callable[[int], int]) -> None:
    admin, group = make.make_admin(), make.make_working_group()
    for number in range(rounds(30)):
        Appointment.objects.all().delete()
        one, two = make.make_member(), make.make_member()
        rows = [make.make_appointment(member, group) for member in (one, two)]
        other = [
            partial(set_standing, member=two, standing=Standing.FORMER, by=admin),
            partial(deactivate_account, user=two.user, by=admin),
            partial(end_appointment, appointment=rows[1], last_on=timezone.localdate(), by=admin),
            partial(withdraw_appointment, appointment=rows[1], reason="Another person.", by=admin),
        ][number % 4]
        with meeting((appointments, "_lock_deciders")):
            results = at_once(partial(set_standing, member=one, standing=Standing.FORMER, by=admin), other)
        assert [type(result) for result in results].count(Refusal) == 1, results


def test_a_closed_account_loses_its_sessions_and_links_and_can_be_opened_again(client: Any) -> None:
    admin, member = make.make_admin(), make.make_member()
    link, _token = mint("join", subject=make.make_need(), by=admin, user=member.user)
    client.force_login(member.user)
    assert client.get("/desk/").status_code == 200
    deactivate_account(user=member.user, by=admin)
    assert client.get("/desk/").status_code == 302
    link.refresh_from_db()
    assert link.state == LinkState.REVOKED
    assert deactivate_account(user=member.user, by=admin).is_active is False
    assert reactivate_account(user=member.user, by=admin).is_active is True
    assert list(Event.objects.order_by("number").values_list("verb", flat=True)) == [
        "deactivate_account",
        "reactivate_account",
    ]


def test_an_organisation_is_entered_once_in_any_spelling_and_confirmed() -> None:
    by, admin = make.make_member().user, make.make_admin()
    row = add_organisation(name="Plan Bleu", by=by, country="FR")
    assert add_organisation(name="PLAN  bleu", by=by) == row
    assert list(Organisation.objects.unverified()) == [row]
    assert verify_organisation(organisation=row, by=admin).is_verified is True
    verify_organisation(organisation=row, by=admin)
    assert Event.objects.count() == 2
    with pytest.raises(ValidationError):
        add_organisation(name="A\u202eB", by=by)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Region of Creta", ["Region of Crete"]),
        ("crete region", []),
        ("NATIONAL INSTITUTE OF BIOLOGY", ["National Institute of Biology"]),
        ("Institute of Biology", ["National Institute of Biology"]),
        ("Περιφέρεια Κρήτης", []),
        ("", []),
    ],
)
def test_names_that_are_nearly_the_same_are_shown_first(name: str, expected: list[str]) -> None:
    for known in ("Region of Crete", "National Institute of Biology", "Plan Bleu"):
        make.make_organisation(known)
    assert [row.name for row in near_duplicates(name)] == expected


def test_a_group_gets_a_new_title_and_keeps_its_old_ones() -> None:
    admin, group = make.make_admin(), make.make_working_group(title="Connectivity of ecosystems")
    retitle(working_group=group, title="Area-based conservation", from_on=TODAY, by=admin, source="Public text")
    group.refresh_from_db()
    assert (group.title, group.title_on(TODAY - DAY)) == ("Area-based conservation", "Connectivity of ecosystems")
    assert "Give a later day" in refusal_of(
        lambda: retitle(working_group=group, title="Third", from_on=TODAY, by=admin)
    )
    assert retitle(working_group=group, title="Area-based conservation", from_on=TODAY, by=admin) == group
    assert Event.objects.count() == 1


def test_an_appointment_lives_again_under_the_conditions_of_a_new_one() -> None:
    admin = make.make_admin()
    member = make.make_member("Former Coordinator")
    make.make_appointment(make.make_member("Present Coordinator"), make.make_working_group())
    row = make.make_appointment(member, make.make_working_group(), until_on=timezone.localdate())
    client = Client()
    client.force_login(admin)
    url = reverse("admin:community_appointment_change", args=[row.pk])
    Member.objects.filter(pk=member.pk).update(standing=Standing.FORMER)
    answer = posted(client, url, until_on="")
    assert (answer.status_code, "with an account" in answer.content.decode()) == (200, True)
    row.refresh_from_db()
    assert row.until_on == timezone.localdate()
    Member.objects.filter(pk=member.pk).update(standing=Standing.MEMBER)
    assert posted(client, url, until_on="").status_code == 302
    row.refresh_from_db()
    assert row.until_on is None


def test_who_may_not_decide_is_not_the_one_who_is_left() -> None:
    admin = make.make_admin()
    former = make.make_member("Former One")
    make.make_appointment(former, make.make_working_group())
    Member.objects.filter(pk=former.pk).update(standing=Standing.FORMER)
    last = make.make_appointment(make.make_member("Last One"), make.make_working_group())
    with pytest.raises(Refusal):
        end_appointment(appointment=last, last_on=timezone.localdate(), by=admin)


def test_a_superusers_account_is_tied_to_a_person_by_a_superuser_alone() -> None:
    admin = make.make_admin()
    root = make.make_user(is_superuser=True, is_staff=True)
    member = make.make_member("Anna Perić", account=False)
    with pytest.raises(ValidationError, match="superuser"):
        give_account(member=member, address=root.email, by=admin)
    assert give_account(member=member, address=root.email, by=root) == root


# -- Who is a member, and no longer ------------------------------------------------------------------------------------


def test_the_last_coordinator_is_made_no_former_member_by_form_file_or_list() -> None:
    admin, last = make.make_admin(), make.make_coordinator(make.make_working_group(), "Anna Perić")
    client = Client()
    client.force_login(admin)
    answer = posted(client, page_of(last), name="Anna Kovač", standing="former")
    text = answer.content.decode()
    assert (answer.status_code, "Nobody would be left" in text, 'value="Anna Kovač"' in text) == (200, True, True)
    report = bring_in(MemberImport(admin), f"key,name,standing\n{last.key},Anna Kovač,former\n".encode())
    assert [str(one).partition("Appoint")[0] for one in report.problems] == [
        "Row 2, standing: Nobody would be left who decides on proposals. "
    ]
    chosen = {"action": "end_memberships", "_selected_action": [last.pk]}
    page = client.post(list_of(Member), chosen)["location"]
    assert "Nobody would be left" in client.get(page).content.decode(), "it is said before"
    assert "Nobody would be left" in client.post(page, follow=True).content.decode()
    last.refresh_from_db()
    assert (last.name, last.standing, Event.objects.count()) == ("Anna Perić", Standing.MEMBER, 0)


@pytest.mark.parametrize("way", ["form", "file", "list"])
def test_who_leaves_coordinates_nothing_and_is_invited_no_more(way: str) -> None:
    admin, group, today = make.make_admin(), make.make_working_group(), timezone.localdate()
    make.make_coordinator(group)
    member = make.make_coordinator(group, "Anna Perić")
    later = make.make_appointment(member, None, from_on=today + 9 * DAY)
    link, _token = mint("invite", subject=member.user, by=admin, user=member.user)
    client = Client()
    client.force_login(admin)
    if way == "form":
        assert posted(client, page_of(member), name="Anna Kovač", standing="former").status_code == 302
    elif way == "file":
        assert bring_in(MemberImport(admin), f"key,name,standing\n{member.key},Anna Kovač,former\n".encode()).is_done
    else:
        page = client.post(list_of(Member), {"action": "end_memberships", "_selected_action": [member.pk]})["location"]
        assert client.post(page, follow=True).status_code == 200
    member.refresh_from_db()
    link.refresh_from_db()
    ends = dict(member.appointments.values_list("working_group", "until_on"))
    assert (member.standing, link.state) == (Standing.FORMER, LinkState.REVOKED)
    assert ends == {group.pk: today, None: later.from_on}
    verbs = list(Event.objects.order_by("number").values_list("verb", flat=True))
    ended = ["end_appointment", "call_off_appointment", "leave_community"]
    assert verbs == [*ended, *["change_member"] * (way != "list")]
    assert member.name == ("Anna Perić" if way == "list" else "Anna Kovač")
    assert make_member(member=member, by=admin).standing == Standing.MEMBER
    for day in (today + DAY, later.from_on):
        assert not Appointment.objects.current(day).filter(member=member).exists()


def test_nobody_who_was_erased_or_merged_becomes_a_member_again() -> None:
    admin, kept = make.make_admin(), make.make_member()
    cases: tuple[dict[str, Any], ...] = ({"erased_at": timezone.now()}, {"merged_into": kept})
    for fields in cases:
        row = make.make_member(standing=Standing.FORMER, account=False, **fields)
        with pytest.raises(Refusal, match=r"was erased|was merged"):
            set_standing(member=row, standing=Standing.MEMBER, by=admin)
    with pytest.raises(Refusal, match="Only an administrator"):
        set_standing(member=kept, standing=Standing.FORMER, by=kept.user)
