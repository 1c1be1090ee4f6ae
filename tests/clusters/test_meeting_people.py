"""Who comes to a meeting: those who take part say so themselves, and who takes part no more is let off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from clusters.actions.meeting import change_meeting
from clusters.actions.participation import enter, leave
from clusters.actions.parting import end_participation
from clusters.choices import State
from clusters.models import Cluster, Meeting
from community.actions.transition import transition
from community.choices import MessageState
from community.models import Message
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_meetings import AN_HOUR_AGO, attached, called, mail_to
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
