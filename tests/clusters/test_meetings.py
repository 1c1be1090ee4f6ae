"""Meetings in a cluster's room: called, changed, cancelled, minuted, and what calendars make of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from icalendar import Calendar

from clusters.actions import meeting as actions
from clusters.actions.meeting import call_meeting, cancel_meeting, change_meeting, keep_minutes, note_decision
from clusters.choices import MEETING_ZONES, MeetingKind, State
from clusters.meeting_calendar import Method, calendar_of
from clusters.models import Cluster, Meeting
from clusters.rules.meeting_times import moment_of, span_of, when_words
from clusters.summary import snapshot
from community import mails
from community.choices import MessageState, Rhythm
from community.models import Event, Message, NotificationPreference
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db]

BRUSSELS = ZoneInfo("Europe/Brussels")
AT_TEN = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
AN_HOUR_AGO = {"starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(hours=1)}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


def client_of(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def at(cluster: Cluster, *parts: Any) -> str:
    return "/".join(["", "clusters", cluster.name, "room", *map(str, parts), ""])


def called(cast: Cast, cluster: Cluster, **values: Any) -> Meeting:
    given = {
        "title": "Kick-off",
        "starts_at": AT_TEN,
        "ends_at": AT_TEN + timedelta(hours=2),
        "zone": "Europe/Brussels",
    }
    more = {"place": "Harbour office", "link": "https://meet.example/a", "agenda": "Welcome\nRoadmap"}
    return call_meeting(cluster=cluster, by=cast.user("lead"), **{**given, **more, **values})


def form(**values: Any) -> dict[str, Any]:
    sent = {"title": "Kick-off", "kind": "meeting", "starts_on": "10 June 2026", "starts_clock": "10:00"}
    sent |= {"ends_clock": "12:00", "zone": "Europe/Brussels", "agenda": "Welcome\nRoadmap", "invite": "on"}
    return sent | values


def entry(words: bytes) -> Any:
    """Return the one event of a calendar, as a second reading finds it."""
    (found,) = Calendar.from_ical(words).walk("VEVENT")
    return found


def mail_to(cast: Cast, role: str, template: str) -> Any:
    row = Message.objects.get(to=cast.user(role), template=f"clusters/meeting_{template}")
    return mails.render(row)


def attached(mail: Any) -> tuple[str, Any]:
    """Return the method that the attachment's type says, and its event."""
    (part,) = mail.attachments
    assert (part.get_content_type(), part.get_filename()) == ("text/calendar", "meeting.ics")
    return str(part.get_param("method")), entry(part.get_payload(decode=True))


# -- Times -------------------------------------------------------------------------------------------------------------


def test_nights_in_which_clocks_change_have_the_times_that_clocks_show() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    zone = "Europe/Brussels"
    assert moment_of(spring, time(1, 59), zone) == datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert moment_of(spring, time(3, 0), zone) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    with pytest.raises(ValidationError, match="there is no such time"):
        moment_of(spring, time(2, 30), zone)
    assert moment_of(autumn, time(2, 30), zone) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert moment_of(autumn, time(2, 30), zone, fold=1) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    begins, ends = span_of((autumn, time(2, 45)), (autumn, time(2, 15)), zone)
    assert ends - begins == timedelta(minutes=30)
    assert moment_of(autumn, time(2, 30), "Europe/Athens") == datetime(2026, 10, 24, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", MEETING_ZONES)
def test_every_zone_is_known(zone: str) -> None:
    assert ZoneInfo(zone).key == zone


# -- Pages, without script ---------------------------------------------------------------------------------------------


def test_the_lead_calls_a_meeting_once_and_everybody_in_the_room_reads_it(cast: Cast, cluster: Cluster) -> None:
    client = client_of(cast, "lead")
    first, second = (client.post(at(cluster, "meetings", "add"), form(place="Harbour office")) for _press in range(2))
    row = Meeting.objects.get()
    assert first["Location"] == second["Location"] == at(cluster, "meetings", row.pk)
    assert (row.starts_at, row.ends_at, row.held_on) == (AT_TEN, AT_TEN + timedelta(hours=2), date(2026, 6, 10))
    page = client_of(cast, "external").get(at(cluster, "meetings", row.pk)).content.decode()
    for words in ("10 June 2026, 10:00–12:00 (Europe/Brussels)", "Harbour office", "<li>Roadmap</li>"):
        assert words in page
    assert "Cancel the meeting" not in page
    assert "10 June 2026, 10:00–12:00" in client_of(cast, "participant").get(at(cluster)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "Give the meeting a title."),
        ({"starts_on": "31 April 2026"}, "31 April does not exist"),
        ({"starts_on": "29 March 2026", "starts_clock": "02:30", "ends_clock": "04:00"}, "there is no such time"),
        ({"ends_clock": "09:00"}, "A meeting ends after it begins."),
        ({"starts_clock": "25:00"}, "Write the time like 14:30."),
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"link": "javascript:alert(1)"}, "Write a full address"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_called(
    cast: Cast, cluster: Cluster, wrong: dict[str, Any], sentence: str
) -> None:
    answer = client_of(cast, "lead").post(at(cluster, "meetings", "add"), form(**wrong))
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert Meeting.objects.count() == 0


