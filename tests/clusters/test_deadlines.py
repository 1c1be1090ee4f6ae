"""All dates ahead in one list: complete for every role, by week, each with its button, and for calendars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from clusters.actions.amendment import act, suggest_amendment
from clusters.actions.assignment import assign_review
from clusters.actions.meeting import cancel_meeting
from clusters.choices import FollowUpReason, ParticipationStatus, State
from clusters.models import Cluster, MergeRequest, Participation, Stage
from clusters.notifications.invitation import PURPOSE
from clusters.tables.deadlines import Deadline, deadlines_of, weeks_of
from community.desk import waiting_for
from community.links import mint
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY
from tests.matrix.places import make_condition, make_follow_up, make_invitation
from tests.matrix.places_room import make_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def far(cast: Cast, state: str = State.RUNNING, **fields: Any) -> Cluster:
    """Return a cluster none of whose own dates is near."""
    return make_cluster(cast, state, **{"starts_on": day(-100), "ends_on": day(200), **fields})


def of(cast: Cast, role: str) -> list[tuple[date, str, str, str]]:
    """Return the dates of a role: day, button, whose, where it leads."""
    return [(row.day, row.verb, row.whose, row.url) for row in deadlines_of(cast.user(role), TODAY)]


def test_what_is_ahead_is_listed_the_next_first_with_whose_it_is(cast: Cast) -> None:
    cluster = far(cast, ends_on=TODAY, deadline_on=day(90), deadline_reason="The call closes")
    facts = {"cluster": cluster, "responsible": cast.member("participant")}
    stage = Stage.objects.create(position=2, title="Pilot", planned_end_on=day(3), **facts)
    Stage.objects.create(position=3, title="Too far", planned_end_on=day(91), **facts)
    Stage.objects.create(position=4, title="Past", planned_end_on=day(-1), **facts)
    url = f"/clusters/{cluster.name}/"
    assert of(cast, "lead") == [
        (TODAY, "Conclude", "mine", f"{url}conclude/"),
        (day(3), "", "cluster", f"{url}roadmap/#stage-{stage.pk}"),
        (day(90), "", "mine", url),
    ]
    assert of(cast, "participant")[:2] == [
        (TODAY, "", "cluster", url),
        (day(3), "Say how it stands", "mine", f"{url}roadmap/{stage.pk}/note/"),
    ]
    assert of(cast, "coordinator") == [(TODAY, "", "group", url), (day(90), "", "group", url)]
    assert of(cast, "member") == of(cast, "other_coordinator") == of(cast, "visitor_of_nothing") == []


@pytest.mark.parametrize(
    ("role", "state", "fields", "verb", "path", "days"),
    [
        ("coordinator", State.SUBMITTED, {"state_since": NOW}, "Review", "/review/{name}/", 7),
        (
            "stand_in",
            State.SUBMITTED,
            {"state_since": NOW, "vacant": True},
            "Review as stand-in",
            "/review/{name}/",
            14,
        ),
        (
            "lead",
            State.SUBMITTED,
            {"lead_accepted_at": None, "lead_asked_at": NOW},
            "Accept or decline to lead",
            "/clusters/{name}/accept-lead/",
            7,
        ),
        ("proposer", State.RETURNED, {}, "Change and propose again", "/clusters/{name}/edit/", 90),
        ("lead", State.APPROVED, {"starts_on": day(5)}, "Start", "/clusters/{name}/start/", 5),
        ("deputy_lead", State.RUNNING, {"ends_on": day(5)}, "Conclude", "/clusters/{name}/conclude/", 5),
    ],
)
def test_each_role_finds_what_is_asked_of_it_by_when_with_the_very_button(
    cast: Cast, role: str, state: str, fields: dict[str, Any], verb: str, path: str, days: int
) -> None:
    if fields.pop("vacant", False):
        fields = {**fields, "working_group": make.make_working_group("WG9", "Vacant group")}
    cluster = far(cast, state, **fields)
    assert (day(days), verb, "mine", path.format(name=cluster.name)) in of(cast, role)


def test_what_waits_between_people_stands_there_with_the_day_of_the_answer(cast: Cast) -> None:
    cluster, goal = far(cast), far(cast, working_group=cast.other_group)
    url = f"/clusters/{cluster.name}/"
    for role, status in (("member", ParticipationStatus.INVITED), ("other_lead", ParticipationStatus.REQUESTED)):
        Participation.objects.create(cluster=cluster, member=cast.member(role), status=status, asked_at=NOW)
    condition = make_condition(cast, cluster, is_met=True)
    wish = {"cluster": cluster, "wished": {"title": "Another title"}, "reason": "It is clearer."}
    suggested = suggest_amendment(by=cast.user("participant"), **wish)
    put_forward = suggest_amendment(by=cast.user("participant"), **{**wish, "wished": {"question": "Where to?"}})
    act(amendment=put_forward, verb="amendment.proposed", by=cast.user("lead"))
    asking = far(cast, State.APPROVED)
    MergeRequest.objects.create(
        cluster=asking, into=goal, reason="Both ask the same.", asked_by=cast.user("coordinator"), asked_at=NOW
    )
    meeting = make_meeting(cast, cluster)
    found = {role: of(cast, role) for role in ("member", "lead", "coordinator", "other_coordinator", "participant")}
    assert found["member"] == [(day(7), "Answer the invitation", "mine", f"{url}people/#mine")]
    assert (day(7), "Answer", "mine", f"{url}people/#h-requests") in found["lead"]
    assert (day(7), "Put forward or turn down", "mine", f"{url}amendments/{suggested.number}/") in found["lead"]
    amendment = f"{url}amendments/{put_forward.number}/"
    assert (day(7), "Decide on the amendment", "mine", amendment) in found["coordinator"]
    assert (day(7), "Confirm or waive", "mine", f"{url}#condition-{condition.pk}") in found["coordinator"]
    merge = f"/clusters/{asking.name}/merge/"
    assert (day(7), "Agree or refuse", "mine", merge) in found["other_coordinator"]
    room = f"{url}room/meetings/{meeting.pk}/"
    assert (day(21), "See the meeting", "mine", room) in found["participant"]
    cancel_meeting(meeting=meeting, by=cast.user("lead"), reason="The harbour is closed.")
    assert room not in [row[3] for row in of(cast, "participant")]


def test_conditions_and_follow_ups_stand_once(cast: Cast) -> None:
    cluster, ended = far(cast), far(cast, State.CONCLUDED)
    condition = make_condition(cast, cluster)
    condition.due_on = day(10)
    condition.save(update_fields=["due_on"])
    asked = make_follow_up(cast, ended)
    make_follow_up(cast, ended, why=FollowUpReason.TWELVE_MONTHS, due_on=day(30), asked_at=None, asked=None)
    assert of(cast, "lead") == [
        (day(10), "Report it as met", "mine", f"/clusters/{cluster.name}/#condition-{condition.pk}"),
        (day(30), "", "mine", f"/clusters/{ended.name}/outcomes/"),
        (day(60), "Say what became of it", "mine", f"/clusters/{ended.name}/follow-ups/{asked.pk}/"),
    ]


def test_those_who_lead_find_when_an_invitation_to_an_address_ends_and_no_address(cast: Cast) -> None:
    cluster = far(cast)
    row = make_invitation(cast, cluster, "stranger@port.example")
    mint(PURPOSE, subject=row, address=row.address, by=None, expires_at=NOW + timedelta(days=10))
    make_invitation(cast, cluster, "unsent@port.example")
    for role in ("lead", "deputy_lead"):
        [found] = deadlines_of(cast.user(role), TODAY)
        assert (found.day, found.verb, found.url) == (
            day(10),
            "See who is invited",
            f"/clusters/{cluster.name}/people/",
        )
        assert found.what == "invitation ends without an answer: Knows the tide gauges"
    assert of(cast, "participant") == of(cast, "coordinator") == []
    row.status, row.answered_at = "declined", NOW
    row.save()
    assert of(cast, "lead") == []


def test_a_meeting_is_told_by_the_clocks_of_its_own_zone(cast: Cast) -> None:
    make_meeting(cast, far(cast), zone="Europe/Lisbon")
    [row] = deadlines_of(cast.user("participant"), TODAY)
    assert row.what.endswith(" (Europe/Lisbon)")
    assert row.meeting is not None
    assert f", {row.meeting.starts_at.astimezone(ZoneInfo('Europe/Lisbon')):%H:%M} (" in row.what  # type: ignore[union-attr]


def test_what_is_late_stands_above_on_the_desk_and_not_among_the_dates_ahead(cast: Cast) -> None:
    cluster, user = far(cast, State.SUBMITTED, state_since=NOW - timedelta(days=7)), cast.user("coordinator")
    assert [row.day for row in deadlines_of(user, TODAY)] == [TODAY]
    assert waiting_for(user, TODAY).overdue == []
    assert deadlines_of(user, day(1)) == []
    [late] = waiting_for(user, day(1)).overdue
    assert (late.title, late.late, late.due) == (str(cluster), True, TODAY)


def test_who_looks_at_a_proposal_is_named_beside_its_day(cast: Cast) -> None:
    cluster = far(cast, State.SUBMITTED, state_since=NOW)
    assign_review(cluster=cluster, by=cast.user("coordinator"), member=cast.member("mission_coordinator"))
    [row] = deadlines_of(cast.user("coordinator"), TODAY)
    assert row.what.endswith("Mission Person looks at it.")


def test_dates_are_put_by_weeks_that_begin_on_mondays() -> None:
    tuesday = date(2026, 5, 12)
    rows = [Deadline(on, "end", "A", "/") for on in (tuesday, date(2026, 5, 17), date(2026, 5, 18), date(2026, 6, 1))]
    found = [(week.monday, week.label, len(week.rows)) for week in weeks_of(rows, tuesday)]
    assert found == [
        (date(2026, 5, 11), "This week", 2),
        (date(2026, 5, 18), "Next week", 1),
        (date(2026, 6, 1), "Week of 1 June 2026", 1),
    ]


def test_the_desk_shows_them_and_a_calendar_fetches_them_for_the_reader_alone(cast: Cast) -> None:
    cluster = far(cast, ends_on=day(5), title="Dunes, \x07and; more")
    meeting = make_meeting(cast, cluster)
    client = Client()
    assert client.get("/desk/dates.ics").status_code == 302
    client.force_login(cast.user("lead"))
    text = client.get("/desk/").text
    assert "All dates ahead" in text
    assert 'href="/desk/dates.ics"' in text
    answer = client.get("/desk/dates.ics")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/calendar; charset=utf-8", "private, no-store")
    entries: dict[str, Any] = {str(row["summary"]): row for row in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert set(entries) == {f"planned end: {cluster.name} Dunes, and; more", "Kick-off"}
    end = entries[f"planned end: {cluster.name} Dunes, and; more"]
    assert (end["dtstart"].dt, end["dtend"].dt) == (day(5), day(6))
    assert entries["Kick-off"]["dtstart"].dt == meeting.starts_at
    assert str(entries["Kick-off"]["uid"]).startswith(f"meeting-{meeting.pk}@")
    again = Calendar.from_ical(client.get("/desk/dates.ics").content)
    assert {str(row["uid"]) for row in again.walk("VEVENT")} == {str(row["uid"]) for row in entries.values()}
    client.force_login(cast.user("member"))
    assert b"BEGIN:VEVENT" not in client.get("/desk/dates.ics").content


def test_a_calendar_calls_what_waits_by_its_verb_and_tells_the_rest_below(cast: Cast) -> None:
    cluster = far(cast, State.SUBMITTED, state_since=NOW)
    client = Client()
    client.force_login(cast.user("coordinator"))
    [row] = deadlines_of(cast.user("coordinator"), TODAY)
    [entry] = Calendar.from_ical(client.get("/desk/dates.ics").content).walk("VEVENT")
    assert (str(entry["summary"]), str(entry["description"])) == (f"Review: {cluster}", row.what)
    assert row.what.startswith("You coordinate ")


def test_of_many_dates_the_later_ones_are_counted_and_none_is_left_out(cast: Cast) -> None:
    cluster = far(cast)
    stages = [Stage(cluster=cluster, position=n, title=f"Pilot {n}", planned_end_on=day(9)) for n in range(2, 104)]
    Stage.objects.bulk_create(stages)
    client = Client()
    client.force_login(cast.user("lead"))
    text = client.get("/desk/").text
    assert "and 2 more dates</summary>" in text
    assert [text.count(f"stage ends: Pilot {n}</td>") for n in range(2, 104)] == [1] * 102
    assert client.get("/desk/dates.ics").content.count(b"BEGIN:VEVENT") == 102


@pytest.mark.slow
@pytest.mark.parametrize("role", ["lead", "coordinator"])
def test_the_list_takes_as_many_queries_for_thirty_as_for_one(cast: Cast, role: str) -> None:
    def grow() -> None:
        cluster = far(cast, ends_on=day(5), deadline_on=day(6), deadline_reason="The call closes")
        Stage.objects.create(cluster=cluster, position=2, title="Pilot", planned_end_on=day(3))
        make_meeting(cast, cluster, title=f"Meeting {cluster.pk}")
        far(cast, State.SUBMITTED, state_since=NOW)

    def count() -> int:
        user = type(cast.user(role)).objects.get(pk=cast.user(role).pk)
        with CaptureQueriesContext(connection) as captured:
            assert deadlines_of(user, TODAY)
        return len(captured)

    grow()
    one = count()
    for _number in range(29):
        grow()
    assert count() == one
