"""Two administrators at once at forms of the admin: nobody waits for who waits for them, and a rule holds for both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from community.admin.appointment import AppointmentForm
from community.admin.seen import SeenForm
from community.choices import Standing
from community.models import Appointment, Member, User
from tests import factories as make
from tests.community.admin_pages import page_of, typed_on
from tests.races import at_once, meeting

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def form_of(by: User, row: Appointment | Member | User, **values: Any) -> Callable[[], int]:
    """Open the page of a row as an administrator; return what sends its form with other values, giving the status."""
    client = Client()
    client.force_login(by)
    page = page_of(row)
    # Before the race: the pages that a client was shown are told to all clients of the process.
    typed = {**typed_on(client, page), **values}
    return lambda: int(client.post(page, typed).status_code)


def sent_at_once(*forms: Callable[[], int]) -> list[Any]:
    """Send forms that both hold their own row by the time that either asks for another."""
    with meeting((SeenForm, "_sign")):
        return at_once(*forms)


def two_appointments() -> tuple[list[User], list[Appointment]]:
    admins, group = [make.make_admin(), make.make_admin()], make.make_working_group()
    return admins, [make.make_appointment(make.make_member(), group) for _number in range(2)]


def end_both() -> list[Any]:
    """Let two administrators end two appointments in the same moment."""
    admins, rows = two_appointments()
    day = timezone.localdate() + timedelta(days=3)
    return sent_at_once(*[form_of(by, row, until_on=day) for by, row in zip(admins, rows, strict=True)])


def test_two_appointments_end_at_once_but_for_the_last_one() -> None:
    # One page comes again with the reason.
    assert sorted(map(str, end_both())) == ["200", "302"]
    assert Appointment.objects.filter(until_on=None).count() == 1


def test_control_each_form_that_locks_its_own_row_first_waits_for_the_other(monkeypatch: Any) -> None:
    monkeypatch.setattr(AppointmentForm, "lock_before", lambda self: None)
    assert OperationalError in map(type, end_both())


def test_two_administrators_write_in_each_others_accounts() -> None:
    one, two = make.make_admin(), make.make_admin()
    assert sent_at_once(form_of(one, two, language="en"), form_of(two, one, language="en")) == [302, 302]
    assert set(User.objects.values_list("language", flat=True)) == {"en"}


def test_the_last_two_who_decide_do_not_leave_at_once() -> None:
    admins, rows = two_appointments()
    leave = [form_of(by, row.member, standing="former") for by, row in zip(admins, rows, strict=True)]
    assert sorted(map(str, sent_at_once(*leave))) == ["200", "302"]
    assert Member.objects.filter(standing=Standing.FORMER).count() == 1
