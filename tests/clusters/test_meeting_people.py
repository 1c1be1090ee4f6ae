"""Who comes to a meeting: those who take part say so themselves, and who takes part no more is let off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from clusters.actions.meeting import cancel_meeting, change_meeting
from clusters.actions.meeting_answer import answer_meeting
from clusters.actions.participation import enter, leave
from clusters.actions.parting import end_participation
from clusters.actions.room_records import ANSWERS
from clusters.choices import State
from clusters.models import Cluster, Meeting
from community.actions.transition import transition
from community.choices import MessageState
from community.models import Event, Message
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_meetings import AN_HOUR_AGO, AT_TEN, attached, called, client_of, mail_to
from tests.factories import NOW

pytestmark = [pytest.mark.django_db]


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


def parts_with(cast: Cast, cluster: Cluster, role: str, way: str) -> None:
    """Let somebody's part end: they leave, are removed, or step down as lead."""
    part = cluster.participations.filter(member=cast.member(role))
    if way == "leave":
        leave(participation=part.get(), by=cast.user(role))
    elif way == "remove":
        end_participation(participation=part.get(), by=cast.user("lead"), seen="active", reason="A new post.")
    else:
        transition(cluster, "step_down", by=cast.user(role), reason="A new post.")


@pytest.mark.parametrize(
    ("role", "way"), [("participant", "leave"), ("external", "remove"), ("lead", "step_down"), ("deputy_lead", "leave")]
)
def test_who_takes_part_no_more_has_coming_meetings_taken_out_of_their_calendar(
    cast: Cast, cluster: Cluster, role: str, way: str
) -> None:
    row = called(cast, cluster)
    Message.objects.update(state=MessageState.SENT, sent_at=NOW)
    called(cast, cluster, title="Of which no mail left")
    called(cast, cluster, title="Over", **{name: moment - timedelta(days=9) for name, moment in AN_HOUR_AGO.items()})
    parts_with(cast, cluster, role, way)
    change_meeting(meeting=Meeting.objects.get(pk=row.pk), by=cast.user("coordinator"), seen_version=1, title="Secret")
    rows = Message.objects.filter(to=cast.user(role), kind="meeting").exclude(state=MessageState.SENT).order_by("pk")
    assert list(rows.values_list("template", "state")) == [
        ("clusters/meeting_called", MessageState.SUPERSEDED),
        ("clusters/meeting_parted", MessageState.QUEUED),
    ]
    mail = mail_to(cast, role, "parted")
    assert mail.subject == f"Out of your calendar: Kick-off (“{cluster.title}”)"
    assert f"You take part in “{cluster.title}” no more" in mail.body
    assert f"/clusters/{cluster.name}/\n" in mail.body
    method, found = attached(mail)
    assert (method, found["STATUS"], found["UID"]) == ("CANCEL", "CANCELLED", f"meeting-{row.pk}@localhost")
    shown = (
        mail.subject + mail.body + mail.alternatives[0].content + mail.attachments[0].get_payload(decode=True).decode()
    )
    assert not any(word in shown for word in ("Secret", "Harbour office", "meet.example", "Roadmap"))
    assert found["SEQUENCE"] > 0, "it follows the invitation"


def test_who_comes_back_is_invited_under_a_newer_number_than_the_one_that_took_it_out(
    cast: Cast, cluster: Cluster
) -> None:
    called(cast, cluster)
    Message.objects.update(state=MessageState.SENT, sent_at=NOW)
    parts_with(cast, cluster, "participant", "leave")
    _method, out = attached(mail_to(cast, "participant", "parted"))
    Message.objects.all().delete()
    enter(cluster=cluster, by=cast.user("participant"), way="join", organisation=cast.organisation)
    _method, again = attached(mail_to(cast, "participant", "called"))
    assert (again["UID"], again["SEQUENCE"]) == (out["UID"], out["SEQUENCE"])


# -- Do you come? ------------------------------------------------------------------------------------------------------