def test_minutes_and_attendance_by_organisation_are_kept_and_a_second_window_is_told(
    cast: Cast, cluster: Cluster
) -> None:
    row = called(cast, cluster, kind=MeetingKind.TRAINING, **AN_HOUR_AGO)
    client, org = client_of(cast, "lead"), cast.organisation.pk
    sent = {"minutes": "- All came.", f"persons_{org}": "5", f"completed_{org}": "6", "seen_version": 1}
    wrong = client.post(at(cluster, "meetings", row.pk, "minutes"), sent)
    assert (wrong.status_code, "No more people complete a training" in wrong.content.decode()) == (422, True)
    sent |= {f"completed_{org}": "4", f"persons_{cast.partner.pk}": "2"}
    assert client.post(at(cluster, "meetings", row.pk, "minutes"), sent).status_code == 302
    stale = client.post(at(cluster, "meetings", row.pk, "minutes"), {**sent, "minutes": "Other."})
    assert (stale.status_code, "saved this meeting" in stale.content.decode()) == (409, True)
    found = sorted(row.attendance.values_list("organisation", "persons", "completed"))
    assert found == sorted([(org, 5, 4), (cast.partner.pk, 2, 0)])
    page = client_of(cast, "participant").get(at(cluster, "meetings", row.pk)).content.decode()
    assert "<li>All came.</li>" in page
    assert "7 persons" in page
    assert "2 countries" in page
    assert [(line["title"], line["people"]) for line in snapshot(cluster, at=NOW)["meetings"]] == [("Kick-off", 7)]
    with pytest.raises(Refusal, match="Somebody came to this meeting"):
        cancel_meeting(meeting=row, by=cast.user("lead"), reason="A storm.")
    keep_minutes(
        meeting=Meeting.objects.get(),
        by=cast.user("lead"),
        minutes="",
        attendance={cast.organisation: (0, 0)},
        seen_version=2,
    )
    assert row.attendance.count() == 0
    assert snapshot(cluster, at=NOW)["meetings"] == [], "what was called only is no meeting on the factsheet"


