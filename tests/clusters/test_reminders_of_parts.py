"""Every thing that waits, made in the database, day by day over its boundaries, also in nights when clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.actions import reminders
from clusters.actions.inverses import take_answer_back
from clusters.actions.invitation import remind_address, take_invitation_back
from clusters.actions.meeting import call_meeting, cancel_meeting, change_meeting
from clusters.actions.participation import answer_invitation, answer_request, enter
from clusters.actions.reminders import plan_reminders, send_reminders
from clusters.choices import JoinPolicy, State
from clusters.models import Cluster, Invitation, Participation
from clusters.rules.reminders import RULES, Why
from community import kinds
from community.choices import MessageState
from community.models import Appointment, Message, SignedLink
from community.notifications import path_of
from factsheets.actions.issue import issue_factsheet
from factsheets.actions.report import begin_report, send_report
from factsheets.choices import Face
from tests.cast import Cast, make_cluster
from tests.clusters.making_waits import FAR, MAKERS, asked_address, late_follow_up, late_on, undecided
from tests.clusters.test_reminders import DAYS
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

#: The last Sundays of March and October, on which clocks in Athens are changed.
NIGHTS = (date(2026, 3, 29), date(2026, 10, 25))


def test_every_rule_is_made_here() -> None:
    assert set(MAKERS) == set(RULES) - {"report"}


@pytest.mark.parametrize("night", NIGHTS, ids=str)
@pytest.mark.parametrize("rule", MAKERS)
def test_each_thing_is_reminded_of_on_its_days_once_and_as_the_plan_says(cast: Cast, rule: str, night: date) -> None:
    """The day of the changed clocks is the day of the question; all steps are crossed, each twice."""
    with time_machine.travel(late_on(night), tick=False):
        MAKERS[rule](cast, late_on(night))
    Message.objects.all().delete()
    wanted = DAYS[rule]
    steps = {day for days in wanted.values() for day in days}
    found: dict[str, set[int]] = {}
    for day in sorted({near for step in steps for near in (step - 1, step, step + 1)}):
        on = night + timedelta(days=day)
        planned = [(row.key, row.audience) for row in plan_reminders(on).sends if row.silence.rule == rule]
        sent = [(row.key, row.audience) for row in send_reminders(on=on).sends if row.silence.rule == rule]
        assert sent == planned
        for _key, audience in sent:
            found.setdefault(audience, set()).add(day)
        assert send_reminders(on=on).sends == [], "running it twice sends once"
    assert {name: sorted(days) for name, days in found.items()} == wanted
    keys = list(Message.objects.filter(key__startswith="reminder:").values_list("key", flat=True))
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("away", [False, True], ids=["present", "away"])
@pytest.mark.parametrize("rule", MAKERS)
def test_the_address_in_every_reminder_opens_for_who_gets_it(cast: Cast, rule: str, away: bool) -> None:
    """Nobody is asked for what is refused then; while the group's coordinators are away the stand-ins are asked."""
    if away:
        Appointment.objects.filter(working_group=cast.group).update(absent_until=TODAY + timedelta(days=90))
    with time_machine.travel(NOW, tick=False):
        MAKERS[rule](cast, NOW)
    Message.objects.all().delete()
    for day in sorted({step.day for step in RULES[rule]}):
        with time_machine.travel(NOW + timedelta(days=day), tick=False):
            send_reminders(on=TODAY + timedelta(days=day))
            sent = Message.objects.filter(key__startswith=f"reminder:{rule}:").exclude(to=None).select_related("to")
            message: Any
            for message in sent.order_by("pk"):
                client = Client()
                client.force_login(message.to)
                page = path_of(kinds.resolve(message.kind, message.subject_id), message)
                answer = client.get(page.partition("#")[0])
                assert answer.status_code == 200, (day, message.to.email, page)
            Message.objects.filter(pk__in=[row.pk for row in sent]).update(key=None)


# -- Addresses ---------------------------------------------------------------------------------------------------------


@time_machine.travel(NOW, tick=False)
def test_an_address_that_the_lead_reminded_by_hand_is_not_reminded_on_that_day(cast: Cast) -> None:
    asked_address(cast, NOW)
    row = Invitation.objects.get()
    third = NOW + timedelta(days=3)
    remind_address(invitation=row, by=cast.user("lead"), at=third)
    assert [one.why for one in of_addresses(third.date())] == [Why.NOT_YET]
    assert [one.step for one in of_addresses(TODAY + timedelta(days=7)) if one.sends] == [7]
    assert "tide@port.example" not in repr(of_addresses(TODAY + timedelta(days=7)))