def answer_page(cluster: Cluster, row: Meeting) -> str:
    return f"/clusters/{cluster.name}/room/meetings/{row.pk}/answer/"


def said(row: Meeting) -> dict[str, bool]:
    answers = row.answers.select_related("participation__member").order_by("pk")
    return {str(one.participation.member): one.is_coming for one in answers}


def test_the_invitation_leads_to_a_question_that_one_press_answers(cast: Cast, cluster: Cluster) -> None:
    row = called(cast, cluster)
    mail = mail_to(cast, "external", "called")
    page = answer_page(cluster, row)
    assert page in mail.body
    client = client_of(cast, "external")
    shown = client.get(page)
    assert (shown.status_code, said(row)) == (200, {}), "looking answers nothing"
    for words in ("Do you come to “Kick-off”?", 'value="yes"', 'value="no"', "Nobody has said yet"):
        assert words in shown.text
    for _press in range(2):
        assert "You said that you can&#x27;t come." in client.post(page, {"coming": "no"}, follow=True).text
    assert said(row) == {"External Person": False}
    client.post(page, {"coming": "yes"})
    client_of(cast, "participant").post(page, {"coming": "no"})
    assert said(row) == {"External Person": True, "Participant Person": False}
    read = client_of(cast, "lead").get(f"/clusters/{cluster.name}/room/meetings/{row.pk}/").text
    assert ("1 comes" in read, "1 can't come" in read) == (True, True)
    verbs = Event.objects.about(row).order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["meeting.called", "meeting.declined", "meeting.accepted", "meeting.declined"]
    wrong = client.post(page, {"coming": "perhaps"})
    assert (wrong.status_code, "Say whether you come." in wrong.text) == (422, True)


def test_another_time_asks_everybody_anew_and_another_place_does_not(cast: Cast, cluster: Cluster) -> None:
    row = called(cast, cluster)
    answer_meeting(meeting=row, by=cast.user("external"), is_coming=True)
    row = change_meeting(meeting=row, by=cast.user("lead"), seen_version=1, place="Lighthouse")
    assert said(row) == {"External Person": True}
    Message.objects.all().delete()
    later = {"starts_at": AT_TEN + timedelta(hours=1), "ends_at": AT_TEN + timedelta(hours=3)}
    change_meeting(meeting=row, by=cast.user("lead"), seen_version=2, **later)
    assert said(row) == {}
    assert answer_page(cluster, row) in mail_to(cast, "participant", "changed").body


def test_who_takes_no_part_and_what_is_over_or_cancelled_is_answered_by_nobody(cast: Cast, cluster: Cluster) -> None:
    row, by = called(cast, cluster), cast.user("participant")
    answer_meeting(meeting=row, by=by, is_coming=True)
    with pytest.raises(Refusal, match="Those who take part"):
        answer_meeting(meeting=row, by=cast.user("coordinator"), is_coming=True)
    with pytest.raises(Refusal, match="is over"):
        answer_meeting(meeting=row, by=by, is_coming=False, at=AT_TEN + timedelta(hours=2))
    cancel_meeting(meeting=row, by=cast.user("lead"), reason="A storm.")
    with pytest.raises(Refusal, match="is cancelled"):
        answer_meeting(meeting=row, by=by, is_coming=False)
    assert client_of(cast, "participant").get(answer_page(cluster, row)).status_code == 403
    leave(participation=cluster.participations.get(member=by.member), by=by)
    page = client_of(cast, "lead").get(f"/clusters/{cluster.name}/room/meetings/{row.pk}/").text
    assert "1 comes" not in page


def test_an_answer_is_given_out_and_forgotten_with_its_person(cast: Cast, cluster: Cluster) -> None:
    row, member = called(cast, cluster), cast.member("participant")
    answer_meeting(meeting=row, by=cast.user("participant"), is_coming=False)
    assert [ANSWERS.export(one) for one in ANSWERS.rows(member)] == [{"meeting": "Kick-off", "comes": False, "at": NOW}]
    assert ANSWERS.erase is not None
    assert (ANSWERS.erase(member), said(row)) == (1, {})
