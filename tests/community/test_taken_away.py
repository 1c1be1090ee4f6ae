"""What was entered by mistake is taken away, and stands in the history; what was right and is over gets a last day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.actions.appointment import appoint, end_appointment, resume_appointment, withdraw_appointment
from community.actions.working_group import retitle
from community.models import Appointment, Event, User, WorkingGroup
from community.permissions import Refusal
from results.actions.target import remove_target
from results.models import Indicator, Target
from tests import factories as make
from tests.community.admin_pages import list_of, page_of, posted, typed_on
from tests.community.signing_in import signed_in

pytestmark = [pytest.mark.django_db]

DAY = timedelta(days=1)


# -- Parts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["project", "organisation", "member"])
def test_a_part_that_was_a_mistake_is_taken_away_and_the_history_keeps_it(site: Client, way: str) -> None:
    right, wrong = make.make_organisation("Port of the Bay"), make.make_organisation("Bay Rangers")
    project, member = make.make_project(), make.make_member("Anna Perić", organisation=right)
    make.make_partnership(right, project)
    row: Any = {"project": project, "organisation": wrong, "member": member}[way]
    part: Any = make.make_affiliation(member, wrong) if way == "member" else make.make_partnership(wrong, project)
    rows = type(part).objects
    kept = set(rows.exclude(pk=part.pk).values_list("pk", flat=True))
    data = typed_on(site, page_of(row))
    [prefix] = {name[: name.index("-")] for name, value in data.items() if name.endswith("-id") and value == part.pk}
    [number] = [
        name.split("-")[1] for name, value in data.items() if name.endswith("-id") and value == part.pk and prefix
    ]
    assert site.post(page_of(row), data | {f"{prefix}-{number}-DELETE": "on"}).status_code == 302
    assert set(rows.values_list("pk", flat=True)) == kept
    event = Event.objects.get(verb=f"change_{way}")
    [said] = event.detail.body["changes"][type(part)._meta.model_name]
    other = project.pk if way == "organisation" else wrong.pk
    assert said["taken_away"]["project" if way == "organisation" else "organisation"] == other
    row.refresh_from_db()
    assert row.version == 2


# -- Targets -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def target() -> Target:
    indicator = Indicator.objects.order_by("pk").first()
    assert indicator is not None
    return Target.objects.create(indicator=indicator, value=12, due_on=timezone.localdate(), note="Of the first plan")


def test_a_target_that_was_a_mistake_is_taken_away_with_a_reason(administrator: User, target: Target) -> None:
    client, indicator = signed_in(administrator), target.indicator
    page = client.post(list_of(Target), {"action": "remove_chosen", "_selected_action": [target.pk]})["location"]
    assert "the whole mission: 12" in client.get(page).content.decode()
    client.post(page, {"reason": " "})
    assert Target.objects.exists()
    assert "1 target taken away" in client.post(page, {"reason": "Another year."}, follow=True).content.decode()
    assert not Target.objects.exists()
    event = Event.objects.get(verb="remove_target")
    assert (event.by, event.data["value"]) == (administrator, 12)
    assert event.detail.body == {"note": "Of the first plan", "reason": "Another year."}
    history = client.get(f"{page_of(indicator)}".replace("change", "history")).content.decode()
    assert "Target taken away, it was a mistake" in history


def test_nobody_else_takes_a_target_away(target: Target) -> None:
    member = make.make_member().user
    with pytest.raises(Refusal, match="Only an administrator"):
        remove_target(target=target, reason="x", by=member)
    with pytest.raises(Refusal, match="Say why"):
        remove_target(target=target, reason=" ", by=make.make_admin())
    client = signed_in(member)
    client.post(reverse("admin:results_target_remove", query={"pk": target.pk}), {"reason": "x"})
    assert Target.objects.exists()


# -- Appointments that lie one over the other --------------------------------------------------------------------------


def test_nobody_coordinates_a_group_by_two_appointments_on_one_day(site: Client, group: WorkingGroup) -> None:
    by, member, today = make.make_admin(), make.make_member("Anna Perić"), timezone.localdate()
    row = appoint(member=member, working_group=group, from_on=today, until_on=today + 20 * DAY, by=by)
    for first, last in ((0, None), (20, None), (-9, 0), (5, 9), (-9, None)):
        until = None if last is None else today + last * DAY
        with pytest.raises(ValidationError, match="coordinates that already from"):
            appoint(member=member, working_group=group, from_on=today + first * DAY, until_on=until, by=by)
    typed = {"member": member.pk, "working_group": group.pk, "from_on": str(today + 9 * DAY)}
    text = posted(site, reverse("admin:community_appointment_add"), **typed).content.decode()
    assert "Let that one go on, or choose other days." in text
    later = appoint(member=member, working_group=group, from_on=today + 21 * DAY, by=by)
    assert appoint(member=member, working_group=None, from_on=today, by=by).working_group is None
    with pytest.raises(ValidationError):
        resume_appointment(appointment=row, last_on=today + 30 * DAY, by=by)
    withdraw_appointment(appointment=later, reason="Not yet.", by=by)
    assert resume_appointment(appointment=row, last_on=today + 30 * DAY, by=by).until_on == today + 30 * DAY
    end_appointment(appointment=row, last_on=today, by=by)
    assert appoint(member=member, working_group=group, from_on=today + DAY, by=by).until_on is None
    assert Appointment.objects.current(today).filter(member=member, working_group=group).count() == 1


# -- Titles ------------------------------------------------------------------------------------------------------------


def test_a_typo_in_todays_title_is_corrected_and_stands_in_no_list(site: Client) -> None:
    today = timezone.localdate()
    typed = {"code": "WG9", "title": "Conectivity", "about": "", "order": "9", "is_active": "on"}
    assert posted(site, reverse("admin:community_workinggroup_add"), **typed).status_code == 302
    group = WorkingGroup.objects.get(code="WG9")
    new = {"new_title": "Connectivity", "new_title_from": str(today), "new_title_source": ""}
    assert posted(site, page_of(group), **new).status_code == 302
    group.refresh_from_db()
    assert group.title == "Connectivity"
    assert list(group.titles.values_list("title", "from_on", "until_on")) == [("Connectivity", today, None)]
    assert Event.objects.get(verb="retitle").detail.body == {"title": ["Conectivity", "Connectivity"]}


def test_a_title_that_held_before_today_stays_known() -> None:
    by, group, today = make.make_admin(), make.make_working_group("WG9", "Connectivity"), timezone.localdate()
    group.titles.all().delete()
    group.titles.create(title="Connectivity", from_on=today - DAY)
    with pytest.raises(Refusal, match="Give a later day"):
        retitle(working_group=group, title="Sea", from_on=today - DAY, by=by)
    retitle(working_group=group, title="Sea", from_on=today, by=by)
    retitle(working_group=group, title="The sea", from_on=today, by=by)
    assert list(group.titles.order_by("from_on").values_list("title", flat=True)) == ["Connectivity", "The sea"]