@time_machine.travel(NOW, tick=False)
def test_a_reminder_of_an_address_is_the_invitation_with_a_link_of_its_own(cast: Cast) -> None:
    asked_address(cast, NOW)
    first = SignedLink.objects.get()
    send_reminders(on=TODAY + timedelta(days=3))
    first.refresh_from_db()
    mail = Message.objects.get(key__startswith="reminder:address:")
    assert (mail.to_address, mail.params["is_reminder"], mail.link == first) == ("tide@port.example", True, False)
    assert (first.state, mail.link.state) == ("revoked", "open")
    take_invitation_back(invitation=Invitation.objects.get(), by=cast.user("lead"))
    assert of_addresses(TODAY + timedelta(days=7)) == []


def of_addresses(on: date) -> list[Any]:
    return [one for one in plan_reminders(on).decisions if one.silence.rule == "address"]


@time_machine.travel(NOW, tick=False)
def test_a_reminder_after_the_end_brings_a_fresh_link_as_the_question_did(cast: Cast) -> None:
    late_follow_up(cast, NOW)
    send_reminders(on=TODAY + timedelta(days=7))
    mail = Message.objects.get(key__startswith="reminder:follow_up:")
    assert mail.link is not None
    assert (mail.template, mail.to, mail.link.state) == ("clusters/follow_up", cast.user("lead"), "open")
    send_reminders(on=TODAY + timedelta(days=14))
    mail.link.refresh_from_db()
    assert mail.link.state == "revoked"
    assert SignedLink.objects.filter(state="open").count() == 1


# -- What changes between plan and writing ---