def test_minutes_begin_with_the_meeting_and_what_somebody_came_to_is_not_put_off(cast: Cast, cluster: Cluster) -> None:
    row, client = called(cast, cluster), client_of(cast, "lead")
    page = client.get(at(cluster, "meetings", row.pk)).text
    assert 'aria-disabled="true"' in page
    why = "It has not begun: 10 June 2026, 10:00–12:00 (Europe/Brussels). Minutes and attendance are written from then"
    assert why in page
    sent = {"minutes": "All came.", f"persons_{cast.organisation.pk}": "5", "seen_version": 1}
    refused = client.post(at(cluster, "meetings", row.pk, "minutes"), sent)
    assert (refused.status_code, why in refused.text) == (403, True)
    keep = {"by": cast.user("lead"), "minutes": "", "attendance": {cast.organisation: (5, 0)}, "seen_version": 1}
    with pytest.raises(Refusal, match="It has not begun"):
        keep_minutes(meeting=row, at=AT_TEN - timedelta(seconds=1), **keep)
    kept = keep_minutes(meeting=row, at=AT_TEN, **keep)
    later = {"starts_at": AT_TEN + timedelta(days=1), "ends_at": AT_TEN + timedelta(days=2)}
    with pytest.raises(Refusal, match="it can't begin later than now"):
        change_meeting(meeting=kept, by=cast.user("lead"), seen_version=2, at=AT_TEN, **later)
    assert (kept.attendance.count(), Event.objects.about(row).filter(verb="meeting.minuted").count()) == (1, 1)


def test_decisions_are_noted_once_taken_back_and_told_by_history(cast: Cast, cluster: Cluster) -> None:
    row, client = called(cast, cluster), client_of(cast, "lead")
    for _press in range(2):
        assert client.post(at(cluster, "meetings", row.pk, "decide"), {"text": "Two tables."}).status_code == 302
    decision = row.decisions.get()
    history = {
        role: client_of(cast, role).get(f"/clusters/{cluster.name}/history/").content.decode()
        for role in ("member", "external")
    }
    assert all("noted a decision of a meeting." in page for page in history.values())
    assert ["“Two tables.”" in page for page in history.values()] == [False, True]
    assert ["called a meeting: Kick-off" in page for page in history.values()] == [False, True]
    assert client.post(at(cluster, "decisions", decision.pk, "take-back")).status_code == 302
    assert "<s>Two tables.</s>" in client.get(at(cluster, "meetings", row.pk)).content.decode()
    empty = client.post(at(cluster, "meetings", row.pk, "decide"), {"text": " "})
    assert (empty.status_code, "Write what was decided." in empty.content.decode()) == (422, True)


def test_who_takes_part_keeps_no_meetings_and_after_the_end_nobody_does(cast: Cast, cluster: Cluster) -> None:
    row = called(cast, cluster)
    for role in ("participant", "external", "proposer"):
        with pytest.raises(Refusal, match="Only the lead, the deputy and the coordinators"):
            note_decision(meeting=row, by=cast.user(role), text="Mine.")
    Cluster.objects.filter(pk=cluster.pk).update(state=State.CONCLUDED, ended_on=TODAY)
    with pytest.raises(Refusal, match="This cluster is over"):
        note_decision(meeting=row, by=cast.user("lead"), text="Late.")
    assert client_of(cast, "participant").get(at(cluster, "meetings", row.pk)).status_code == 200


