"""On every day on which somebody decides, somebody is left: whatever last day is entered, whoever leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from community.actions.account import deactivate_account
from community.actions.appointment import appoint, end_appointment, resume_appointment, withdraw_appointment
from community.actions.standing import set_standing
from community.choices import Standing
from community.models import Appointment, Event, User, WorkingGroup
from community.permissions import Refusal
from community.rules.appointment import Span, first_day_without
from community.rules.erasure import LAST_COORDINATOR, obstacles
from tests import factories as make
from tests.community.admin_pages import page_of, posted

pytestmark = [pytest.mark.django_db, pytest.mark.both]

DAY = timedelta(days=1)


def held(group: WorkingGroup, first: int, last: int | None) -> Appointment:
    """Return an appointment of a new member, its days counted from today."""
    today = timezone.localdate()
    until = None if last is None else today + last * DAY
    return make.make_appointment(make.make_member(), group, from_on=today + first * DAY, until_on=until)


def test_no_past_last_day_takes_the_only_one_who_decides(site: Client) -> None:
    group, today = make.make_working_group(), timezone.localdate()
    held(group, -200, -100)
    only = held(group, -200, None)
    text = posted(site, page_of(only), until_on=str(today - 150 * DAY), absent_until="").content.decode()
    assert "The last day is today at the earliest" in text
    beside = held(group, -200, None)
    text = posted(site, page_of(beside), until_on=str(today - DAY), absent_until="").content.decode()
    assert "The last day is today at the earliest" in text
    assert "Withdraw the appointment" in text
    assert Appointment.objects.current(today).count() == 2
    assert posted(site, page_of(beside), until_on=str(today), absent_until="").status_code == 302


def test_what_ended_does_not_end_earlier(site: Client, administrator: User) -> None:
    group, today = make.make_working_group(), timezone.localdate()
    held(group, -200, None)
    row = held(group, -200, -100)
    text = posted(site, page_of(row), until_on=str(today - 150 * DAY), absent_until="").content.decode()
    assert "stays as it was" in text
    with pytest.raises(Refusal, match="stays as it was"):
        end_appointment(appointment=row, last_on=today - 150 * DAY, by=administrator)
    row.refresh_from_db()
    assert (row.until_on, Event.objects.count()) == (today - 100 * DAY, 0)
    assert end_appointment(appointment=row, last_on=today, by=administrator).until_on == today - 100 * DAY, "a no-op"


def test_nobody_is_left_alone_with_an_end_in_sight(administrator: User) -> None:
    group, today = make.make_working_group(), timezone.localdate()
    one, two = held(group, -9, None), held(group, -9, None)
    end_appointment(appointment=one, last_on=today + 30 * DAY, by=administrator)
    with pytest.raises(Refusal, match="Nobody would be left who decides on proposals from") as refused:
        end_appointment(appointment=two, last_on=today + 15 * DAY, by=administrator)
    assert str((today + 31 * DAY).year) in str(refused.value)
    later = held(group, 31, None)
    assert end_appointment(appointment=two, last_on=today + 15 * DAY, by=administrator).until_on is not None
    with pytest.raises(Refusal, match="Nobody would be left"):
        withdraw_appointment(appointment=later, reason="Somebody else.", by=administrator)


@pytest.mark.parametrize("way", ["account", "standing"])
def test_nobody_leaves_whom_others_only_follow_for_a_while(administrator: User, way: str) -> None:
    group = make.make_working_group()
    last = held(group, -9, None)
    held(group, -9, 15)
    assert obstacles(last.member, timezone.localdate())[0].sentence == LAST_COORDINATOR
    leave: dict[str, Callable[[], object]] = {
        "account": lambda: deactivate_account(user=last.member.user, by=administrator),
        "standing": lambda: set_standing(member=last.member, standing=Standing.FORMER, by=administrator),
    }
    with pytest.raises(Refusal, match="Nobody would be left"):
        leave[way]()
    held(group, 16, None)
    leave[way]()
    assert obstacles(Appointment.objects.get(until_on=timezone.localdate() + 15 * DAY).member, timezone.localdate())


def test_an_appointment_ends_through_its_action(site: Client) -> None:
    group, today = make.make_working_group(), str(timezone.localdate())
    appointment = make.make_appointment(make.make_member(), group)
    answer = posted(site, page_of(appointment), until_on=today)
    assert "Nobody would be left" in answer.content.decode()
    appointment.refresh_from_db()
    assert appointment.until_on is None
    make.make_appointment(make.make_member(), group)
    assert posted(site, page_of(appointment), until_on=today).status_code == 302
    appointment.refresh_from_db()
    assert str(appointment.until_on) == today
    assert Event.objects.get().verb == "end_appointment"


def test_an_appointment_is_made_through_its_action(site: Client) -> None:
    external, member, group = make.make_external(), make.make_member(), make.make_working_group()
    page = reverse("admin:community_appointment_add")
    answer = posted(site, page, member=external.pk, working_group=group.pk, from_on="2026-05-01")
    assert "member of the community with an account" in answer.content.decode()
    assert posted(site, page, member=member.pk, working_group=group.pk, from_on="2026-05-01").status_code == 302
    assert [event.verb for event in Event.objects.all()] == ["appoint"]


# -- For any days ------------------------------------------------------------------------------------------------------

days = st.integers(-12, 12)
spans = st.lists(st.tuples(days, st.none() | days).filter(lambda span: span[1] is None or span[0] <= span[1]))


def dated(found: list[tuple[int, int | None]], today: date) -> list[Span]:
    return [(today + first * DAY, None if last is None else today + last * DAY) for first, last in found]


def covered(found: list[Span], day: date) -> bool:
    return any(first <= day and (last is None or day <= last) for first, last in found)


@given(left=spans, taken=spans)
def test_the_first_day_without_anybody_is_what_each_day_says(
    left: list[tuple[int, int | None]], taken: list[tuple[int, int | None]]
) -> None:
    today = date(2026, 5, 12)
    kept, gone = dated(left, today), dated(taken, today)
    asked = (today + number * DAY for number in range(15))
    expected = next((day for day in asked if covered(gone, day) and not covered(kept, day)), None)
    assert first_day_without(kept, taken=gone, since=today) == expected


STEPS = ("end", "withdraw", "resume", "leave", "close")
steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3), days), min_size=1, max_size=8)
rows = st.lists(
    st.tuples(days, st.none() | days).filter(lambda span: span[1] is None or span[0] <= span[1]), min_size=1, max_size=4
)


def decided_on(today: date) -> set[int]:
    """Return the days from today on, as numbers, on which somebody decides."""
    deciding = Appointment.objects.filter(member__user__is_active=True)
    return {number for number in range(15) if deciding.current(today + number * DAY).exists()}


@settings(max_examples=max(20, settings().max_examples // 10))
@given(held_days=rows, done=steps)
def test_no_sequence_of_ends_takes_a_day_on_which_somebody_decided(
    held_days: list[tuple[int, int | None]], done: list[tuple[str, int, int]]
) -> None:
    today = timezone.localdate()
    Appointment.objects.all().delete()
    admin, group = make.make_admin(), make.make_working_group(f"WG{WorkingGroup.objects.count() + 1}")
    made = [held(group, first, last) for first, last in held_days]
    for step, number, day in done:
        row, before = made[number % len(made)], decided_on(today)
        last_on = today + day * DAY
        do: dict[str, Callable[[], object]] = {
            "end": partial(end_appointment, appointment=row, last_on=last_on, by=admin),
            "withdraw": partial(withdraw_appointment, appointment=row, reason="Wrong.", by=admin),
            "resume": partial(resume_appointment, appointment=row, last_on=last_on, by=admin),
            "leave": partial(set_standing, member=row.member, standing=Standing.FORMER, by=admin),
            "close": partial(deactivate_account, user=row.member.user, by=admin),
        }
        try:
            do[step]()
        except (Refusal, ValidationError):  # or somebody who was appointed anew is let go on by the older row
            assert decided_on(today) == before
        # Who leaves coordinates nothing more today already, where another one decides that day.
        assert before <= decided_on(today), (step, number, day)


def test_a_last_day_in_the_past_is_no_way_to_begin_anew(administrator: User) -> None:
    member, group, today = make.make_member(), make.make_working_group(), timezone.localdate()
    row = appoint(member=member, working_group=group, from_on=today - 9 * DAY, by=administrator)
    with pytest.raises(Refusal, match="today at the earliest"):
        end_appointment(appointment=row, last_on=today - DAY, by=administrator)


def test_what_has_ended_goes_on_until_no_day_in_the_past(administrator: User) -> None:
    member, group, today = make.make_member(), make.make_working_group(), timezone.localdate()
    row = make.make_appointment(member, group, from_on=today - 9 * DAY, until_on=today - 3 * DAY)
    with pytest.raises(Refusal, match="has ended, and what is past stays"):
        resume_appointment(appointment=row, last_on=today - DAY, by=administrator)
    assert Appointment.objects.get() == row
    assert resume_appointment(appointment=row, last_on=today, by=administrator).from_on == today