@time_machine.travel(NOW, tick=False)
def test_what_is_answered_after_the_plan_was_made_is_not_asked(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    undecided(cast, NOW - timedelta(days=7))
    plan = reminders.plan_reminders

    def planned_and_then_decided(on: date) -> Any:
        found = plan(on)
        Cluster.objects.update(state=State.DECLINED)
        return found

    monkeypatch.setattr(reminders, "plan_reminders", planned_and_then_decided)
    assert send_reminders(on=TODAY).sends == []
    assert Message.objects.count() == 0


@time_machine.travel(NOW, tick=False)
def test_one_silence_without_a_cluster_stops_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    undecided(cast, NOW - timedelta(days=7))
    found = reminders.silences

    def with_a_bad_one(on: date) -> Any:
        return [replace(one, cluster_id=10**6, key="cluster:0") for one in found(on)] + found(on)

    monkeypatch.setattr(reminders, "silences", with_a_bad_one)
    assert {one.silence.cluster_id for one in send_reminders(on=TODAY).sends} == {Cluster.objects.get().pk}
    assert Message.objects.filter(template="clusters/reminder").count() == 2
    assert "was not written" in caplog.text


# -- Meetings ----------------------------------------------------------------------------------------------------------


def called(cast: Cast, cluster: Cluster, days: int = 3, **more: Any) -> Any:
    begins = NOW + timedelta(days=days)
    facts = {"title": "Kick-off", "starts_at": begins, "ends_at": begins + timedelta(hours=2), **more}
    return call_meeting(cluster=cluster, by=cast.user("lead"), **facts)


def reminded(on: date) -> set[str]:
    return {row.person.name for row in plan_reminders(on).sends if row.silence.rule == "meeting"}


@time_machine.travel(NOW, tick=False)
def test_a_meeting_that_was_called_today_or_is_cancelled_or_over_reminds_nobody(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING, **FAR)
    meeting = called(cast, cluster)
    everybody = {"Lead Person", "Deputy_Lead Person", "Participant Person", "External Person"}
    assert reminded(TODAY) == set(), "the invitation left today"
    assert reminded(TODAY + timedelta(days=3)) == everybody
    assert reminded(TODAY + timedelta(days=4)) == set()
    begins = NOW + timedelta(days=4)
    moved = {"starts_at": begins, "ends_at": begins + timedelta(hours=1)}
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        change_meeting(meeting=meeting, by=cast.user("lead"), seen_version=meeting.version, **moved)
    assert (reminded(TODAY + timedelta(days=1)), reminded(TODAY + timedelta(days=4))) == (set(), everybody)
    cluster.participations.filter(member=cast.member("participant")).update(status="left")
    assert "Participant Person" not in reminded(TODAY + timedelta(days=4))
    Cluster.objects.filter(pk=cluster.pk).update(state=State.PAUSED)
    assert reminded(TODAY + timedelta(days=4)) == set()
    Cluster.objects.filter(pk=cluster.pk).update(state=State.RUNNING)
    meeting.refresh_from_db()
    cancel_meeting(meeting=meeting, by=cast.user("lead"), reason="The harbour is closed.")
    assert reminded(TODAY + timedelta(days=4)) == set()


def invited_to(cast: Cast, role: str, state: str = MessageState.QUEUED) -> list[str]:
    rows = Message.objects.filter(to=cast.user(role), template="clusters/meeting_called", state=state)
    return [row.params["audience"] for row in rows]


@time_machine.travel(NOW, tick=False)
def test_who_comes_after_a_meeting_was_called_is_invited_too_by_whichever_way(cast: Cast) -> None:
    open_one = make_cluster(cast, State.RUNNING, **FAR)
    called(cast, open_one)
    cancelled = called(cast, open_one, 5, title="Cancelled")
    cancel_meeting(meeting=cancelled, by=cast.user("lead"), reason="The harbour is closed.")
    called(cast, open_one, -5, title="Over")
    enter(cluster=open_one, by=cast.user("member"), way="join", organisation=cast.organisation)
    assert invited_to(cast, "member") == ["newcomer"]
    other = make_cluster(cast, State.RUNNING, join_policy=JoinPolicy.APPLICATION, **FAR)
    called(cast, other)
    row = enter(cluster=other, by=cast.user("other_lead"), way="ask", organisation=cast.organisation)
    assert invited_to(cast, "other_lead") == []
    answer_request(participation=row, by=cast.user("lead"), accept=True)
    held = Message.objects.get(to=cast.user("other_lead"), template="clusters/meeting_called")
    assert held.due_at == NOW + timedelta(seconds=30)
    take_answer_back(participation=row, by=cast.user("lead"))
    assert invited_to(cast, "other_lead") == [], "it goes with the answer that was taken back"
    asked = Participation.objects.create(
        cluster=other, member=cast.member("proposer"), organisation=cast.organisation, status="invited", asked_at=NOW
    )
    answer_invitation(participation=asked, by=cast.user("proposer"), accept=True)
    assert invited_to(cast, "proposer") == ["newcomer"]


# -- Reports -----------------------------------------------------------------------------------------------------------


def unreported(on: date) -> set[tuple[str, str]]:
    rows = [row for row in plan_reminders(on).decisions if row.silence.rule == "report"]
    return {(row.person.name, str(row.why)) for row in rows}


@time_machine.travel(NOW, tick=False)
def test_what_ended_and_stands_in_no_report_waits_for_the_coordinators_of_its_group(cast: Cast) -> None:
    ended = make_cluster(cast, State.CONCLUDED)
    make_cluster(cast, State.RUNNING)
    on = TODAY + timedelta(days=14)
    group = {("Coordinator Person", "None"), ("Coordinator_Proposer Person", "None")}
    assert unreported(on) == group
    assert {row.person.name for row in send_reminders(on=on).sends} == {name for name, _why in group}
    group = {(name, Why.SENT) for name, _why in group}
    client = Client()
    client.force_login(cast.user("coordinator"))
    page = client.get(f"/reminders/?on={on.isoformat()}").text
    assert "Ended and not reported yet" in page
    final = issue_factsheet(
        cluster=ended, face=Face.BACKWARD, reason="conclude", by=None, at=NOW, accepts_missing_pdf=True
    )
    assert unreported(on) == group
    by = cast.user("coordinator")
    draft = begin_report(working_group=cast.group, from_on=TODAY, until_on=TODAY, by=by)
    assert (list(draft.factsheets.all()), unreported(on)) == ([final], group)
    send_report(report=draft, by=by)
    assert unreported(on) == set()


@time_machine.travel(NOW, tick=False)
def test_of_what_ended_more_than_a_year_ago_nobody_is_told(cast: Cast) -> None:
    make_cluster(cast, State.DISCONTINUED, ended_on=TODAY)
    assert unreported(TODAY + timedelta(days=366)) != set()
    assert unreported(TODAY + timedelta(days=367)) == set()
