"""Wrong appointments of who coordinates elsewhere, those that never begin, and those that a merge moves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from clusters.models import Cluster, MergeRequest
from community.actions.appointment import appoint, withdraw_appointment
from community.actions.erasure_effects import end_work
from community.actions.merging import merge_entries, preview_merge, unmerge_entries
from community.actions.outbox import send_outbox
from community.actions.standing import set_standing
from community.choices import Standing
from community.events import record
from community.models import Appointment, Event, Member, Message, User, WorkingGroup
from community.personal import whose
from community.verb_words import in_words
from results.models import PolicyStatement
from tests import factories as make

pytestmark = [pytest.mark.django_db]

DAY = timedelta(days=1)
LONG_AGO = (date(2024, 3, 1), date(2025, 2, 14))


# -- By which appointment somebody acted -------------------------------------------------------------------------------


def cluster_of(group: WorkingGroup, **fields: Any) -> Cluster:
    fields.setdefault("proposer", make.make_member())
    return Cluster.objects.create(title="Sea grass", working_group=group, **fields)


def test_what_is_done_elsewhere_or_before_holds_no_wrong_appointment(group: WorkingGroup, administrator: User) -> None:
    other = make.make_working_group("WG2", "Climate")
    member, today = make.make_coordinator(other, "Anna Perić"), timezone.localdate()
    record(verb="note", subject=cluster_of(group), by=member.user, role="stand_in")
    row = appoint(member=member, working_group=group, from_on=today, by=administrator)
    for subject, role in (
        (cluster_of(other), "coordinator"),
        (make.make_need(), "coordinator"),
        (cluster_of(make.make_working_group("WG3", "Sea")), "stand_in"),
        (PolicyStatement.objects.create(title="Of theirs", working_group=other), "coordinator"),
    ):
        record(verb="note", subject=subject, by=member.user, role=role)
    assert withdraw_appointment(appointment=row, reason="Another group.", by=administrator).withdrawn_at is not None
    assert Appointment.objects.current(today).get(member=member).working_group == other, "what is right stays"


def test_what_somebody_did_just_before_they_were_appointed_is_not_by_that(
    group: WorkingGroup, administrator: User
) -> None:
    member, today = make.make_member(), timezone.localdate()
    record(verb="start", subject=make.make_need(), by=member.user, role="coordinator")
    row = appoint(member=member, working_group=group, from_on=today, by=administrator)
    assert withdraw_appointment(appointment=row, reason="Another.", by=administrator).withdrawn_at is not None


@pytest.mark.parametrize("what", ["own", "further", "asked", "statement", "mission", "after"])
def test_what_is_done_by_a_wrong_appointment_stands_and_it_ends_once(
    group: WorkingGroup, administrator: User, what: str
) -> None:
    other, today = make.make_working_group("WG2", "Climate"), timezone.localdate()
    member = make.make_coordinator(other, "Anna Perić")
    if what == "after":  # what they coordinated besides ended the day before
        member.appointments.update(until_on=today - DAY)
    row = appoint(member=member, working_group=None if what == "mission" else group, from_on=today, by=administrator)
    cluster, role = cluster_of(group if what == "own" else other), "coordinator"
    subject: Any = cluster
    if what == "further":
        cluster.further_working_groups.add(group)
        role = "further_coordinator"
    elif what == "asked":
        MergeRequest.objects.create(
            cluster=cluster, into=cluster_of(group), asked_by=administrator, asked_at=timezone.now()
        )
        role = "taking_in"
    elif what == "statement":
        subject = PolicyStatement.objects.create(title="Of the group", working_group=group)
    elif what == "mission":
        role = "mission_coordinator"
    record(verb="note", subject=subject, by=member.user, role=role)
    for _time in range(2):
        found = withdraw_appointment(appointment=row, reason="Another.", by=administrator)
        assert (found.withdrawn_at, found.until_on) == (None, today)
    assert Event.objects.filter(verb="end_appointment").count() == 1
    told = Message.objects.filter(template="community/appointment", to=member.user)
    assert [message.params["verb"] for message in told.order_by("pk")] == ["appoint", "end_appointment"]


# -- What never begins -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["leaves", "withdrawn"])
def test_what_is_called_off_before_it_begins_is_told_so(group: WorkingGroup, administrator: User, way: str) -> None:
    member, first = make.make_member("Anna Perić"), timezone.localdate() + 9 * DAY
    row = appoint(member=member, working_group=group, from_on=first, by=administrator)
    if way == "leaves":
        set_standing(member=member, standing=Standing.FORMER, by=administrator)
    else:
        withdraw_appointment(appointment=row, reason="She moves.", by=administrator)
    assert str(in_words(Event.objects.about(row)[0].verb)) == "Appointment called off before it began"
    mail.outbox = []
    send_outbox(at=timezone.now())
    bodies = [sent.body for sent in mail.outbox if sent.to == [User.objects.get(member=member).email]]
    assert "Admin Person called off the appointment of Anna Perić before it began. It was to begin on" in bodies[-1]
    assert "last day" not in "".join(bodies)


def test_an_erased_person_never_begins_to_coordinate(group: WorkingGroup) -> None:
    member, now = make.make_member(), timezone.now()
    row = make.make_appointment(member, group, from_on=timezone.localdate() + 9 * DAY)
    make.make_appointment(member, make.make_working_group("WG2", "Climate"))
    end_work(whose(member), timezone.localdate(now), now)
    row.refresh_from_db()
    assert (row.until_on, row.withdrawn_at) == (row.from_on, now)
    assert not Appointment.objects.current(row.from_on).filter(member=member).exists()
    assert member.appointments.exclude(pk=row.pk).get().withdrawn_at is None


def test_of_two_that_begin_later_a_merge_calls_one_off_and_it_comes_back(
    group: WorkingGroup, administrator: User
) -> None:
    kept, twin = make.make_member("Anna Perić"), make.make_member("Anna Peric", account=False)
    first = timezone.localdate() + 9 * DAY
    rows = [make.make_appointment(one, group, from_on=first) for one in (kept, twin)]
    seen = preview_merge(kept=kept, merged=twin, by=administrator).digest
    merge_entries(kept=kept, merged=twin, by=administrator, seen=seen)
    assert [row.pk for row in Appointment.objects.current(first).filter(member=kept)] == [rows[0].pk]
    assert not Message.objects.filter(template="community/appointment").exists(), "no right went to anybody"
    assert unmerge_entries(merged=Member.objects.get(pk=twin.pk), by=administrator) == 0
    rows[1].refresh_from_db()
    assert (rows[1].member, rows[1].until_on, rows[1].withdrawn_at) == (twin, None, None)


# -- By a merge --------------------------------------------------------------------------------------------------------


def test_an_appointment_that_moves_by_a_merge_is_told_and_so_is_its_way_back(
    group: WorkingGroup, administrator: User
) -> None:
    kept, twin = make.make_member("Anna Perić"), make.make_member("Anna Peric", account=False)
    make.make_appointment(twin, group)
    make.make_appointment(twin, group, from_on=LONG_AGO[0], until_on=LONG_AGO[1])
    seen = preview_merge(kept=kept, merged=twin, by=administrator).digest
    assert not Message.objects.exists(), "the preview tells nobody"
    merge_entries(kept=kept, merged=twin, by=administrator, seen=seen)
    unmerge_entries(merged=Member.objects.get(pk=twin.pk), by=administrator)
    beside = User.objects.get(member__name="Present Coordinator")
    rows = Message.objects.filter(template="community/appointment")
    assert len(rows) == 3, "what ended long ago is told to nobody"
    told = {(message.to, message.params["verb"]) for message in rows}
    assert told == {(beside, "take_in_member"), (beside, "unmerge_member"), (kept.user, "take_in_member")}
    mail.outbox = []
    send_outbox(at=timezone.now())
    bodies = "".join(sent.body for sent in mail.outbox if sent.to == [beside.email])
    assert "merged two entries of Anna Peric, who holds this appointment" in bodies.replace("Perić", "Peric")
    assert "took a merge back: Anna Peric holds this appointment again" in bodies