def test_there_is_an_end_to_meetings_and_decisions(
    cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (actions.MOST_MEETINGS, actions.MOST_DECISIONS) == (300, 50)
    row = called(cast, cluster)
    monkeypatch.setattr(actions, "MOST_MEETINGS", 1)
    monkeypatch.setattr(actions, "MOST_DECISIONS", 1)
    note_decision(meeting=row, by=cast.user("lead"), text="One.")
    with pytest.raises(Refusal, match="at most 1 decisions"):
        note_decision(meeting=row, by=cast.user("lead"), text="Two.")
    with pytest.raises(Refusal, match="at most 1 meetings"):
        called(cast, cluster, title="Another")


@pytest.mark.both
def test_the_database_holds_meetings_to_an_order_of_times_and_a_reason(cast: Cast, cluster: Cluster) -> None:
    row = called(cast, cluster)
    mine = Meeting.objects.filter(pk=row.pk)
    for wrong in ({"ends_at": AT_TEN}, {"ends_at": None}, {"zone": "Mars/Olympus"}, {"cancelled_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            mine.update(**wrong)


# -- Invitations -------------------------------------------------------------------------------------------------------


def test_an_invitation_goes_to_those_who_take_part_each_with_an_entry_of_its_own(cast: Cast, cluster: Cluster) -> None:
    row = called(cast, cluster)
    told = Message.objects.filter(template="clusters/meeting_called").values_list("to__member__name", flat=True)
    assert sorted(told) == ["Deputy_Lead Person", "External Person", "Lead Person", "Participant Person"]
    mail = mail_to(cast, "external", "called")
    assert mail.subject == f"Meeting: Kick-off (“{cluster.title}”)"
    for words in ("When: 10 June 2026, 10:00–12:00 (Europe/Brussels)", "Agenda: Welcome; Roadmap", "meeting.ics"):
        assert words in mail.body
    method, found = attached(mail)
    assert (method, found["UID"], found["SEQUENCE"]) == ("REQUEST", f"meeting-{row.pk}@localhost", 0)
    assert found["DTSTART"].dt == datetime(2026, 6, 10, 10, 0, tzinfo=BRUSSELS)
    assert found["DTSTART"].params["TZID"] == "Europe/Brussels"
    assert str(found["ATTENDEE"]) == f"mailto:{cast.user('external').email}"
    words = mail.attachments[0].get_payload(decode=True).decode()
    others = [user.email for role, user in cast.accounts.items() if role != "external"]
    assert not any(address in words for address in others)


def test_a_change_raises_the_sequence_keeps_the_name_and_replaces_what_waits(cast: Cast, cluster: Cluster) -> None:
    row = called(cast, cluster)
    change_meeting(meeting=row, by=cast.user("deputy_lead"), seen_version=1, place="Lighthouse")
    fresh = Meeting.objects.get()
    assert (fresh.sequence, fresh.version) == (1, 2)
    states = dict(Message.objects.filter(to=cast.user("external")).values_list("template", "state"))
    assert states == {
        "clusters/meeting_called": MessageState.SUPERSEDED,
        "clusters/meeting_changed": MessageState.QUEUED,
    }
    method, found = attached(mail_to(cast, "external", "changed"))
    assert (method, found["UID"], found["SEQUENCE"]) == ("REQUEST", f"meeting-{row.pk}@localhost", 1)
    assert found["LOCATION"] == "Lighthouse"
    change_meeting(meeting=fresh, by=cast.user("lead"), seen_version=2, kind=MeetingKind.PUBLIC_EVENT)
    assert Meeting.objects.get().sequence == 1, "the kind stands in no calendar"
    with pytest.raises(Refusal, match="saved this meeting"):
        change_meeting(meeting=row, by=cast.user("lead"), seen_version=2, place="Elsewhere")


def test_a_cancellation_takes_it_out_of_calendars_and_says_why(cast: Cast, cluster: Cluster) -> None:
    row = called(cast, cluster)
    answer = client_of(cast, "lead").post(at(cluster, "meetings", row.pk, "cancel"), {"reason": "A storm."})
    assert answer.status_code == 302
    cancel_meeting(meeting=row, by=cast.user("lead"), reason="Again.")
    mail = mail_to(cast, "participant", "cancelled")
    assert "“A storm.”" in mail.body
    method, found = attached(mail)
    assert (method, found["STATUS"], found["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert found["UID"] == f"meeting-{row.pk}@localhost"
    with pytest.raises(Refusal, match="is cancelled"):
        change_meeting(meeting=row, by=cast.user("lead"), seen_version=2, place="Elsewhere")
    page = client_of(cast, "external").get(at(cluster, "meetings", row.pk)).content.decode()
    assert "Cancelled on" in page
    assert ": “A storm.”" in page


def test_who_wants_one_mail_a_day_finds_the_entry_on_the_page(cast: Cast, cluster: Cluster) -> None:
    NotificationPreference.objects.create(user=cast.user("external"), topic="clusters.meetings", rhythm=Rhythm.DAILY)
    row = called(cast, cluster)
    waiting = Message.objects.get(to=cast.user("external"))
    assert (waiting.topic, waiting.rhythm) == ("clusters.meetings", Rhythm.DAILY)
    answer = client_of(cast, "external").get(f"/clusters/{cluster.name}/room/meetings/{row.pk}/meeting.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{cluster.name}-{row.pk}.ics"'
    found = entry(answer.content)
    assert Calendar.from_ical(answer.content)["METHOD"] == "PUBLISH"
    assert ("ATTENDEE" in found, "ORGANIZER" in found) == (False, False)


def test_nobody_is_mailed_about_what_is_over_or_on_wish(cast: Cast, cluster: Cluster) -> None:
    past = NOW - timedelta(days=3)
    called(cast, cluster, title="Past", starts_at=past, ends_at=past + timedelta(hours=1))
    called(cast, cluster, title="Quiet", invite=False)
    assert Message.objects.count() == 0
    assert Event.objects.filter(verb="meeting.called").count() == 2


def test_who_left_the_room_is_sent_no_words_and_no_entry(cast: Cast, cluster: Cluster) -> None:
    called(cast, cluster)
    cluster.participations.filter(member=cast.member("external")).update(status="left")
    mail = mail_to(cast, "external", "called")
    assert mail.attachments == []
    assert "Harbour office" not in mail.body


# -- RFC 5545 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "clocks", "zone", "start", "hours"),
    [
        (date(2026, 3, 28), (time(10), time(12)), "Europe/Brussels", datetime(2026, 3, 28, 9, tzinfo=UTC), 2),
        (date(2026, 3, 29), (time(1), time(4)), "Europe/Brussels", datetime(2026, 3, 29, 0, tzinfo=UTC), 2),
        (date(2026, 10, 25), (time(1), time(4)), "Europe/Brussels", datetime(2026, 10, 24, 23, tzinfo=UTC), 4),
        (
            date(2026, 10, 25),
            (time(2, 30), time(10)),
            "Europe/Brussels",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            8.5,
        ),
        (date(2026, 10, 25), (time(10), time(11)), "Europe/Lisbon", datetime(2026, 10, 25, 10, tzinfo=UTC), 1),
    ],
)
def test_the_entry_means_the_moments_that_were_called_also_where_clocks_change(
    cast: Cast, cluster: Cluster, day: date, clocks: tuple[time, time], zone: str, start: datetime, hours: float
) -> None:
    begins, ends = span_of((day, clocks[0]), (day, clocks[1]), zone)
    row = called(cast, cluster, starts_at=begins, ends_at=ends, zone=zone)
    words = calendar_of(row, method=Method.PUBLISH, at=NOW)
    found = entry(words)
    moments = [found[name].dt.astimezone(UTC) for name in ("DTSTART", "DTEND")]
    assert moments == [start, start + timedelta(hours=hours)]
    if "TZID" in found["DTSTART"].params:
        zones = [one["TZID"] for one in Calendar.from_ical(words).walk("VTIMEZONE")]
        assert zones == [zone]


def test_a_zone_says_when_its_clocks_change_that_year(cast: Cast, cluster: Cluster) -> None:
    words = calendar_of(called(cast, cluster), method=Method.PUBLISH, at=NOW).decode()
    (zone,) = Calendar.from_ical(words).walk("VTIMEZONE")
    offsets = {part.name: (part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td) for part in zone.subcomponents}
    one, two = timedelta(hours=1), timedelta(hours=2)
    assert (offsets["DAYLIGHT"], offsets["STANDARD"][1]) == ((one, two), one)
    assert "20260329T0" in words
    assert all(len(line.encode()) <= 75 for line in words.split("\r\n"))


def test_what_was_recorded_without_a_time_is_a_whole_day_and_no_sign_of_control_goes_along(
    cast: Cast, cluster: Cluster
) -> None:
    row = Meeting.objects.create(cluster=cluster, title="Visit\x0b; a, b\\c", held_on=date(2026, 6, 10))
    words = calendar_of(row, method=Method.PUBLISH, at=NOW)
    found = entry(words)
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (date(2026, 6, 10), date(2026, 6, 11))
    assert found["SUMMARY"] == "Visit; a, b\\c"
    assert b"\x0b" not in words
    assert when_words(row) == "10 June 2026"
